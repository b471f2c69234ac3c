"""Contacts of households, their visits, and what fills the slots a policy wants for every household."""

import django.db.models.deletion
from django.db import migrations, models

from shouwang.people import rls
from shouwang.people.access import Kind

WRITERS = frozenset({Kind.VILLAGE, Kind.TOWNSHIP, Kind.COUNTY_CENTRE, Kind.LEADING_GROUP})
READERS = f"{rls.in_scope('slot')} and {rls.of_kinds(rls.READS_REGISTER)}"


class Migration(migrations.Migration):
    dependencies = [
        ("assistance", "0005_entitlements"),
    ]

    operations = [
        migrations.CreateModel(
            name="Contact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slot", models.BigIntegerField()),
                ("household_id", models.BigIntegerField()),
                ("kind", models.CharField(max_length=60)),
                ("kind_name", models.CharField(max_length=60)),
                ("name", models.CharField(max_length=60)),
                ("duty", models.CharField(blank=True, max_length=60)),
                ("organisation_id", models.BigIntegerField(null=True)),
                ("organisation_name", models.CharField(max_length=120)),
                ("appointment_id", models.BigIntegerField(null=True)),
                ("from_date", models.DateField()),
                ("until_date", models.DateField(null=True)),
                ("due_on", models.DateField()),
                ("met_on", models.DateField(null=True)),
                ("made_at", models.DateTimeField()),
                ("made_by", models.CharField(max_length=200)),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_by", models.CharField(blank=True, max_length=200)),
                ("ended_reason", models.CharField(blank=True, max_length=200)),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "before",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="after",
                        to="assistance.contact",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ContactVisit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slot", models.BigIntegerField()),
                ("household_id", models.BigIntegerField()),
                ("on", models.DateField()),
                ("way", models.CharField(choices=[("HOME", "上门"), ("PHONE", "电话")], max_length=6)),
                ("is_met", models.BooleanField()),
                ("found", models.CharField(blank=True, max_length=1000)),
                ("clue_id", models.BigIntegerField(null=True, unique=True)),
                ("at", models.DateTimeField()),
                ("actor", models.CharField(max_length=200)),
                (
                    "contact",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="visits",
                        to="assistance.contact",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Filling",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slot", models.BigIntegerField()),
                ("household_id", models.BigIntegerField()),
                ("kind", models.CharField(max_length=60)),
                ("kind_name", models.CharField(max_length=60)),
                ("name", models.CharField(max_length=120)),
                ("about", models.CharField(blank=True, max_length=200)),
                ("from_date", models.DateField()),
                ("until_date", models.DateField(null=True)),
                ("made_at", models.DateTimeField()),
                ("made_by", models.CharField(max_length=200)),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_by", models.CharField(blank=True, max_length=200)),
                ("ended_reason", models.CharField(blank=True, max_length=200)),
                ("version", models.PositiveIntegerField(default=1)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("until_date", None)),
                        fields=["slot"],
                        include=("household_id", "kind"),
                        name="filling_standing",
                    ),
                    models.Index(fields=["household_id", "-id"], name="filling_household"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("until_date", None)),
                        fields=("household_id", "kind"),
                        name="filling_one_standing",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("until_date", None), ("until_date__gte", models.F("from_date")), _connector="OR"
                        ),
                        name="filling_term_in_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at", None), ("ended_by", ""), ("ended_reason", ""), ("until_date", None)),
                            models.Q(
                                ("ended_at__isnull", False),
                                ("until_date__isnull", False),
                                models.Q(("ended_by", ""), _negated=True),
                                models.Q(("ended_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="filling_ended_whole",
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(
                condition=models.Q(("until_date", None)), fields=["appointment_id", "due_on"], name="contact_of_cadre"
            ),
        ),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(condition=models.Q(("until_date", None)), fields=["slot", "due_on"], name="contact_due"),
        ),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(fields=["household_id", "-id"], name="contact_household"),
        ),
        migrations.AddConstraint(
            model_name="contact",
            constraint=models.UniqueConstraint(
                condition=models.Q(("until_date", None)), fields=("household_id", "kind"), name="contact_one_standing"
            ),
        ),
        migrations.AddConstraint(
            model_name="contact",
            constraint=models.CheckConstraint(
                condition=models.Q(("until_date", None), ("until_date__gte", models.F("from_date")), _connector="OR"),
                name="contact_term_in_order",
            ),
        ),
        migrations.AddConstraint(
            model_name="contact",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at", None), ("ended_by", ""), ("ended_reason", ""), ("until_date", None)),
                    models.Q(
                        ("ended_at__isnull", False),
                        ("until_date__isnull", False),
                        models.Q(("ended_by", ""), _negated=True),
                        models.Q(("ended_reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="contact_ended_whole",
            ),
        ),
        migrations.AddIndex(
            model_name="contactvisit",
            index=models.Index(fields=["household_id", "-on"], name="contactvisit_household"),
        ),
        migrations.AddConstraint(
            model_name="contactvisit",
            constraint=models.UniqueConstraint(fields=("contact", "on", "way"), name="contactvisit_once_a_day_and_way"),
        ),
        migrations.AddConstraint(
            model_name="contactvisit",
            constraint=models.CheckConstraint(
                condition=models.Q(("is_met", True), ("clue_id", None), _connector="OR"),
                name="contactvisit_found_by_meeting",
            ),
        ),
        *rls.scoped("assistance_contact", kinds=WRITERS, also_read=READERS),
        *rls.scoped("assistance_contactvisit", kinds=WRITERS, also_read=READERS),
        *rls.scoped("assistance_filling", kinds=WRITERS, also_read=READERS),
    ]
