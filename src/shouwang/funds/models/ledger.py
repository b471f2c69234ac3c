"""The ledger: accounts with kept balances, entries, postings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager


class Source(models.TextChoices):
    """Whose money it is."""

    CENTRAL = "CENTRAL", "中央资金"
    PROVINCE = "PROVINCE", "省级资金"
    CITY = "CITY", "市级资金"
    COUNTY = "COUNTY", "县级资金"
    SOCIETY = "SOCIETY", "社会捐助"
    INSURER = "INSURER", "保险资金"


class Account(models.Model):
    """Money of one source, purpose and year in the hands of one organisation, in one stage of its way.

    POOL is what an insurance pool holds: it is meant to lie there for its term, and nobody pays out of it directly.
    ORIGIN is where money comes from outside, so it alone may be negative. `balance_fen` is kept by the database from
    the postings (migration 0003); nobody writes it.
    """

    class Stage(models.TextChoices):
        ORIGIN = "ORIGIN", "来源"
        AVAILABLE = "AVAILABLE", "可用"
        POOL = "POOL", "保险资金池"
        COMMITTED = "COMMITTED", "已承诺"
        TRANSIT = "TRANSIT", "银行在途"
        PAID = "PAID", "已支付"

    slot = models.BigIntegerField()
    level = models.PositiveSmallIntegerField()
    organisation_id = models.BigIntegerField()
    organisation_name = models.CharField(max_length=120)
    source = models.CharField(max_length=10, choices=Source.choices)
    purpose = models.CharField(max_length=60)
    year = models.PositiveSmallIntegerField()
    stage = models.CharField(max_length=10, choices=Stage.choices)
    balance_fen = models.BigIntegerField(default=0)
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=200)

    if TYPE_CHECKING:
        postings: RelatedManager[Posting]

    class Meta:
        indexes = [models.Index(fields=["slot"], name="account_slot")]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation_id", "source", "purpose", "year", "stage"], name="account_once"
            ),
            models.CheckConstraint(condition=Q(balance_fen__gte=0) | Q(stage="ORIGIN"), name="account_not_below_zero"),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_name} {self.year} {self.get_source_display()} {self.purpose}"


class Entry(models.Model):
    """One movement of money: its postings add up to nothing; only ever added.

    `key` names the movement for good, so that it is made once however often it is asked for. `earmarked_for` is the
    organisation an allocation is meant for in the end, `selected_on` the day its project was selected.
    """

    class Kind(models.TextChoices):
        BUDGET = "BUDGET", "下达预算"
        ALLOCATE = "ALLOCATE", "拨付下级"
        SHIFT = "SHIFT", "改变用途"
        COMMIT = "COMMIT", "承诺支付"
        FREE = "FREE", "取消承诺"
        SEND = "SEND", "送银行"
        PAY = "PAY", "银行已付"
        RETURN = "RETURN", "银行退回"
        RECOVER = "RECOVER", "追回"
        CARRY = "CARRY", "结转"
        POOL = "POOL", "进出资金池"

    key = models.CharField(max_length=120, unique=True, db_collation="C")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    slot = models.BigIntegerField()
    organisation_id = models.BigIntegerField()
    on = models.DateField()
    at = models.DateTimeField()
    by = models.CharField(max_length=200)
    user_id = models.BigIntegerField(null=True)
    document = models.CharField(max_length=200, blank=True)
    note = models.CharField(max_length=300, blank=True)
    earmarked_for = models.BigIntegerField(null=True)
    selected_on = models.DateField(null=True)
    payment_id = models.BigIntegerField(null=True)

    if TYPE_CHECKING:
        postings: RelatedManager[Posting]

    class Meta:
        indexes = [
            models.Index(fields=["slot", "on"], name="entry_slot_on"),
            models.Index(fields=["payment_id"], name="entry_payment", condition=Q(payment_id__isnull=False)),
            models.Index(fields=["at"], name="entry_back", condition=Q(kind__in=["RETURN", "RECOVER"])),
            # A payment has three entries, all else together a hundredth of them: what looks wrong is looked for there.
            models.Index(
                fields=["kind", "id"], name="entry_seldom",
                condition=Q(kind__in=["BUDGET", "ALLOCATE", "SHIFT", "RETURN", "RECOVER", "CARRY", "POOL"]),
            ),
            models.Index(fields=["earmarked_for"], name="entry_earmarked", condition=Q(earmarked_for__isnull=False)),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.key


class Posting(models.Model):
    """What one entry adds to one account (below zero: takes from it); only ever added."""

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="postings", db_index=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="postings", db_index=False)
    slot = models.BigIntegerField()
    organisation_id = models.BigIntegerField()
    amount_fen = models.BigIntegerField()

    class Meta:
        indexes = [
            models.Index(fields=["entry"], name="posting_entry"),
            models.Index(fields=["account", "id"], name="posting_account"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(amount_fen=0), name="posting_moves_something"),
        ]


class BalanceFinding(models.Model):
    """A night on which the kept balance of an account was not the sum of its postings."""

    slot = models.BigIntegerField()
    organisation_id = models.BigIntegerField()
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    kept_fen = models.BigIntegerField()
    counted_fen = models.BigIntegerField()
    found_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(kept_fen=F("counted_fen")), name="balancefinding_differs"),
        ]
