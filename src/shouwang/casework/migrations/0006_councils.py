import importlib

import django.db.models.deletion
from django.db import migrations, models

from shouwang.people import rls
from shouwang.people.access import Kind

walls = importlib.import_module("shouwang.casework.migrations.0002_walls")
# The group and the centre that prepares its meetings write; who oversees the whole area reads.
WRITERS = frozenset({Kind.LEADING_GROUP, Kind.COUNTY_CENTRE})
READ = frozenset({*WRITERS, Kind.CITY_CENTRE, Kind.PROVINCE, Kind.AUDIT})
READERS = f"{rls.in_scope('slot')} and {rls.of_kinds(READ)}"


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0005_clocks"),
        ("people", "0004_device"),
    ]

    operations = [
        migrations.CreateModel(
            name="Council",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slot", models.BigIntegerField()),
                ("title", models.CharField(max_length=100)),
                ("met_on", models.DateField()),
                ("place", models.CharField(max_length=100)),
                ("chaired_by", models.CharField(max_length=60)),
                (
                    "state",
                    models.CharField(
                        choices=[("OPEN", "进行中"), ("RECORDED", "待签发"), ("SIGNED", "已签发")],
                        default="OPEN",
                        max_length=10,
                    ),
                ),
                ("called_at", models.DateTimeField()),
                ("called_by", models.CharField(max_length=200)),
                ("recorded_at", models.DateTimeField(null=True)),
                ("recorded_by", models.CharField(blank=True, max_length=200)),
                ("recorded_by_user_id", models.BigIntegerField(null=True)),
                ("signed_at", models.DateTimeField(null=True)),
                ("signed_by", models.CharField(blank=True, max_length=200)),
                ("signed_by_user_id", models.BigIntegerField(null=True)),
                ("return_reason", models.CharField(blank=True, max_length=500)),
                ("pdf_id", models.BigIntegerField(null=True)),
                ("word_id", models.BigIntegerField(null=True)),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.organisation"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CouncilItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slot", models.BigIntegerField()),
                ("number", models.PositiveSmallIntegerField()),
                ("put_off_reason", models.CharField(blank=True, max_length=500)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="casework.case"
                    ),
                ),
                (
                    "council",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="items", to="casework.council"
                    ),
                ),
                (
                    "decision",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="council_item",
                        to="casework.decision",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CouncilMember",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slot", models.BigIntegerField()),
                ("number", models.PositiveSmallIntegerField()),
                ("name", models.CharField(max_length=60)),
                ("post", models.CharField(blank=True, max_length=100)),
                (
                    "council",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="members", to="casework.council"
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="council",
            index=models.Index(fields=["slot", "-met_on"], name="council_slot"),
        ),
        migrations.AddConstraint(
            model_name="council",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("recorded_at__isnull", True), ("signed_at__isnull", True), ("state", "OPEN")),
                    models.Q(("recorded_at__isnull", False), ("signed_at__isnull", True), ("state", "RECORDED")),
                    models.Q(
                        ("pdf_id__isnull", False),
                        ("recorded_at__isnull", False),
                        ("signed_at__isnull", False),
                        ("state", "SIGNED"),
                        ("recorded_by_user_id__isnull", False),
                        ("signed_by_user_id__isnull", False),
                        ("word_id__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="council_state_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="council",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("signed_by_user_id__isnull", True),
                    models.Q(("signed_by_user_id", models.F("recorded_by_user_id")), _negated=True),
                    _connector="OR",
                ),
                name="council_signed_by_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="councilitem",
            constraint=models.UniqueConstraint(fields=("council", "case"), name="council_item_once"),
        ),
        migrations.AddConstraint(
            model_name="councilitem",
            constraint=models.CheckConstraint(
                condition=models.Q(("decision__isnull", True), ("put_off_reason", ""), _connector="OR"),
                name="council_item_decided_or_put_off",
            ),
        ),
        migrations.AddConstraint(
            model_name="councilmember",
            constraint=models.UniqueConstraint(fields=("council", "number"), name="council_member_number"),
        ),
        *rls.scoped("casework_council", kinds=WRITERS, also_read=READERS),
        *rls.scoped("casework_councilmember", kinds=WRITERS, also_read=READERS),
        *rls.scoped("casework_councilitem", kinds=WRITERS, also_read=READERS),
        walls.never_removed("casework_council"),
        walls.never_removed("casework_councilitem"),
    ]
