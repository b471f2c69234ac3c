"""Two strands of one cause in one household; what a person found distinct; sources that move between cases."""

import django.db.models.deletion
from django.db import migrations, models

from shouwang.people import rls
from shouwang.people.access import Kind

WRITERS = frozenset({Kind.VILLAGE, Kind.TOWNSHIP, Kind.COUNTY_CENTRE, Kind.LEADING_GROUP})
READERS = f"{rls.in_scope('slot')} and {rls.of_kinds(rls.READS_REGISTER)}"


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0007_recusal"),
    ]

    operations = [
        migrations.CreateModel(
            name="CaseDistinct",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slot", models.BigIntegerField()),
                ("reason", models.CharField(max_length=300)),
                ("at", models.DateTimeField()),
                ("actor", models.CharField(max_length=200)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="casecause",
            name="case_one_open_per_cause",
        ),
        migrations.AddField(
            model_name="casecause",
            name="strand",
            field=models.PositiveSmallIntegerField(default=0),
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
                ],
                max_length=12,
            ),
        ),
        migrations.AddConstraint(
            model_name="casecause",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_open", True)),
                fields=("household_id", "cause", "strand"),
                name="case_one_open_per_cause",
            ),
        ),
        migrations.AddField(
            model_name="casedistinct",
            name="high",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="casework.case"),
        ),
        migrations.AddField(
            model_name="casedistinct",
            name="low",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="casework.case"),
        ),
        migrations.AddConstraint(
            model_name="casedistinct",
            constraint=models.UniqueConstraint(fields=("low", "high"), name="casedistinct_once"),
        ),
        migrations.AddConstraint(
            model_name="casedistinct",
            constraint=models.CheckConstraint(
                condition=models.Q(("low__lt", models.F("high"))), name="casedistinct_in_order"
            ),
        ),
        *rls.scoped("casework_casedistinct", kinds=WRITERS, also_read=READERS),
        *rls.insert_only("casework_casedistinct"),
        # A source may be put into another case by a person; nothing else of it changes, and it is never removed.
        migrations.RunSQL(
            f"grant update (case_id, slot) on casework_casesource to {rls.APP};",
            f"revoke update (case_id, slot) on casework_casesource from {rls.APP};",
        ),
    ]
