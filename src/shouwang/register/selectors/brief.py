"""Reads of many households at once, no more of each than a check needs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from shouwang.kit.codes import Risk, SpendingCause
from shouwang.kit.dates import SHANGHAI
from shouwang.people.access import Viewer
from shouwang.register.models import Household, HouseholdState, Membership, Person, Spending
from shouwang.register.selectors.scope import holding, of_household, of_person


@dataclass(frozen=True)
class HouseholdBrief:
    """Where a household lies and who belongs to it."""

    slot: int
    person_ids: frozenset[int]


@dataclass(frozen=True)
class SpendingBrief:
    """A known event: whose, why, when, how much; `cause` is empty where no risk answers to it."""

    household_id: int
    person_id: int | None
    cause: str
    event_date: date
    gross_fen: int | None
    reimbursed_fen: int | None
    self_paid_fen: int | None


def households_brief(viewer: Viewer, household_ids: Collection[int], *, on: date) -> dict[int, HouseholdBrief]:
    """This function returns those households that the viewer may read and that stand on a day, by id."""
    rows = of_household(Household.objects.filter(pk__in=household_ids, ended_on__isnull=True), viewer, field="id")
    slots = dict(rows.values_list("pk", "slot"))
    persons: dict[int, set[int]] = defaultdict(set)
    members = Membership.objects.filter(holding(on), household_id__in=list(slots))
    for household_id, person_id in members.values_list("household_id", "person_id"):
        persons[household_id].add(person_id)
    return {pk: HouseholdBrief(slot, frozenset(persons[pk])) for pk, slot in slots.items()}


def memberships_dated(viewer: Viewer) -> QuerySet[Any, Any]:
    """This function returns who belongs to the households the viewer may read, from which day to before which, as a
    query to join with: household_id, person_id, valid_from, valid_to."""
    rows = of_household(Membership.objects.filter(superseded_at__isnull=True), viewer)
    return rows.values("household_id", "person_id", "valid_from", "valid_to")


def spendings_brief(viewer: Viewer, spending_ids: Collection[int]) -> dict[int, SpendingBrief]:
    """This function returns those events in the register that the viewer may read, by id."""
    if not spending_ids:
        return {}
    rows = of_household(Spending.objects.filter(pk__in=spending_ids, superseded_at__isnull=True), viewer)
    found = {}
    for row in rows:
        risk = Risk.parse_or_none(SpendingCause.parse(row.cause).label)
        found[row.pk] = SpendingBrief(
            row.household_id, row.person_id, risk.value if risk else "", row.event_date,
            row.gross_fen, row.reimbursed_fen, row.self_paid_fen,
        )  # fmt: skip
    return found


def deaths_of(viewer: Viewer, person_ids: Collection[int]) -> dict[int, date]:
    """This function returns the day of death of those persons the viewer may read who are known to have died."""
    rows = of_person(Person.objects.filter(pk__in=person_ids, died_on__isnull=False), viewer, field="id")
    return {pk: died for pk, died in rows.values_list("pk", "died_on") if died is not None}


def ends_of(viewer: Viewer, household_ids: Collection[int]) -> dict[int, date]:
    """This function returns the day on which those households the viewer may read ended that stand no more."""
    rows = of_household(Household.objects.filter(pk__in=household_ids, ended_on__isnull=False), viewer, field="id")
    return {pk: ended for pk, ended in rows.values_list("pk", "ended_on") if ended is not None}


def removals_of(viewer: Viewer, household_ids: Collection[int]) -> dict[int, date]:
    """This function returns the day on which the risk of those households was marked as removed, as believed now."""
    rows = of_household(
        HouseholdState.objects.filter(
            household_id__in=household_ids, superseded_at__isnull=True, valid_to__isnull=True,
            removed_date__isnull=False,
        ),
        viewer,
    )  # fmt: skip
    return {pk: day for pk, day in rows.values_list("household_id", "removed_date") if day is not None}


def gone_before(viewer: Viewer, *, person: str, household: str, day: str) -> Q:
    """This function returns the condition, on rows of another room, that somebody was gone before a day.

    The person died, the household ended, or its risk was marked as removed earlier than the day. The three arguments
    name the row's fields; for a query of which the viewer may see every row, as far as she may read the register.
    """
    died = Person.objects.filter(pk=OuterRef(person), died_on__lt=OuterRef(day))
    ended = Household.objects.filter(pk=OuterRef(household), ended_on__lt=OuterRef(day))
    removed = HouseholdState.objects.filter(
        household_id=OuterRef(household), superseded_at__isnull=True, valid_to__isnull=True,
        removed_date__lt=OuterRef(day),
    )  # fmt: skip
    # The few who are gone at all are read once; of their rows alone the day is asked for, one by one.
    dead = of_person(Person.objects.filter(died_on__isnull=False), viewer, field="id").values("pk")
    left = of_household(Household.objects.filter(ended_on__isnull=False), viewer, field="id").values("pk")
    safe = of_household(
        HouseholdState.objects.filter(
            superseded_at__isnull=True, valid_to__isnull=True, removed_date__isnull=False
        ),
        viewer,
    ).values("household_id")  # fmt: skip
    return (
        Q(**{f"{person}__in": dead}) & Q(Exists(of_person(died, viewer, field="id")))
        | Q(**{f"{household}__in": left}) & Q(Exists(of_household(ended, viewer, field="id")))
        | Q(**{f"{household}__in": safe}) & Q(Exists(of_household(removed, viewer)))
    )


@dataclass(frozen=True)
class RemovedHousehold:
    """A household whose risk was removed: where it lives now, since when, how in the register's word, and the day on
    which the register learned of it."""

    household_id: int
    slot: int
    removed_on: date
    removal: str
    known_on: date


def households_removed(viewer: Viewer, *, after: date, on: date) -> list[RemovedHousehold]:
    """This function returns the households of the viewer's areas whose risk is removed since some day after `after` and
    by `on`, as believed now, the first removed in front; those that stand no more are left out."""
    learned = _learned(household_id=OuterRef("household_id"), removed_date=OuterRef("removed_date"))
    rows = of_household(
        HouseholdState.objects.filter(
            removed_date__gt=after, removed_date__lte=on, superseded_at__isnull=True, valid_to__isnull=True,
            household__ended_on__isnull=True,
        ),
        viewer,
    ).order_by("removed_date", "household_id")  # fmt: skip
    rows = rows.annotate(learned=Subquery(learned.values("recorded_at")[:1]))
    return [
        RemovedHousehold(key, slot, day, removal, learned_at.astimezone(SHANGHAI).date())
        for key, slot, day, removal, learned_at in rows.values_list(
            "household_id", "slot", "removed_date", "removal", "learned"
        )
        if day is not None
    ]


def removal_known_on(household_id: int, removed_on: date) -> date | None:
    """This function returns the day on which the register learned that the risk of a household was removed on a day, in
    the scope of whoever asks."""
    at = _learned(household_id=household_id, removed_date=removed_on).values_list("recorded_at", flat=True).first()
    return at.astimezone(SHANGHAI).date() if at is not None else None


def _learned(**removal: Any) -> QuerySet[HouseholdState]:
    """This function returns what tells of a removal, what was learned first in front; also what is believed no more."""
    return HouseholdState.objects.filter(**removal).order_by("recorded_at", "pk")


def deaths_in(*, lo: int, hi: int) -> dict[int, date]:
    """This function returns the day of death of everybody in a slot range who is known to have died."""
    rows = Person.objects.filter(slot__gte=lo, slot__lte=hi, died_on__isnull=False)
    return {pk: died for pk, died in rows.values_list("pk", "died_on") if died is not None}


def ends_in(*, lo: int, hi: int) -> dict[int, date]:
    """This function returns the day on which those households of a slot range ended that stand no more."""
    rows = Household.objects.filter(slot__gte=lo, slot__lte=hi, ended_on__isnull=False)
    return {pk: ended for pk, ended in rows.values_list("pk", "ended_on") if ended is not None}
