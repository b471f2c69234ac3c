"""Insured persons, assessments, plans, days of service, bills and settlements of long-term care. Amounts in fen.

`office_id` is the organisation that runs the scheme, `assessor_id` who assesses, `provider_id` who gives the care. What
a provider needs of a client stands on the plan, so that it reads nobody's row of the insured.
"""

from __future__ import annotations

from datetime import date, timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from shouwang.insurance.care.rules import Asked, BillState
from shouwang.kit.money import LIMIT_FEN


class CareInsured(models.Model):
    """Somebody insured who asked for care; `person_id` null: not in the register, known by her sealed ID alone."""

    slot = models.BigIntegerField()
    office_id = models.BigIntegerField()
    assessor_id = models.BigIntegerField()
    person_id = models.BigIntegerField(null=True)
    household_id = models.BigIntegerField(null=True)
    name = models.CharField(max_length=60)
    place = models.CharField(max_length=200)
    reference = models.CharField(max_length=32, unique=True)
    sealed_id = models.BinaryField()
    id_blind = models.BinaryField()
    id_shown = models.CharField(max_length=20)
    group = models.CharField(max_length=40)
    group_name = models.CharField(max_length=60)
    from_date = models.DateField()
    ended_on = models.DateField(null=True)  # the first day without insurance
    died_on = models.DateField(null=True)
    end_reason = models.CharField(max_length=300, blank=True)
    registered_at = models.DateTimeField()
    registered_by = models.CharField(max_length=200)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [models.Index(fields=["household_id"], name="careinsured_household")]
        constraints = [
            models.UniqueConstraint(fields=["office_id", "id_blind"], name="careinsured_once_an_office"),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("from_date")), name="careinsured_in_order"
            ),
        ]

    @property
    def over_from(self) -> date | None:
        """The first day that counts no more: after the death, or without insurance; None while neither is known."""
        died = self.died_on + timedelta(days=1) if self.died_on is not None else None
        return min((day for day in (died, self.ended_on) if day is not None), default=None)

    @property
    def over_word(self) -> str:
        """Why days count no more, in words."""
        return "去世之后" if self.died_on is not None else "参保结束之后"


class CareApplication(models.Model):
    """Somebody asks to be assessed, for the first time or again."""

    insured = models.ForeignKey(CareInsured, on_delete=models.PROTECT, related_name="applications")
    slot = models.BigIntegerField()
    office_id = models.BigIntegerField()
    assessor_id = models.BigIntegerField()
    applied_on = models.DateField()
    is_again = models.BooleanField(default=False)
    note = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=10, choices=Asked.choices, default=Asked.OPEN)
    at = models.DateTimeField()
    actor = models.CharField(max_length=200)
    user_id = models.BigIntegerField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [models.Index(fields=["assessor_id", "state", "applied_on"], name="careapplication_desk")]
        constraints = [
            models.UniqueConstraint(fields=["insured"], condition=Q(state="OPEN"), name="careapplication_one_open")
        ]


class CareAssessment(models.Model):
    """What the body in charge found: a level over [from_date, until_date), or none (level empty); only ever added."""

    insured = models.ForeignKey(CareInsured, on_delete=models.PROTECT, related_name="assessments")
    application = models.OneToOneField(CareApplication, on_delete=models.PROTECT, related_name="assessment")
    slot = models.BigIntegerField()
    office_id = models.BigIntegerField()
    assessor_id = models.BigIntegerField()
    assessor_name = models.CharField(max_length=120)
    level = models.CharField(max_length=40, blank=True)
    level_name = models.CharField(max_length=60, blank=True)
    assessed_on = models.DateField()
    from_date = models.DateField()
    until_date = models.DateField(null=True)
    document = models.CharField(max_length=80)
    pack_version = models.ForeignKey("standards.PackVersion", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    actor = models.CharField(max_length=200)
    user_id = models.BigIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["insured", "-from_date"], name="careassessment_insured")]
        constraints = [
            models.CheckConstraint(
                condition=Q(level="", until_date__isnull=True) | (~Q(level="") & Q(until_date__gt=F("from_date"))),
                name="careassessment_whole",
            ),
        ]


class CarePlan(models.Model):
    """Care of one mode by one provider over [from_date, until_date); nobody has two on one day (exclusion).

    `covered_until` is the first day on which no assessment holds any more, as known now.
    """

    insured = models.ForeignKey(CareInsured, on_delete=models.PROTECT, related_name="plans")
    slot = models.BigIntegerField()
    office_id = models.BigIntegerField()
    provider_id = models.BigIntegerField()
    provider_name = models.CharField(max_length=120)
    insured_name = models.CharField(max_length=60)
    place = models.CharField(max_length=200)
    mode = models.CharField(max_length=40)
    mode_name = models.CharField(max_length=60)
    level_name = models.CharField(max_length=60)
    from_date = models.DateField()
    until_date = models.DateField(null=True)
    covered_until = models.DateField()
    end_reason = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()
    actor = models.CharField(max_length=200)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [models.Index(fields=["provider_id", "-from_date"], name="careplan_provider")]
        constraints = [
            models.CheckConstraint(
                condition=Q(until_date__isnull=True) | Q(until_date__gte=F("from_date")), name="careplan_in_order"
            ),
        ]

    def holds_on(self, on: date) -> bool:
        """This function tells whether the plan and the assessment behind it hold on a day."""
        return self.from_date <= on < min(self.until_date or self.covered_until, self.covered_until)


class CareBill(models.Model):
    """A provider's bill of one month, from its days of service; `settled_fen` as last settled (null: not yet)."""

    slot = models.BigIntegerField()
    office_id = models.BigIntegerField()
    provider_id = models.BigIntegerField()
    provider_name = models.CharField(max_length=120)
    month = models.DateField()
    state = models.CharField(max_length=10, choices=BillState.choices, default=BillState.FILED)
    invoice = models.CharField(max_length=60)
    invoice_fen = models.BigIntegerField()
    is_late = models.BooleanField(default=False)
    late_reason = models.CharField(max_length=300, blank=True)
    due_on = models.DateField()
    settled_fen = models.BigIntegerField(null=True)
    paid_by = models.CharField(max_length=10, blank=True)
    paid_on = models.DateField(null=True)
    # Where the county's ledger pays: how often it was asked, what the bank has paid, what came back, why it waits.
    payment_asks = models.PositiveSmallIntegerField(default=0)
    paid_fen = models.BigIntegerField(default=0)
    recovered_fen = models.BigIntegerField(default=0)
    payment_said = models.CharField(max_length=200, blank=True, default="")
    reference = models.CharField(max_length=60, blank=True)
    # Who of the office struck days since it was settled last, and whom they acted for.
    handled_user_ids = ArrayField(models.BigIntegerField(), default=list)
    filed_at = models.DateTimeField()
    filed_by = models.CharField(max_length=200)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [models.Index(fields=["office_id", "state", "-month"], name="carebill_desk")]
        constraints = [
            models.UniqueConstraint(
                fields=["office_id", "provider_id", "month"],
                condition=~Q(state="WITHDRAWN"),
                name="carebill_once_a_month",
            ),
            models.CheckConstraint(condition=Q(month__day=1), name="carebill_month_is_its_first_day"),
            models.CheckConstraint(
                condition=Q(invoice_fen__gt=0, invoice_fen__lt=LIMIT_FEN), name="carebill_invoice_sane"
            ),
            models.CheckConstraint(
                condition=Q(settled_fen__isnull=True) | Q(settled_fen__gte=0, settled_fen__lte=F("invoice_fen")),
                name="carebill_never_pays_more_than_it_asks",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["FILED", "DISPUTED", "WITHDRAWN"]) | Q(settled_fen__isnull=False),
                name="carebill_settled_before_it_is_agreed",
            ),
            models.CheckConstraint(
                condition=Q(state="PAID", paid_on__isnull=False) | (~Q(state="PAID") & Q(paid_on__isnull=True)),
                name="carebill_paid_whole",
            ),
        ]

    @property
    def state_label(self) -> str:
        """Where the bill stands, in words."""
        return str(BillState(self.state).label)


class CareDay(models.Model):
    """One day of service to one person, and what was charged for it; struck days count nothing."""

    plan = models.ForeignKey(CarePlan, on_delete=models.PROTECT, related_name="days")
    insured = models.ForeignKey(CareInsured, on_delete=models.PROTECT, related_name="+")
    bill = models.ForeignKey(CareBill, null=True, on_delete=models.PROTECT, related_name="days")
    slot = models.BigIntegerField()
    office_id = models.BigIntegerField()
    provider_id = models.BigIntegerField()
    mode = models.CharField(max_length=40)
    on = models.DateField()
    charge_fen = models.BigIntegerField()
    is_struck = models.BooleanField(default=False)
    struck_reason = models.CharField(max_length=200, blank=True)
    struck_by = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()
    actor = models.CharField(max_length=200)
    user_id = models.BigIntegerField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["provider_id", "on"], name="careday_month"),
            models.Index(fields=["plan", "on"], name="careday_plan"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["insured", "on"], condition=Q(is_struck=False), name="careday_once_a_day"),
            models.CheckConstraint(condition=Q(charge_fen__gt=0, charge_fen__lt=LIMIT_FEN), name="careday_charge_sane"),
            models.CheckConstraint(
                condition=Q(is_struck=False, struck_reason="") | (Q(is_struck=True) & ~Q(struck_reason="")),
                name="careday_struck_with_a_reason",
            ),
        ]


class CareSettlement(models.Model):
    """What a bill came to at one time, with all that is needed to compute it again; only ever added."""

    bill = models.ForeignKey(CareBill, on_delete=models.PROTECT, related_name="settlements")
    slot = models.BigIntegerField()
    office_id = models.BigIntegerField()
    provider_id = models.BigIntegerField()
    number = models.PositiveSmallIntegerField()
    pack_version = models.ForeignKey("standards.PackVersion", on_delete=models.PROTECT, related_name="+")
    source = models.CharField(max_length=300, blank=True)
    mark = models.CharField(max_length=20, blank=True)
    inputs = models.JSONField()
    # Who struck days for it or settled it, and whom they acted for: none of them judges an objection to it or pays it.
    hand_user_ids = ArrayField(models.BigIntegerField(), default=list)
    people = models.PositiveIntegerField()
    days = models.PositiveIntegerField()
    charged_fen = models.BigIntegerField()
    paid_fen = models.BigIntegerField()
    at = models.DateTimeField()
    actor = models.CharField(max_length=200)
    user_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bill", "number"], name="caresettlement_numbered"),
            models.CheckConstraint(
                condition=Q(paid_fen__gte=0, paid_fen__lte=F("charged_fen")), name="caresettlement_within_its_charges"
            ),
        ]


class CareLine(models.Model):
    """One person's month in a settlement, with every step; only ever added."""

    settlement = models.ForeignKey(CareSettlement, on_delete=models.PROTECT, related_name="lines")
    slot = models.BigIntegerField()
    office_id = models.BigIntegerField()
    provider_id = models.BigIntegerField()
    insured = models.ForeignKey(CareInsured, on_delete=models.PROTECT, related_name="lines")
    insured_name = models.CharField(max_length=60)
    days = models.PositiveSmallIntegerField()
    charged_fen = models.BigIntegerField()
    paid_fen = models.BigIntegerField()
    steps = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["settlement", "insured"], name="careline_once_a_person"),
            models.CheckConstraint(
                condition=Q(paid_fen__gte=0, paid_fen__lte=F("charged_fen")), name="careline_within_its_charges"
            ),
        ]


class CareEvent(models.Model):
    """Something that happened to a bill, in one Chinese sentence; only ever added."""

    bill = models.ForeignKey(CareBill, on_delete=models.PROTECT, related_name="events")
    slot = models.BigIntegerField()
    office_id = models.BigIntegerField()
    provider_id = models.BigIntegerField()
    at = models.DateTimeField()
    what = models.CharField(max_length=16)
    text = models.CharField(max_length=500)
    bill_version = models.PositiveIntegerField()
    actor = models.CharField(max_length=200)
    user_id = models.BigIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["bill", "id"], name="careevent_bill")]
