"""Grants."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from shouwang.kit.money import LIMIT_FEN


class Grant(models.Model):
    """A benefit in money: `amount_fen` once, each month or each day of work, from a day on.

    `standing` says whose money it is: PAID_BY_US from the county's own accounts, REPORTED what another body pays and
    tells us. A correction cancels the row and records another.
    """

    class Unit(models.TextChoices):
        ONCE = "ONCE", "一次"
        MONTHLY = "MONTHLY", "每月"
        DAILY = "DAILY", "每天"

    class Standing(models.TextChoices):
        PAID_BY_US = "PAID_BY_US", "本级支付"
        REPORTED = "REPORTED", "其他单位发放"

    slot = models.BigIntegerField()
    household_id = models.BigIntegerField()
    person_id = models.BigIntegerField(null=True)
    case_id = models.BigIntegerField(null=True)
    payer_organisation_id = models.BigIntegerField(null=True)
    payer_name = models.CharField(max_length=120)
    purpose = models.CharField(max_length=120)
    amount_fen = models.BigIntegerField()
    unit = models.CharField(max_length=8, choices=Unit.choices)
    standing = models.CharField(max_length=12, choices=Standing.choices)
    from_date = models.DateField()
    until_date = models.DateField(null=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=200)
    source_ref = models.CharField(max_length=80, unique=True)
    cancelled_at = models.DateTimeField(null=True)
    cancelled_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["household_id", "-from_date"]),
            models.Index(fields=["case_id"]),
            models.Index(fields=["slot", "from_date"]),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(amount_fen__gt=0, amount_fen__lt=LIMIT_FEN), name="grant_amount_sane"),
            models.CheckConstraint(
                condition=Q(until_date__isnull=True) | Q(until_date__gt=F("from_date")), name="grant_period_in_order"
            ),
        ]
