"""Measures and the times of help."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from shouwang.kit.codes import Measure as MeasureKind


class Measure(models.Model):
    """One kind of help for a household: planned by the county centre, delivered by its provider.

    `is_outside`: the provider is no organisation of ours; the centre records what it reports. `grant_id` is the money
    that came with it; help without money (training) has none, a job has its wage as a daily benefit. For counting, one
    measure a person and year is the primary one.
    """

    class State(models.TextChoices):
        PLANNED = "PLANNED", "待落实"
        DELIVERED = "DELIVERED", "已落实"
        CANCELLED = "CANCELLED", "已取消"

    slot = models.BigIntegerField()
    household_id = models.BigIntegerField()
    person_id = models.BigIntegerField(null=True)
    case_id = models.BigIntegerField()
    task_id = models.BigIntegerField(null=True, unique=True)
    kind = models.CharField(max_length=24, choices=MeasureKind.choices())
    summary = models.CharField(max_length=300)
    provider_organisation_id = models.BigIntegerField(null=True)
    provider_name = models.CharField(max_length=120)
    is_outside = models.BooleanField(default=False)
    responsible = models.CharField(max_length=60, blank=True)
    due_on = models.DateField(null=True)
    is_primary = models.BooleanField(default=False)
    counted_year = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.PLANNED)
    planned_at = models.DateTimeField()
    planned_by = models.CharField(max_length=200)
    delivered_on = models.DateField(null=True)
    delivered_at = models.DateTimeField(null=True)
    delivered_by = models.CharField(max_length=200, blank=True)
    result = models.CharField(max_length=500, blank=True)
    grant_id = models.BigIntegerField(null=True, unique=True)
    cancelled_reason = models.CharField(max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [
            models.Index(fields=["case_id", "id"]),
            models.Index(fields=["household_id", "id"]),
            models.Index(
                fields=["provider_organisation_id", "due_on"], condition=Q(state="PLANNED"), name="measure_due"
            ),
            models.Index(fields=["slot"]),
        ]
        constraints = [
            models.CheckConstraint(
                condition=(Q(state="DELIVERED") & Q(delivered_on__isnull=False, delivered_at__isnull=False))
                | (~Q(state="DELIVERED") & Q(delivered_on__isnull=True, delivered_at__isnull=True)),
                name="measure_delivered_whole",
            ),
            models.UniqueConstraint(
                fields=["person_id", "counted_year"],
                condition=Q(is_primary=True, person_id__isnull=False) & ~Q(state="CANCELLED"),
                name="measure_one_primary_a_person_and_year",
            ),
        ]


class Aid(models.Model):
    """One time that a household was helped (一户次): all that was planned for its case arrived; only ever added.

    `people` is how many were helped that time (人次): those whom measures and payments name, the whole household where
    one is for all of it. `measures` is 0 where only the insurer paid. A household helped twice counts twice, and its
    people too.
    """

    slot = models.BigIntegerField()
    household_id = models.BigIntegerField()
    case_id = models.BigIntegerField()
    on = models.DateField()
    people = models.PositiveSmallIntegerField()
    measures = models.PositiveSmallIntegerField()
    at = models.DateTimeField()

    class Meta:
        indexes = [
            # Counts of an area and a period read the index alone.
            models.Index(fields=["slot", "on"], include=["household_id", "people", "id"], name="aid_counts"),
            models.Index(fields=["household_id", "-on"], name="aid_household"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["case_id", "at"], name="aid_once"),
            models.CheckConstraint(condition=Q(people__gt=0), name="aid_of_somebody"),
        ]
