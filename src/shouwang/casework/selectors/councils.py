"""Reads of the leading group's meetings, and what their minutes say."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from shouwang.casework.errors import CouncilNotFound
from shouwang.casework.models import Answer, Case, Council, CouncilItem
from shouwang.casework.selectors.cases import case_about, cases_visible_to
from shouwang.people.access import Kind, Viewer
from shouwang.register.selectors import household_cards
from shouwang.rulebook.workflow import Act

READ = frozenset({Kind.LEADING_GROUP, Kind.COUNTY_CENTRE, Kind.CITY_CENTRE, Kind.PROVINCE, Kind.AUDIT, Kind.SYSTEM})


def councils_visible_to(viewer: Viewer) -> QuerySet[Council]:
    """This function returns the meetings of the leading groups in the viewer's areas, newest first."""
    if viewer.kind not in READ:
        return Council.objects.none()
    return Council.objects.filter(viewer.q()).select_related("organisation").order_by("-met_on", "-pk")


def council_get(viewer: Viewer, council_id: int) -> Council:
    """This function returns one meeting; raises CouncilNotFound, also for one out of sight."""
    council = councils_visible_to(viewer).filter(pk=council_id).first()
    if council is None:
        raise CouncilNotFound
    return council


def council_items(council: Council) -> list[CouncilItem]:
    """This function returns the agenda in its order, with cases and decisions."""
    items = (
        council.items.select_related("case", "case__pack_version", "decision")
        .defer("case__pack_version__files")
        .prefetch_related("case__cause_rows")
    )
    return list(items.order_by("number"))


def item_get(viewer: Viewer, item_id: int) -> CouncilItem:
    """This function returns one case of an agenda; raises CouncilNotFound."""
    items = CouncilItem.objects.filter(council__in=councils_visible_to(viewer).order_by())
    item = items.select_related("council", "council__organisation", "case", "decision").filter(pk=item_id).first()
    if item is None:
        raise CouncilNotFound
    return item


def cases_for_agenda(viewer: Viewer) -> QuerySet[Case]:
    """This function returns the cases in sight that wait for the leading group's decision, first due first."""
    waiting = cases_visible_to(viewer).filter(
        act=Act.DECIDE.value, holder_kind=Kind.LEADING_GROUP.value, closed_on__isnull=True
    )
    return waiting.order_by("due_on", "pk")


@dataclass(frozen=True)
class MinutesItem:
    """One case as the minutes tell it."""

    number: int
    case_number: int
    name: str
    place: str
    causes: str
    answers: str
    decision: str
    clause: str
    reason: str
    told: str


@dataclass(frozen=True)
class MinutesText:
    """What the minutes of a meeting say, the same in Word and PDF."""

    title: str
    group: str
    met_on: str
    place: str
    chaired_by: str
    members: list[tuple[str, str]]
    items: list[MinutesItem]
    recorded: str
    signed: str
    is_signed: bool


def minutes_text(viewer: Viewer, council: Council) -> MinutesText:
    """This function returns what the minutes say as things stand."""
    items = council_items(council)
    cards = household_cards(viewer, {item.case.household_id for item in items})
    answers: dict[int, list[bool]] = {}
    rows = Answer.objects.filter(case__in=[item.case_id for item in items]).values_list("case_id", "meets")
    for case_id, meets in rows:
        answers.setdefault(case_id, []).append(meets)
    told = []
    for item in items:
        card, decision = cards.get(item.case.household_id), item.decision
        said = answers.get(item.case_id, [])
        told.append(
            MinutesItem(
                number=item.number,
                case_number=item.case_id,
                name=card.head_name if card else "（本户不在可见范围）",
                place=card.place if card else "",
                causes="、".join(case_about(item.case)),
                answers=f"{sum(said)} / {len(said)} 个单位认为符合" if said else "没有核查反馈",
                decision=decision.move_name if decision else "缓议" if item.put_off_reason else "尚未决定",
                clause=decision.clause if decision else "",
                reason=decision.reason if decision else item.put_off_reason,
                told=decision.told if decision else "",
            )
        )
    return MinutesText(
        title=council.title,
        group=council.organisation.name,
        met_on=f"{council.met_on:%Y 年 %m 月 %d 日}",
        place=council.place,
        chaired_by=council.chaired_by,
        members=[(member.name, member.post) for member in council.members.order_by("number")],
        items=told,
        recorded=council.recorded_by,
        signed=council.signed_by,
        is_signed=council.state == Council.State.SIGNED,
    )
