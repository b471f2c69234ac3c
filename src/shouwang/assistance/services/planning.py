"""Planning help: which measures, by whom, until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from shouwang.assistance.errors import (
    MeasureNotFound,
    MeasureSettled,
    MeasureStale,
    NotInHelp,
    ProviderUnknown,
    ReasonMissing,
)
from shouwang.assistance.models import Measure
from shouwang.assistance.rules import PROVIDER_KINDS
from shouwang.assistance.services.counting import primaries_add, primaries_pass_on
from shouwang.assistance.services.limiting import cap_refuse, clash_refuse, household_lock, offer_stated
from shouwang.audit.services import entry_append
from shouwang.casework.selectors import case_get, delivery_task_key, policy_for_case
from shouwang.casework.selectors.cases import Case
from shouwang.casework.services import task_open, task_withdraw
from shouwang.kit.codes import Measure as MeasureKind
from shouwang.kit.codes import Risk
from shouwang.kit.dates import SHANGHAI
from shouwang.kit.texts import numbers_refuse
from shouwang.people.access import Kind, Viewer
from shouwang.people.selectors import organisations_by_ids
from shouwang.rulebook.measures import Offer
from shouwang.rulebook.values import Provision
from shouwang.rulebook.workflow import Act


@dataclass(frozen=True)
class Plan:
    """One measure as planned. Either an organisation of ours or the name of an outside body provides it.

    `offer` is the key of the policy's offer it follows, `risk` the cause of the case it answers.
    """

    kind: str
    summary: str
    organisation_id: int | None = None
    outside_name: str = ""
    person_id: int | None = None
    responsible: str = ""
    due_on: date | None = None
    note: str = ""
    offer: str = ""
    risk: str = ""
    amount_fen: int | None = None

    def __post_init__(self) -> None:
        numbers_refuse(self.summary, self.outside_name, self.responsible, self.note)


@dataclass(frozen=True)
class Provider:
    """The organisation of ours that gives the help."""

    pk: int
    kind: Kind
    name: str


def _provider(plan: Plan, *, slot: int) -> Provider | None:
    if plan.organisation_id is None:
        if not plan.outside_name.strip():
            raise ProviderUnknown
        return None
    found = organisations_by_ids({plan.organisation_id}).get(plan.organisation_id)
    allowed = (*PROVIDER_KINDS, Kind.COUNTY_CENTRE)
    if found is None or not found.is_active or Kind(found.kind) not in allowed:
        raise ProviderUnknown
    if not found.area.lo <= slot <= found.area.hi:
        raise ProviderUnknown
    return Provider(found.pk, Kind(found.kind), found.name)


def measure_plan(*, viewer: Viewer, case_id: int, version: int | None, plan: Plan, at: datetime) -> Measure:
    """This function plans one measure and hands it to its provider as a task with a clock.

    Raises NotInHelp, ProviderUnknown, OfferNotInForce, OffersClash, OverCap, and what casework refuses (not your turn,
    stale, closed).
    """
    with transaction.atomic():
        case = case_get(viewer, case_id)
        if case.act != Act.HELP.value:
            raise NotInHelp
        stated = _offered(case, plan, on=at.astimezone(SHANGHAI).date())
        provider = _provider(plan, slot=case.slot)
        task_id, due_on = None, plan.due_on
        if provider is not None and provider.kind in PROVIDER_KINDS:
            task = task_open(
                viewer=viewer, case_id=case_id, key=delivery_task_key(case, provider.kind),
                organisation_id=provider.pk, note=plan.summary, at=at, version=version,
            )  # fmt: skip
            task_id, due_on = task.pk, plan.due_on or task.due_on
        measure = Measure.objects.create(
            slot=case.slot, household_id=case.household_id, person_id=plan.person_id, case_id=case.pk, task_id=task_id,
            kind=MeasureKind(plan.kind), offer=plan.offer, offer_name=stated.name[:60] if stated else "",
            risk=Risk(plan.risk) if plan.risk else "", amount_fen=plan.amount_fen,
            unit=(stated.value.unit or "") if stated else "", summary=plan.summary.strip()[:300],
            provider_organisation_id=provider.pk if provider else None,
            provider_name=(provider.name if provider else plan.outside_name.strip())[:120],
            is_outside=provider is None, responsible=plan.responsible.strip()[:60], due_on=due_on, planned_at=at,
            planned_by=viewer.label,
        )  # fmt: skip
        primaries_add(viewer, measure, at=at)
        entry_append(
            viewer=viewer, action="measure.plan", subject_type="assistance.Measure", subject_id=measure.pk,
            slot=case.slot, at=at,
            after={"case": case.pk, "kind": measure.kind, "provider": measure.provider_organisation_id,
                   "offer": measure.offer, "risk": measure.risk},
        )  # fmt: skip
    return measure


def _offered(case: Case, plan: Plan, *, on: date) -> Provision[Offer] | None:
    """This function refuses what the household cannot have, and returns the offer that the plan follows."""
    household_lock(case.household_id)
    if not plan.offer:
        return None
    policy = policy_for_case(case, on=on)
    stated = offer_stated(policy, plan.offer)
    clash_refuse(policy, plan.offer, household_id=case.household_id, on=on)
    if plan.amount_fen is not None:
        cap_refuse(policy, plan.offer, household_id=case.household_id, on=on, amount_fen=plan.amount_fen)
    return stated


def measure_locked(*, measure_id: int, version: int) -> Measure:
    """This function locks a planned measure for one write; raises MeasureNotFound, MeasureStale, MeasureSettled."""
    measure = Measure.objects.select_for_update().filter(pk=measure_id).first()
    if measure is None:
        raise MeasureNotFound
    if measure.version != version:
        raise MeasureStale
    if measure.state != Measure.State.PLANNED:
        raise MeasureSettled(Measure.State(measure.state).label)
    return measure


def measure_cancel(*, viewer: Viewer, measure_id: int, version: int, reason: str, at: datetime) -> Measure:
    """This function cancels a planned measure and takes its task back."""
    if not reason.strip():
        raise ReasonMissing
    numbers_refuse(reason)
    with transaction.atomic():
        measure = measure_locked(measure_id=measure_id, version=version)
        case = case_get(viewer, measure.case_id)
        if measure.task_id is not None:
            task = next((task for task in case.tasks.all() if task.pk == measure.task_id), None)
            if task is not None and task.state == "OPEN":
                task_withdraw(viewer=viewer, task_id=task.pk, version=task.version, reason=reason, at=at)
        measure.state = Measure.State.CANCELLED
        measure.cancelled_reason = reason.strip()[:300]
        measure.version += 1
        measure.save(update_fields=["state", "cancelled_reason", "version"])
        primaries_pass_on(viewer, measure)
        entry_append(
            viewer=viewer,
            action="measure.cancel",
            subject_type="assistance.Measure",
            subject_id=measure.pk,
            slot=measure.slot,
            at=at,
            after={"reason": measure.cancelled_reason},
        )
    return measure
