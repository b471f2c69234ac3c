"""What stands on a desk beside the three questions: lamps, own reports, data of departments, what the register asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import parse_qsl

from django.db.models import QuerySet

from shouwang.assistance.selectors import findings_open as entitlement_findings
from shouwang.casework.selectors import cases_visible_to, lamp_totals, with_lamp
from shouwang.casework.selectors.tallies import lamps_in_ranges
from shouwang.desks.rules import Count
from shouwang.desks.selectors.ways import address
from shouwang.evaluation.selectors import roll_backs_waiting, weak_removals_visible_to
from shouwang.evaluation.services import DECIDER_ROLES, DECIDERS
from shouwang.funds.selectors import money_waiting
from shouwang.insurance.care.selectors import care_waiting
from shouwang.insurance.care.services import frame_or_none, role_of
from shouwang.insurance.selectors import claims_waiting
from shouwang.kit.codes import Risk
from shouwang.office.selectors import Progress, progress_visible_to
from shouwang.people.access import KIND_LABELS, Kind, Viewer
from shouwang.public.selectors import petitions_of_desk
from shouwang.register.selectors import conflicts_waiting, findings_open, household_cards, objections_open
from shouwang.sources.selectors import clues_reported_by, clues_waiting
from shouwang.sources.selectors.feeds import Freshness, feed_freshness
from shouwang.ui.lamps import LAMPS
from shouwang.ui.numbers import numbers_of

REPORTS = 10
RUNNING = 5
STALE = 12
# Who looks at all lamps of an area; the officer has those of her own reports.
LAMP_READERS = (
    Kind.TOWNSHIP, Kind.COUNTY_CENTRE, Kind.LEADING_GROUP, Kind.CITY_CENTRE, Kind.PROVINCE, Kind.AUDIT,
)  # fmt: skip
WEAK_KEEPERS = (Kind.VILLAGE, Kind.TOWNSHIP, Kind.COUNTY_CENTRE, Kind.LEADING_GROUP)


@dataclass(frozen=True)
class LampLine:
    """One counter of the lamp row."""

    key: str
    count: int
    href: str


@dataclass(frozen=True)
class Report:
    """One report of the viewer's own, with what became of it."""

    name: str
    cause: str
    reported_at: datetime
    href: str
    lamp: str
    stage: str
    who: str


def lamps(viewer: Viewer, on: date) -> Sequence[LampLine]:
    """This function counts the lamps of the viewer's areas, each with the address of its cases."""
    if viewer.kind not in LAMP_READERS:
        return ()
    totals = lamp_totals(lamps_in_ranges(viewer.ranges, on))
    return [LampLine(lamp.key, totals.of(lamp.key), address("casework:list", lamp=lamp.key)) for lamp in LAMPS]


def reports(viewer: Viewer, on: date) -> Sequence[Report]:
    """This function returns the newest reports of the viewer with the lamps of the cases they became."""
    clues = list(clues_reported_by(viewer)[:REPORTS])
    wanted = {clue.collected_case_id for clue in clues if clue.collected_case_id}
    cases = with_lamp(cases_visible_to(viewer).filter(pk__in=wanted), on).in_bulk()
    cards = household_cards(viewer, {clue.household_id for clue in clues if clue.household_id})
    found = []
    for clue in clues:
        case = cases.get(clue.collected_case_id or 0)
        card = cards.get(clue.household_id or 0)
        found.append(
            Report(
                name=card.head_name if card else clue.person_name or "（已迁出）",
                cause=Risk(clue.cause).label,
                reported_at=clue.reported_at,
                href=address("casework:case", case.pk) if case else address("sources:clue", clue.pk),
                lamp=getattr(case, "lamp", "") or "",
                stage=(case.stage_name or case.end_name) if case else "已收到，正在转成案件",
                who=KIND_LABELS[Kind(case.holder_kind)] if case and case.holder_kind else "",
            )
        )
    return found


def stale_feeds(viewer: Viewer, on: date) -> Sequence[Freshness]:
    """This function returns the deliveries of departments that are late, the stalest first."""
    if viewer.kind not in (Kind.COUNTY_CENTRE, Kind.DEPARTMENT):
        return ()
    return [row for row in feed_freshness(viewer, on) if row.is_stale]


def own_feeds(viewer: Viewer, on: date) -> Sequence[Freshness]:
    """This function returns what the viewer's department delivers and up to which day."""
    return feed_freshness(viewer, on) if viewer.kind is Kind.DEPARTMENT else ()


def to_look_at(viewer: Viewer) -> Sequence[Count]:
    """This function counts what a person must look at besides cases: clues not taken up, questions of the register."""
    if viewer.kind is Kind.INSURER:
        return [*_claims(viewer), *_money(viewer)]
    if viewer.kind in (Kind.VILLAGE, Kind.LEADING_GROUP):
        removals = _after_removals(numbers_of(**_removals_of(viewer)))
        money = _money(viewer) if viewer.kind is Kind.LEADING_GROUP else ()
        return [*(count for count in removals if count.number), *money]
    if viewer.kind is Kind.CARE_PROVIDER:
        return _care(viewer)
    if viewer.kind is Kind.DEPARTMENT:
        return [*_entitlements(entitlement_findings(viewer).count()), *_care(viewer)]
    if viewer.kind not in (Kind.TOWNSHIP, Kind.COUNTY_CENTRE):
        return ()
    asked = numbers_of(
        **_removals_of(viewer),
        petitions=petitions_of_desk(viewer), clues=clues_waiting(viewer), conflicts=conflicts_waiting(viewer),
        findings=findings_open(viewer), objections=objections_open(viewer),
        entitlements=entitlement_findings(viewer) if viewer.kind is Kind.COUNTY_CENTRE else None,
    )  # fmt: skip
    counts = [
        Count(asked["petitions"], "群众来件要答复", address("public:petitions")),
        Count(asked["clues"], "还没有转成案件的线索", address("sources:clues", state="waiting"), unit="条"),
        Count(asked["conflicts"], "两地登记的人", address("register:conflicts")),
        Count(asked["findings"], "登记信息要核对", address("register:findings")),
        Count(asked["objections"], "对登记信息的异议", address("register:objections")),
    ]
    counts += _after_removals(asked)
    more = [*_entitlements(asked["entitlements"]), *_care(viewer)] if viewer.kind is Kind.COUNTY_CENTRE else []
    return [*(count for count in counts if count.number), *_claims(viewer), *_money(viewer), *more]


def _removals_of(viewer: Viewer) -> dict[str, QuerySet[Any, Any] | None]:
    """This function returns removals that may have been weak, and roll-backs that wait for this viewer to decide."""
    return {
        "weak": weak_removals_visible_to(viewer) if viewer.kind in WEAK_KEEPERS else None,
        "back": roll_backs_waiting(viewer) if viewer.kind in DECIDERS and viewer.role in DECIDER_ROLES else None,
    }


def _after_removals(counted: Mapping[str, int]) -> Sequence[Count]:
    return [
        Count(counted["weak"], "风险消除可能不实", address("evaluation:due", show="weak"), unit="户"),
        Count(counted["back"], "回退等复核", address("evaluation:due", show="back"), unit="户"),
    ]


# Who is waited for by the claims of each state.
CLAIMS_OF = {
    Kind.INSURER: (("OPEN", "理赔要定损、送审"), ("to_pay", "理赔要付款"), ("over", "理赔多付要追回")),
    Kind.COUNTY_CENTRE: (
        ("PROPOSED", "理赔等审定"),
        ("APPROVED", "理赔等申请付款"),
        ("returned", "理赔付款被银行退回"),
        ("over", "理赔多付要追回"),
    ),
}


def _claims(viewer: Viewer) -> Sequence[Count]:
    """This function counts the claims that wait for the insurer or the county centre."""
    wanted = CLAIMS_OF.get(viewer.kind, ())
    counts = claims_waiting(viewer) if wanted else {}
    return [
        Count(counts[state], label, address("insurance:claims", state=state))
        for state, label in wanted
        if counts[state]
    ]


def _money(viewer: Viewer) -> Sequence[Count]:
    """This function counts the payments that wait for a step of the viewer's."""
    found = []
    for number, unit, label, page in money_waiting(viewer):
        name, _, query = page.partition("?")
        found.append(Count(number, label, address(name, **dict(parse_qsl(query))), unit=unit))
    return found


def _entitlements(number: int) -> Sequence[Count]:
    """This function leads to what cannot be right about entitlements: who pays them settles it, or the centre."""
    return [Count(number, "按期发放的救助待核", address("assistance:entitlements"), unit="条")] if number else []


def _care(viewer: Viewer) -> Sequence[Count]:
    """This function counts what waits in long-term care, for whoever has a part in it."""
    return [Count(number, label, f"{address('insurance:care')}{part}") for number, label, part in care_waiting(viewer)]


def has_care(viewer: Viewer, on: date) -> bool:
    """This function tells whether the viewer's department runs long-term care, or assesses for it."""
    return viewer.kind is Kind.DEPARTMENT and bool(role_of(viewer, frame_or_none(viewer, on)))


def under_way(viewer: Viewer) -> Sequence[Progress]:
    """This function returns the long work of the viewer's organisation that is not over."""
    open_states = (Progress.State.WAITING, Progress.State.RUNNING)
    return list(progress_visible_to(viewer).filter(state__in=open_states)[:RUNNING])
