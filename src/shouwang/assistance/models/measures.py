"""Measures and the times of help."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from shouwang.kit.codes import Measure as MeasureKind
from shouwang.kit.codes import Risk


class Measure(models.Model):
    """One kind of help for a household: planned by the county centre, delivered by its provider.

    `offer` is the key of the policy's offer it follows and `offer_name` its name (empty: none), `risk` the cause it
    answers. `amount_fen` is what was planned, after the delivery what arrived, a `unit`. `is_outside`: the provider is
    no organisation of ours; the centre records what it reports. `grant_id` is the money that came with it; help without
    money (training) has none, a job has its wage as a daily benefit. Whom it counts for is in `Primary`.
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
    offer = models.CharField(max_length=60, blank=True, default="", db_default="")
    offer_name = models.CharField(max_length=60, blank=True, default="", db_default="")
    risk = models.CharField(max_length=12, blank=True, default="", db_default="", choices=Risk.choices())
    summary = models.CharField(max_length=300)
    amount_fen = models.BigIntegerField(null=True)
    unit = models.CharField(max_length=8, blank=True, default="", db_default="")
    provider_organisation_id = models.BigIntegerField(null=True)
    provider_name = models.CharField(max_length=120)
    is_outside = models.BooleanField(default=False)
    responsible = models.CharField(max_length=60, blank=True)
    due_on = models.DateField(null=True)
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
            models.CheckConstraint(
                condition=Q(amount_fen__isnull=True) | Q(amount_fen__gt=0), name="measure_amount_above_nothing"
            ),
        ]


class Primary(models.Model):
    """The one measure of a calendar year by which a person is counted (domain §3.6): people add up by measure."""

    slot = models.BigIntegerField()
    household_id = models.BigIntegerField()
    person_id = models.BigIntegerField()
    year = models.PositiveSmallIntegerField()
    measure = models.ForeignKey(Measure, on_delete=models.PROTECT, related_name="primaries")

    class Meta:
        indexes = [models.Index(fields=["slot", "year"], name="primary_counts")]
        constraints = [
            models.UniqueConstraint(fields=["person_id", "year"], name="measure_one_primary_a_person_and_year")
        ]


class Proof(models.Model):
    """A photo or PDF that shows a measure arrived, kept by `office`; only ever added."""

    measure = models.ForeignKey(Measure, on_delete=models.PROTECT, related_name="proofs")
    slot = models.BigIntegerField()
    organisation_id = models.BigIntegerField(null=True)
    paper_id = models.BigIntegerField(unique=True)
    at = models.DateTimeField()
    by = models.CharField(max_length=200)


class Confirmation(models.Model):
    """What a household says about a delivered measure; only ever added, the last one holds.

    `way`: told to the officer (OFFICER), a signed receipt (RECEIPT), which is then among the proofs, or said on the
    public page that the household's receipt number and PIN open (ONLINE).
    """

    class Way(models.TextChoices):
        OFFICER = "OFFICER", "当面问的"
        RECEIPT = "RECEIPT", "签字收条"
        ONLINE = "ONLINE", "凭回执自己说的"

    measure = models.ForeignKey(Measure, on_delete=models.PROTECT, related_name="confirmations")
    slot = models.BigIntegerField()
    is_received = models.BooleanField()
    way = models.CharField(max_length=8, choices=Way.choices)
    told_by = models.CharField(max_length=60)
    note = models.CharField(max_length=300, blank=True)
    paper_id = models.BigIntegerField(null=True)
    on = models.DateField()
    at = models.DateTimeField()
    by = models.CharField(max_length=200)
    user_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(way="RECEIPT") | Q(paper_id__isnull=False), name="confirmation_receipt_kept"
            ),
            models.CheckConstraint(
                condition=Q(is_received=True) | ~Q(note=""), name="confirmation_says_what_is_missing"
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
