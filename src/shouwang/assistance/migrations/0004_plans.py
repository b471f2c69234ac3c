"""Measures follow offers of the policy and answer a cause; whom they count for, what proves them, who confirms."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

from shouwang.kit.codes import Risk
from shouwang.people import rls
from shouwang.people.access import Kind

WRITERS = frozenset({Kind.VILLAGE, Kind.TOWNSHIP, Kind.COUNTY_CENTRE})
READERS = f"{rls.in_scope('slot')} and {rls.of_kinds(rls.READS_REGISTER)}"
# A department's own measures count, are proven and show what the household says of them.
ORGANISATION = rls.setting("organisation", "bigint")
OF_PROVIDER = f"""exists (select 1 from assistance_measure m
    where m.id = measure_id and m.provider_organisation_id = {ORGANISATION})"""  # noqa: S608 - names of our own
EARLIER = """
insert into assistance_primary (slot, household_id, person_id, year, measure_id)
select slot, household_id, person_id, counted_year, id from assistance_measure
where is_primary and person_id is not null and state <> 'CANCELLED'
"""
ID = ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"))


def of_measure(name: str) -> tuple[str, models.ForeignKey]:
    return (
        "measure",
        models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name=name, to="assistance.measure"),
    )


class Migration(migrations.Migration):
    dependencies = [("assistance", "0003_aid")]

    operations = [
        migrations.CreateModel(
            name="Primary",
            fields=[
                ID,
                ("slot", models.BigIntegerField()),
                ("household_id", models.BigIntegerField()),
                ("person_id", models.BigIntegerField()),
                ("year", models.PositiveSmallIntegerField()),
                of_measure("primaries"),
            ],
            options={"indexes": [models.Index(fields=["slot", "year"], name="primary_counts")]},
        ),
        migrations.RunSQL(EARLIER, migrations.RunSQL.noop),
        migrations.RemoveConstraint("measure", "measure_one_primary_a_person_and_year"),
        migrations.AddConstraint(
            "primary",
            models.UniqueConstraint(fields=["person_id", "year"], name="measure_one_primary_a_person_and_year"),
        ),
        migrations.RemoveField("measure", "is_primary"),
        migrations.RemoveField("measure", "counted_year"),
        migrations.AddField("measure", "offer", models.CharField(max_length=60, blank=True, default="", db_default="")),
        migrations.AddField(
            "measure",
            "risk",
            models.CharField(max_length=12, blank=True, default="", db_default="", choices=Risk.choices()),
        ),
        migrations.AddField("measure", "amount_fen", models.BigIntegerField(null=True)),
        migrations.AddField("measure", "unit", models.CharField(max_length=8, blank=True, default="", db_default="")),
        migrations.AddConstraint(
            "measure",
            models.CheckConstraint(
                condition=Q(amount_fen__isnull=True) | Q(amount_fen__gt=0), name="measure_amount_above_nothing"
            ),
        ),
        migrations.CreateModel(
            name="Proof",
            fields=[
                ID,
                ("slot", models.BigIntegerField()),
                ("organisation_id", models.BigIntegerField(null=True)),
                ("paper_id", models.BigIntegerField(unique=True)),
                ("at", models.DateTimeField()),
                ("by", models.CharField(max_length=200)),
                of_measure("proofs"),
            ],
        ),
        migrations.CreateModel(
            name="Confirmation",
            fields=[
                ID,
                ("slot", models.BigIntegerField()),
                ("is_received", models.BooleanField()),
                (
                    "way",
                    models.CharField(max_length=8, choices=[("OFFICER", "当面问的"), ("RECEIPT", "签字收条")]),
                ),
                ("told_by", models.CharField(max_length=60)),
                ("note", models.CharField(max_length=300, blank=True)),
                ("paper_id", models.BigIntegerField(null=True)),
                ("on", models.DateField()),
                ("at", models.DateTimeField()),
                ("by", models.CharField(max_length=200)),
                ("user_id", models.BigIntegerField(null=True)),
                of_measure("confirmations"),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=~Q(way="RECEIPT") | Q(paper_id__isnull=False), name="confirmation_receipt_kept"
                    ),
                    models.CheckConstraint(
                        condition=Q(is_received=True) | ~Q(note=""), name="confirmation_says_what_is_missing"
                    ),
                ]
            },
        ),
        *rls.scoped("assistance_primary", kinds=WRITERS, also_read=f"({READERS}) or ({OF_PROVIDER})"),
        *rls.scoped("assistance_proof", kinds=WRITERS, own_organisation="organisation_id", also_read=READERS),
        *rls.insert_only("assistance_proof"),
        *rls.scoped("assistance_confirmation", kinds=WRITERS, also_read=f"({READERS}) or ({OF_PROVIDER})"),
        *rls.insert_only("assistance_confirmation"),
    ]
