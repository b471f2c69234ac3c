import django.db.models.deletion
from django.db import migrations, models

from shouwang.people import rls
from shouwang.people.access import Kind

WRITERS = frozenset({Kind.VILLAGE, Kind.TOWNSHIP, Kind.COUNTY_CENTRE, Kind.LEADING_GROUP})
READERS = f"{rls.in_scope('slot')} and {rls.of_kinds(rls.READS_REGISTER)}"


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0009_lapse_and_renewal"),
        ("people", "0004_device"),
    ]

    operations = [
        migrations.AlterField(
            model_name="caseevent",
            name="what",
            field=models.CharField(
                choices=[
                    ("OPENED", "立案"),
                    ("JOINED", "并入线索"),
                    ("PARTED", "分出线索"),
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
                    ("RECUSED", "申报回避"),
                    ("LAPSED", "逾期"),
                    ("RENEWED", "换用新版"),
                    ("ESCALATED", "逾期提级"),
                ],
                max_length=12,
            ),
        ),
        migrations.CreateModel(
            name="Escalation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=120, unique=True)),
                ("slot", models.BigIntegerField()),
                ("kind", models.CharField(max_length=20)),
                ("stage", models.CharField(blank=True, max_length=60)),
                ("due_on", models.DateField()),
                ("days_late", models.PositiveIntegerField()),
                ("at", models.DateTimeField()),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="escalations", to="casework.case"
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.organisation"
                    ),
                ),
                (
                    "task",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="escalations",
                        to="casework.task",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["organisation", "-id"], name="escalation_organisation")],
            },
        ),
        *rls.scoped("casework_escalation", kinds=WRITERS, own_organisation="organisation_id", also_read=READERS),
        *rls.insert_only("casework_escalation"),
    ]
