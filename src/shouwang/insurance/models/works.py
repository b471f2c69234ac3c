"""Claims of a pool computed in one go by the worker, and what of them could not be computed."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from shouwang.insurance.models.pools import Pool


class SettleWork(models.Model):
    """The open claims of a pool, or those of a list that was handed in (`file_id`), computed household by household.

    `after_household` is the last household that is done: whoever goes on after a dead worker begins behind it. `total`
    (null: not begun) counts the claims to look at, `computed` those that got a new amount, `same` those whose amount
    came out as it was, `left` what could not be computed. `said` is how it ended, in words.
    """

    class State(models.TextChoices):
        WAITING = "WAITING", "等待中"
        RUNNING = "RUNNING", "进行中"
        DONE = "DONE", "已完成"
        PARTLY = "PARTLY", "部分完成"
        FAILED = "FAILED", "未完成"

    pool = models.ForeignKey(Pool, on_delete=models.PROTECT, related_name="works")
    slot = models.BigIntegerField()
    organisation_id = models.BigIntegerField()
    asked_organisation_id = models.BigIntegerField()
    appointment_id = models.BigIntegerField()
    file_id = models.BigIntegerField(null=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    progress_id = models.BigIntegerField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    after_household = models.BigIntegerField(default=0)
    total = models.IntegerField(null=True)
    computed = models.IntegerField(default=0)
    same = models.IntegerField(default=0)
    left = models.IntegerField(default=0)
    said = models.CharField(max_length=300, blank=True)
    requested_at = models.DateTimeField()
    requested_by = models.CharField(max_length=200)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["pool", "-id"], name="settlework_pool")]
        constraints = [
            models.UniqueConstraint(
                fields=["pool"], condition=Q(state__in=["WAITING", "RUNNING"]), name="settlework_one_at_a_time"
            ),
        ]

    @property
    def is_over(self) -> bool:
        """Nothing more comes of it."""
        return self.finished_at is not None


class SettleLeft(models.Model):
    """A claim, or a line of the list (`row`), that could not be computed, and why; only ever added."""

    work = models.ForeignKey(SettleWork, on_delete=models.PROTECT, related_name="lefts")
    slot = models.BigIntegerField()
    organisation_id = models.BigIntegerField()
    claim_id = models.BigIntegerField(null=True)
    row = models.PositiveIntegerField(null=True)
    reason = models.CharField(max_length=300)

    class Meta:
        indexes = [models.Index(fields=["work", "id"], name="settleleft_work")]
