"""Registering, splitting and merging households; a new head."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from shouwang.kit.codes import Relationship, Sex, nationality_parse
from shouwang.kit.resident_id import ResidentId, resident_id_parse
from shouwang.kit.texts import squeezed
from shouwang.people.access import Viewer
from shouwang.register import errors
from shouwang.register.models import Household, Person, Residence
from shouwang.register.rules import name_initials, relationships_after
from shouwang.register.services.common import (
    HEAD,
    OF_PERSON,
    adult_check,
    audited,
    day_check,
    household_lock,
    household_touch,
    may_edit,
    membership_begin,
    membership_end,
    memberships_on,
    person_rehome,
    relationships_check,
    relationships_set,
    source_of,
    village_check,
)
from shouwang.register.services.elsewhere import Taken, conflict_open, refuse_in_sight, resident_id_taken
from shouwang.register.services.identifiers import identifier_add
from shouwang.register.services.states import household_state_set, person_state_set


@dataclass(frozen=True)
class NewMember:
    """A person as she is registered; `resident_id` and `phone` as they were typed, `facts` of her state."""

    name: str
    relationship: str
    resident_id: str = ""
    sex: str = ""
    birth_date: date | None = None
    nationality: str = ""
    phone: str = ""
    number: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Registered:
    """What came of a registration; `waiting` are the members that need checking by the county first."""

    household_id: int | None
    person_ids: Sequence[int] = ()
    waiting: Sequence[str] = ()
    warnings: Sequence[str] = ()


def household_register(
    *,
    viewer: Viewer,
    slot: int,
    members: Sequence[NewMember],
    on: date,
    at: datetime,
    number: str = "",
    address: str = "",
    phone: str = "",
    state: Mapping[str, Any] | None = None,
) -> Registered:
    """This function registers a household with its members.

    A member whose ID is held by somebody out of sight is left out and waits; when it is the head, nothing is registered
    but the pair. Raises HeadMissing, TwoHeads, TwoSpouses, RegisteredHere, BornInFuture, NotYourArea, …
    """
    may_edit(viewer)
    day_check(on, at=at)
    village_check(viewer, slot)
    relationships_check({index: member.relationship for index, member in enumerate(members)})
    source = source_of(viewer)
    with transaction.atomic():
        read = [_read(member, at=at) for member in members]
        taken = [resident_id_taken(parsed.number) if parsed else None for parsed in read]
        for held in taken:
            if held is not None:
                refuse_in_sight(viewer, held)
        head_waits = any(
            held is not None and Relationship.parse(member.relationship) == HEAD
            for member, held in zip(members, taken, strict=True)
        )
        household = None
        if not head_waits:
            household = _household(viewer, slot, number=number, address=address, on=on, at=at, source=source)
            if phone:
                identifier_add(
                    kind="PHONE", text=squeezed(phone), slot=slot, since=on, at=at, source=source,
                    household_id=household.pk,
                )  # fmt: skip
        persons, waiting = _members(
            viewer, household, slot, list(zip(members, read, taken, strict=True)), on=on, at=at, source=source
        )
        if household is not None:
            if state:
                household_state_set(
                    viewer=viewer, household_id=household.pk, facts=state, source=source, on=on, at=at, is_audited=False
                )
            adult_check(household, on=on, at=at)
            audited(
                viewer, "household.register", household, at=at,
                after={"persons": persons, "waiting": len(waiting), "slot": slot},
            )  # fmt: skip
    warnings = [
        f"{m.name}：{text}" for m, parsed in zip(members, read, strict=True) if parsed for text in parsed.warnings
    ]
    return Registered(household.pk if household else None, persons, waiting, warnings)


def _read(member: NewMember, *, at: datetime) -> ResidentId | None:
    today = timezone.localdate(at)
    if member.birth_date is not None and member.birth_date > today:
        raise errors.BornInFuture
    return resident_id_parse(member.resident_id, on=today) if member.resident_id.strip() else None


def _household(
    viewer: Viewer, slot: int, *, number: str, address: str, on: date, at: datetime, source: str
) -> Household:
    household = Household.objects.create(
        slot=slot,
        number=squeezed(number),
        registered_on=on,
        created_at=at,
        changed_at=at,
        changed_by=viewer.label[:200],
    )
    Residence.objects.create(
        slot=slot,
        household=household,
        place=slot,
        address=address.strip()[:200],
        valid_from=on,
        source=source,
        recorded_at=at,
    )
    return household


def _members(
    viewer: Viewer,
    household: Household | None,
    slot: int,
    rows: Sequence[tuple[NewMember, ResidentId | None, Taken | None]],
    *,
    on: date,
    at: datetime,
    source: str,
) -> tuple[list[int], list[str]]:
    persons: list[int] = []
    waiting: list[str] = []
    for member, parsed, held in rows:
        if held is not None:
            waiting.append(member.name)
            conflict_open(
                viewer=viewer,
                taken=held,
                slot=slot,
                at=at,
                name=member.name,
                relationship=Relationship.parse(member.relationship).value,
                household_id=household.pk if household else None,
            )
        elif household is not None:
            person = person_create(viewer, member, parsed, slot=slot, on=on, at=at, source=source)
            membership_begin(
                person_id=person.pk, household=household, relationship=member.relationship, on=on, at=at,
                reason="register", source=source,
            )  # fmt: skip
            persons.append(person.pk)
    return persons, waiting


def person_create(
    viewer: Viewer, member: NewMember, parsed: ResidentId | None, *, slot: int, on: date, at: datetime, source: str
) -> Person:
    """This function makes a person with her sealed numbers and her state; membership is the caller's."""
    sex = parsed.sex if parsed else (Sex.parse(member.sex).value if member.sex else "")
    person = Person.objects.create(
        slot=slot,
        name=squeezed(member.name)[:60],
        initials=name_initials(member.name),
        sex=sex,
        birth_date=parsed.birth_date if parsed else member.birth_date,
        nationality=nationality_parse(member.nationality) if member.nationality else "",
        number=squeezed(member.number),
        created_at=at,
        changed_at=at,
        changed_by=viewer.label[:200],
    )
    numbers = [("RESIDENT_ID", parsed.number if parsed else ""), ("PHONE", squeezed(member.phone))]
    for kind, text in numbers:
        if text:
            identifier_add(kind=kind, text=text, slot=slot, since=on, at=at, source=source, person_id=person.pk)
    facts = dict(member.facts)
    if parsed is not None and parsed.disability_category is not None:
        facts |= {
            "is_disabled": True,
            "disability_category": parsed.disability_category,
            "disability_level": parsed.disability_level,
        }
    if facts:
        person_state_set(viewer=viewer, person_id=person.pk, facts=facts, source=source, on=on, at=at, is_audited=False)
    return person


def household_split(
    *,
    viewer: Viewer,
    household_id: int,
    version: int,
    leaving: Mapping[int, str],
    on: date,
    at: datetime,
    staying: Mapping[int, str] | None = None,
    slot: int | None = None,
    number: str = "",
    address: str = "",
    reason: str = "",
) -> int:
    """This function splits members off into a new household and returns its id.

    `leaving` maps each leaving person to her relationship there (one head); `staying` says the relationships of those
    who stay when the head leaves (without it they are suggested from the first who stays, spouse and grown-up first).
    Their own incomes, spending and statuses go with them. Raises EverybodyLeaves, NobodyLeaves, HeadMissing, …
    """
    may_edit(viewer)
    day_check(on, at=at)
    if not leaving:
        raise errors.NobodyLeaves
    relationships_check(leaving)
    with transaction.atomic():
        household = household_lock(viewer, household_id, version)
        place = slot if slot is not None else household.slot
        village_check(viewer, place)
        current = memberships_on(household.pk, on)
        if not set(leaving) <= set(current):
            raise errors.NotAMember
        rest = {pk: row.relationship for pk, row in current.items() if pk not in leaving}
        if not rest:
            raise errors.EverybodyLeaves
        source = source_of(viewer)
        for pk in leaving:
            membership_end(current[pk], on=on, at=at)
        if HEAD not in rest.values() or staying is not None:
            if staying is None:
                raise errors.HeadMissing
            relationships_set(household, staying, on=on, at=at, source=source)
        new = _household(viewer, place, number=number, address=address, on=on, at=at, source=source)
        for pk, relationship in leaving.items():
            membership_begin(
                person_id=pk, household=new, relationship=relationship, on=on, at=at, reason="split", source=source
            )
            person_rehome(pk, household=new, from_household_id=household.pk)
        household_touch(household, viewer=viewer, at=at)
        for changed in (household, new):
            adult_check(changed, on=on, at=at)
        audited(
            viewer, "household.split", household, at=at, purpose=reason,
            before={"persons": sorted(current)}, after={"new_household": new.pk, "leaving": sorted(leaving)},
        )  # fmt: skip
    return new.pk


def household_merge(
    *,
    viewer: Viewer,
    household_id: int,
    version: int,
    other_id: int,
    other_version: int,
    relationships: Mapping[int, str],
    on: date,
    at: datetime,
    reason: str = "",
) -> None:
    """This function merges another household into one; `relationships` says what each who comes is to the head.

    The other household ends on that day; what was recorded for it goes over.
    """
    may_edit(viewer)
    day_check(on, at=at)
    if household_id == other_id:
        raise errors.SameHousehold
    with transaction.atomic():
        locked = {
            pk: household_lock(viewer, pk, asked)
            for pk, asked in sorted([(household_id, version), (other_id, other_version)])
        }
        household, other = locked[household_id], locked[other_id]
        coming = memberships_on(other.pk, on)
        if set(coming) != set(relationships):
            raise errors.NotAMember
        staying = {pk: row.relationship for pk, row in memberships_on(household.pk, on).items()}
        relationships_check({**staying, **relationships})
        source = source_of(viewer)
        for row in coming.values():
            membership_end(row, on=on, at=at)
        for pk, relationship in relationships.items():
            membership_begin(
                person_id=pk, household=household, relationship=relationship, on=on, at=at, reason="merge",
                source=source,
            )  # fmt: skip
            person_rehome(pk, household=household, from_household_id=other.pk)
        for model in OF_PERSON:
            model.objects.filter(household_id=other.pk, superseded_at__isnull=True).update(
                household=household, slot=household.slot
            )
        household_touch(other, viewer=viewer, at=at, ended_on=on, ended_reason="merge")
        household_touch(household, viewer=viewer, at=at)
        for changed in (household, other):
            adult_check(changed, on=on, at=at)
        audited(
            viewer, "household.merge", household, at=at, purpose=reason,
            before={"persons": sorted(staying), "other": other.pk}, after={"came": sorted(relationships)},
        )  # fmt: skip


def head_change(
    *,
    viewer: Viewer,
    household_id: int,
    version: int,
    new_head_id: int,
    on: date,
    at: datetime,
    relationships: Mapping[int, str] | None = None,
    reason: str = "",
) -> None:
    """This function makes another member the head from a day on.

    `relationships` says what everybody is to the new head; without it they are suggested by `relationships_after`.
    """
    may_edit(viewer)
    day_check(on, at=at)
    with transaction.atomic():
        household = household_lock(viewer, household_id, version)
        before = {pk: row.relationship for pk, row in memberships_on(household.pk, on).items()}
        if new_head_id not in before:
            raise errors.NotAMember
        wanted = dict(relationships) if relationships is not None else relationships_after(before, new_head_id)
        if Relationship.parse(wanted.get(new_head_id, "")) != HEAD:
            raise errors.HeadMissing
        relationships_set(household, wanted, on=on, at=at, source=source_of(viewer))
        household_touch(household, viewer=viewer, at=at)
        audited(
            viewer, "household.head", household, at=at, purpose=reason,
            before={str(pk): value for pk, value in before.items()},
            after={str(pk): value for pk, value in wanted.items()},
        )  # fmt: skip
