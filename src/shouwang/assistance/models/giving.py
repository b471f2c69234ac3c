"""Social aid: what givers pledge, what households need, what is allotted, delivered and thanked for."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

SIZES = {2: 10**8, 3: 10**6, 4: 10**3, 5: 1}


class Form(models.TextChoices):
    """What is given: `total`, `wanted` and `quantity` are fen for money and whole things else."""

    MONEY = "MONEY", "钱"
    THINGS = "THINGS", "物"


class Pledge(models.Model):
    """What a giver promised for a purpose in an area (`slot` and `level`), in money or in things, until a day.

    `allotted` and `delivered` are kept by the database from the allotments; nothing is allotted above `total`.
    `value_fen` is what one thing is worth, as the giver says. `account_id`: the money came to us, it is in the ledger.
    """

    slot = models.BigIntegerField()
    level = models.PositiveSmallIntegerField()
    organisation_id = models.BigIntegerField()
    giver = models.CharField(max_length=120)
    giver_kind = models.CharField(max_length=60)
    giver_kind_name = models.CharField(max_length=60)
    is_named = models.BooleanField()
    purpose = models.CharField(max_length=60)
    purpose_name = models.CharField(max_length=60)
    form = models.CharField(max_length=6, choices=Form.choices)
    item = models.CharField(max_length=60, blank=True)
    unit = models.CharField(max_length=10, blank=True)
    value_fen = models.BigIntegerField(null=True)
    total = models.BigIntegerField()
    allotted = models.BigIntegerField(default=0)
    delivered = models.BigIntegerField(default=0)
    pledged_on = models.DateField()
    expires_on = models.DateField(null=True)
    account_id = models.BigIntegerField(null=True)
    received_on = models.DateField(null=True)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=200)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=200, blank=True)
    closed_reason = models.CharField(max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [models.Index(fields=["slot", "-id"], name="pledge_slot")]
        constraints = [
            models.CheckConstraint(
                condition=Q(delivered__gte=0, allotted__gte=F("delivered"), total__gte=F("allotted"), total__gt=0),
                name="pledge_never_above_what_is_left",
            ),
            models.CheckConstraint(
                condition=Q(form="MONEY", item="", unit="", value_fen=None)
                | (Q(form="THINGS", value_fen__gt=0, account_id=None) & ~Q(item="") & ~Q(unit="")),
                name="pledge_money_or_things",
            ),
            models.CheckConstraint(
                condition=Q(expires_on=None) | Q(expires_on__gte=F("pledged_on")), name="pledge_term_in_order"
            ),
            models.CheckConstraint(
                condition=Q(account_id=None, received_on=None) | Q(account_id__isnull=False, received_on__isnull=False),
                name="pledge_received_whole",
            ),
        ]

    @property
    def hi(self) -> int:
        """The last slot of its area; `slot` is the first."""
        return self.slot + SIZES[self.level] - 1

    @property
    def left(self) -> int:
        return self.total - self.allotted


class Need(models.Model):
    """What a household needs for a purpose, in money or in things; `note` is for staff and goes to no giver.

    `met` is kept by the database from the allotments. `measure_id`: the measure of a help plan that it stands for.
    """

    slot = models.BigIntegerField()
    household_id = models.BigIntegerField()
    case_id = models.BigIntegerField(null=True)
    measure_id = models.BigIntegerField(null=True)
    purpose = models.CharField(max_length=60)
    purpose_name = models.CharField(max_length=60)
    form = models.CharField(max_length=6, choices=Form.choices)
    item = models.CharField(max_length=60, blank=True)
    unit = models.CharField(max_length=10, blank=True)
    wanted = models.BigIntegerField()
    met = models.BigIntegerField(default=0)
    note = models.CharField(max_length=300, blank=True)
    stated_on = models.DateField()
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=200)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.CharField(max_length=200, blank=True)
    withdrawn_reason = models.CharField(max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [
            models.Index(fields=["slot", "stated_on"], condition=Q(withdrawn_at=None), name="need_slot"),
            models.Index(fields=["household_id", "-id"], name="need_household"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(wanted__gt=0, met__gte=0, wanted__gte=F("met")), name="need_met_sane"),
            models.CheckConstraint(
                condition=Q(form="MONEY", item="", unit="") | (Q(form="THINGS") & ~Q(item="") & ~Q(unit="")),
                name="need_money_or_things",
            ),
            models.UniqueConstraint(
                fields=["measure_id"], condition=Q(withdrawn_at=None, measure_id__isnull=False), name="need_of_measure"
            ),
        ]

    @property
    def left(self) -> int:
        return self.wanted - self.met


class Thanks(models.Model):
    """A letter of thanks to a giver for what was delivered; printed the same at any time."""

    slot = models.BigIntegerField()
    pledge = models.ForeignKey(Pledge, on_delete=models.PROTECT, related_name="thanks")
    on = models.DateField()
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=200)
    lines = models.JSONField()

    class Meta:
        indexes = [models.Index(fields=["slot", "-id"], name="thanks_slot")]


class Allotment(models.Model):
    """A part of a pledge for a need, decided by a person; delivered with proof, or cancelled.

    A delivery leaves a grant of the giver and a paper. Money that came to us is a payment by `funds` (`commitment_id`);
    the bank's answer proves it.
    """

    class State(models.TextChoices):
        ALLOTTED = "ALLOTTED", "待送达"
        DELIVERED = "DELIVERED", "已送达"
        CANCELLED = "CANCELLED", "已取消"

    slot = models.BigIntegerField()
    household_id = models.BigIntegerField()
    pledge = models.ForeignKey(Pledge, on_delete=models.PROTECT, related_name="allotments")
    need = models.ForeignKey(Need, on_delete=models.PROTECT, related_name="allotments")
    quantity = models.BigIntegerField()
    reasons = models.JSONField(default=list)
    state = models.CharField(max_length=10, choices=State.choices, default=State.ALLOTTED)
    decided_at = models.DateTimeField()
    decided_by = models.CharField(max_length=200)
    delivered_on = models.DateField(null=True)
    delivered_at = models.DateTimeField(null=True)
    delivered_by = models.CharField(max_length=200, blank=True)
    result = models.CharField(max_length=300, blank=True)
    paper_id = models.BigIntegerField(null=True)
    grant_id = models.BigIntegerField(null=True, unique=True)
    commitment_id = models.BigIntegerField(null=True, unique=True)
    cancelled_reason = models.CharField(max_length=200, blank=True)
    thanks = models.ForeignKey(Thanks, null=True, on_delete=models.PROTECT, related_name="allotments")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [models.Index(fields=["slot", "-id"], name="allotment_slot")]
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="allotment_of_something"),
            models.CheckConstraint(
                condition=(Q(state="DELIVERED", delivered_on__isnull=False, delivered_at__isnull=False)
                           & (Q(grant_id__isnull=False, paper_id__isnull=False) | Q(commitment_id__isnull=False)))
                | (~Q(state="DELIVERED") & Q(delivered_on=None, delivered_at=None, thanks=None)),
                name="allotment_delivered_with_proof",
            ),
        ]  # fmt: skip


class GiftConfirmation(models.Model):
    """What a household says of an allotment that was delivered; only ever added, the last word holds."""

    allotment = models.ForeignKey(Allotment, on_delete=models.PROTECT, related_name="confirmations")
    slot = models.BigIntegerField()
    is_received = models.BooleanField()
    told_by = models.CharField(max_length=60)
    note = models.CharField(max_length=300, blank=True)
    on = models.DateField()
    at = models.DateTimeField()
    by = models.CharField(max_length=200)
    user_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(told_by=""), name="giftconfirmation_told_by_somebody"),
            models.CheckConstraint(
                condition=Q(is_received=True) | ~Q(note=""), name="giftconfirmation_says_what_is_missing"
            ),
        ]
