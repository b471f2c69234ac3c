"""What the overseers of money keep: accounts of officials, and what became of findings."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class WatchedAccount(models.Model):
    """A bank account of an official, kept so that a payment into it is seen; only its blind index and last digits."""

    slot = models.BigIntegerField()
    organisation_id = models.BigIntegerField()
    owner = models.CharField(max_length=60)
    post = models.CharField(max_length=120)
    account_blind = models.BinaryField(max_length=32)
    account_shown = models.CharField(max_length=40)
    added_at = models.DateTimeField()
    added_by = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["slot", "account_blind"], name="watchedaccount_once")]


class FindingNote(models.Model):
    """What somebody decided about a finding; the newest of its key holds, only ever added.

    TOLERATED (容错) needs its ground: the person acted in the public interest, the cause was objective, the error was
    corrected in time.
    """

    class State(models.TextChoices):
        ASSIGNED = "ASSIGNED", "已交办"
        CORRECTED = "CORRECTED", "已整改"
        TOLERATED = "TOLERATED", "容错免责"

    key = models.CharField(max_length=120, db_collation="C")
    slot = models.BigIntegerField()
    organisation_id = models.BigIntegerField()
    state = models.CharField(max_length=10, choices=State.choices)
    owner = models.CharField(max_length=120)
    due_on = models.DateField(null=True)
    note = models.CharField(max_length=300)
    at = models.DateTimeField()
    by = models.CharField(max_length=200)

    class Meta:
        indexes = [models.Index(fields=["key", "-id"], name="findingnote_key")]
        constraints = [
            models.CheckConstraint(condition=~Q(state="ASSIGNED") | Q(due_on__isnull=False), name="findingnote_due"),
        ]
