"""By which measure a person is counted in a year: the first planned, until somebody chooses another."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from shouwang.assistance.errors import MeasureNotFound, MeasureSettled
from shouwang.assistance.models import Measure, Primary
from shouwang.audit.services import entry_append
from shouwang.casework.selectors import case_get
from shouwang.kit.dates import SHANGHAI
from shouwang.people.access import SYSTEM, Viewer, acting_as
from shouwang.register.selectors import households_brief


def persons_reached(viewer: Viewer, measure: Measure, *, at: datetime) -> list[int]:
    """This function returns whom a measure is for: the person named, or everybody of the household that day."""
    if measure.person_id is not None:
        return [measure.person_id]
    on = at.astimezone(SHANGHAI).date()
    home = households_brief(viewer, [measure.household_id], on=on).get(measure.household_id)
    return sorted(home.person_ids) if home is not None else []


def year_of(measure: Measure) -> int:
    """This function returns the year in which a measure counts: that of its arrival, before it that of its planning."""
    return measure.delivered_on.year if measure.delivered_on else measure.planned_at.astimezone(SHANGHAI).year


def primaries_add(viewer: Viewer, measure: Measure, *, at: datetime) -> None:
    """This function counts a measure for those it reaches who are counted by none that year."""
    rows = [
        Primary(
            slot=measure.slot,
            household_id=measure.household_id,
            person_id=person,
            year=year_of(measure),
            measure=measure,
        )
        for person in persons_reached(viewer, measure, at=at)
    ]
    Primary.objects.bulk_create(rows, ignore_conflicts=True)


def primaries_pass_on(viewer: Viewer, measure: Measure) -> None:
    """This function stops counting a measure where it was counted; the next of the household takes its place."""
    years = set(Primary.objects.filter(measure=measure).values_list("year", flat=True))
    Primary.objects.filter(measure=measure).delete()
    others = Measure.objects.filter(household_id=measure.household_id).exclude(state=Measure.State.CANCELLED)
    for other in others.exclude(pk=measure.pk).order_by("pk"):
        if year_of(other) in years:
            primaries_add(viewer, other, at=other.planned_at)


def primaries_follow(measure: Measure) -> None:
    """This function counts a measure that arrived in a later year than it was planned for there, and no more before.

    Done as the system: who delivers need not read the household.
    """
    if measure.delivered_on is None or measure.delivered_on.year == measure.planned_at.astimezone(SHANGHAI).year:
        return
    with acting_as(SYSTEM):
        primaries_pass_on(SYSTEM, measure)
        primaries_add(SYSTEM, measure, at=measure.planned_at)


def primary_choose(*, viewer: Viewer, measure_id: int, at: datetime) -> int:
    """This function counts everybody whom a measure reaches by it, and returns how many those are.

    Raises MeasureNotFound, MeasureSettled (cancelled).
    """
    with transaction.atomic():
        measure = Measure.objects.select_for_update().filter(pk=measure_id).first()
        if measure is None:
            raise MeasureNotFound
        case_get(viewer, measure.case_id)
        if measure.state == Measure.State.CANCELLED:
            raise MeasureSettled(Measure.State(measure.state).label)
        persons = persons_reached(viewer, measure, at=measure.planned_at)
        year = year_of(measure)
        standing = Primary.objects.filter(person_id__in=persons, year=year).exclude(measure=measure)
        before = dict(standing.values_list("person_id", "measure_id"))
        standing.update(measure=measure)
        primaries_add(viewer, measure, at=measure.planned_at)
        entry_append(
            viewer=viewer, action="measure.count", subject_type="assistance.Measure", subject_id=measure.pk,
            slot=measure.slot, at=at, before={"measures": sorted(set(before.values()))},
            after={"people": len(persons), "year": year},
        )  # fmt: skip
    return len(persons)
