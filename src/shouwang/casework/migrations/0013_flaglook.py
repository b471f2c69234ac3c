"""That a person looked at a flag of a case, and what she found."""

import django.db.models.deletion
from django.db import migrations, models

from shouwang.people import rls
from shouwang.people.access import Kind

WRITERS = frozenset({Kind.TOWNSHIP, Kind.COUNTY_CENTRE, Kind.LEADING_GROUP})
READERS = f"{rls.in_scope('slot')} and {rls.of_kinds(rls.READS_REGISTER)}"


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0012_caseprofile"),
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
                    ("LOOKED", "核看情形"),
                ],
                max_length=12,
            ),
        ),
        migrations.CreateModel(
            name="FlagLook",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slot", models.BigIntegerField()),
                ("key", models.CharField(max_length=60)),
                ("name", models.CharField(max_length=60)),
                ("action", models.CharField(max_length=10)),
                ("says", models.CharField(max_length=300)),
                ("source", models.CharField(blank=True, max_length=300)),
                (
                    "verdict",
                    models.CharField(
                        choices=[
                            ("ABSENT", "查无此情况"),
                            ("OVERRIDDEN", "情况属实，仍可救助"),
                            ("STANDS", "情况属实，不应救助"),
                        ],
                        max_length=10,
                    ),
                ),
                ("reason_key", models.CharField(blank=True, max_length=60)),
                ("reason_name", models.CharField(blank=True, max_length=100)),
                ("reason", models.CharField(max_length=500)),
                ("stage_name", models.CharField(max_length=60)),
                ("at", models.DateTimeField()),
                ("actor", models.CharField(max_length=200)),
                ("user_id", models.BigIntegerField(null=True)),
                ("appointment_id", models.BigIntegerField(null=True)),
                ("organisation_id", models.BigIntegerField(null=True)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="flag_looks", to="casework.case"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["case", "id"], name="flaglook_case"),
                    models.Index(fields=["slot", "-id"], name="flaglook_slot"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="flaglook_with_reason"
                    )
                ],
            },
        ),
        *rls.scoped("casework_flaglook", kinds=WRITERS, also_read=READERS),
        *rls.insert_only("casework_flaglook"),
    ]
