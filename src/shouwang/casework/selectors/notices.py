"""What a notice shows, the notices of a case, and the sheet that is printed for many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from shouwang.casework.models import Case, Notice
from shouwang.casework.selectors.cases import case_about, cases_visible_to
from shouwang.casework.selectors.lamps import with_lamp
from shouwang.casework.selectors.procedures import procedure_for, workflow_for
from shouwang.kit.masks import name_mask
from shouwang.kit.texts import numbers_refuse
from shouwang.people.access import Viewer
from shouwang.register.selectors import HouseholdCard, household_card, household_cards
from shouwang.rulebook.notice import SHOWABLE
from shouwang.rulebook.notice import Notice as NoticeRule
from shouwang.rulebook.values import Provision
from shouwang.rulebook.workflow import CLOCK_UNITS, Act


@dataclass(frozen=True)
class SheetRow:
    """One household as a sheet shows it. There is no place here for a number of a person, an account or health."""

    head: str
    place: str
    members: str
    cause: str

    def __post_init__(self) -> None:
        numbers_refuse(self.head, self.place, self.members, self.cause)

    def pairs(self, rule: NoticeRule) -> list[list[str]]:
        """This function returns label and text of what a rule shows."""
        return [[SHOWABLE[name], str(getattr(self, name))] for name in rule.fields]


@dataclass(frozen=True)
class Sheet:
    """One printed sheet: households of one village under one notice, for one subject."""

    name: str
    subject: str
    village: str
    period: str
    labels: Sequence[str]
    rows: Sequence[Sequence[str]]
    numbers: Sequence[int]


def sheet_row(card: HouseholdCard, case: Case, rule: NoticeRule) -> SheetRow:
    """This function returns a household as a sheet may show it."""
    return SheetRow(
        head=name_mask(card.head_name) if rule.masks_name else card.head_name,
        place=card.place,
        members=f"{card.members} 人",
        cause="、".join(case_about(case)),
    )


def notice_lines(viewer: Viewer, case: Case, rule: NoticeRule, subject: str) -> list[list[str]]:
    """This function returns what the sheet of a case says, pairs of label and text.

    It can take these fields and no others: never a number of a person, an account or anything about health; the cause
    only where the pack does not hide it.
    """
    card = household_card(viewer, case.household_id)
    return [["公示事项", subject], *sheet_row(card, case, rule).pairs(rule)]


def notices_of(case: Case) -> list[Notice]:
    """This function returns the notices of a case with their objections, newest first."""
    return list(Notice.objects.filter(case=case).prefetch_related("objections").order_by("-pk"))


def cases_to_post(viewer: Viewer, *, on: date) -> list[Case]:
    """This function returns the cases in sight, with lamps, that wait to be posted or hang now, by village."""
    cases = with_lamp(cases_visible_to(viewer).filter(act=Act.NOTICE.value, closed_on__isnull=True), on)
    return list(
        cases.select_related("pack_version")
        .defer("pack_version__files")
        .prefetch_related("cause_rows")
        .order_by("slot", "pk")[:500]
    )


def rule_of(case: Case) -> tuple[Provision[NoticeRule], str] | None:
    """This function returns the notice that a case stands at, with its subject; None where it stands elsewhere."""
    stage = procedure_for(case).stages.get(case.stage)
    if stage is None or stage.notice is None:
        return None
    return workflow_for(case).notices[stage.notice], stage.subject


def sheets_of(viewer: Viewer, cases: Sequence[Case]) -> list[Sheet]:
    """This function returns the sheets for cases that stand at a notice: one a village, notice, subject and period."""
    cards = household_cards(viewer, {case.household_id for case in cases})
    hanging = {
        notice.case_id: notice
        for notice in Notice.objects.filter(case__in=[case.pk for case in cases], state=Notice.State.POSTED)
    }
    found: dict[tuple[object, ...], list[Case]] = {}
    rules: dict[tuple[object, ...], Provision[NoticeRule]] = {}
    for case in cases:
        known = rule_of(case)
        if known is None or case.household_id not in cards:
            continue
        rule, subject = known
        key = (case.slot, rule.name, rule.value, subject, _period(rule, hanging.get(case.pk)))
        found.setdefault(key, []).append(case)
        rules[key] = rule
    return [
        _sheet(group, rules[key], subject=str(key[3]), period=str(key[4]), cards=cards) for key, group in found.items()
    ]


def _sheet(
    group: Sequence[Case],
    rule: Provision[NoticeRule],
    *,
    subject: str,
    period: str,
    cards: dict[int, HouseholdCard],
) -> Sheet:
    rows = [sheet_row(cards[case.household_id], case, rule.value) for case in group]
    return Sheet(
        name=rule.name,
        subject=subject,
        village=cards[group[0].household_id].place,
        period=period,
        labels=[SHOWABLE[name] for name in rule.value.fields],
        rows=[[text for _, text in row.pairs(rule.value)] for row in rows],
        numbers=[case.pk for case in group],
    )


def _period(rule: Provision[NoticeRule], notice: Notice | None) -> str:
    if notice is not None:
        return f"{notice.posted_on:%Y 年 %m 月 %d 日}至 {notice.ends_on:%Y 年 %m 月 %d 日}"
    return f"自张贴次日起 {rule.value.days} 个{CLOCK_UNITS[rule.unit]}（张贴日期：　　　　年　　月　　日）"
