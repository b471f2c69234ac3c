import django.db.models.deletion
from django.db import migrations, models

from shouwang.people import rls
from shouwang.people.access import Kind

# Those who act in the procedure write; everyone else who reads the register only reads.
WRITERS = frozenset({Kind.VILLAGE, Kind.TOWNSHIP, Kind.COUNTY_CENTRE, Kind.LEADING_GROUP})
READERS = f"{rls.in_scope('slot')} and {rls.of_kinds(rls.READS_REGISTER)}"


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0004_attachments"),
        ("standards", "0004_clocks"),
    ]

    operations = [
        migrations.CreateModel(
            name="Pause",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slot", models.BigIntegerField()),
                ("stage", models.CharField(max_length=60)),
                ("reason_key", models.CharField(max_length=60)),
                ("reason", models.CharField(max_length=60)),
                ("note", models.CharField(blank=True, max_length=500)),
                ("at", models.DateTimeField()),
                ("paused_on", models.DateField()),
                ("until_on", models.DateField()),
                ("resumed_on", models.DateField(null=True)),
                ("actor", models.CharField(max_length=200)),
                ("user_id", models.BigIntegerField(null=True)),
                ("resumed_by", models.CharField(blank=True, max_length=200)),
            ],
        ),
        migrations.AddField(
            model_name="case",
            name="pause_reason",
            field=models.CharField(blank=True, db_default="", default="", max_length=60),
        ),
        migrations.AddField(
            model_name="case",
            name="paused_until",
            field=models.DateField(null=True),
        ),
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
                    ("ATTACHED", "附上材料"),
                    ("PAUSED", "暂停计时"),
                    ("RESUMED", "恢复计时"),
                ],
                max_length=12,
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("pause_reason", ""), ("paused_until__isnull", True)),
                    models.Q(
                        ("closed_on__isnull", True),
                        ("paused_until__isnull", False),
                        models.Q(("pause_reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="case_pause_whole",
            ),
        ),
        migrations.AddField(
            model_name="pause",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="pauses", to="casework.case"
            ),
        ),
        migrations.AddIndex(
            model_name="pause",
            index=models.Index(fields=["case", "id"], name="pause_case"),
        ),
        migrations.AddIndex(
            model_name="pause",
            index=models.Index(
                condition=models.Q(("resumed_on__isnull", True)), fields=["until_on"], name="pause_running"
            ),
        ),
        migrations.AddConstraint(
            model_name="pause",
            constraint=models.UniqueConstraint(
                condition=models.Q(("resumed_on__isnull", True)), fields=("case",), name="pause_one_runs"
            ),
        ),
        migrations.AddConstraint(
            model_name="pause",
            constraint=models.CheckConstraint(
                condition=models.Q(("until_on__gt", models.F("paused_on"))), name="pause_ends_after_it_began"
            ),
        ),
        migrations.AddConstraint(
            model_name="pause",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("resumed_on__isnull", True),
                    models.Q(("resumed_on__gte", models.F("paused_on")), ("resumed_on__lte", models.F("until_on"))),
                    _connector="OR",
                ),
                name="pause_resumed_within",
            ),
        ),
        *rls.scoped("casework_pause", kinds=WRITERS, also_read=READERS),
        migrations.RunSQL(
            f"revoke delete, truncate on casework_pause from {rls.APP};",
            f"grant delete on casework_pause to {rls.APP};",
        ),
    ]
