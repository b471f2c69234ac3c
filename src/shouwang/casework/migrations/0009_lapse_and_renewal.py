from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0008_strands"),
        ("standards", "0004_clocks"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="case",
            name="case_open_or_closed_whole",
        ),
        migrations.AddField(
            model_name="case",
            name="expires_on",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="case",
            name="policy_on",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="case",
            name="total_due_on",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="case",
            name="total_lapsed_on",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="case",
            name="total_met_on",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="case",
            name="total_warn_on",
            field=models.DateField(null=True),
        ),
        migrations.AlterField(
            model_name="case",
            name="outcome",
            field=models.CharField(
                blank=True,
                choices=[
                    ("HELPED", "已救助回访"),
                    ("REJECTED", "审核未通过"),
                    ("HANDED_OVER", "转入建档立卡"),
                    ("WITHDRAWN", "撤回"),
                    ("DIED", "死亡"),
                    ("DOUBLED", "重复"),
                    ("REMOVED", "标注风险消除"),
                    ("OTHER", "其他"),
                ],
                max_length=12,
            ),
        ),
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
                ],
                max_length=12,
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("expires_on__isnull", False)), fields=["expires_on"], name="case_expires"
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(
                    ("total_due_on__isnull", False), ("total_lapsed_on__isnull", True), ("total_met_on__isnull", True)
                ),
                fields=["total_due_on"],
                name="case_total_runs",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("closed_at__isnull", True),
                        ("closed_on__isnull", True),
                        ("end_key", ""),
                        ("outcome", ""),
                        models.Q(("stage", ""), _negated=True),
                        models.Q(("holder_kind", ""), _negated=True),
                    ),
                    models.Q(
                        ("act", ""),
                        ("closed_at__isnull", False),
                        ("closed_on__isnull", False),
                        ("holder_kind", ""),
                        ("stage", ""),
                        (
                            "outcome__in",
                            ["HELPED", "REJECTED", "HANDED_OVER", "WITHDRAWN", "DIED", "DOUBLED", "REMOVED", "OTHER"],
                        ),
                        models.Q(("end_key", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="case_open_or_closed_whole",
            ),
        ),
    ]
