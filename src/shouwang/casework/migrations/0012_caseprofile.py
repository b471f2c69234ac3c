"""What was known of households when their cases were decided."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from shouwang.people import rls
from shouwang.people.access import Kind

WRITERS = frozenset({Kind.VILLAGE, Kind.TOWNSHIP, Kind.COUNTY_CENTRE, Kind.LEADING_GROUP})
READERS = f"{rls.in_scope('slot')} and {rls.of_kinds(rls.READS_REGISTER)}"


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0011_tallies"),
    ]

    operations = [
        migrations.CreateModel(
            name="CaseProfile",
            fields=[
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="profile",
                        serialize=False,
                        to="casework.case",
                    ),
                ),
                ("slot", models.BigIntegerField()),
                (
                    "causes",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=12), size=None),
                ),
                ("type_key", models.CharField(blank=True, max_length=12)),
                ("members", models.PositiveSmallIntegerField()),
                ("per_capita_fen", models.BigIntegerField(null=True)),
                ("decided_at", models.DateTimeField()),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["type_key", "slot"],
                        include=["members", "per_capita_fen", "causes", "decided_at", "case"],
                        name="caseprofile_alike",
                    )
                ],
            },
        ),
        *rls.scoped("casework_caseprofile", kinds=WRITERS, also_read=READERS),
        migrations.RunSQL(
            f"revoke delete, truncate on casework_caseprofile from {rls.APP};",
            f"grant delete on casework_caseprofile to {rls.APP};",
        ),
    ]
