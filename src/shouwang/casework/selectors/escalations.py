"""What was taken up to an organisation and is still late."""

from __future__ import annotations

from datetime import date

from django.db.models import F, Q, QuerySet

from shouwang.casework.models import Escalation
from shouwang.people.access import Viewer


def escalations_standing(viewer: Viewer, on: date) -> QuerySet[Escalation]:
    """This function returns what was taken up to the viewer's organisation and is late still, longest first."""
    found = Escalation.objects.filter(organisation_id=viewer.organisation_id or 0)
    case = Q(task__isnull=True, case__stage=F("stage"), case__closed_on__isnull=True, case__due_on=F("due_on"))
    task = Q(task__state="OPEN", task__due_on=F("due_on"))
    late = found.filter(case | task, due_on__lt=on)
    return late.select_related("case", "task__organisation").order_by("due_on", "pk")
