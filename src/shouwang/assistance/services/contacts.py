"""Contacts of households: begun, handed over, ended; one standing a household and kind."""

from __future__ import annotations

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from shouwang.assistance.models import Contact
from shouwang.assistance.rules.contacts import (
    AlreadyEnded,
    AlreadyStanding,
    CadreUnknown,
    ContactNotFound,
    DayAhead,
    DayBefore,
    KindUnknown,
    NotForHousehold,
    ReasonNeeded,
    TooManyHouseholds,
    may_keep,
)
from shouwang.assistance.selectors.contacts import contact_rules
from shouwang.assistance.services.cadres import Cadre, cadre_named, cadre_turn, room_check
from shouwang.audit.services import entry_append
from shouwang.kit.dates import SHANGHAI
from shouwang.kit.texts import numbers_refuse
from shouwang.people.access import SYSTEM, StaleWrite, Viewer, acting_as
from shouwang.register.errors import HouseholdNotFound
from shouwang.register.selectors import HouseholdCard, household_get, households_grouped
from shouwang.rulebook.contacts import ContactRule


def household_kept(viewer: Viewer, household_id: int) -> HouseholdCard:
    """This function returns a living household that the viewer keeps; raises ContactNotFound."""
    if not may_keep(viewer):
        raise ContactNotFound
    try:
        home = household_get(viewer, household_id)
    except HouseholdNotFound:
        raise ContactNotFound from None
    if home.ended_on is not None:
        raise ContactNotFound
    return home


def _rule(viewer: Viewer, home: HouseholdCard, kind: str, on: date) -> tuple[str, ContactRule]:
    stated = contact_rules(home.slot, on).get(kind)
    if stated is None:
        raise KindUnknown
    if not households_grouped(viewer, groups=stated.value.whom, on=on, ids=[home.id]):
        raise NotForHousehold
    return stated.name, stated.value


def contact_begin(
    *, viewer: Viewer, household_id: int, kind: str, cadre: Cadre, from_date: date, at: datetime
) -> Contact:
    """This function gives a household a contact of one kind of the pack; her first visit is due from then.

    Raises ContactNotFound, KindUnknown, NotForHousehold, AlreadyStanding, CadreMissing, CadreUnknown,
    TooManyHouseholds, DayAhead.
    """
    on = at.astimezone(SHANGHAI).date()
    if from_date > on:
        raise DayAhead
    with transaction.atomic():
        cadre_turn(cadre)
        home = household_kept(viewer, household_id)
        kind_name, rule = _rule(viewer, home, kind, on)
        made = cadre_named(cadre, slot=home.slot, on=on)
        made.kind, made.kind_name = kind, kind_name[:60]
        standing = Contact.objects.filter(household_id=home.id, kind=kind, until_date__isnull=True).first()
        if standing is not None:
            raise AlreadyStanding(f"这一户的{kind_name}已由{standing.name}负责，请用“交接”。")
        room_check(made, rule, slot=home.slot)
        made.slot, made.household_id = home.slot, home.id
        return _store(viewer, made, from_date=from_date, due_on=rule.due(since=from_date, last=None), at=at)


def _store(viewer: Viewer, made: Contact, *, from_date: date, due_on: date, at: datetime) -> Contact:
    made.from_date, made.due_on = from_date, due_on
    made.made_at, made.made_by = at, viewer.label[:200]
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:
        raise AlreadyStanding("这一户刚刚有了这种联系人，请刷新后再看。") from None
    entry_append(
        viewer=viewer, action="contact.begin", subject_type="assistance.Contact", subject_id=made.pk, slot=made.slot,
        at=at,
        after={
            "household": made.household_id, "kind": made.kind, "appointment": made.appointment_id,
            "before": made.before_id,
        },
    )  # fmt: skip
    return made


def contact_locked(viewer: Viewer, contact_id: int, version: int) -> Contact:
    """This function locks a standing contact for one write; raises ContactNotFound, AlreadyEnded, StaleWrite."""
    found = Contact.objects.select_for_update().filter(viewer.q(), pk=contact_id).first()
    if found is None or not viewer.reads_register:
        raise ContactNotFound
    if found.until_date is not None:
        raise AlreadyEnded
    if found.version != version:
        raise StaleWrite("这位联系人")
    return found


def _end(viewer: Viewer, found: Contact, *, until_date: date, reason: str, at: datetime) -> None:
    reason = reason.strip()[:200]
    numbers_refuse(reason)
    if not reason:
        raise ReasonNeeded
    if until_date > at.astimezone(SHANGHAI).date():
        raise DayAhead
    if until_date < found.from_date:
        raise DayBefore(found.from_date)
    found.until_date, found.ended_at, found.ended_by, found.ended_reason = until_date, at, viewer.label[:200], reason
    found.version += 1
    found.save()
    entry_append(
        viewer=viewer, action="contact.end", subject_type="assistance.Contact", subject_id=found.pk, slot=found.slot,
        at=at, after={"until_date": until_date.isoformat(), "reason": reason},
    )  # fmt: skip


def contact_end(
    *, viewer: Viewer, contact_id: int, version: int, until_date: date, reason: str, at: datetime
) -> Contact:
    """This function ends a contact; raises ContactNotFound, AlreadyEnded, StaleWrite, ReasonNeeded, DayAhead,
    DayBefore.
    """
    with transaction.atomic():
        if not may_keep(viewer):
            raise ContactNotFound
        found = contact_locked(viewer, contact_id, version)
        _end(viewer, found, until_date=until_date, reason=reason, at=at)
    return found


def contact_hand_over(
    *, viewer: Viewer, contact_id: int, version: int, cadre: Cadre, from_date: date, reason: str, at: datetime
) -> Contact:
    """This function hands a household from one contact to the next, who begins the day the other ends.

    A hand-over puts no visit off further than a new contact may take: the earlier of both days stands, though never a
    day before she began. Raises what beginning and ending raise.
    """
    with transaction.atomic():
        if not may_keep(viewer):
            raise ContactNotFound
        on = at.astimezone(SHANGHAI).date()
        cadre_turn(cadre)
        found = contact_locked(viewer, contact_id, version)
        home = household_kept(viewer, found.household_id)
        kind_name, rule = _rule(viewer, home, found.kind, on)
        made = cadre_named(cadre, slot=home.slot, on=on)
        if _who(made) == _who(found):
            raise AlreadyStanding("接手的就是现在的联系人。")
        made.kind, made.kind_name = found.kind, kind_name[:60]
        _end(viewer, found, until_date=from_date, reason=reason, at=at)
        room_check(made, rule, slot=home.slot)
        made.slot, made.household_id, made.before = home.slot, home.id, found
        due_on = max(from_date, min(found.due_on, rule.due(since=from_date, last=None)))
        return _store(viewer, made, from_date=from_date, due_on=due_on, at=at)


def _who(contact: Contact) -> tuple[int | None, str, str]:
    return contact.appointment_id, contact.name, contact.organisation_name


def contacts_left(appointment_id: int) -> int:
    """This function returns how many households somebody who signs in here looks after."""
    with acting_as(SYSTEM):
        return _standing_of(appointment_id).count()


def _standing_of(appointment_id: int) -> QuerySet[Contact]:
    return Contact.objects.filter(appointment_id=appointment_id, until_date__isnull=True).order_by("due_on", "pk")


def contacts_move(appointment_id: int, successor_id: int, at: datetime) -> int:
    """This function hands the households of somebody who leaves to the successor, and returns how many.

    No visit is put off. Those that the successor may not have (another village, more than the pack allows) keep the old
    name; their keepers read that the contact has left and choose somebody else.
    """
    on, successor = at.astimezone(SHANGHAI).date(), Cadre(appointment_id=successor_id)
    moved = 0
    with acting_as(SYSTEM):
        cadre_turn(successor)
        for found in _standing_of(appointment_id).select_for_update():
            stated = contact_rules(found.slot, on).get(found.kind)
            try:
                made = cadre_named(successor, slot=found.slot, on=on)
                made.kind, made.kind_name = found.kind, found.kind_name
                if stated is not None:
                    room_check(made, stated.value, slot=found.slot)
            except (CadreUnknown, TooManyHouseholds):
                continue
            from_date = max(on, found.from_date)
            _end(SYSTEM, found, until_date=from_date, reason="原联系人离任", at=at)
            made.slot, made.household_id, made.before = found.slot, found.household_id, found
            _store(SYSTEM, made, from_date=from_date, due_on=max(from_date, found.due_on), at=at)
            moved += 1
    return moved
