"""Public notices and objections to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q

if TYPE_CHECKING:
    pass
from shouwang.casework.models.cases import Case


class Notice(models.Model):
    """One posting of a case in its village: what hung there, where, from when to which day, and how it ended.

    `shown` is what the sheet said, pairs of label and text, without any number of a person. `days` and `unit` are the
    pack's; the day of posting is not counted.
    """

    class State(models.TextChoices):
        POSTED = "POSTED", "公示中"
        PASSED = "PASSED", "期满无异议"
        OPPOSED = "OPPOSED", "有异议"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="notices")
    slot = models.BigIntegerField()
    stage = models.CharField(max_length=60)
    key = models.CharField(max_length=60)
    name = models.CharField(max_length=60)
    days = models.PositiveSmallIntegerField()
    unit = models.CharField(max_length=15)
    shown = models.JSONField()
    posted_on = models.DateField()
    place = models.CharField(max_length=100)
    ends_on = models.DateField()
    is_end_provisional = models.BooleanField(default=False)
    state = models.CharField(max_length=8, choices=State.choices, default=State.POSTED)
    ended_at = models.DateTimeField(null=True)
    at = models.DateTimeField()
    actor = models.CharField(max_length=200)
    user_id = models.BigIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["case", "id"], name="notice_case")]
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=Q(state="POSTED"), name="notice_one_hangs"),
            models.CheckConstraint(condition=Q(ends_on__gte=F("posted_on")), name="notice_ends_after_posting"),
            models.CheckConstraint(
                condition=Q(state="POSTED", ended_at__isnull=True) | (~Q(state="POSTED") & Q(ended_at__isnull=False)),
                name="notice_ended_whole",
            ),
        ]


class Objection(models.Model):
    """What somebody said against a notice; only ever added."""

    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="objections")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    slot = models.BigIntegerField()
    at = models.DateTimeField()
    said_by = models.CharField(max_length=60, blank=True)
    text = models.CharField(max_length=1000)
    actor = models.CharField(max_length=200)
    user_id = models.BigIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["notice", "id"], name="objection_notice")]
