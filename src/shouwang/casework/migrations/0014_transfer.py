"""Transfer of a task with acceptance."""

import django.db.models.deletion
from django.db import migrations, models

from shouwang.people import rls
from shouwang.people.access import Kind

WRITERS = frozenset({Kind.TOWNSHIP, Kind.COUNTY_CENTRE})
READERS = f"{rls.in_scope('slot')} and {rls.of_kinds(rls.READS_REGISTER)}"
MINE = rls.setting("organisation", "bigint")


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0013_flaglook"),
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
                    ("LOOKED", "核看情形"),
                    ("TRANSFER", "转办"),
                ],
                max_length=12,
            ),
        ),
        migrations.CreateModel(
            name="Transfer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slot", models.BigIntegerField()),
                ("task_name", models.CharField(max_length=60)),
                ("question", models.CharField(max_length=200)),
                ("about", models.CharField(max_length=100)),
                ("due_on", models.DateField()),
                ("reason", models.CharField(max_length=500)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("PROPOSED", "等对方答复"),
                            ("ACCEPTED", "已接收"),
                            ("DECLINED", "没有接收"),
                            ("TAKEN_BACK", "已收回"),
                            ("ENDED", "任务已结束"),
                        ],
                        default="PROPOSED",
                        max_length=10,
                    ),
                ),
                ("proposed_at", models.DateTimeField()),
                ("proposed_by", models.CharField(max_length=200)),
                ("proposed_by_user_id", models.BigIntegerField(null=True)),
                ("answered_at", models.DateTimeField(null=True)),
                ("answered_by", models.CharField(blank=True, max_length=200)),
                ("answered_by_user_id", models.BigIntegerField(null=True)),
                ("answer", models.CharField(blank=True, max_length=500)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="casework.case"
                    ),
                ),
                (
                    "from_organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.organisation"
                    ),
                ),
                (
                    "task",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="transfers", to="casework.task"
                    ),
                ),
                (
                    "to_organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.organisation"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["task", "id"], name="transfer_task"),
                    models.Index(
                        condition=models.Q(("state", "PROPOSED")),
                        fields=["to_organisation", "due_on"],
                        name="transfer_waiting",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "PROPOSED")), fields=("task",), name="transfer_one_at_a_time"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("from_organisation", models.F("to_organisation")), _negated=True),
                        name="transfer_to_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answered_at__isnull", True), ("state", "PROPOSED")),
                            models.Q(
                                models.Q(("state", "PROPOSED"), _negated=True),
                                ("answered_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="transfer_answered_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "DECLINED"), _negated=True),
                            models.Q(("answer", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="transfer_declined_with_reason",
                    ),
                ],
            },
        ),
        # Both bodies read it; only the system writes it, once a body's right is proven, and the end of a task ends it.
        *rls.scoped(
            "casework_transfer",
            kinds=WRITERS,
            also_read=f"({READERS}) or from_organisation_id = {MINE} or to_organisation_id = {MINE}",
        ),
        migrations.RunSQL(
            f"revoke delete, truncate on casework_transfer from {rls.APP};",
            f"grant delete on casework_transfer to {rls.APP};",
        ),
    ]
