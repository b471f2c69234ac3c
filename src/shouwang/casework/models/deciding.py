"""Decisions, what was known and looked at when they were taken, and who may take none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

if TYPE_CHECKING:
    pass
from shouwang.casework.models.cases import Case, CaseEvent


class Decision(models.Model):
    """Who decided what, when, under which clause, with which reasons; only ever added.

    `reason_key` is the pack's reason where one was chosen; `told` is what the household is told in plain words.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="decisions")
    slot = models.BigIntegerField()
    event = models.OneToOneField(CaseEvent, on_delete=models.PROTECT, related_name="decision")
    at = models.DateTimeField()
    stage = models.CharField(max_length=60)
    stage_name = models.CharField(max_length=60)
    act = models.CharField(max_length=12)
    move = models.CharField(max_length=20)
    move_name = models.CharField(max_length=60)
    clause = models.CharField(max_length=300, blank=True)
    reason_key = models.CharField(max_length=60, blank=True)
    reason = models.CharField(max_length=1000, blank=True)
    told = models.CharField(max_length=1000, blank=True)
    figures = models.JSONField(default=dict)
    actor = models.CharField(max_length=200)
    user_id = models.BigIntegerField(null=True)
    appointment_id = models.BigIntegerField(null=True)
    organisation_id = models.BigIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["case", "id"], name="decision_case")]


class CaseProfile(models.Model):
    """What was known of a household when its case was last decided, so that later ones can be laid beside it.

    `type_key`, `members` and `per_capita_fen` (null: not known) are those of `register.selectors.HouseholdProfile`.
    """

    case = models.OneToOneField(Case, on_delete=models.PROTECT, primary_key=True, related_name="profile")
    slot = models.BigIntegerField()
    causes = ArrayField(models.CharField(max_length=12))
    type_key = models.CharField(max_length=12, blank=True)
    members = models.PositiveSmallIntegerField()
    per_capita_fen = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField()

    class Meta:
        indexes = [
            # Those of a county and type are read from the index alone; the policy of the table needs the slot.
            models.Index(
                fields=["type_key", "slot"],
                include=["members", "per_capita_fen", "causes", "decided_at", "case"],
                name="caseprofile_alike",
            )
        ]


class FlagLook(models.Model):
    """That a person looked at a flag of a case, and what she found; only ever added, the last one of a flag counts.

    `says` and `source` are what the flag said then; `reason_key` and `reason_name` are the pack's reason where it has a
    list, `reason` her own words.
    """

    class Verdict(models.TextChoices):
        ABSENT = "ABSENT", "查无此情况"
        OVERRIDDEN = "OVERRIDDEN", "情况属实，仍可救助"
        STANDS = "STANDS", "情况属实，不应救助"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="flag_looks")
    slot = models.BigIntegerField()
    key = models.CharField(max_length=60)
    name = models.CharField(max_length=60)
    action = models.CharField(max_length=10)
    says = models.CharField(max_length=300)
    source = models.CharField(max_length=300, blank=True)
    verdict = models.CharField(max_length=10, choices=Verdict.choices)
    reason_key = models.CharField(max_length=60, blank=True)
    reason_name = models.CharField(max_length=100, blank=True)
    reason = models.CharField(max_length=500)
    stage_name = models.CharField(max_length=60)
    at = models.DateTimeField()
    actor = models.CharField(max_length=200)
    user_id = models.BigIntegerField(null=True)
    appointment_id = models.BigIntegerField(null=True)
    organisation_id = models.BigIntegerField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["case", "id"], name="flaglook_case"),
            models.Index(fields=["slot", "-id"], name="flaglook_slot"),
        ]
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="flaglook_with_reason")]


class Recusal(models.Model):
    """That somebody is, or is close to, a household, and so does not work on its cases.

    It is never changed, and only ended once, by another person of the county centre with a reason.
    """

    class Relation(models.TextChoices):
        SELF = "SELF", "就是这一户的人"
        KIN = "KIN", "亲属"
        OTHER = "OTHER", "其他利害关系"

    user_id = models.BigIntegerField()
    household_id = models.BigIntegerField()
    slot = models.BigIntegerField()
    relation = models.CharField(max_length=10, choices=Relation.choices)
    at = models.DateTimeField()
    actor = models.CharField(max_length=200)
    organisation_id = models.BigIntegerField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=200, blank=True, default="", db_default="")
    ended_by_user_id = models.BigIntegerField(null=True)
    ended_reason = models.CharField(max_length=500, blank=True, default="", db_default="")

    class Meta:
        indexes = [models.Index(fields=["user_id"], condition=Q(ended_at__isnull=True), name="recusal_of_user")]
        constraints = [
            models.UniqueConstraint(
                fields=["household_id", "user_id"], condition=Q(ended_at__isnull=True), name="recusal_once"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by="", ended_reason="")
                | Q(ended_at__isnull=False) & ~Q(ended_by="") & ~Q(ended_reason=""),
                name="recusal_ended_whole",
            ),
            models.CheckConstraint(
                condition=Q(ended_by_user_id__isnull=True) | ~Q(ended_by_user_id=F("user_id")),
                name="recusal_ended_by_another",
            ),
        ]
