"""Persons and households that move, and persons who die."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from datetime import date, datetime

from django.db import transaction

from shouwang.kit.codes import Relationship
from shouwang.people.access import SYSTEM, Viewer, acting_as
from shouwang.register import errors
from shouwang.register.models import (
    FactObjection,
    Household,
    HouseholdState,
    Identifier,
    Income,
    Membership,
    Move,
    NamedFact,
    Person,
    PersonMerge,
    PersonState,
    RegisterFinding,
    Residence,
    Spending,
    Status,
)
from shouwang.register.rules import relationships_after
from shouwang.register.services.common import (
    HEAD,
    adult_check,
    audited,
    day_check,
    finding_open,
    household_lock,
    household_touch,
    may_edit,
    membership_begin,
    membership_end,
    membership_of,
    memberships_on,
    person_lock,
    person_rehome,
    person_touch,
    relationships_check,
    relationships_set,
    source_of,
    village_check,
)

OF_HOUSEHOLD = (
    Membership,
    Residence,
    HouseholdState,
    Income,
    Spending,
    Status,
    NamedFact,
    RegisterFinding,
    FactObjection,
)
OF_MEMBER = (Identifier, PersonState, Residence)


def head_replace(
    household: Household,
    *,
    leaving: int,
    new_head_id: int | None,
    relationships: Mapping[int, str] | None,
    on: date,
    at: datetime,
    source: str,
) -> None:
    """This function gives a household its new head after its head left or died; raises HeadMissing.

    The leaving person's membership has ended already. A household without members needs none.
    """
    rest = {pk: row.relationship for pk, row in memberships_on(household.pk, on).items()}
    if not rest or HEAD in rest.values():
        return
    if relationships is not None:
        wanted = {pk: value for pk, value in relationships.items() if pk != leaving}
    elif new_head_id in rest:
        assert new_head_id is not None
        wanted = relationships_after({**rest, leaving: HEAD}, new_head_id)
        wanted.pop(leaving)
    else:
        raise errors.HeadMissing
    relationships_set(household, wanted, on=on, at=at, source=source)


def household_close_if_empty(household: Household, *, viewer: Viewer, on: date, at: datetime, reason: str) -> None:
    """This function ends a household that nobody belongs to any more."""
    if household.ended_on is None and not memberships_on(household.pk, on):
        household_touch(household, viewer=viewer, at=at, ended_on=on, ended_reason=reason)


def person_die(
    *,
    viewer: Viewer,
    person_id: int,
    version: int,
    died_on: date,
    at: datetime,
    new_head_id: int | None = None,
    relationships: Mapping[int, str] | None = None,
    reason: str = "",
) -> None:
    """This function records a death: the membership ends that day; a household whose head died gets a new one.

    Raises AlreadyDead, DiedBeforeBirth, HeadMissing when others remain and nobody is named head.
    """
    may_edit(viewer)
    day_check(died_on, at=at)
    with transaction.atomic():
        person = person_lock(viewer, person_id, version)
        if person.birth_date is not None and died_on < person.birth_date:
            raise errors.DiedBeforeBirth
        membership = membership_of(person.pk, died_on)
        person_touch(person, viewer=viewer, at=at, died_on=died_on)
        household = None
        if membership is not None:
            household = household_lock(viewer, membership.household_id, None)
            membership_end(membership, on=died_on, at=at)
            head_replace(
                household, leaving=person.pk, new_head_id=new_head_id, relationships=relationships, on=died_on, at=at,
                source=source_of(viewer),
            )  # fmt: skip
            household_touch(household, viewer=viewer, at=at)
            household_close_if_empty(household, viewer=viewer, on=died_on, at=at, reason="death")
            adult_check(household, on=died_on, at=at)
        audited(
            viewer, "person.die", person, at=at, purpose=reason,
            after={"died_on": died_on, "household": household.pk if household else None, "new_head": new_head_id},
        )  # fmt: skip


def person_move(
    *,
    viewer: Viewer,
    person_id: int,
    version: int,
    on: date,
    at: datetime,
    to_household_id: int | None = None,
    relationship: str = "",
    to_slot: int | None = None,
    new_head_id: int | None = None,
    relationships: Mapping[int, str] | None = None,
    reason: str = "",
    is_decided: bool = False,
) -> int:
    """This function moves a person to a household in sight, or to a village anywhere as a household of her own.

    A village out of sight gets a finding that asks to put her where she belongs. Her own incomes, spending,
    statuses and numbers go with her. Returns her household from then on; raises HeadMissing when she heads others.
    `is_decided`: a superior has decided so, who edits no households otherwise.
    """
    if not is_decided:
        may_edit(viewer)
    day_check(on, at=at)
    with transaction.atomic():
        person = person_lock(viewer, person_id, version)
        source = source_of(viewer)
        target = _target(viewer, to_household_id, to_slot, relationship, on)
        membership = membership_of(person.pk, on)
        from_slot, left = person.slot, None
        if membership is not None:
            if membership.household_id == to_household_id:
                raise errors.SameHousehold
            left = household_lock(viewer, membership.household_id, None)
            membership_end(membership, on=on, at=at)
            head_replace(
                left, leaving=person.pk, new_head_id=new_head_id, relationships=relationships, on=on, at=at,
                source=source,
            )  # fmt: skip
            household_touch(left, viewer=viewer, at=at)
            household_close_if_empty(left, viewer=viewer, on=on, at=at, reason="move")
            adult_check(left, on=on, at=at)
        slot = target.slot if target is not None else to_slot
        assert slot is not None
        is_away = not viewer.can_see(slot)
        # Whoever hands a person over writes into an area she does not see; nothing of it comes back to her.
        with acting_as(SYSTEM) if is_away else nullcontext():
            if target is None:
                target = _household_at(viewer, slot, on=on, at=at, source=source)
                relationship = HEAD
            membership_begin(
                person_id=person.pk, household=target, relationship=relationship, on=on, at=at, reason="move",
                source=source,
            )  # fmt: skip
            person_touch(person, viewer=viewer, at=at, slot=slot)
            person_rehome(person.pk, household=target, from_household_id=left.pk if left else None)
            household_touch(target, viewer=viewer, at=at)
            adult_check(target, on=on, at=at)
            if is_away:
                finding_open(target, RegisterFinding.Kind.MOVED_IN, at=at, person_id=person.pk)
            if slot != from_slot:
                _move_note(viewer, target.pk, from_slot, slot, on=on, at=at, person_id=person.pk, reason=reason)
            audited(
                viewer, "person.move", person, at=at, slot=from_slot, purpose=reason,
                before={"slot": from_slot, "household": left.pk if left else None},
                after={"slot": slot, "household": target.pk},
            )  # fmt: skip
    return target.pk


def _target(
    viewer: Viewer, household_id: int | None, slot: int | None, relationship: str, on: date
) -> Household | None:
    """This function returns the household a person moves to, or None for one of her own; checks that it may be so."""
    if household_id is None:
        if slot is None:
            raise errors.NotAVillage
        village_check(viewer, slot, anywhere=True)
        return None
    household = household_lock(viewer, household_id, None)
    wanted = Relationship.parse(relationship).value
    current = [row.relationship for row in memberships_on(household.pk, on).values()]
    relationships_check(dict(enumerate([*current, wanted])))
    return household


def _household_at(viewer: Viewer, slot: int, *, on: date, at: datetime, source: str) -> Household:
    household = Household.objects.create(
        slot=slot, registered_on=on, created_at=at, changed_at=at, changed_by=viewer.label[:200]
    )
    Residence.objects.create(slot=slot, household=household, place=slot, valid_from=on, source=source, recorded_at=at)
    return household


def _move_note(
    viewer: Viewer,
    household_id: int,
    from_slot: int,
    to_slot: int,
    *,
    on: date,
    at: datetime,
    person_id: int | None = None,
    reason: str = "",
) -> None:
    Move.objects.create(
        slot=from_slot,
        to_slot=to_slot,
        household_id=household_id,
        person_id=person_id,
        moved_on=on,
        moved_by=viewer.label[:200],
        recorded_at=at,
        reason=reason[:200],
    )


def household_move(
    *,
    viewer: Viewer,
    household_id: int,
    version: int,
    to_slot: int,
    on: date,
    at: datetime,
    address: str = "",
    reason: str = "",
) -> None:
    """This function moves a whole household to another village, in the county or out of it.

    Every row of the household and its members goes to the new slot: the new county sees the current facts, the old one
    keeps its own rows (cases) and the note that it moved. Raises SameVillage.
    """
    may_edit(viewer)
    day_check(on, at=at)
    village_check(viewer, to_slot, anywhere=True)
    with transaction.atomic():
        household = household_lock(viewer, household_id, version)
        if household.slot == to_slot:
            raise errors.SameVillage
        from_slot = household.slot
        is_away = not viewer.can_see(to_slot)
        with acting_as(SYSTEM):
            members = list(memberships_on(household.pk, on))
            _residence_change(household, to_slot, address, on=on, at=at, source=source_of(viewer))
            household_reslot(household.pk, members, to_slot)
            household_touch(household, viewer=viewer, at=at)
            if is_away:
                finding_open(household, RegisterFinding.Kind.MOVED_IN, at=at)
            _move_note(viewer, household.pk, from_slot, to_slot, on=on, at=at, reason=reason)
            audited(
                viewer, "household.move", household, at=at, slot=from_slot, purpose=reason,
                before={"slot": from_slot}, after={"slot": to_slot, "persons": sorted(members)},
            )  # fmt: skip


def _residence_change(household: Household, place: int, address: str, *, on: date, at: datetime, source: str) -> None:
    current = Residence.objects.filter(household=household, superseded_at__isnull=True, valid_to__isnull=True).first()
    if current is not None:
        if current.valid_from > on:
            raise errors.DayTooEarly
        Residence.objects.filter(pk=current.pk).update(superseded_at=at)
        if current.valid_from < on:
            Residence.objects.create(
                slot=place, household=household, place=current.place, address=current.address,
                valid_from=current.valid_from, valid_to=on, source=current.source, recorded_at=at,
            )  # fmt: skip
    Residence.objects.create(
        slot=place, household=household, place=place, address=address.strip()[:200], valid_from=on, source=source,
        recorded_at=at,
    )  # fmt: skip


def household_reslot(household_id: int, person_ids: list[int], slot: int) -> None:
    """This function writes a new slot on every row of a household and its members; runs in the system's scope."""
    Household.objects.filter(pk=household_id).update(slot=slot)
    for model in OF_HOUSEHOLD:
        model.objects.filter(household_id=household_id).update(slot=slot)
    Identifier.objects.filter(household_id=household_id).update(slot=slot)
    Person.objects.filter(pk__in=person_ids).update(slot=slot)
    for member_model in OF_MEMBER:
        member_model.objects.filter(person_id__in=person_ids).update(slot=slot)
    PersonMerge.objects.filter(kept_id__in=person_ids).update(slot=slot)
