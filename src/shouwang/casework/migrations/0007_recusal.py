from django.db import migrations, models

from shouwang.people import rls
from shouwang.people.access import Kind

# Who is related to whom is the county centre's and the audit's to know; declarations are written by the system, in the
# name of who declares, for a department does not see the case.
READERS = f"{rls.in_scope('slot')} and {rls.of_kinds(frozenset({Kind.AUDIT}))}"


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0006_councils"),
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
                    ("ATTACHED", "附上材料"),
                    ("PAUSED", "暂停计时"),
                    ("RESUMED", "恢复计时"),
                    ("RECUSED", "申报回避"),
                ],
                max_length=12,
            ),
        ),
        migrations.CreateModel(
            name="Recusal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("user_id", models.BigIntegerField()),
                ("household_id", models.BigIntegerField()),
                ("slot", models.BigIntegerField()),
                (
                    "relation",
                    models.CharField(
                        choices=[("SELF", "就是这一户的人"), ("KIN", "亲属"), ("OTHER", "其他利害关系")], max_length=10
                    ),
                ),
                ("at", models.DateTimeField()),
                ("actor", models.CharField(max_length=200)),
                ("organisation_id", models.BigIntegerField(null=True)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("household_id", "user_id"), name="recusal_once")],
            },
        ),
        *rls.scoped("casework_recusal", kinds=frozenset({Kind.COUNTY_CENTRE}), also_read=READERS),
        *rls.insert_only("casework_recusal"),
    ]
