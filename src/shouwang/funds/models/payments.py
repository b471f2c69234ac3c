"""Payments: what is owed (commitments), batches with who did what, payments with their evidence, the bank's returns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q

from shouwang.funds.models.grants import LIMIT_FEN
from shouwang.funds.models.ledger import Account

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager


class Commitment(models.Model):
    """An approved amount that is owed to a household, its money set aside; `source_ref` names what was approved.

    `household_id` is null where an organisation is owed for somebody who is not in the register, and only there.
    The payee's account is sealed under `funds_commitment:<source_ref>`. `needs_payee`: the bank gave the money back,
    nothing is paid before somebody has looked at the account.
    """

    class State(models.TextChoices):
        OPEN = "OPEN", "待支付"
        BATCHED = "BATCHED", "支付中"
        PAID = "PAID", "已支付"
        CANCELLED = "CANCELLED", "已取消"

    class Relation(models.TextChoices):
        SELF = "SELF", "本人"
        MEMBER = "MEMBER", "家庭成员"
        GUARDIAN = "GUARDIAN", "监护人或代管人"
        PROVIDER = "PROVIDER", "服务机构"

    # Who of a household, or for it, gets its money; an organisation is paid for what it did for a household.
    OF_HOUSEHOLD = (Relation.SELF, Relation.MEMBER, Relation.GUARDIAN)

    slot = models.BigIntegerField()
    organisation_id = models.BigIntegerField()
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="commitments")
    household_id = models.BigIntegerField(null=True)
    person_id = models.BigIntegerField(null=True)
    case_id = models.BigIntegerField(null=True)
    purpose = models.CharField(max_length=60)
    ground = models.CharField(max_length=200)
    approved_on = models.DateField()
    amount_fen = models.BigIntegerField()
    source_ref = models.CharField(max_length=80, unique=True)
    payee_name = models.CharField(max_length=60)
    relation = models.CharField(max_length=8, choices=Relation.choices)
    bank = models.CharField(max_length=80)
    sealed_account = models.BinaryField()
    account_blind = models.BinaryField(max_length=32)
    account_shown = models.CharField(max_length=40)
    needs_payee = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    version = models.PositiveIntegerField(default=1)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=200)
    user_id = models.BigIntegerField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    cancelled_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["organisation_id", "state"], name="commitment_waiting"),
            models.Index(fields=["household_id"], name="commitment_household"),
            models.Index(fields=["account_blind"], name="commitment_blind"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(amount_fen__gt=0, amount_fen__lt=LIMIT_FEN), name="commitment_sane"),
            models.CheckConstraint(
                condition=Q(household_id__isnull=False) | Q(relation="PROVIDER"), name="commitment_of_a_household"
            ),
        ]


class Batch(models.Model):
    """Payments that go to the bank together. `tier` and `people` are the pack's on the day it was made.

    `checksum` is of the lines as they were made: what is released and what the bank gets are held against it.
    """

    class State(models.TextChoices):
        DRAFT = "DRAFT", "待复核"
        CHECKED = "CHECKED", "待放行"
        RELEASED = "RELEASED", "待送银行"
        SENT = "SENT", "已送银行"
        CLOSED = "CLOSED", "已办结"
        CANCELLED = "CANCELLED", "已作废"

    slot = models.BigIntegerField()
    organisation_id = models.BigIntegerField()
    organisation_name = models.CharField(max_length=120)
    made_on = models.DateField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    tier = models.JSONField()
    people = models.PositiveSmallIntegerField()
    pack_version_id = models.BigIntegerField()
    count = models.PositiveIntegerField()
    total_fen = models.BigIntegerField()
    checksum = models.CharField(max_length=64)
    version = models.PositiveIntegerField(default=1)
    made_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    if TYPE_CHECKING:
        acts: RelatedManager[BatchAct]
        payments: RelatedManager[Payment]

    class Meta:
        indexes = [models.Index(fields=["slot", "state"], name="batch_slot_state")]
        constraints = [models.CheckConstraint(condition=Q(count__gt=0, total_fen__gt=0), name="batch_holds_something")]


class BatchAct(models.Model):
    """What somebody did with a batch; only ever added. Nobody makes, checks or releases one batch twice over.

    `for_user_id` is the absent person for whom a deputy acted: neither of the two takes another step.
    """

    class What(models.TextChoices):
        MAKE = "MAKE", "制单"
        CHECK = "CHECK", "复核"
        RELEASE = "RELEASE", "放行"
        REJECT = "REJECT", "退回作废"
        SEND = "SEND", "送银行"
        HAND = "HAND", "取出银行文件"

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="acts")
    slot = models.BigIntegerField()
    organisation_id = models.BigIntegerField()
    what = models.CharField(max_length=8, choices=What.choices)
    user_id = models.BigIntegerField(null=True)
    for_user_id = models.BigIntegerField(null=True)
    by = models.CharField(max_length=200)
    at = models.DateTimeField()
    reason = models.CharField(max_length=300, blank=True)
    checksum = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["batch", "user_id"],
                condition=Q(what__in=["MAKE", "CHECK", "RELEASE"]),
                name="batchact_three_people",
            ),
            models.UniqueConstraint(
                fields=["batch", "what"], condition=Q(what__in=["MAKE", "CHECK", "SEND"]), name="batchact_once"
            ),
        ]


class Payment(models.Model):
    """One line of a batch. `reference` is what the bank knows it by; the account is sealed as it was when it was made.

    SENT and UNKNOWN hold the money in transit: a commitment has at most one payment that is not given back or dropped.
    """

    class State(models.TextChoices):
        DRAFT = "DRAFT", "待复核"
        CHECKED = "CHECKED", "待放行"
        RELEASED = "RELEASED", "待送银行"
        SENT = "SENT", "已送银行"
        UNKNOWN = "UNKNOWN", "结果不明"
        PAID = "PAID", "已支付"
        RETURNED = "RETURNED", "已退回"
        DROPPED = "DROPPED", "已作废"

    slot = models.BigIntegerField()
    organisation_id = models.BigIntegerField()
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="payments")
    line = models.PositiveIntegerField()
    commitment = models.ForeignKey(Commitment, on_delete=models.PROTECT, related_name="payments")
    household_id = models.BigIntegerField(null=True)  # as what is owed has it
    reference = models.CharField(max_length=40, unique=True, db_collation="C")
    amount_fen = models.BigIntegerField()
    payee_name = models.CharField(max_length=60)
    bank = models.CharField(max_length=80)
    sealed_account = models.BinaryField()
    account_blind = models.BinaryField(max_length=32)
    account_shown = models.CharField(max_length=40)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    reason = models.CharField(max_length=200, blank=True)
    sent_on = models.DateField(null=True)
    settled_on = models.DateField(null=True)

    if TYPE_CHECKING:
        evidence: Evidence
        events: RelatedManager[PaymentEvent]

    class Meta:
        indexes = [
            models.Index(fields=["batch", "line"], name="payment_batch"),
            models.Index(fields=["household_id"], name="payment_household"),
            models.Index(fields=["account_blind"], name="payment_blind"),
            models.Index(fields=["slot", "state"], name="payment_slot_state"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(amount_fen__gt=0, amount_fen__lt=LIMIT_FEN), name="payment_sane"),
            models.UniqueConstraint(
                fields=["commitment"],
                condition=~Q(state__in=["RETURNED", "DROPPED"]),
                name="payment_once_a_commitment",
            ),
        ]


class Evidence(models.Model):
    """The household as it stood when a payment was made; only ever added, `digest` is of `body`."""

    payment = models.OneToOneField(Payment, on_delete=models.PROTECT, related_name="evidence")
    slot = models.BigIntegerField()
    body = models.JSONField()
    digest = models.CharField(max_length=64)
    taken_at = models.DateTimeField()


class PaymentEvent(models.Model):
    """A step of a payment; only ever added."""

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="events")
    slot = models.BigIntegerField()
    organisation_id = models.BigIntegerField()
    state = models.CharField(max_length=10, choices=Payment.State.choices)
    at = models.DateTimeField()
    by = models.CharField(max_length=200)
    reason = models.CharField(max_length=300, blank=True)


class BankReturn(models.Model):
    """A file in which the bank answered; the same file is taken once."""

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="returns")
    slot = models.BigIntegerField()
    organisation_id = models.BigIntegerField()
    digest = models.CharField(max_length=64)
    read_at = models.DateTimeField()
    read_by = models.CharField(max_length=200)
    taken = models.PositiveIntegerField()
    refused = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "digest"], name="bankreturn_once")]


class Resolution(models.Model):
    """What two people settle of a payment whose fate nobody knows: one says it with a reason, another confirms."""

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="resolutions")
    slot = models.BigIntegerField()
    organisation_id = models.BigIntegerField()
    outcome = models.CharField(max_length=10, choices=[("PAID", "已支付"), ("RETURNED", "没有付出")])
    reason = models.CharField(max_length=300)
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=200)
    asked_user_id = models.BigIntegerField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=200, blank=True)
    decided_user_id = models.BigIntegerField(null=True)
    is_confirmed = models.BooleanField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["payment"], condition=Q(decided_at__isnull=True), name="resolution_one_open"
            ),
            models.CheckConstraint(
                condition=Q(is_confirmed__isnull=True) | Q(is_confirmed=False) | ~Q(decided_user_id=F("asked_user_id")),
                name="resolution_two_people",
            ),
        ]
