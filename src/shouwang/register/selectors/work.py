"""Reads of what a person has to look at: findings, conflicts, objections, imports; and of moves, for casework."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet

from shouwang.kit.codes import Relationship
from shouwang.people.access import Kind, Viewer
from shouwang.register.errors import ConflictNotFound, ImportNotFound
from shouwang.register.models import (
    FactObjection,
    ImportRefusal,
    Move,
    PersonMerge,
    RegisterFinding,
    RegisterImport,
    RegistrationConflict,
)
from shouwang.register.selectors.scope import places_of


@dataclass(frozen=True)
class ConflictLine:
    """A pair for the common superior: who is registered where, and who wants to register her where."""

    id: int
    version: int
    person_id: int
    person_name: str
    place_there: str
    household_there: int | None
    place_here: str
    household_here: int | None
    name_here: str
    relationship: str
    opened_by: str
    opened_at: datetime
    decision: str
    decided_by: str
    reason: str


def findings_open(viewer: Viewer) -> QuerySet[RegisterFinding]:
    """This function returns the open findings of the viewer's areas, oldest first."""
    if not viewer.reads_register:
        return RegisterFinding.objects.none()
    return (
        RegisterFinding.objects.filter(viewer.q(), settled_at__isnull=True)
        .select_related("household", "person")
        .order_by("pk")
    )


def objections_open(viewer: Viewer) -> QuerySet[FactObjection]:
    """This function returns the open objections of the viewer's areas, oldest first."""
    if not viewer.reads_register:
        return FactObjection.objects.none()
    return FactObjection.objects.filter(viewer.q(), state=FactObjection.State.OPEN).order_by("pk")


def covered(viewer: Viewer) -> Q:
    """This function returns the filter for pairs whose whole common area lies in one of the viewer's ranges."""
    condition = Q(pk__in=[])
    for lo, hi in viewer.ranges:
        condition |= Q(lo__gte=lo, hi__lte=hi)
    return condition


def conflicts_waiting(viewer: Viewer) -> QuerySet[RegistrationConflict]:
    """This function returns the open pairs of persons registered twice, for the superior of both sides alone."""
    if viewer.kind not in {Kind.TOWNSHIP, Kind.COUNTY_CENTRE, Kind.CITY_CENTRE, Kind.PROVINCE, Kind.SYSTEM}:
        return RegistrationConflict.objects.none()
    return RegistrationConflict.objects.filter(covered(viewer), decided_at__isnull=True)


def conflicts_open(viewer: Viewer) -> list[ConflictLine]:
    """This function returns the pairs of `conflicts_waiting` as pages show them."""
    return conflict_lines(conflicts_waiting(viewer).select_related("person").order_by("pk"))


def conflict_row(viewer: Viewer, conflict_id: int) -> RegistrationConflict:
    """This function returns an open pair the viewer may decide; raises ConflictNotFound."""
    found = (
        RegistrationConflict.objects.filter(covered(viewer), pk=conflict_id, decided_at__isnull=True)
        .select_related("person")
        .first()
    )
    if found is None:
        raise ConflictNotFound
    return found


def conflict_lines(rows: QuerySet[RegistrationConflict]) -> list[ConflictLine]:
    """This function returns pairs as a page shows them."""
    found = list(rows)
    places = places_of({slot for row in found for slot in (row.person.slot, row.slot_here)})
    homes: dict[int, int] = {}
    for row in found:
        membership = row.person.memberships.filter(superseded_at__isnull=True, valid_to__isnull=True).first()
        if membership is not None:
            homes[row.person_id] = membership.household_id
    return [
        ConflictLine(
            id=row.pk,
            version=row.version,
            person_id=row.person_id,
            person_name=row.person.name,
            place_there=places[row.person.slot],
            household_there=homes.get(row.person_id),
            place_here=places[row.slot_here],
            household_here=row.household_here_id,
            name_here=row.name_here,
            relationship=Relationship.parse(row.relationship).label if row.relationship else "",
            opened_by=row.opened_by,
            opened_at=row.opened_at,
            decision=row.get_decision_display(),
            decided_by=row.decided_by,
            reason=row.reason,
        )
        for row in found
    ]


def moves_since(viewer: Viewer, *, after_id: int = 0) -> QuerySet[Move]:
    """This function returns moves out of or into the viewer's areas behind a key, oldest first."""
    inside = viewer.q("slot") | viewer.q("to_slot")
    return Move.objects.filter(inside, pk__gt=after_id).order_by("pk")


def merges_of(viewer: Viewer, person_id: int) -> list[PersonMerge]:
    """This function returns the merges of doubles into a person, newest first, undone ones included."""
    if not viewer.reads_register:
        return []
    return list(PersonMerge.objects.filter(viewer.q(), kept_id=person_id).select_related("double").order_by("-pk"))


def merges_standing(viewer: Viewer, person_ids: Collection[int]) -> dict[int, list[PersonMerge]]:
    """This function returns the merges of doubles that were not undone, by the kept person, newest first."""
    rows = PersonMerge.objects.filter(viewer.q(), kept_id__in=person_ids, undone_at__isnull=True)
    found: dict[int, list[PersonMerge]] = {}
    for row in rows.select_related("double").order_by("-pk") if viewer.reads_register else ():
        found.setdefault(row.kept_id, []).append(row)
    return found


def merge_get(viewer: Viewer, merge_id: int) -> PersonMerge | None:
    """This function returns a merge in the viewer's areas that was not undone, or None."""
    if not viewer.reads_register:
        return None
    rows = PersonMerge.objects.filter(viewer.q(), pk=merge_id, undone_at__isnull=True)
    return rows.select_related("kept", "double").first()


def imports_visible_to(viewer: Viewer) -> QuerySet[RegisterImport]:
    """This function returns the imports of the viewer's own organisation, newest first; the system sees all."""
    if viewer.kind is Kind.SYSTEM:
        return RegisterImport.objects.order_by("-pk")
    return RegisterImport.objects.filter(organisation_id=viewer.organisation_id).order_by("-pk")


def import_get(viewer: Viewer, import_id: int) -> RegisterImport:
    """This function returns an import of the viewer's organisation; raises ImportNotFound."""
    found = imports_visible_to(viewer).filter(pk=import_id).first()
    if found is None:
        raise ImportNotFound
    return found


def import_refusals(run: RegisterImport, *, notices: bool = False) -> Sequence[ImportRefusal]:
    """This function returns the refused rows (or the notices) of an import, in the order of the files."""
    return list(ImportRefusal.objects.filter(run=run, is_notice=notices).order_by("pk"))


@dataclass(frozen=True)
class Refusals:
    """The first refused rows of an import, and how many more there are."""

    rows: Sequence[ImportRefusal]
    more: int


def refusals_first(run: RegisterImport, *, limit: int) -> Refusals:
    """This function returns the first refused rows of an import."""
    found = ImportRefusal.objects.filter(run=run, is_notice=False)
    rows = list(found.order_by("pk")[: limit + 1])
    more = found.count() - limit if len(rows) > limit else 0
    return Refusals(rows[:limit], more)


def refusals_counted(run: RegisterImport, *, notices: bool = False, limit: int = 30) -> list[dict[str, Any]]:
    """This function returns why rows were refused (or noticed) and how many: column, message, rows; most first."""
    grouped = ImportRefusal.objects.filter(run=run, is_notice=notices).values("column", "message")
    counted: Any = grouped.annotate(rows=Count("pk")).order_by("-rows", "message")[:limit]
    return list(counted)
