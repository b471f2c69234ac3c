"""What waits for whom in help: cases to plan for, measures late and due, deliveries that nobody was asked about."""

from __future__ import annotations

from datetime import date

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from shouwang.assistance.models import Confirmation, Measure, Proof
from shouwang.assistance.selectors.measures import measures_visible_to
from shouwang.casework.selectors import cases_visible_to
from shouwang.casework.selectors.cases import Case
from shouwang.people.access import READS_REGISTER, Viewer
from shouwang.rulebook.workflow import Act


def cases_to_plan(viewer: Viewer) -> QuerySet[Case]:
    """This function returns the cases that stand in help and have no measure planned since, the longest first."""
    planned = Measure.objects.filter(case_id=OuterRef("pk"), planned_at__gte=OuterRef("stage_since_at"))
    waiting = cases_visible_to(viewer).filter(act=Act.HELP.value)
    live = planned.exclude(state=Measure.State.CANCELLED)
    return waiting.exclude(Exists(live)).order_by("stage_since_at", "pk")


def measures_late(viewer: Viewer, on: date) -> QuerySet[Measure]:
    """This function returns planned measures whose last day has passed, the longest first."""
    found = measures_visible_to(viewer).filter(state=Measure.State.PLANNED, due_on__lt=on)
    return found.order_by("due_on", "pk")


def measures_due(viewer: Viewer, on: date) -> QuerySet[Measure]:
    """This function returns planned measures that are not late, the next due first."""
    found = measures_visible_to(viewer).filter(state=Measure.State.PLANNED).exclude(due_on__lt=on)
    return found.order_by("due_on", "pk")


def measures_to_confirm(viewer: Viewer) -> QuerySet[Measure]:
    """This function returns delivered measures of which no household was asked, the longest first."""
    asked = Confirmation.objects.filter(measure=OuterRef("pk"))
    found = measures_visible_to(viewer).filter(state=Measure.State.DELIVERED)
    return found.exclude(Exists(asked)).order_by("delivered_on", "pk")


def measures_missed(viewer: Viewer) -> QuerySet[Measure]:
    """This function returns delivered measures of which the household's last word is that they did not arrive."""
    last = Confirmation.objects.filter(measure=OuterRef("pk")).order_by("-pk")
    found = measures_visible_to(viewer).filter(state=Measure.State.DELIVERED)
    return found.annotate(arrived=Subquery(last.values("is_received")[:1])).filter(arrived=False)


def confirmations_of(viewer: Viewer, measure_id: int) -> list[Confirmation]:
    """This function returns what a household said of a measure, the last word first."""
    rows = Confirmation.objects.filter(measure_id=measure_id).order_by("-pk")
    return list(rows.filter(viewer.q())) if viewer.kind in READS_REGISTER else []


def proof_get(viewer: Viewer, proof_id: int) -> Proof | None:
    """This function returns a proof of a measure the viewer may see, or None."""
    found = Proof.objects.filter(pk=proof_id).first()
    if found is None or not measures_visible_to(viewer).filter(pk=found.measure_id).exists():
        return None
    return found
