import django.db.models.deletion
from django.db import migrations, models

from shouwang.people import rls
from shouwang.people.access import Kind

READERS = (Kind.COUNTY_CENTRE, Kind.LEADING_GROUP, Kind.CITY_CENTRE, Kind.PROVINCE, Kind.AUDIT)


class Migration(migrations.Migration):
    dependencies = [
        ("oversight", "0002_walls"),
        ("people", "0002_walls"),
        ("standards", "0002_walls"),
    ]

    operations = [
        migrations.CreateModel(
            name="PolicyBacktest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=32, unique=True)),
                ("slot", models.BigIntegerField()),
                ("hi", models.BigIntegerField()),
                ("area_name", models.CharField(max_length=200)),
                ("first_on", models.DateField()),
                ("last_on", models.DateField()),
                ("inputs", models.JSONField()),
                ("results", models.JSONField()),
                ("digest", models.CharField(max_length=64)),
                ("made_at", models.DateTimeField()),
                ("asked_by", models.CharField(max_length=200)),
                ("asked_by_user_id", models.BigIntegerField(null=True)),
                ("appointment_id", models.BigIntegerField(null=True)),
                (
                    "pack_version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="standards.packversion"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["slot", "-id"], name="oversight_p_slot_e48def_idx")],
            },
        ),
        *rls.scoped("oversight_policybacktest", kinds=READERS),
        *rls.insert_only("oversight_policybacktest"),
    ]
