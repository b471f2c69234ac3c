"""Contacts of households: begun, handed over, ended; one standing a household and kind."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction

from shouwang.assistance.models import Contact
from shouwang.assistance.rules.contacts import (
    CADRES,
    AlreadyEnded,
    AlreadyStanding,
    CadreMissing,
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
from shouwang.audit.services import entry_append
from shouwang.kit.dates import SHANGHAI
from shouwang.kit.texts import numbers_refuse
from shouwang.people.access import Kind, StaleWrite, Viewer
from shouwang.people.selectors import appointment_by_id, organisations_by_ids
from shouwang.register.errors import HouseholdNotFound
from shouwang.register.selectors import HouseholdCard, household_get, households_grouped
from shouwang.rulebook.contacts import ContactRule


@dataclass(frozen=True)
class Cadre:
    """Who looks after a household: somebody who signs in here, somebody of an organisation of ours, or of another."""

    appointment_id: int | None = None
    organisation_id: int | None = None
    name: str = ""
    duty: str = ""
    organisation_name: str = ""

    def __post_init__(self) -> None:
        numbers_refuse(self.name, self.duty, self.organisation_name)


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


def _cadre(cadre: Cadre, *, slot: int) -> Contact:
    """This function returns an unsaved contact that names the cadre; raises CadreMissing, CadreUnknown."""
    if cadre.appointment_id is not None:
        held = appointment_by_id(cadre.appointment_id)
        if held is None or held.ended_at is not None or Kind(held.organisation.kind) not in CADRES:
            raise CadreUnknown
        if not any(lo <= slot <= hi for lo, hi in held.slot_ranges()):
            raise CadreUnknown
        return Contact(
            name=(held.user.name or held.user.username)[:60], duty=cadre.duty.strip()[:60],
            organisation_id=held.organisation_id, organisation_name=held.organisation.name[:120],
            appointment_id=held.pk,
        )  # fmt: skip
    if not cadre.name.strip():
        raise CadreMissing
    if cadre.organisation_id is not None:
        found = organisations_by_ids({cadre.organisation_id}).get(cadre.organisation_id)
        if found is None or not found.is_active or not found.area.lo <= slot <= found.area.hi:
            raise CadreUnknown
        organisation_id, organisation = found.pk, found.name
    elif cadre.organisation_name.strip():
        organisation_id, organisation = None, cadre.organisation_name.strip()
    else:
        raise CadreMissing
    return Contact(
        name=cadre.name.strip()[:60], duty=cadre.duty.strip()[:60], organisation_id=organisation_id,
        organisation_name=organisation[:120],
    )  # fmt: skip


def _rule(viewer: Viewer, home: HouseholdCard, kind: str, on: date) -> tuple[str, ContactRule]:
    stated = contact_rules(home.slot, on).get(kind)
    if stated is None:
        raise KindUnknown
    if not households_grouped(viewer, groups=stated.value.whom, on=on, ids=[home.id]):
        raise NotForHousehold
    return stated.name, stated.value


def _room_check(made: Contact, rule: ContactRule) -> None:
    if rule.most is None:
        return
    standing = Contact.objects.filter(kind=made.kind, until_date__isnull=True)
    if made.appointment_id is not None:
        mine = standing.filter(appointment_id=made.appointment_id)
    else:
        mine = standing.filter(
            name=made.name, organisation_name=made.organisation_name, appointment_id__isnull=True
        )  # fmt: skip
    if mine.count() >= rule.most:
        raise TooManyHouseholds(made.name, rule.most)


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
        home = household_kept(viewer, household_id)
        kind_name, rule = _rule(viewer, home, kind, on)
        made = _cadre(cadre, slot=home.slot)
        made.kind, made.kind_name = kind, kind_name[:60]
        standing = Contact.objects.filter(household_id=home.id, kind=kind, until_date__isnull=True).first()
        if standing is not None:
            raise AlreadyStanding(f"这一户的{kind_name}已由{standing.name}负责，请用“交接”。")
        _room_check(made, rule)
        return _store(viewer, made, home, from_date=from_date, due_on=rule.due(since=from_date, last=None), at=at)


def _store(
    viewer: Viewer, made: Contact, home: HouseholdCard, *, from_date: date, due_on: date, at: datetime
) -> Contact:
    made.slot, made.household_id, made.from_date, made.due_on = home.slot, home.id, from_date, due_on
    made.made_at, made.made_by = at, viewer.label[:200]
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:
        raise AlreadyStanding("这一户刚刚有了这种联系人，请刷新后再看。") from None
    entry_append(
        viewer=viewer, action="contact.begin", subject_type="assistance.Contact", subject_id=made.pk, slot=made.slot,
        at=at,
        after={"household": home.id, "kind": made.kind, "appointment": made.appointment_id, "before": made.before_id},
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
        found = contact_locked(viewer, contact_id, version)
        home = household_kept(viewer, found.household_id)
        kind_name, rule = _rule(viewer, home, found.kind, at.astimezone(SHANGHAI).date())
        made = _cadre(cadre, slot=home.slot)
        if (made.name, made.organisation_name) == (found.name, found.organisation_name):
            raise AlreadyStanding("接手的就是现在的联系人。")
        made.kind, made.kind_name = found.kind, kind_name[:60]
        _end(viewer, found, until_date=from_date, reason=reason, at=at)
        _room_check(made, rule)
        made.before = found
        due_on = max(from_date, min(found.due_on, rule.due(since=from_date, last=None)))
        return _store(viewer, made, home, from_date=from_date, due_on=due_on, at=at)
