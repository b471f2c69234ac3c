import importlib

import django.db.models.deletion
from django.db import migrations, models

from shouwang.people import rls

walls = importlib.import_module("shouwang.casework.migrations.0002_walls")


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0003_appraisal_and_notice"),
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
                ],
                max_length=12,
            ),
        ),
        migrations.CreateModel(
            name="Attachment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slot", models.BigIntegerField()),
                ("organisation_id", models.BigIntegerField(null=True)),
                ("paper_id", models.BigIntegerField(unique=True)),
                ("kind", models.CharField(max_length=60)),
                ("kind_name", models.CharField(max_length=60)),
                ("caption", models.CharField(blank=True, max_length=200)),
                ("taken_at", models.DateTimeField(null=True)),
                ("latitude", models.DecimalField(decimal_places=6, max_digits=8, null=True)),
                ("longitude", models.DecimalField(decimal_places=6, max_digits=9, null=True)),
                ("at", models.DateTimeField()),
                ("actor", models.CharField(max_length=200)),
                ("user_id", models.BigIntegerField(null=True)),
                ("appointment_id", models.BigIntegerField(null=True)),
                ("withdrawn_at", models.DateTimeField(null=True)),
                ("withdrawn_by", models.CharField(blank=True, max_length=200)),
                ("withdrawn_reason", models.CharField(blank=True, max_length=500)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="attachments", to="casework.case"
                    ),
                ),
                (
                    "notice",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attachments",
                        to="casework.notice",
                    ),
                ),
                (
                    "task",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attachments",
                        to="casework.task",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["case", "id"], name="attachment_case")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("task__isnull", True), ("notice__isnull", True), _connector="OR"),
                        name="attachment_of_one_thing",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("notice__isnull", False),
                            models.Q(
                                ("latitude__isnull", True), ("longitude__isnull", True), ("taken_at__isnull", True)
                            ),
                            _connector="OR",
                        ),
                        name="attachment_place_of_postings_only",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("withdrawn_at__isnull", True), ("withdrawn_by", ""), ("withdrawn_reason", "")),
                            models.Q(
                                ("withdrawn_at__isnull", False),
                                models.Q(("withdrawn_by", ""), _negated=True),
                                models.Q(("withdrawn_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="attachment_withdrawn_whole",
                    ),
                ],
            },
        ),
        *rls.scoped(
            "casework_attachment", kinds=walls.WRITERS, own_organisation="organisation_id", also_read=walls.READERS
        ),
        walls.never_removed("casework_attachment"),
    ]
