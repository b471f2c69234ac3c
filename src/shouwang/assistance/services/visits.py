"""The log of a contact's visits; a new risk that she found leaves a clue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction

from shouwang.assistance.models import Contact, ContactVisit
from shouwang.assistance.rules.contacts import (
    ContactNotFound,
    DayAhead,
    DayBefore,
    FoundMissing,
    NobodyMet,
    VisitedAlready,
    may_keep,
)
from shouwang.assistance.selectors.contacts import appointments_done, contact_rules
from shouwang.assistance.services.contacts import contact_locked
from shouwang.audit.services import entry_append
from shouwang.kit.dates import SHANGHAI
from shouwang.kit.texts import numbers_refuse
from shouwang.people.access import Viewer
from shouwang.sources.services import clue_report

CHANNEL = "SWEEP"


@dataclass(frozen=True)
class Seen:
    """What a visit was: its day and way, whether somebody was met, what was found; `cause`: a new risk, else empty."""

    on: date
    way: str
    is_met: bool
    found: str = ""
    cause: str = ""
    cause_note: str = ""

    def __post_init__(self) -> None:
        numbers_refuse(self.found, self.cause_note)


def may_log(viewer: Viewer, contact: Contact) -> bool:
    """This function tells whether a viewer logs a contact's visits: her own, or as village, township or centre."""
    if not (viewer.can_see(contact.slot) and viewer.reads_register):
        return False
    return may_keep(viewer) or (
        contact.appointment_id is not None and contact.appointment_id in appointments_done(viewer)
    )


def visit_log(*, viewer: Viewer, contact_id: int, version: int, seen: Seen, at: datetime) -> ContactVisit:
    """This function writes a visit into the log; where they met, the next one is due by the pack's rhythm.

    Raises ContactNotFound, AlreadyEnded, StaleWrite, DayAhead, DayBefore, FoundMissing, NobodyMet, VisitedAlready, and
    what `clue_report` refuses.
    """
    on = at.astimezone(SHANGHAI).date()
    if seen.on > on:
        raise DayAhead
    if seen.cause and not seen.is_met:
        raise NobodyMet
    if seen.is_met and not seen.found.strip():
        raise FoundMissing
    with transaction.atomic():
        contact = contact_locked(viewer, contact_id, version)
        if not may_log(viewer, contact):
            raise ContactNotFound
        if seen.on < contact.from_date:
            raise DayBefore(contact.from_date)
        visit = _visit(viewer, contact, seen, at=at)
        if seen.cause:
            visit.clue_id = _clue(viewer, contact, visit, seen, at=at)
            visit.save(update_fields=["clue_id"])
        if seen.is_met and (contact.met_on is None or seen.on > contact.met_on):
            contact.met_on = seen.on
            stated = contact_rules(contact.slot, on).get(contact.kind)
            if stated is not None:
                contact.due_on = stated.value.due(since=contact.from_date, last=contact.met_on)
        contact.version += 1
        contact.save()
        entry_append(
            viewer=viewer, action="contact.visit", subject_type="assistance.ContactVisit", subject_id=visit.pk,
            slot=contact.slot, at=at,
            after={"contact": contact.pk, "on": seen.on.isoformat(), "is_met": seen.is_met, "clue": visit.clue_id},
        )  # fmt: skip
    return visit


def _visit(viewer: Viewer, contact: Contact, seen: Seen, *, at: datetime) -> ContactVisit:
    try:
        with transaction.atomic():
            return ContactVisit.objects.create(
                slot=contact.slot, household_id=contact.household_id, contact=contact, on=seen.on,
                way=ContactVisit.Way(seen.way), is_met=seen.is_met, found=seen.found.strip()[:1000], at=at,
                actor=viewer.label[:200],
            )  # fmt: skip
    except IntegrityError:
        raise VisitedAlready from None


def _clue(viewer: Viewer, contact: Contact, visit: ContactVisit, seen: Seen, *, at: datetime) -> int:
    clue = clue_report(
        viewer=viewer, household_id=contact.household_id, person_id=None, cause=seen.cause,
        cause_note=seen.cause_note, occurred_on=seen.on, summary=seen.found, at=at, channel=CHANNEL,
        idempotency_key=f"contact-visit-{visit.pk}", details={"contact_id": contact.pk},
    )  # fmt: skip
    return int(clue.pk)
