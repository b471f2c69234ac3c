"""A claim is opened: from a case by the county centre, or by the insurer out of its own task of verification."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q

from shouwang.casework.errors import CaseClosed
from shouwang.casework.selectors import case_get, task_get
from shouwang.casework.selectors.cases import Case
from shouwang.engine.explanation import typed_facts
from shouwang.insurance.errors import (
    AfterTerm,
    CauseNotInCase,
    EventClaimed,
    EventInFuture,
    FiledLate,
    NoPool,
    NotEligible,
    NotInsured,
    PersonDead,
    PersonElsewhere,
    StepOutOfTurn,
    TypeUnknown,
)
from shouwang.insurance.models import Claim, Pool
from shouwang.insurance.rules import OVER, State, TypeSource
from shouwang.insurance.selectors import pools_at
from shouwang.insurance.services.common import WORKERS, claim_saved, handled_by
from shouwang.kit.codes import Risk
from shouwang.kit.dates import SHANGHAI
from shouwang.kit.texts import numbers_refuse
from shouwang.people.access import SYSTEM, Kind, Viewer, acting_as
from shouwang.register.selectors import PersonHit, hits_of, household_card, members_of
from shouwang.rulebook.insurance import Terms, claim_terms
from shouwang.rulebook.policy import Policy
from shouwang.screening.selectors import warnings_of_household
from shouwang.screening.services import household_reasons
from shouwang.standards.selectors import policy_by_version_id


@dataclass(frozen=True)
class Event:
    """What happened: cause, day, to whom (None: the household), who is paid, in short what.

    `type_key` is the household's type as a person states it, with the reason, where nothing else tells it.
    `insured_as` is which of those whom a pool insures it belongs to, with the reason, where a pool is for some only.
    """

    cause: str
    on: date
    payee_id: int
    summary: str
    person_id: int | None = None
    type_key: str = ""
    type_note: str = ""
    insured_as: str = ""
    insured_note: str = ""

    def __post_init__(self) -> None:
        numbers_refuse(self.summary, self.type_note, self.insured_note)


@dataclass(frozen=True)
class Standing:
    """Of which type a household is, and who says so."""

    type_key: str
    type_name: str
    source: TypeSource
    note: str


def case_of(viewer: Viewer, *, case_id: int | None = None, task_id: int | None = None) -> Case:
    """This function returns the case a claim may be opened about: one in sight, or that of an open task of payout.

    Raises CaseNotFound, TaskNotFound, StepOutOfTurn.
    """
    if task_id is None:
        return case_get(viewer, case_id or 0)
    task = task_get(viewer, task_id)
    if task.state != "OPEN" or viewer.kind is not Kind.INSURER or task.asks not in ("payout", "deliver"):
        raise StepOutOfTurn("", "有未办结核查任务的承保公司")
    with acting_as(SYSTEM):
        return Case.objects.select_related("pack_version").defer("pack_version__files").get(pk=task.case_id)


def case_policy(case: Case, *, on: date) -> Policy:
    """This function returns what the pack version of a case states for the day of an event."""
    return policy_by_version_id(case.pack_version_id, on=on)


def standing_of(case: Case, policy: Policy, *, at: datetime) -> Standing | None:
    """This function tells a household's type by the newest warning of its case, else by the last screening.

    It reads in the system's scope: the insurer sees neither, and learns the type alone. None where neither tells.
    """
    with acting_as(SYSTEM):
        raised = warnings_of_household(SYSTEM, case.household_id).filter(collected_case_id=case.pk).exclude(type_key="")
        warning = raised.first()
        if warning is not None and warning.type_key in policy.types:
            name = policy.types[warning.type_key].name
            return Standing(
                warning.type_key, name, TypeSource.WARNING, f"预警 {warning.pk}，数据截至 {warning.on:%Y-%m-%d}"
            )
        found = household_reasons(viewer=SYSTEM, household_id=case.household_id, at=at)
    if found.single is None or found.policy is None or found.run is None:
        return None
    facts = {**found.single.facts, "on": found.run.on}
    key = typed_facts(found.policy, facts, on=found.run.on)["household_type"]
    if key is None or key not in policy.types:
        return None
    return Standing(key, policy.types[key].name, TypeSource.SCREENING, f"数据截至 {found.run.on:%Y-%m-%d} 的筛查")


def _standing(case: Case, policy: Policy, event: Event, *, at: datetime) -> Standing:
    if not event.type_key:
        found = standing_of(case, policy, at=at)
        if found is None:
            raise TypeUnknown
        return found
    if event.type_key not in policy.types or not event.type_note.strip():
        raise TypeUnknown
    name = policy.types[event.type_key].name
    return Standing(event.type_key, name, TypeSource.STATED, event.type_note.strip()[:300])


def _people(case: Case, event: Event) -> tuple[PersonHit | None, PersonHit]:
    """This function returns to whom it happened and who is paid; raises PersonElsewhere, PersonDead."""
    with acting_as(SYSTEM):
        then = {member.person_id for member in members_of(SYSTEM, case.household_id, event.on)}
        wanted = {pk for pk in (event.person_id, event.payee_id) if pk is not None}
        hits = hits_of(wanted, on=event.on)
    payee = hits.get(event.payee_id)
    if payee is None or event.payee_id not in then:
        raise PersonElsewhere(as_payee=True)
    payee_refuse(payee)
    if event.person_id is None:
        return None, payee
    person = hits.get(event.person_id)
    if person is None or (person.died_on is None and event.person_id not in then):
        raise PersonElsewhere
    if person.died_on is not None and person.died_on < event.on:
        raise PersonDead(person.name, person.died_on)
    return person, payee


def payee_refuse(payee: PersonHit) -> None:
    """This function refuses a payee who has died; raises PersonDead."""
    if payee.died_on is not None:
        raise PersonDead(payee.name, payee.died_on, as_payee=True)


def _pool(case: Case, terms: Terms, event: Event) -> Pool:
    """This function returns the term of the pool that was in force on the day; raises NoPool, AfterTerm."""
    if terms.pool is None:
        raise NoPool
    terms_of_pool = pools_at(slot=case.slot, key=terms.pool.key)
    for pool in terms_of_pool:
        if pool.from_date <= event.on < pool.until_date:
            return pool
    if not terms_of_pool:
        raise NoPool(terms.pool.name)
    nearest = terms_of_pool[0]
    raise AfterTerm(
        name=nearest.name, on=event.on, from_date=nearest.from_date, until_date=nearest.until_date
    )  # fmt: skip


def _insured(pool: Pool, event: Event) -> None:
    """This function refuses a household that is not said to be of those for whom a pool is; raises NotInsured."""
    if pool.insures and (event.insured_as not in pool.insures or not event.insured_note.strip()):
        raise NotInsured(name=pool.name, insures=pool.insures)


def _in_time(pool: Pool, event: Event, *, on: date) -> None:
    """This function refuses an event that is told after the deadline of the pool's policy; raises FiledLate."""
    if pool.file_within_days is None:
        return
    last = event.on + timedelta(days=pool.file_within_days)
    if on > last:
        raise FiledLate(on=event.on, days=pool.file_within_days, last=last)


def claim_open(
    *, viewer: Viewer, event: Event, at: datetime, case_id: int | None = None, task_id: int | None = None
) -> Claim:
    """This function opens a claim about a case (`case_id`) or out of the insurer's task of verification (`task_id`).

    Raises EventInFuture, CauseNotInCase, TypeUnknown, NotEligible, NoPool, AfterTerm, NotInsured, FiledLate,
    PersonDead, PersonElsewhere, EventClaimed, and what casework refuses.
    """
    if viewer.role not in WORKERS or viewer.kind not in (Kind.COUNTY_CENTRE, Kind.INSURER):
        raise StepOutOfTurn("", "县级防贫中心或承保公司")
    if event.on > at.astimezone(SHANGHAI).date():
        raise EventInFuture
    with transaction.atomic():
        case = case_of(viewer, case_id=case_id, task_id=task_id)
        if not case.is_open:
            raise CaseClosed
        with acting_as(SYSTEM):
            causes = case.causes
        if event.cause not in causes:
            raise CauseNotInCase
        policy = case_policy(case, on=event.on)
        person, payee = _people(case, event)
        standing = _standing(case, policy, event, at=at)
        terms = claim_terms(policy, cause=event.cause, type_key=standing.type_key)
        if terms.ladder is None:
            raise NotEligible(cause=Risk(event.cause).label, type_name=standing.type_name, on=event.on)
        pool = _pool(case, terms, event)
        _insured(pool, event)
        _in_time(pool, event, on=at.astimezone(SHANGHAI).date())
        claim = _claim(viewer, case, event, standing, terms, pool, person=person, payee=payee, at=at)
        claim.task_id = task_id
        _once(claim)
        handled_by(claim, viewer)
        said = f"受理理赔：{Risk(event.cause).label}，{event.on:%Y-%m-%d} {event.summary.strip()}"
        try:
            with transaction.atomic():
                claim_saved(claim, viewer=viewer, at=at, what="lodge", text=said, pool=pool.pk, case=case.pk)
        except IntegrityError as error:
            raise EventClaimed(event.on) from error
    return claim


def _once(claim: Claim) -> None:
    """This function refuses a second claim for one event; one of the whole household is also each member's."""
    with acting_as(SYSTEM):
        others = Claim.objects.filter(
            household_id=claim.household_id, covered_as=claim.covered_as, event_on=claim.event_on
        ).exclude(state__in=OVER)  # fmt: skip
        if claim.person_id is not None:
            others = others.filter(Q(person_id=claim.person_id) | Q(person_id__isnull=True))
        if others.exists():
            raise EventClaimed(claim.event_on)


def _claim(
    viewer: Viewer,
    case: Case,
    event: Event,
    standing: Standing,
    terms: Terms,
    pool: Pool,
    *,
    person: PersonHit | None,
    payee: PersonHit,
    at: datetime,
) -> Claim:
    assert terms.ladder is not None
    if viewer.kind is Kind.INSURER and viewer.organisation_id != pool.organisation_id:
        raise StepOutOfTurn("", pool.insurer_name)
    with acting_as(SYSTEM):
        card = household_card(SYSTEM, case.household_id)
    return Claim(
        slot=case.slot, household_id=case.household_id, household_name=card.head_name[:80], place=card.place[:200],
        person_id=person.person_id if person else None, person_name=person.name[:80] if person else "",
        payee_id=payee.person_id, payee_name=payee.name[:80], case_id=case.pk, pool=pool, pool_name=pool.name,
        organisation_id=pool.organisation_id, insurer_name=pool.insurer_name, cause=event.cause,
        covered_as=terms.covered_as, event_on=event.on, summary=event.summary.strip()[:300],
        pack_version=case.pack_version, type_key=standing.type_key, type_name=standing.type_name,
        type_source=standing.source, type_note=standing.note, ladder_key=terms.ladder.key,
        insured_as=event.insured_as[:120] if pool.insures else "",
        insured_note=event.insured_note.strip()[:300] if pool.insures else "",
        ladder_name=terms.ladder.name, state=State.OPEN, paid_by=pool.kept_by,
        payer_name=pool.holder_name, opened_at=at,
        opened_by=viewer.label[:200],
    )  # fmt: skip
