"""Pools with their movements. Amounts in fen."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from shouwang.insurance.rules import Keeper, PoolMove

LIMIT_FEN = 10_000_000_000_000


class Pool(models.Model):
    """One term [from_date, until_date) of a pool in one county; nobody is named in it.

    `fund_fen` is what the term is to be given, `heads × premium_fen` where it is reckoned by head. What was put in and
    taken out are kept sums of its entries. `may_owe`: claims are paid though it is empty, and the county makes up.
    `organisation_id` is the insurer's, found by a tender (`tender`) where the policy asks for one. `adds_to` is the key
    of the pool that it supplements. The money is kept by `holder_id` (the insurer, or the county that pays itself) in
    the ledger's accounts of `purpose` and `money_year`; a pool without a purpose was registered before pools stood in
    the ledger.
    """

    slot = models.BigIntegerField()
    hi = models.BigIntegerField()
    area_name = models.CharField(max_length=120)
    key = models.CharField(max_length=60)
    name = models.CharField(max_length=120)
    causes = ArrayField(models.CharField(max_length=12), default=list)
    insures = models.JSONField(default=list)
    adds_to = models.CharField(max_length=60, blank=True)
    from_date = models.DateField()
    until_date = models.DateField()
    premium_fen = models.BigIntegerField(null=True)
    heads = models.PositiveIntegerField(null=True)
    fund_fen = models.BigIntegerField()
    rolls_over = models.BooleanField(default=False)
    may_owe = models.BooleanField(default=False)
    organisation_id = models.BigIntegerField()
    insurer_name = models.CharField(max_length=120)
    document = models.CharField(max_length=120)
    by_tender = models.BooleanField(default=False)
    tender = models.CharField(max_length=120, blank=True)
    kept_by = models.CharField(max_length=8, choices=Keeper.choices, default=Keeper.INSURER)
    holder_id = models.BigIntegerField(null=True)
    holder_name = models.CharField(max_length=120, blank=True)
    purpose = models.CharField(max_length=60, blank=True)
    money_year = models.PositiveSmallIntegerField(null=True)
    file_within_days = models.PositiveSmallIntegerField(null=True)
    pack_version = models.ForeignKey("standards.PackVersion", on_delete=models.PROTECT, related_name="+")
    source = models.CharField(max_length=300, blank=True)
    clause = models.CharField(max_length=300, blank=True)
    mark = models.CharField(max_length=20, blank=True)
    paid_in_fen = models.BigIntegerField(default=0)
    paid_out_fen = models.BigIntegerField(default=0)
    balance_fen = models.BigIntegerField(default=0)
    carried_to = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="carried_from")
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=200)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["slot", "key", "from_date"], name="pool_once_a_term"),
            models.CheckConstraint(condition=Q(until_date__gt=F("from_date")), name="pool_term_in_order"),
            models.CheckConstraint(condition=Q(fund_fen__gt=0, fund_fen__lt=LIMIT_FEN), name="pool_fund_sane"),
            models.CheckConstraint(
                condition=Q(premium_fen__isnull=True)
                | Q(heads__isnull=True)
                | Q(fund_fen=F("premium_fen") * F("heads")),
                name="pool_heads_times_premium",
            ),
            models.CheckConstraint(
                condition=Q(balance_fen=F("paid_in_fen") - F("paid_out_fen")), name="pool_balance_adds_up"
            ),
            models.CheckConstraint(condition=Q(balance_fen__gte=0) | Q(may_owe=True), name="pool_never_below_zero"),
            models.CheckConstraint(
                condition=Q(purpose="", holder_id__isnull=True, money_year__isnull=True)
                | (~Q(purpose="") & Q(holder_id__isnull=False, money_year__isnull=False)),
                name="pool_in_the_ledger_whole",
            ),
            models.CheckConstraint(condition=Q(by_tender=False) | ~Q(tender=""), name="pool_tender_named"),
            models.UniqueConstraint(
                fields=["holder_id", "purpose", "money_year"], condition=~Q(purpose=""), name="pool_own_accounts"
            ),
        ]


class PoolEntry(models.Model):
    """A movement of a pool, in (above zero) or out (below zero); only ever added. `source_ref` names it for good."""

    pool = models.ForeignKey(Pool, on_delete=models.PROTECT, related_name="entries")
    slot = models.BigIntegerField()
    organisation_id = models.BigIntegerField()
    move = models.CharField(max_length=12, choices=PoolMove.choices)
    amount_fen = models.BigIntegerField()
    claim_id = models.BigIntegerField(null=True)
    note = models.CharField(max_length=200, blank=True)
    source_ref = models.CharField(max_length=80, unique=True)
    on = models.DateField()
    at = models.DateTimeField()
    actor = models.CharField(max_length=200)
    user_id = models.BigIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["pool", "id"], name="poolentry_pool")]
        constraints = [models.CheckConstraint(condition=~Q(amount_fen=0), name="poolentry_moves_something")]
