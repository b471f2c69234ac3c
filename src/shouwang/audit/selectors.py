"""Reads of the log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q, QuerySet

from shouwang.audit.models import Entry
from shouwang.people.access import Viewer


@dataclass(frozen=True)
class Filter:
    """What a reader of the log looks for; empty parts do not narrow."""

    action: str = ""
    actor: str = ""
    subject_type: str = ""
    subject_id: int | None = None
    user_id: int | None = None
    since: date | None = None
    until: date | None = None


def entries_visible_to(viewer: Viewer) -> QuerySet[Entry]:
    """This function returns the entries of the viewer's areas, and those of no place that are her house's own."""
    nowhere = Q(slot__isnull=True) & (Q(organisation_id=viewer.organisation_id) | Q(organisation_id__isnull=True))
    return Entry.objects.filter(viewer.q() | nowhere)


def entries_found(viewer: Viewer, wanted: Filter) -> QuerySet[Entry]:
    """This function returns the visible entries that a filter leaves; `until` is the last day that counts."""
    found = entries_visible_to(viewer)
    if wanted.action:
        found = found.filter(Q(action=wanted.action) | Q(action__startswith=f"{wanted.action}."))
    if wanted.actor:
        found = found.filter(actor__contains=wanted.actor)
    if wanted.subject_type:
        found = found.filter(subject_type=wanted.subject_type)
    if wanted.subject_id is not None:
        found = found.filter(subject_id=wanted.subject_id)
    if wanted.user_id is not None:
        found = found.filter(user_id=wanted.user_id)
    if wanted.since is not None:
        found = found.filter(at__gte=_midnight(wanted.since))
    if wanted.until is not None:
        found = found.filter(at__lt=_midnight(wanted.until + timedelta(days=1)))
    return found


def entries_about(viewer: Viewer, *, subject_type: str, subject_id: int) -> QuerySet[Entry]:
    """This function returns who did or looked at what of one subject."""
    return entries_visible_to(viewer).filter(subject_type=subject_type, subject_id=subject_id)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=ZoneInfo(settings.TIME_ZONE))
