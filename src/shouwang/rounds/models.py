"""Rounds, the villages they cover with kept counts, and every household of them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class Round(models.Model):
    """One round of a sweep of the pack; in `slot` lies the area whose office opened it.

    `opened_on` is the day it counts for in the pack's cadence. `listed_at`: every household of its villages is listed.
    """

    slot = models.BigIntegerField()
    sweep = models.CharField(max_length=60)
    name = models.CharField(max_length=60)
    pack_version_id = models.BigIntegerField()
    is_after_event = models.BooleanField(default=False)
    occasion = models.CharField(max_length=200, blank=True)
    opened_on = models.DateField()
    due_on = models.DateField()
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=200)
    appointment_id = models.BigIntegerField(null=True)
    organisation_id = models.BigIntegerField(null=True)
    listed_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=200, blank=True)
    close_reason = models.CharField(max_length=500, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [
            models.Index(fields=["slot", "-opened_at"], name="round_slot"),
            models.Index(fields=["sweep", "opened_on"], name="round_sweep"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(due_on__gte=F("opened_on")), name="round_due_after_opening"),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, closed_by="", close_reason="")
                | (Q(closed_at__isnull=False) & ~Q(closed_by="")),
                name="round_closed_whole",
            ),
        ]

    @property
    def is_open(self) -> bool:
        return self.closed_at is None


class RoundVillage(models.Model):
    """A village's task in a round, with its counts: households listed, seen, with a finding.

    `key` names the sweep and its occasion: a village is in one open round of each at a time.
    """

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="villages", db_index=False)
    slot = models.BigIntegerField()
    key = models.CharField(max_length=270)
    is_open = models.BooleanField(default=True)
    households = models.PositiveIntegerField(default=0)
    seen = models.PositiveIntegerField(default=0)
    found = models.PositiveIntegerField(default=0)
    listed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["slot"], include=["round", "households", "seen"], condition=Q(is_open=True),
                name="roundvillage_open",
            )
        ]  # fmt: skip
        constraints = [
            models.UniqueConstraint(fields=["round", "slot"], name="roundvillage_once"),
            models.UniqueConstraint(
                fields=["slot", "key"], condition=Q(is_open=True), name="roundvillage_one_open_round"
            ),
            models.CheckConstraint(
                condition=Q(found__lte=F("seen")) & Q(seen__lte=F("households")), name="roundvillage_counts"
            ),
        ]


class RoundVisit(models.Model):
    """A household in a round: not seen yet, seen (nothing found, a finding, gone from here), or nobody was met."""

    class State(models.TextChoices):
        UNSEEN = "UNSEEN", "还没有走到"
        ABSENT = "ABSENT", "去过，没见到人"
        NOTHING = "NOTHING", "走访过，没有异常"
        FINDING = "FINDING", "走访过，有情况"
        GONE = "GONE", "已不住这里"

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="visits", db_index=False)
    slot = models.BigIntegerField()
    household_id = models.BigIntegerField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.UNSEEN)
    at = models.DateTimeField(null=True)
    actor = models.CharField(max_length=200, blank=True)
    appointment_id = models.BigIntegerField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    clue_id = models.BigIntegerField(null=True, unique=True)

    class Meta:
        indexes = [models.Index(fields=["household_id", "-at"], name="roundvisit_household")]
        constraints = [
            models.UniqueConstraint(fields=["round", "slot", "household_id"], name="roundvisit_once"),
            models.CheckConstraint(
                condition=Q(state="FINDING", clue_id__isnull=False) | (~Q(state="FINDING") & Q(clue_id__isnull=True)),
                name="roundvisit_finding_is_a_clue",
            ),
            models.CheckConstraint(
                condition=Q(state="UNSEEN", at__isnull=True) | (~Q(state="UNSEEN") & Q(at__isnull=False)),
                name="roundvisit_seen_by_somebody",
            ),
        ]


SEEN = (RoundVisit.State.NOTHING, RoundVisit.State.FINDING, RoundVisit.State.GONE)
