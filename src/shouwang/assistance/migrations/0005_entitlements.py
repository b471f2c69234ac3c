"""Recurring entitlements of departments, their changes, months, runs and findings."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

from shouwang.kit.codes import Measure
from shouwang.people import rls
from shouwang.people.access import Kind

ID = ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"))
WRITERS = frozenset({Kind.TOWNSHIP, Kind.COUNTY_CENTRE})
READERS = f"{rls.in_scope('slot')} and {rls.of_kinds(rls.READS_REGISTER)}"
LIMIT_FEN = 10_000_000_000


def of_entitlement(related_name: str, *, indexed: bool = True) -> tuple[str, models.ForeignKey]:
    return (
        "entitlement",
        models.ForeignKey(
            on_delete=django.db.models.deletion.PROTECT,
            related_name=related_name,
            to="assistance.entitlement",
            db_index=indexed,
        ),
    )


def walled(table: str, organisation: str) -> list[migrations.RunSQL]:
    return rls.scoped(table, kinds=WRITERS, own_organisation=organisation, also_read=READERS)


class Migration(migrations.Migration):
    dependencies = [("assistance", "0004_plans")]

    operations = [
        migrations.CreateModel(
            name="Entitlement",
            fields=[
                ID,
                ("slot", models.BigIntegerField()),
                ("household_id", models.BigIntegerField()),
                ("person_id", models.BigIntegerField(null=True)),
                ("offer", models.CharField(max_length=60)),
                ("kind", models.CharField(max_length=24, choices=Measure.choices())),
                ("name", models.CharField(max_length=60)),
                ("months", models.PositiveSmallIntegerField(default=1)),
                ("first_month", models.DateField()),
                ("payer_organisation_id", models.BigIntegerField()),
                ("payer_name", models.CharField(max_length=120)),
                ("version", models.PositiveIntegerField(default=1)),
                ("opened_at", models.DateTimeField()),
                ("opened_by", models.CharField(max_length=200)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["slot", "id"], name="entitlement_place"),
                    models.Index(fields=["household_id"], name="entitlement_household"),
                    models.Index(fields=["payer_organisation_id", "id"], name="entitlement_payer"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(months__gte=1, months__lte=12), name="entitlement_months_of_a_year"
                    ),
                    models.CheckConstraint(condition=Q(first_month__day=1), name="entitlement_from_a_month"),
                ],
            },
        ),
        migrations.CreateModel(
            name="EntitlementChange",
            fields=[
                ID,
                ("slot", models.BigIntegerField()),
                ("organisation_id", models.BigIntegerField()),
                (
                    "what",
                    models.CharField(
                        max_length=8,
                        choices=[
                            ("START", "开始"),
                            ("CHANGE", "改金额"),
                            ("SUSPEND", "暂停"),
                            ("RESUME", "恢复"),
                            ("END", "停发"),
                        ],
                    ),
                ),
                ("from_month", models.DateField()),
                ("amount_fen", models.BigIntegerField(null=True)),
                ("reason", models.CharField(max_length=200, blank=True)),
                ("at", models.DateTimeField()),
                ("by", models.CharField(max_length=200)),
                ("user_id", models.BigIntegerField(null=True)),
                of_entitlement("changes", indexed=False),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["entitlement", "-from_month", "-id"],
                        include=["what", "amount_fen"],
                        name="entitlement_holds",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(condition=Q(from_month__day=1), name="entitlementchange_from_a_month"),
                    models.CheckConstraint(
                        condition=Q(what__in=["START", "CHANGE", "RESUME"], amount_fen__gt=0, amount_fen__lt=LIMIT_FEN)
                        | Q(what__in=["SUSPEND", "END"], amount_fen__isnull=True),
                        name="entitlementchange_amount_where_it_runs",
                    ),
                    models.UniqueConstraint(
                        fields=["entitlement"], condition=Q(what="START"), name="entitlementchange_starts_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MonthRun",
            fields=[
                ID,
                ("slot", models.BigIntegerField()),
                ("hi", models.BigIntegerField()),
                ("organisation_id", models.BigIntegerField(null=True)),
                ("month", models.DateField()),
                ("made", models.IntegerField()),
                ("total_fen", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                ("by", models.CharField(max_length=200)),
            ],
            options={"indexes": [models.Index(fields=["slot", "-month"], name="monthrun_place")]},
        ),
        migrations.CreateModel(
            name="EntitlementMonth",
            fields=[
                ID,
                ("slot", models.BigIntegerField()),
                ("organisation_id", models.BigIntegerField()),
                ("month", models.DateField()),
                ("amount_fen", models.BigIntegerField()),
                ("run_id", models.BigIntegerField()),
                of_entitlement("due", indexed=False),
            ],
            options={
                "indexes": [
                    models.Index(fields=["slot", "month"], include=["amount_fen"], name="entitlementmonth_counts")
                ],
                "constraints": [
                    models.UniqueConstraint(fields=["entitlement", "month"], name="entitlement_once_a_month"),
                    models.CheckConstraint(condition=Q(amount_fen__gt=0), name="entitlementmonth_of_something"),
                ],
            },
        ),
        migrations.CreateModel(
            name="EntitlementFinding",
            fields=[
                ID,
                ("slot", models.BigIntegerField()),
                ("organisation_id", models.BigIntegerField()),
                (
                    "kind",
                    models.CharField(
                        max_length=12,
                        choices=[
                            ("AFTER_DEATH", "死亡后仍发放"),
                            ("AFTER_END", "停发或暂停后仍发放"),
                            ("AFTER_EXIT", "销户后仍发放"),
                            ("DOUBLE", "同一项重复享受"),
                            ("EXCLUDED", "互斥的两项同时享受"),
                        ],
                    ),
                ),
                ("month", models.DateField()),
                ("amount_fen", models.BigIntegerField(default=0)),
                ("found_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(max_length=8, choices=[("OPEN", "待处理"), ("SETTLED", "已处理")], default="OPEN"),
                ),
                ("settled_at", models.DateTimeField(null=True)),
                ("settled_by", models.CharField(max_length=200, blank=True)),
                ("note", models.CharField(max_length=300, blank=True)),
                ("version", models.PositiveIntegerField(default=1)),
                of_entitlement("findings"),
                (
                    "other",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="assistance.entitlement",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["slot", "id"], condition=Q(state="OPEN"), name="entitlementfinding_open")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=["entitlement", "kind", "month", "other"],
                        nulls_distinct=False,
                        name="entitlementfinding_once",
                    ),
                    models.CheckConstraint(
                        condition=Q(state="OPEN", settled_at__isnull=True)
                        | Q(state="SETTLED", settled_at__isnull=False),
                        name="entitlementfinding_settled_whole",
                    ),
                ],
            },
        ),
        migrations.AddField(
            "measure", "offer_name", models.CharField(max_length=60, blank=True, default="", db_default="")
        ),
        *walled("assistance_entitlement", "payer_organisation_id"),
        *walled("assistance_entitlementchange", "organisation_id"),
        *rls.insert_only("assistance_entitlementchange"),
        *walled("assistance_monthrun", "organisation_id"),
        *rls.insert_only("assistance_monthrun"),
        *walled("assistance_entitlementmonth", "organisation_id"),
        *rls.insert_only("assistance_entitlementmonth"),
        *walled("assistance_entitlementfinding", "organisation_id"),
    ]
