"""What the dated tables share."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q

from shouwang.kit.money import LIMIT_FEN


def in_order(name: str) -> models.CheckConstraint:
    """This function returns the constraint that a valid period has at least one day."""
    return models.CheckConstraint(
        condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")), name=f"{name}_period_in_order"
    )


def sane(*fields: str) -> Q:
    """This function returns the condition that amounts are unknown or between nothing and the limit."""
    condition = Q()
    for field in fields:
        condition &= Q(**{f"{field}__isnull": True}) | Q(**{f"{field}__gte": 0, f"{field}__lt": LIMIT_FEN})
    return condition


def source_once(name: str) -> models.UniqueConstraint:
    """This function returns the constraint that a row of a source counts once among what is believed now."""
    return models.UniqueConstraint(
        fields=["source_ref"],
        condition=Q(superseded_at__isnull=True) & Q(source_ref__isnull=False),
        name=f"{name}_source_once",
    )


def of_person(name: str) -> models.Index:
    """This function returns the index of a table's rows by the person they are about."""
    return models.Index(fields=["person"], name=f"{name}_of_person", condition=Q(person__isnull=False))


def by_source(name: str) -> models.Index:
    """This function returns the index by which what a source brought is found again, superseded rows included."""
    return models.Index(fields=["source_ref"], name=f"{name}_by_source", condition=Q(source_ref__isnull=False))


class Recorded(models.Model):
    """When we learned a row, when we stopped believing it, and where it came from.

    `source` is a department code, "national", "officer" or "clerk"; `source_ref` names the row of the source, e.g.
    "feed:17:row:204", and is null for what a person entered.
    """

    slot = models.BigIntegerField()
    source = models.CharField(max_length=30)
    source_ref = models.CharField(max_length=80, null=True, db_collation="C")
    recorded_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True


class Dated(Recorded):
    """A recorded row that held from one day to before another."""

    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        abstract = True

    def holds(self, on: Any) -> bool:
        """This function tells whether the row is believed and held on a day."""
        return self.superseded_at is None and self.valid_from <= on and (self.valid_to is None or on < self.valid_to)
