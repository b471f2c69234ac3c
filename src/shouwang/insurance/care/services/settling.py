"""A bill's days priced by the policy of each day, settled by person, kept with all that is needed to do it again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from shouwang.insurance.care.errors import CareDayAfterDeath, CareDayAfterEnd, CareDayUncovered, CareNoRate
from shouwang.insurance.care.models import CareAssessment, CareBill, CareDay, CareInsured, CareLine, CareSettlement
from shouwang.insurance.care.rules import assessment_on
from shouwang.kit.dates import month_last, months_add
from shouwang.people.access import SYSTEM, Viewer, acting_as
from shouwang.register.selectors import deaths_of
from shouwang.rulebook.care import CarePolicy, care_of
from shouwang.rulebook.care_settlements import CareSettlement as Reckoned
from shouwang.rulebook.care_settlements import PricedDay, care_settle
from shouwang.standards.selectors import PackVersion, days_of_change, policy_of, version_in_force


def rules_of_month(version: PackVersion, month: date) -> list[tuple[date, CarePolicy | None]]:
    """This function returns the rules of care over a month, each with its first day; mostly one."""
    days = [month, *days_of_change(version, "care", after=month, before=months_add(month, 1))]
    return [(day, care_of(policy_of(version, on=day))) for day in days]


def rules_on(rules: Sequence[tuple[date, CarePolicy | None]], on: date) -> CarePolicy:
    """This function returns the rules that hold on a day of the month; raises CareNoRate where there are none."""
    found = [care for begins, care in rules if begins <= on][-1]
    if found is None:
        raise CareNoRate(on)
    return found


def bill_settle(bill: CareBill, *, viewer: Viewer, at: datetime) -> CareSettlement:
    """This function settles the days of a bill that stand, and keeps the settlement with a line a person.

    Each day counts by the level and the policy of that day; how a month is rounded is what its last day's policy says.
    Raises CareNoRate, CareDayUncovered, CareDayAfterDeath, CareDayAfterEnd (which name the day).
    """
    version = version_in_force(slot=bill.slot, on=month_last(bill.month))
    rules = rules_of_month(version, bill.month)
    scheme = rules_on(rules, month_last(bill.month)).scheme
    days = list(CareDay.objects.filter(bill=bill, is_struck=False).order_by("insured_id", "on"))
    insured = CareInsured.objects.in_bulk({day.insured_id for day in days})
    living_check(days, insured)
    priced = _priced(days, insured, rules)
    terms = {"cap_on": scheme.value.cap_on, "rounds": scheme.value.rounds}
    reckoned = reckoned_from(priced, terms)
    settlement = CareSettlement.objects.create(
        bill=bill, slot=bill.slot, office_id=bill.office_id, provider_id=bill.provider_id,
        number=bill.settlements.count() + 1, pack_version=version, source=str(scheme.source)[:300],
        mark=scheme.mark_text, inputs={**terms, "people": priced}, hand_user_ids=bill.handled_user_ids,
        people=len(reckoned),
        days=sum(one.days for one in reckoned.values()),
        charged_fen=sum(one.charged_fen for one in reckoned.values()),
        paid_fen=sum(one.paid_fen for one in reckoned.values()), at=at, actor=viewer.label[:200],
        user_id=viewer.user_id,
    )  # fmt: skip
    CareLine.objects.bulk_create(
        CareLine(
            settlement=settlement, slot=bill.slot, office_id=bill.office_id, provider_id=bill.provider_id,
            insured_id=pk, insured_name=insured[pk].name, days=one.days, charged_fen=one.charged_fen,
            paid_fen=one.paid_fen, steps=[asdict(step) for step in one.steps],
        )
        for pk, one in reckoned.items()
    )  # fmt: skip
    bill.settled_fen = settlement.paid_fen
    return settlement


def living_check(days: Iterable[CareDay], insured: Mapping[int, CareInsured], *, is_payment: bool = False) -> None:
    """This function refuses a day after a death that the register knows, or after what the office knows of.

    The office itself reads no register. Raises CareDayAfterDeath, CareDayAfterEnd.
    """
    with acting_as(SYSTEM):
        deaths = deaths_of(SYSTEM, {who.person_id for who in insured.values() if who.person_id is not None})
    for day in days:
        who = insured[day.insured_id]
        if who.over_from is not None and day.on >= who.over_from:
            raise CareDayAfterEnd(who.name, day.on, who.over_word)
        died_on = deaths.get(who.person_id or 0)
        if died_on is not None and day.on > died_on:
            raise CareDayAfterDeath(who.name, died_on, day.on, is_payment=is_payment)


def _priced(
    days: Iterable[CareDay], insured: Mapping[int, CareInsured], rules: Sequence[tuple[date, CarePolicy | None]]
) -> dict[str, list[list[Any]]]:
    """This function prices each day: [day, mode, level, charge, share, cap] by person; plain, as it is kept."""
    assessments: dict[int, list[CareAssessment]] = defaultdict(list)
    for row in CareAssessment.objects.filter(insured_id__in=list(insured)):
        assessments[row.insured_id].append(row)
    found: dict[str, list[list[Any]]] = defaultdict(list)
    for day in days:
        level = assessment_on(assessments[day.insured_id], day.on)
        if level is None:
            raise CareDayUncovered(day.on)
        care = rules_on(rules, day.on)
        cell = care.cell(group=insured[day.insured_id].group, mode=day.mode, level=level.level)
        if cell is None:
            raise CareNoRate(day.on)
        scheme = care.scheme.value
        found[str(day.insured_id)].append(
            [
                day.on.isoformat(), scheme.name_of("modes", day.mode), scheme.name_of("levels", level.level),
                day.charge_fen, str(cell[1].ratio), cell[1].cap,
            ]
        )  # fmt: skip
    return dict(found)


def reckoned_from(priced: Mapping[str, Sequence[Sequence[Any]]], terms: Mapping[str, Any]) -> dict[int, Reckoned]:
    """This function settles priced days, as they are kept, person by person."""
    return {
        int(pk): care_settle(
            [PricedDay(date.fromisoformat(on), mode, level, charge, Fraction(share), cap)
             for on, mode, level, charge, share, cap in days],
            cap_on=terms["cap_on"], rounds=terms["rounds"],
        )
        for pk, days in priced.items()
    }  # fmt: skip
