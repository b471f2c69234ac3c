"""Visits."""

from __future__ import annotations

from django.db import models


class Visit(models.Model):
    """One return visit of a case, by telephone or on the spot; only ever added.

    `income_fen` is what the household says it earns a month now (null: not asked); `still_needed` what remains.
    """

    class Way(models.TextChoices):
        PHONE = "PHONE", "电话回访"
        ON_SITE = "ON_SITE", "实地走访"

    slot = models.BigIntegerField()
    household_id = models.BigIntegerField()
    case_id = models.BigIntegerField()
    way = models.CharField(max_length=8, choices=Way.choices)
    visited_on = models.DateField()
    spoke_with = models.CharField(max_length=60)
    has_help_arrived = models.BooleanField()
    is_risk_gone = models.BooleanField()
    income_fen = models.BigIntegerField(null=True)
    note = models.CharField(max_length=1000)
    still_needed = models.CharField(max_length=500, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=200)
    user_id = models.BigIntegerField(null=True)
    case_version = models.PositiveIntegerField()

    class Meta:
        indexes = [models.Index(fields=["case_id", "id"]), models.Index(fields=["household_id", "-visited_on"])]
        constraints = [
            # The same page sent twice is one visit.
            models.UniqueConstraint(fields=["case_id", "case_version"], name="visit_once_per_case_version")
        ]
