"""Help arrives: recorded by its provider, or by the county centre for itself and for outside bodies."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from shouwang.assistance.errors import DeliveryDay, MeasureNotFound, NotInHelp, NotYetDelivered
from shouwang.assistance.models import Aid, Measure
from shouwang.assistance.rules import FIGURE_OF_UNIT, standing_of
from shouwang.assistance.selectors import has_help_arrived, help_completion, paid_this_round
from shouwang.assistance.services.confirming import proofs_add
from shouwang.assistance.services.counting import primaries_follow
from shouwang.assistance.services.limiting import cap_refuse, household_lock
from shouwang.assistance.services.planning import measure_locked
from shouwang.audit.services import entry_append
from shouwang.casework.selectors import case_get, policy_for_case, task_get, task_kind
from shouwang.casework.services import assisted_record, task_answer
from shouwang.funds.services import Benefit, Grant, grant_record
from shouwang.kit.codes import Measure as MeasureKind
from shouwang.kit.dates import SHANGHAI
from shouwang.kit.money import yuan_text
from shouwang.kit.papers import Ready
from shouwang.kit.texts import numbers_refuse
from shouwang.people.access import SYSTEM, Kind, Viewer, acting_as
from shouwang.people.selectors import organisations_by_ids
from shouwang.register.selectors import households_brief
from shouwang.rulebook.workflow import Act


@dataclass(frozen=True)
class Delivery:
    """What arrived: the day, the result in words, and the benefit in money where there is one."""

    delivered_on: date
    result: str
    amount_fen: int | None = None
    unit: str = "ONCE"
    from_date: date | None = None
    until_date: date | None = None
    proofs: tuple[Ready, ...] = ()

    def __post_init__(self) -> None:
        numbers_refuse(self.result)


def may_deliver(measure: Measure, viewer: Viewer) -> bool:
    """This function tells whether a measure is the viewer's to record: her own, or, as centre, an outside body's."""
    if viewer.kind is Kind.COUNTY_CENTRE:
        own = measure.provider_organisation_id == viewer.organisation_id
        return viewer.can_see(measure.slot) and (measure.is_outside or own)
    return viewer.organisation_id is not None and measure.provider_organisation_id == viewer.organisation_id


def _grant(measure: Measure, delivery: Delivery, *, viewer: Viewer, at: datetime) -> Grant | None:
    if delivery.amount_fen is None:
        return None
    mine = measure.provider_organisation_id or 0
    provider = organisations_by_ids({mine}).get(mine)
    return grant_record(
        viewer=viewer,
        slot=measure.slot,
        household_id=measure.household_id,
        person_id=measure.person_id,
        case_id=measure.case_id,
        benefit=Benefit(
            payer_name=measure.provider_name,
            payer_organisation_id=measure.provider_organisation_id,
            purpose=measure.summary[:120],
            amount_fen=delivery.amount_fen,
            unit=delivery.unit,
            standing=standing_of(Kind(provider.kind) if provider else None),
            from_date=delivery.from_date or delivery.delivered_on,
            until_date=delivery.until_date,
        ),
        source_ref=f"measure:{measure.pk}",
        at=at,
    )


def _sentence(measure: Measure, grant: Grant | None) -> str:
    kind = MeasureKind(measure.kind).label
    money = ""
    if grant is not None:
        every = {"ONCE": "", "MONTHLY": "每月 ", "DAILY": "每天 "}[grant.unit]
        money = f"，{every}{yuan_text(grant.amount_fen)} 元（{Grant.Standing(grant.standing).label}）"
    return f"{measure.provider_name}落实{kind}：{measure.summary}{money}"[:500]


def measure_deliver(*, viewer: Viewer, measure_id: int, version: int, delivery: Delivery, at: datetime) -> Measure:
    """This function records that a measure arrived: its grant, the provider's answer, the case event.

    Raises MeasureNotFound, MeasureStale, MeasureSettled, DeliveryDay, OverCap, AmountNotSane, what casework refuses.
    """
    if delivery.delivered_on > at.astimezone(SHANGHAI).date():
        raise DeliveryDay(delivery.delivered_on)
    with transaction.atomic():
        measure = measure_locked(measure_id=measure_id, version=version)
        if not may_deliver(measure, viewer):
            raise MeasureNotFound
        _cap(measure, delivery)
        grant = _grant(measure, delivery, viewer=viewer, at=at)
        proofs_add(viewer=viewer, measure=measure, ready=delivery.proofs, at=at)
        if measure.task_id is not None:
            _answer(measure, delivery, viewer=viewer, at=at)
        measure.state = Measure.State.DELIVERED
        measure.delivered_on = delivery.delivered_on
        measure.delivered_at = at
        measure.delivered_by = viewer.label
        measure.result = delivery.result.strip()[:500]
        measure.grant_id = grant.pk if grant else None
        measure.amount_fen = delivery.amount_fen
        measure.unit = delivery.unit if delivery.amount_fen is not None else ""
        measure.version += 1
        measure.save()
        primaries_follow(measure)
        assisted_record(
            viewer=viewer,
            case_id=measure.case_id,
            at=at,
            data=_data(measure, grant),
            text=_sentence(measure, grant),
            is_complete=False,
        )
        entry_append(
            viewer=viewer,
            action="measure.deliver",
            subject_type="assistance.Measure",
            subject_id=measure.pk,
            slot=measure.slot,
            at=at,
            after=_data(measure, grant),
        )
    return measure


def _cap(measure: Measure, delivery: Delivery) -> None:
    """This function refuses an amount over the cap of the offer that the measure follows; raises OverCap."""
    if not measure.offer or delivery.amount_fen is None:
        return
    household_lock(measure.household_id)
    on = measure.planned_at.astimezone(SHANGHAI).date()  # a measure counts in the year in which it was planned
    with acting_as(SYSTEM):  # departments see neither the case's policy nor what others gave
        policy = policy_for_case(case_get(SYSTEM, measure.case_id), on=on)
        if measure.offer in policy.topic("measures"):
            cap_refuse(
                policy, measure.offer, household_id=measure.household_id, on=on, amount_fen=delivery.amount_fen,
                except_id=measure.pk,
            )  # fmt: skip


def _data(measure: Measure, grant: Grant | None) -> dict[str, Any]:
    return {
        "measure_id": measure.pk,
        "grant_id": grant.pk if grant else None,
        "amount_fen": grant.amount_fen if grant else None,
        "unit": grant.unit if grant else None,
        "delivered_on": measure.delivered_on.isoformat() if measure.delivered_on else None,
    }


def _answer(measure: Measure, delivery: Delivery, *, viewer: Viewer, at: datetime) -> None:
    """The provider's task ends with the delivery; the amount is a figure of its unit where the pack has one."""
    task = task_get(viewer, int(measure.task_id or 0))
    allowed = task_kind(task.case, task).figures
    key = FIGURE_OF_UNIT[delivery.unit]
    figures = {key: delivery.amount_fen} if delivery.amount_fen is not None and key in allowed else {}
    task_answer(
        viewer=viewer,
        task_id=task.pk,
        version=task.version,
        meets=True,
        reasons=delivery.result,
        figures=figures,
        at=at,
    )


def help_complete(*, viewer: Viewer, case_id: int, version: int, at: datetime) -> None:
    """This function closes the help of a case and sends it on: to the visit, or to the papers that help preceded.

    Raises NotYetDelivered while a planned measure is out, or none ever arrived; and what casework refuses.
    """
    with transaction.atomic():
        case = case_get(viewer, case_id)
        if case.act != Act.HELP.value:
            raise NotInHelp
        mine = Measure.objects.filter(case_id=case.pk)
        waiting = mine.filter(state=Measure.State.PLANNED).count()
        delivered = mine.filter(state=Measure.State.DELIVERED, delivered_at__gte=case.stage_since_at)
        if waiting or not has_help_arrived(viewer, case):
            raise NotYetDelivered(waiting)
        arrived = list(delivered)
        paid = paid_this_round(viewer, case)
        named = {*(measure.person_id for measure in arrived), *paid.values_list("person_id", flat=True)}
        people = _people(viewer, case.household_id, named, on=at.astimezone(SHANGHAI).date())
        Aid.objects.create(
            slot=case.slot, household_id=case.household_id, case_id=case.pk, on=at.astimezone(SHANGHAI).date(),
            people=people, measures=len(arrived), at=at,
        )  # fmt: skip
        assisted_record(
            viewer=viewer,
            case_id=case_id,
            at=at,
            data={"people": people, "measures": [measure.pk for measure in arrived]},
            text=f"{help_completion(case)}（{f'{len(arrived)} 项，' if arrived else ''}帮到 {people} 人）",
            is_complete=True,
            version=version,
        )


def _people(viewer: Viewer, household_id: int, named: set[int | None], *, on: date) -> int:
    """This function returns how many people help reached: the named ones, or with None among them the household."""
    if None not in named:
        return len(named)
    home = households_brief(viewer, [household_id], on=on).get(household_id)
    persons = named - {None}
    return max(1, len(home.person_ids | persons) if home is not None else len(persons))
