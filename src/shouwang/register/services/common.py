"""What the services share: locks with version checks, findings, membership rows, audit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import models
from django.db.models import F
from django.utils import timezone

from shouwang.audit.services import entry_append
from shouwang.kit.codes import Relationship
from shouwang.people.access import READS_REGISTER, Kind, Viewer
from shouwang.people.selectors import area_of_slot
from shouwang.register import errors
from shouwang.register.models import (
    Household,
    Identifier,
    Income,
    Membership,
    NamedFact,
    Person,
    PersonState,
    RegisterFinding,
    Residence,
    Spending,
    Status,
)
from shouwang.register.rules import has_adult
from shouwang.register.selectors.scope import holding

EDITORS = frozenset({Kind.TOWNSHIP, Kind.COUNTY_CENTRE, Kind.SYSTEM})
DECIDERS = frozenset({Kind.TOWNSHIP, Kind.COUNTY_CENTRE, Kind.CITY_CENTRE, Kind.PROVINCE, Kind.SYSTEM})
WRITERS = READS_REGISTER - {Kind.AUDIT}
OF_PERSON = (Income, Spending, Status, NamedFact)

HEAD, SPOUSE = Relationship.HEAD.value, Relationship.SPOUSE.value


def may_edit(viewer: Viewer) -> None:
    """This function refuses who may not change households; raises MayNotChange."""
    if viewer.kind not in EDITORS:
        raise errors.MayNotChange


def source_of(viewer: Viewer) -> str:
    """This function returns the source that a viewer's entries carry."""
    if viewer.kind is Kind.SYSTEM:
        return "system"
    return "officer" if viewer.kind is Kind.VILLAGE else "clerk"


def day_check(on: date, *, at: datetime) -> None:
    """This function refuses a day after today; raises DayInFuture."""
    if on > timezone.localdate(at):
        raise errors.DayInFuture


def village_check(viewer: Viewer, slot: int, *, anywhere: bool = False) -> None:
    """This function refuses a slot that is no current village or (unless `anywhere`) outside the viewer's areas."""
    if area_of_slot(slot) is None:
        raise errors.NotAVillage
    if not anywhere and not viewer.can_see(slot):
        raise errors.NotYourArea


def household_lock(viewer: Viewer, household_id: int, version: int | None, *, alive: bool = True) -> Household:
    """This function locks a household of the viewer's for a change.

    Raises HouseholdNotFound, HouseholdChanged when its version is not `version` (None: not asked), HouseholdEnded.
    """
    found = Household.objects.select_for_update().filter(viewer.q(), pk=household_id).first()
    if found is None or not viewer.reads_register:
        raise errors.HouseholdNotFound
    if version is not None and found.version != version:
        raise errors.HouseholdChanged(found.changed_by, f"{timezone.localtime(found.changed_at):%Y-%m-%d %H:%M}")
    if alive and found.ended_on is not None:
        raise errors.HouseholdEnded
    return found


def person_lock(viewer: Viewer, person_id: int, version: int | None, *, alive: bool = True) -> Person:
    """This function locks a person of the viewer's for a change; raises PersonNotFound, PersonChanged, AlreadyDead."""
    found = Person.objects.select_for_update().filter(viewer.q(), pk=person_id).first()
    if found is None or not viewer.reads_register:
        raise errors.PersonNotFound
    if version is not None and found.version != version:
        raise errors.PersonChanged(found.changed_by, f"{timezone.localtime(found.changed_at):%Y-%m-%d %H:%M}")
    if found.merged_into_id is not None:
        raise errors.AlreadyMerged
    if alive and found.died_on is not None:
        raise errors.AlreadyDead
    return found


def household_touch(household: Household, *, viewer: Viewer, at: datetime, **fields: Any) -> None:
    """This function writes fields of a household and counts its version up."""
    fields |= {"changed_at": at, "changed_by": viewer.label[:200]}
    Household.objects.filter(pk=household.pk).update(version=F("version") + 1, **fields)
    household.refresh_from_db()


def person_touch(person: Person, *, viewer: Viewer, at: datetime, **fields: Any) -> None:
    """This function writes fields of a person and counts her version up."""
    fields |= {"changed_at": at, "changed_by": viewer.label[:200]}
    Person.objects.filter(pk=person.pk).update(version=F("version") + 1, **fields)
    person.refresh_from_db()


def audited(
    viewer: Viewer,
    action: str,
    subject: Household | Person | Any,
    *,
    at: datetime,
    slot: int | None = None,
    purpose: str = "",
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """This function appends the audit row of a change in its transaction."""
    entry_append(
        viewer=viewer,
        action=action,
        subject_type=f"register.{type(subject).__name__}",
        subject_id=subject.pk,
        slot=slot if slot is not None else subject.slot,
        at=at,
        purpose=purpose,
        before=dict(before) if before is not None else None,
        after=dict(after) if after is not None else None,
    )


# ---- memberships ----


def memberships_on(household_id: int, on: date) -> dict[int, Membership]:
    """This function returns the memberships of a household on a day by person, locked, in the caller's scope."""
    rows = Membership.objects.select_for_update().filter(holding(on), household_id=household_id)
    return {row.person_id: row for row in rows}


def membership_of(person_id: int, on: date) -> Membership | None:
    """This function returns the membership of a person on a day, locked, or None."""
    return Membership.objects.select_for_update().filter(holding(on), person_id=person_id).first()


def membership_end(row: Membership, *, on: date, at: datetime) -> None:
    """This function ends a membership before a day: the open row is superseded by one with an end.

    A membership that began on that very day never was and is only superseded. Raises DayTooEarly.
    """
    if row.valid_from > on or (row.valid_to is not None and row.valid_to > on):
        raise errors.DayTooEarly
    later = Membership.objects.filter(person_id=row.person_id, superseded_at__isnull=True, valid_from__gt=on)
    if later.exists():
        raise errors.DayTooEarly
    Membership.objects.filter(pk=row.pk).update(superseded_at=at)
    if row.valid_from < on:
        Membership.objects.create(
            slot=row.slot,
            person_id=row.person_id,
            household_id=row.household_id,
            relationship=row.relationship,
            reason=row.reason,
            source=row.source,
            source_ref=row.source_ref,
            valid_from=row.valid_from,
            valid_to=on,
            recorded_at=at,
        )


def membership_begin(
    *,
    person_id: int,
    household: Household,
    relationship: str,
    on: date,
    at: datetime,
    reason: str,
    source: str,
    source_ref: str | None = None,
) -> Membership:
    """This function begins a membership on a day."""
    return Membership.objects.create(
        slot=household.slot,
        person_id=person_id,
        household=household,
        relationship=Relationship.parse(relationship).value,
        reason=reason,
        source=source,
        source_ref=source_ref,
        valid_from=on,
        recorded_at=at,
    )


def relationships_check(relationships: Mapping[int, str]) -> None:
    """This function refuses a household without exactly one head or with two spouses."""
    values = [Relationship.parse(relationship).value for relationship in relationships.values()]
    if values.count(HEAD) == 0:
        raise errors.HeadMissing
    if values.count(HEAD) > 1:
        raise errors.TwoHeads
    if values.count(SPOUSE) > 1:
        raise errors.TwoSpouses


def relationships_set(
    household: Household, wanted: Mapping[int, str], *, on: date, at: datetime, source: str
) -> list[int]:
    """This function gives the members of a household their relationships from a day on; returns who changed.

    `wanted` names every member. All old rows end before any new one begins, so that no day has two heads.
    """
    relationships_check(wanted)
    current = memberships_on(household.pk, on)
    if set(current) != set(wanted):
        raise errors.NotAMember
    changed = [pk for pk, row in current.items() if row.relationship != Relationship.parse(wanted[pk]).value]
    for pk in changed:
        membership_end(current[pk], on=on, at=at)
    for pk in changed:
        membership_begin(
            person_id=pk, household=household, relationship=wanted[pk], on=on, at=at, reason="head", source=source
        )
    return changed


def has_head_every_day(household_id: int) -> bool:
    """This function tells whether a household has exactly one head on every day on which it has members."""
    rows = list(
        Membership.objects.filter(household_id=household_id, superseded_at__isnull=True).values_list(
            "valid_from", "valid_to", "relationship"
        )
    )
    days = {day for first, end, _ in rows for day in (first, end) if day is not None}
    for day in days:
        held = [relationship for first, end, relationship in rows if first <= day and (end is None or day < end)]
        if held and held.count(HEAD) != 1:
            return False
    return True


# ---- slots ----


def person_rehome(person_id: int, *, household: Household, from_household_id: int | None) -> None:
    """This function takes a person's own rows along to another household and slot; their ids stay."""
    slot = household.slot
    Person.objects.filter(pk=person_id).update(slot=slot)
    about: tuple[type[models.Model], ...] = (Identifier, PersonState, Residence)
    for own in about:
        own._default_manager.filter(person_id=person_id).update(slot=slot)
    for model in OF_PERSON:
        rows = model.objects.filter(person_id=person_id)
        if from_household_id is not None:
            rows = rows.filter(household_id=from_household_id)
        rows.update(household=household, slot=slot)


# ---- findings ----


def adult_check(household: Household, *, on: date, at: datetime) -> None:
    """This function opens a finding for a household without an adult, and settles it once there is one."""
    births = list(
        Membership.objects.filter(
            holding(on), household_id=household.pk, person__died_on__isnull=True, person__merged_into__isnull=True
        ).values_list("person__birth_date", flat=True)
    )
    is_missing = bool(births) and not has_adult(births, on=on)
    found = RegisterFinding.objects.filter(
        household=household, kind=RegisterFinding.Kind.NO_ADULT, settled_at__isnull=True
    )
    if is_missing:
        if not found.exists():
            finding_open(household, RegisterFinding.Kind.NO_ADULT, at=at, note="户内成员都未满 18 周岁，请确认监护人。")
    else:
        found.update(settled_at=at, settled_by="系统自动", settlement="户内已有成年人或已无成员")


def finding_open(
    household: Household, kind: str, *, at: datetime, note: str = "", person_id: int | None = None
) -> None:
    """This function opens a finding once a household and kind."""
    RegisterFinding.objects.bulk_create(
        [
            RegisterFinding(
                slot=household.slot, household=household, kind=kind, note=note, person_id=person_id, opened_at=at
            )
        ],
        ignore_conflicts=True,
    )
