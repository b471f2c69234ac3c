"""What a person has to look at or has settled: findings, conflicts, objections; and merges and moves that were made."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from shouwang.register.models.people import Household, Person


class RegisterFinding(models.Model):
    """Something in the register that township or county must look at; settled by a person with a note."""

    class Kind(models.TextChoices):
        NO_ADULT = "NO_ADULT", "户内没有成年人"
        MOVED_IN = "MOVED_IN", "从外地迁入，需核对户内关系"
        NO_NAME = "NO_NAME", "没有姓名"
        CHANGED_ELSEWHERE = "CHANGED_ELSEWHERE", "登记信息在上级被改动"

    slot = models.BigIntegerField()
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="findings")
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    note = models.CharField(max_length=300, blank=True)
    opened_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    settled_by = models.CharField(max_length=200, blank=True)
    settlement = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [models.Index(fields=["slot", "id"], name="finding_open", condition=Q(settled_at__isnull=True))]
        constraints = [
            models.UniqueConstraint(
                fields=["household", "kind"], condition=Q(settled_at__isnull=True), name="finding_once_open"
            )
        ]


class RegistrationConflict(models.Model):
    """Somebody registered a person who is registered elsewhere: the pair, for the common superior alone.

    `lo`/`hi` is the smallest area that holds both; only a viewer with that whole area in her ranges reads it. The one
    who registered cannot read the row she caused.
    """

    class Decision(models.TextChoices):
        MOVE = "MOVE", "迁到新登记的户"
        KEEP = "KEEP", "维持原登记"

    lo = models.BigIntegerField()
    hi = models.BigIntegerField()
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    slot_there = models.BigIntegerField()
    slot_here = models.BigIntegerField()
    household_here = models.ForeignKey(Household, null=True, on_delete=models.PROTECT, related_name="+")
    relationship = models.CharField(max_length=14, blank=True)
    name_here = models.CharField(max_length=60, blank=True)
    source_ref = models.CharField(max_length=80, null=True, db_collation="C")
    opened_by = models.CharField(max_length=200)
    opened_by_organisation_id = models.BigIntegerField(null=True)
    opened_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)
    decision = models.CharField(max_length=4, blank=True, choices=Decision.choices)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [models.Index(fields=["lo", "hi"], name="conflict_open", condition=Q(decided_at__isnull=True))]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "slot_here"], condition=Q(decided_at__isnull=True), name="conflict_once_open"
            ),
            models.CheckConstraint(condition=Q(lo__lte=F("hi")), name="conflict_range_in_order"),
        ]


class FactObjection(models.Model):
    """Somebody says that a fact is wrong; upheld with a correction or turned down with a reason.

    `subject` is a table of the register, `row_id` its row, `field` the fact. Numbers that name somebody are not
    repeated here.
    """

    class State(models.TextChoices):
        OPEN = "OPEN", "待核"
        CORRECTED = "CORRECTED", "已更正"
        REJECTED = "REJECTED", "经核无误"

    slot = models.BigIntegerField()
    household = models.ForeignKey(Household, on_delete=models.PROTECT, db_index=False, related_name="objections")
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    subject = models.CharField(max_length=20)
    row_id = models.BigIntegerField()
    field = models.CharField(max_length=30)
    stated = models.CharField(max_length=200, blank=True)
    claimed = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=300)
    objected_by = models.CharField(max_length=200)
    objected_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    settled_by = models.CharField(max_length=200, blank=True)
    settled_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["household", "-objected_at"], name="objection_of_household"),
            models.Index(fields=["slot", "id"], name="objection_open", condition=Q(state="OPEN")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "row_id", "field"], condition=Q(state="OPEN"), name="objection_once_open"
            )
        ]


class PersonMerge(models.Model):
    """A double person was merged into the kept one; `moved` lists the rows that went over, so that it can be undone."""

    slot = models.BigIntegerField()
    kept = models.ForeignKey(Person, on_delete=models.PROTECT, db_index=False, related_name="merges")
    double = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=300)
    moved = models.JSONField(default=dict)
    merged_at = models.DateTimeField()
    merged_by = models.CharField(max_length=200)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.CharField(max_length=200, blank=True)
    undone_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [models.Index(fields=["kept"], name="merge_of_kept")]
        constraints = [
            models.UniqueConstraint(fields=["double"], condition=Q(undone_at__isnull=True), name="merge_once_a_double")
        ]


class Move(models.Model):
    """A household or person left a village for another; both sides read it, casework collects it."""

    slot = models.BigIntegerField()
    to_slot = models.BigIntegerField()
    household_id = models.BigIntegerField()
    person_id = models.BigIntegerField(null=True)
    moved_on = models.DateField()
    moved_by = models.CharField(max_length=200)
    recorded_at = models.DateTimeField()
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["slot", "id"], name="move_out"),
            models.Index(fields=["to_slot", "id"], name="move_in"),
            models.Index(fields=["household_id"], name="move_of_household"),
        ]
