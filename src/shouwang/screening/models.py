"""Snapshots, runs and warnings; data-quality checks with their hits, and the rules that counties write."""

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
    """One screening of one area on one day under one pack version.

    A daily one follows the `previous` run where it may (`link`: how many did so since the chain began), else `why_full`
    says why not. `touched` households were evaluated, `touched_by` counts them by what touched them;
    `compared` is what a run that did both found different: {"households": how many, "ids": the first of them}. `storm`
    is how many warnings were held because the policy had changed, `storm_reason` what had.
    """

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
    is_daily = models.BooleanField(default=False)
    previous = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    link = models.PositiveSmallIntegerField(default=0)
    why_full = models.CharField(max_length=20, blank=True)
    touched = models.BigIntegerField(null=True)
    touched_by = models.JSONField(default=dict)
    warnings_standing = models.BigIntegerField(null=True)  # found again as they stood, not stored anew
    engine = models.CharField(max_length=64, blank=True)  # digest of the code that judged
    compared = models.JSONField(null=True)
    storm = models.BigIntegerField(null=True)
    storm_reason = models.CharField(max_length=500, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["slot"], condition=Q(state__in=["WAITING", "RUNNING"]), name="run_one_at_a_time_per_area"
            )
        ]
        indexes = [models.Index(fields=["slot", "-on"])]


class Warning(models.Model):
    """A household that a rule of the policy points at, with all its evidence and what a replay needs.

    A held one waits for a person, who releases or dismisses it with a reason; `storm_run` is the run that held it
    because a changed policy raised too many at once. `measured` and `threshold` are in `unit`
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
    storm_run = models.ForeignKey(Run, null=True, on_delete=models.PROTECT, related_name="stormed")
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


class CheckRun(models.Model):
    """One run of the data-quality checks over one area on one day; `rules` repeats what each rule said and found."""

    State = Run.State
    slot = models.BigIntegerField()
    hi = models.BigIntegerField()
    area_name = models.CharField(max_length=200)
    on = models.DateField()
    pack_version = models.ForeignKey("standards.PackVersion", on_delete=models.PROTECT, related_name="+")
    policy_digest = models.CharField(max_length=64, blank=True)
    snapshot = models.ForeignKey(Snapshot, null=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=Run.State.choices, default=Run.State.WAITING)
    villages = models.BigIntegerField(null=True)
    households = models.BigIntegerField(null=True)
    persons = models.BigIntegerField(null=True)
    hits = models.BigIntegerField(null=True)
    hits_new = models.BigIntegerField(null=True)
    hits_mended = models.BigIntegerField(null=True)
    rules = models.JSONField(default=list)
    missing = models.JSONField(default=list)
    message = models.CharField(max_length=500, blank=True)
    requested_at = models.DateTimeField()
    requested_by = models.CharField(max_length=200)
    appointment_id = models.BigIntegerField(null=True)
    progress_id = models.BigIntegerField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["slot"], condition=Q(state__in=["WAITING", "RUNNING"]), name="check_one_at_a_time_per_area"
            )
        ]
        indexes = [models.Index(fields=["slot", "-id"])]


class CheckHit(models.Model):
    """One fault that a check found: open until a run no longer finds it (mended) or a person accepts it with a reason.

    A village's fault has no household, a household's no person. `facts` are those the rule speaks of, as last found.
    """

    class State(models.TextChoices):
        OPEN = "OPEN", "待改"
        ACCEPTED = "ACCEPTED", "已认可"
        MENDED = "MENDED", "已改"
        DROPPED = "DROPPED", "规则已停用"

    slot = models.BigIntegerField()
    household_id = models.BigIntegerField(null=True)
    person_id = models.BigIntegerField(null=True)
    over = models.CharField(max_length=10)
    rule_key = models.CharField(max_length=60)
    rule_name = models.CharField(max_length=120)
    owner = models.CharField(max_length=30)
    action = models.CharField(max_length=300)
    source = models.CharField(max_length=300, blank=True)
    clause = models.CharField(max_length=300, blank=True)
    mark = models.CharField(max_length=20, blank=True)
    is_undecided = models.BooleanField(default=False)
    facts = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    first_run = models.ForeignKey(CheckRun, on_delete=models.PROTECT, related_name="+")
    last_run = models.ForeignKey(CheckRun, on_delete=models.PROTECT, related_name="+")
    found_on = models.DateField()
    mended_on = models.DateField(null=True)
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.CharField(max_length=200, blank=True)
    accepted_reason = models.CharField(max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["rule_key", "slot", "household_id", "person_id"],
                condition=Q(state__in=["OPEN", "ACCEPTED"]),
                nulls_distinct=False,
                name="check_hit_stands_once",
            ),
            models.CheckConstraint(
                condition=~Q(state="ACCEPTED") | (Q(accepted_at__isnull=False) & ~Q(accepted_reason="")),
                name="check_hit_accepted_with_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["slot", "state", "rule_key"]),
            models.Index(fields=["rule_key", "state", "slot", "id"]),
        ]


class CheckTally(models.Model):
    """What one run found in one village under one rule; villages without a fault have no row."""

    slot = models.BigIntegerField()
    run = models.ForeignKey(CheckRun, on_delete=models.CASCADE, related_name="tallies")
    rule_key = models.CharField(max_length=60)
    hits = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "slot", "rule_key"], name="check_tally_once")]
        indexes = [models.Index(fields=["slot", "run"])]


class CheckRule(models.Model):
    """A county's own check: written and tried on the page, in force from its adoption until it is withdrawn."""

    slot = models.BigIntegerField()
    hi = models.BigIntegerField()
    key = models.CharField(max_length=60)
    name = models.CharField(max_length=120)
    over = models.CharField(max_length=10)
    when = models.TextField(max_length=4000)
    on_unknown = models.CharField(max_length=10)
    owner = models.CharField(max_length=30)
    action = models.CharField(max_length=300)
    basis = models.CharField(max_length=300)
    adopted_on = models.DateField()
    adopted_at = models.DateTimeField()
    adopted_by = models.CharField(max_length=200)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.CharField(max_length=200, blank=True)
    withdrawn_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["slot", "key"], name="check_rule_key_once")]


class CheckTrial(models.Model):
    """A rule tried on the latest snapshot: how many rows it finds, and some of them by id; adopted at most once."""

    slot = models.BigIntegerField()
    hi = models.BigIntegerField()
    name = models.CharField(max_length=120)
    over = models.CharField(max_length=10)
    when = models.TextField(max_length=4000)
    on_unknown = models.CharField(max_length=10)
    owner = models.CharField(max_length=30)
    action = models.CharField(max_length=300)
    basis = models.CharField(max_length=300)
    state = models.CharField(max_length=10, choices=Run.State.choices, default=Run.State.WAITING)
    on = models.DateField()
    taken_at = models.DateTimeField(null=True)
    looked = models.BigIntegerField(null=True)
    found = models.BigIntegerField(null=True)
    undecided = models.BigIntegerField(null=True)
    examples = models.JSONField(default=list)
    message = models.CharField(max_length=500, blank=True)
    tried_at = models.DateTimeField()
    tried_by = models.CharField(max_length=200)
    appointment_id = models.BigIntegerField(null=True)
    progress_id = models.BigIntegerField(null=True)
    rule = models.OneToOneField(CheckRule, null=True, on_delete=models.PROTECT, related_name="trial")

    class Meta:
        indexes = [models.Index(fields=["slot", "-id"])]


class CheckExport(models.Model):
    """A workbook of hits that the worker makes: what was asked for, for which purpose, and the sealed file."""

    slot = models.BigIntegerField()
    appointment_id = models.BigIntegerField()
    asked = models.JSONField(default=dict)
    purpose = models.CharField(max_length=200)
    requested_at = models.DateTimeField()
    progress_id = models.BigIntegerField(null=True)
    file_id = models.BigIntegerField(null=True)
    rows = models.BigIntegerField(null=True)
