"""Photos and PDFs of a case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    pass
from shouwang.casework.models.cases import Case
from shouwang.casework.models.notices import Notice
from shouwang.casework.models.tasks import Task


class Attachment(models.Model):
    """A photo or PDF of a case: brought by itself, with an answer, or as proof that a notice hangs.

    `paper_id` is the office's. `taken_at` and `latitude`, `longitude` (degrees) are kept of a posting's photo alone, as
    the camera told them. A row is added once; it can only be taken back, with who, when and why.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="attachments")
    slot = models.BigIntegerField()
    task = models.ForeignKey(Task, on_delete=models.PROTECT, null=True, related_name="attachments")
    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, null=True, related_name="attachments")
    organisation_id = models.BigIntegerField(null=True)
    paper_id = models.BigIntegerField(unique=True)
    kind = models.CharField(max_length=60)
    kind_name = models.CharField(max_length=60)
    caption = models.CharField(max_length=200, blank=True)
    taken_at = models.DateTimeField(null=True)
    latitude = models.DecimalField(max_digits=8, decimal_places=6, null=True)
    longitude = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    at = models.DateTimeField()
    actor = models.CharField(max_length=200)
    user_id = models.BigIntegerField(null=True)
    appointment_id = models.BigIntegerField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.CharField(max_length=200, blank=True)
    withdrawn_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        indexes = [models.Index(fields=["case", "id"], name="attachment_case")]
        constraints = [
            models.CheckConstraint(
                condition=Q(task__isnull=True) | Q(notice__isnull=True), name="attachment_of_one_thing"
            ),
            models.CheckConstraint(
                condition=Q(notice__isnull=False)
                | Q(taken_at__isnull=True, latitude__isnull=True, longitude__isnull=True),
                name="attachment_place_of_postings_only",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by="", withdrawn_reason="")
                | Q(withdrawn_at__isnull=False) & ~Q(withdrawn_by="") & ~Q(withdrawn_reason=""),
                name="attachment_withdrawn_whole",
            ),
        ]
