import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

from shouwang.people import rls
from shouwang.people.access import Kind

WRITERS = frozenset({Kind.VILLAGE, Kind.TOWNSHIP, Kind.COUNTY_CENTRE, Kind.LEADING_GROUP})
READERS = f"{rls.in_scope('slot')} and {rls.of_kinds(rls.READS_REGISTER)}"


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0002_walls"),
    ]

    operations = [
        migrations.AlterField(
            model_name="caseevent",
            name="what",
            field=models.CharField(
                choices=[
                    ("OPENED", "立案"),
                    ("JOINED", "并入线索"),
                    ("SENT", "送核查"),
                    ("ANSWERED", "核查反馈"),
                    ("TASK_ENDED", "任务终止"),
                    ("MOVED", "流转"),
                    ("DECIDED", "作出决定"),
                    ("ASSISTED", "救助"),
                    ("VISITED", "回访"),
                    ("CLOSED", "结案"),
                    ("POSTED", "张贴公示"),
                    ("OPPOSED", "提出异议"),
                ],
                max_length=12,
            ),
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slot", models.BigIntegerField()),
                ("stage", models.CharField(max_length=60)),
                ("key", models.CharField(max_length=60)),
                ("name", models.CharField(max_length=60)),
                ("days", models.PositiveSmallIntegerField()),
                ("unit", models.CharField(max_length=15)),
                ("shown", models.JSONField()),
                ("posted_on", models.DateField()),
                ("place", models.CharField(max_length=100)),
                ("ends_on", models.DateField()),
                ("is_end_provisional", models.BooleanField(default=False)),
                (
                    "state",
                    models.CharField(
                        choices=[("POSTED", "公示中"), ("PASSED", "期满无异议"), ("OPPOSED", "有异议")],
                        default="POSTED",
                        max_length=8,
                    ),
                ),
                ("ended_at", models.DateTimeField(null=True)),
                ("at", models.DateTimeField()),
                ("actor", models.CharField(max_length=200)),
                ("user_id", models.BigIntegerField(null=True)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="notices", to="casework.case"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Objection",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slot", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                ("said_by", models.CharField(blank=True, max_length=60)),
                ("text", models.CharField(max_length=1000)),
                ("actor", models.CharField(max_length=200)),
                ("user_id", models.BigIntegerField(null=True)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="casework.case"
                    ),
                ),
                (
                    "notice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="objections", to="casework.notice"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Appraisal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slot", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                ("met_on", models.DateField()),
                ("place", models.CharField(max_length=100)),
                ("chaired_by", models.CharField(max_length=60)),
                ("attended", models.PositiveSmallIntegerField()),
                ("in_favour", models.PositiveSmallIntegerField()),
                ("against", models.PositiveSmallIntegerField()),
                ("abstained", models.PositiveSmallIntegerField()),
                ("is_carried", models.BooleanField()),
                ("actor", models.CharField(max_length=200)),
                ("user_id", models.BigIntegerField(null=True)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="appraisals", to="casework.case"
                    ),
                ),
                (
                    "event",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="appraisal", to="casework.caseevent"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["case", "id"], name="appraisal_case")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "attended",
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("in_favour"), "+", models.F("against")
                                    ),
                                    "+",
                                    models.F("abstained"),
                                ),
                            )
                        ),
                        name="appraisal_votes_add_up",
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(fields=["case", "id"], name="notice_case"),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "POSTED")), fields=("case",), name="notice_one_hangs"
            ),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_on__gte", models.F("posted_on"))), name="notice_ends_after_posting"
            ),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at__isnull", True), ("state", "POSTED")),
                    models.Q(models.Q(("state", "POSTED"), _negated=True), ("ended_at__isnull", False)),
                    _connector="OR",
                ),
                name="notice_ended_whole",
            ),
        ),
        migrations.AddIndex(
            model_name="objection",
            index=models.Index(fields=["notice", "id"], name="objection_notice"),
        ),
        *rls.scoped("casework_appraisal", kinds=WRITERS, also_read=READERS),
        *rls.scoped("casework_notice", kinds=WRITERS, also_read=READERS),
        *rls.scoped("casework_objection", kinds=WRITERS, also_read=READERS),
        migrations.RunSQL(
            f"revoke delete, truncate on casework_notice from {rls.APP};",
            f"grant delete on casework_notice to {rls.APP};",
        ),
        *rls.insert_only("casework_appraisal"),
        *rls.insert_only("casework_objection"),
    ]
