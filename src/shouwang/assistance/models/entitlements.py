"""Recurring entitlements of departments: what a household has a right to each month, term or year, and what came."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from shouwang.kit.codes import Measure as MeasureKind
from shouwang.kit.money import LIMIT_FEN


class Entitlement(models.Model):
    """A benefit that comes by itself from a department (`payer`), for a person or, without one, for the household.

    It comes every `months` months from `first_month` on. What it is worth, and whether it runs, is in its changes.
    `purpose`: the county centre pays it itself, out of its money for that purpose, to the last of `payees`; empty: a
    department pays and it is reported.
    """

    slot = models.BigIntegerField()
    household_id = models.BigIntegerField()
    person_id = models.BigIntegerField(null=True)
    offer = models.CharField(max_length=60)
    kind = models.CharField(max_length=24, choices=MeasureKind.choices())
    name = models.CharField(max_length=60)
    months = models.PositiveSmallIntegerField(default=1)
    first_month = models.DateField()
    payer_organisation_id = models.BigIntegerField()
    payer_name = models.CharField(max_length=120)
    purpose = models.CharField(max_length=60, blank=True, default="", db_default="")
    version = models.PositiveIntegerField(default=1)
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=200)

    class Meta:
        indexes = [
            models.Index(fields=["slot", "id"], name="entitlement_place"),
            models.Index(fields=["household_id"], name="entitlement_household"),
            models.Index(fields=["payer_organisation_id", "id"], name="entitlement_payer"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(months__gte=1, months__lte=12), name="entitlement_months_of_a_year"),
            models.CheckConstraint(condition=Q(first_month__day=1), name="entitlement_from_a_month"),
        ]


class EntitlementChange(models.Model):
    """From a month on an entitlement starts, is worth another amount, rests, runs again or ends; only ever added.

    Of the changes up to a month, the one with the latest month holds, of those the last one written.
    """

    class What(models.TextChoices):
        START = "START", "开始"
        CHANGE = "CHANGE", "改金额"
        SUSPEND = "SUSPEND", "暂停"
        RESUME = "RESUME", "恢复"
        END = "END", "停发"

    RUNNING = (What.START, What.CHANGE, What.RESUME)

    entitlement = models.ForeignKey(Entitlement, on_delete=models.PROTECT, related_name="changes", db_index=False)
    slot = models.BigIntegerField()
    organisation_id = models.BigIntegerField()
    what = models.CharField(max_length=8, choices=What.choices)
    from_month = models.DateField()
    amount_fen = models.BigIntegerField(null=True)
    reason = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()
    by = models.CharField(max_length=200)
    user_id = models.BigIntegerField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["entitlement", "-from_month", "-id"], include=["what", "amount_fen"], name="entitlement_holds"
            )
        ]
        constraints = [
            models.CheckConstraint(condition=Q(from_month__day=1), name="entitlementchange_from_a_month"),
            models.CheckConstraint(
                condition=Q(what__in=["START", "CHANGE", "RESUME"], amount_fen__gt=0, amount_fen__lt=LIMIT_FEN)
                | Q(what__in=["SUSPEND", "END"], amount_fen__isnull=True),
                name="entitlementchange_amount_where_it_runs",
            ),
            models.UniqueConstraint(
                fields=["entitlement"], condition=Q(what="START"), name="entitlementchange_starts_once"
            ),
        ]


class EntitlementPayee(models.Model):
    """Whom the county centre pays an entitlement to from now on; only ever added, the last one holds.

    The account is sealed under `assistance_entitlementpayee:<reference>`.
    """

    entitlement = models.ForeignKey(Entitlement, on_delete=models.PROTECT, related_name="payees")
    slot = models.BigIntegerField()
    organisation_id = models.BigIntegerField()
    name = models.CharField(max_length=60)
    relation = models.CharField(max_length=8)
    bank = models.CharField(max_length=80)
    reference = models.CharField(max_length=32, unique=True)
    sealed_account = models.BinaryField()
    account_shown = models.CharField(max_length=40)
    reason = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()
    by = models.CharField(max_length=200)
    user_id = models.BigIntegerField(null=True)


class MonthWork(models.Model):
    """A month asked for, carried out by the worker: part by part of an area, each part and payment once.

    `made` and `total_fen` are what was recorded, `asked` and `asked_fen` what the county set aside of it, `short` how
    many of these found no money; `said` is how it ended, in words.
    """

    class State(models.TextChoices):
        WAITING = "WAITING", "等待中"
        RUNNING = "RUNNING", "进行中"
        DONE = "DONE", "已完成"
        PARTLY = "PARTLY", "部分完成"
        FAILED = "FAILED", "未完成"

    slot = models.BigIntegerField()
    hi = models.BigIntegerField()
    organisation_id = models.BigIntegerField()
    appointment_id = models.BigIntegerField()
    month = models.DateField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    progress_id = models.BigIntegerField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    made = models.IntegerField(default=0)
    total_fen = models.BigIntegerField(default=0)
    asked = models.IntegerField(default=0)
    asked_fen = models.BigIntegerField(default=0)
    short = models.IntegerField(default=0)
    findings = models.IntegerField(default=0)
    said = models.CharField(max_length=300, blank=True)
    requested_at = models.DateTimeField()
    requested_by = models.CharField(max_length=200)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["organisation_id", "-id"], name="monthwork_of")]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation_id", "month"],
                condition=Q(state__in=["WAITING", "RUNNING"]),
                name="monthwork_one_at_a_time",
            ),
            models.CheckConstraint(condition=Q(month__day=1), name="monthwork_of_a_month"),
        ]


class MonthRun(models.Model):
    """One run over a month's entitlements in an area, of all payers or of one; only ever added."""

    slot = models.BigIntegerField()
    hi = models.BigIntegerField()
    organisation_id = models.BigIntegerField(null=True)
    month = models.DateField()
    made = models.IntegerField()
    total_fen = models.BigIntegerField()
    at = models.DateTimeField()
    by = models.CharField(max_length=200)

    class Meta:
        indexes = [models.Index(fields=["slot", "-month"], name="monthrun_place")]


class EntitlementMonth(models.Model):
    """What an entitlement came to in one month: one row, one Grant; only ever added."""

    entitlement = models.ForeignKey(Entitlement, on_delete=models.PROTECT, related_name="due", db_index=False)
    slot = models.BigIntegerField()
    organisation_id = models.BigIntegerField()
    month = models.DateField()
    amount_fen = models.BigIntegerField()
    run_id = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["slot", "month"], include=["amount_fen"], name="entitlementmonth_counts")]
        constraints = [
            models.UniqueConstraint(fields=["entitlement", "month"], name="entitlement_once_a_month"),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="entitlementmonth_of_something"),
        ]


class EntitlementFinding(models.Model):
    """Something that two entitlements, or one and the register, say and that cannot both be right.

    `organisation_id` owns it: who pays the entitlement. `amount_fen` is what was paid too much, 0 for an overlap.
    """

    class Kind(models.TextChoices):
        AFTER_DEATH = "AFTER_DEATH", "死亡后仍发放"
        AFTER_END = "AFTER_END", "停发或暂停后仍发放"
        AFTER_EXIT = "AFTER_EXIT", "销户后仍发放"
        TOO_MUCH = "TOO_MUCH", "比应发的多"
        DOUBLE = "DOUBLE", "同一项重复享受"
        EXCLUDED = "EXCLUDED", "互斥的两项同时享受"

    class State(models.TextChoices):
        OPEN = "OPEN", "待处理"
        SETTLED = "SETTLED", "已处理"

    entitlement = models.ForeignKey(Entitlement, on_delete=models.PROTECT, related_name="findings")
    other = models.ForeignKey(Entitlement, on_delete=models.PROTECT, related_name="+", null=True)
    slot = models.BigIntegerField()
    organisation_id = models.BigIntegerField()
    kind = models.CharField(max_length=12, choices=Kind.choices)
    month = models.DateField()
    amount_fen = models.BigIntegerField(default=0)
    found_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.CharField(max_length=200, blank=True)
    note = models.CharField(max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [models.Index(fields=["slot", "id"], condition=Q(state="OPEN"), name="entitlementfinding_open")]
        constraints = [
            models.UniqueConstraint(
                fields=["entitlement", "kind", "month", "other"], nulls_distinct=False, name="entitlementfinding_once"
            ),
            models.CheckConstraint(
                condition=Q(state="OPEN", settled_at__isnull=True) | Q(state="SETTLED", settled_at__isnull=False),
                name="entitlementfinding_settled_whole",
            ),
        ]
