"""Snapshots, runs and warnings."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Snapshot(models.Model):
    """The register of one area as it stood at one moment, as Parquet files under `var/snapshots`.

    Its integer keys are row ids xor `salt`: they mean nothing in another snapshot. `digest` covers every file.
    """

    slot = models.BigIntegerField()  # lo of the area
    hi = models.BigIntegerField()
    on = models.DateField()
    taken_at = models.DateTimeField()
    path = models.CharField(max_length=200)
    salt = models.BigIntegerField()
    counts = models.JSONField(default=dict)
    digest = models.CharField(max_length=64, blank=True)
    removed_at = models.DateTimeField(null=True)


class Run(models.Model):
    """One screening of one area on one day under one pack version."""

    class State(models.TextChoices):
        WAITING = "WAITING", "等待中"
        RUNNING = "RUNNING", "筛查中"
        DONE = "DONE", "已完成"
        FAILED = "FAILED", "未完成"

    slot = models.BigIntegerField()
    hi = models.BigIntegerField()
    area_name = models.CharField(max_length=200)
    on = models.DateField()
    pack_version = models.ForeignKey("standards.PackVersion", on_delete=models.PROTECT, related_name="+")
    policy_digest = models.CharField(max_length=64, blank=True)
    snapshot = models.ForeignKey(Snapshot, null=True, on_delete=models.PROTECT, related_name="runs")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    households = models.BigIntegerField(null=True)
    warnings_found = models.BigIntegerField(null=True)
    warnings_new = models.BigIntegerField(null=True)
    stale_feeds = models.JSONField(default=list)
    message = models.CharField(max_length=500, blank=True)
    requested_at = models.DateTimeField()
    requested_by = models.CharField(max_length=200)
    appointment_id = models.BigIntegerField(null=True)
    progress_id = models.BigIntegerField(null=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["slot"], condition=Q(state__in=["WAITING", "RUNNING"]), name="run_one_at_a_time_per_area"
            )
        ]
        indexes = [models.Index(fields=["slot", "-on"])]


class Warning(models.Model):
    """A household that a rule of the policy points at, with all its evidence and what a replay needs.

    A held one waits for a person, who releases or dismisses it with a reason. `measured` and `threshold` are in `unit`
    (fen, persons, …); `evidence` holds {"table", "id"} of register rows; `facts` is the household's whole fact row.
    """

    slot = models.BigIntegerField()
    household_id = models.BigIntegerField()
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="warnings")
    type_key = models.CharField(max_length=60, blank=True)
    trigger_key = models.CharField(max_length=60)
    cause = models.CharField(max_length=20)
    measured = models.BigIntegerField(null=True)
    threshold = models.BigIntegerField(null=True)
    unit = models.CharField(max_length=20, blank=True)
    clause = models.CharField(max_length=300, blank=True)
    source = models.CharField(max_length=300, blank=True)
    evidence = models.JSONField(default=list)
    flags = models.JSONField(default=list)
    parameters = models.JSONField(default=dict)
    type_name = models.CharField(max_length=80, blank=True)
    trigger_name = models.CharField(max_length=120, blank=True)
    mark = models.CharField(max_length=20, blank=True)
    is_undecided = models.BooleanField(default=False)
    is_held = models.BooleanField(default=False)
    hold_reason = models.CharField(max_length=300, blank=True)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.CharField(max_length=200, blank=True)
    settled_reason = models.CharField(max_length=300, blank=True)
    is_dismissed = models.BooleanField(default=False)
    pack_version = models.ForeignKey("standards.PackVersion", on_delete=models.PROTECT, related_name="+")
    policy_digest = models.CharField(max_length=64)
    snapshot_digest = models.CharField(max_length=64)
    facts = models.JSONField()
    on = models.DateField()
    raised_at = models.DateTimeField()
    collected_case_id = models.BigIntegerField(null=True)
    collected_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["household_id", "-raised_at"]),
            models.Index(fields=["slot", "-raised_at"]),
            models.Index(fields=["id"], condition=Q(collected_case_id__isnull=True), name="warning_uncollected"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["household_id", "cause"],
                condition=Q(collected_case_id__isnull=True, settled_at__isnull=True),
                name="warning_one_open_per_household_and_cause",
            )
        ]


class HandledEvidence(models.Model):
    """A register row that has already warned: it does not warn again."""

    slot = models.BigIntegerField()
    household_id = models.BigIntegerField()
    cause = models.CharField(max_length=20)
    table = models.CharField(max_length=40)
    row_id = models.BigIntegerField()
    warning = models.ForeignKey(Warning, on_delete=models.CASCADE, related_name="handled")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["household_id", "cause", "table", "row_id"], name="evidence_handled_once")
        ]
        indexes = [models.Index(fields=["slot"])]
