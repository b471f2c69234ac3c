import django.db.models.expressions
from django.db import migrations, models

from shouwang.people import rls

WAYS = [("PHONE", "电话回访"), ("ON_SITE", "实地走访")]


def key():
    return ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"))


class Migration(migrations.Migration):
    dependencies = [("evaluation", "0002_walls"), ("people", "0002_walls")]

    operations = [
        migrations.AddField("visit", "answers", models.JSONField(default=list)),
        migrations.AddField("visit", "outcomes", models.JSONField(default=dict)),
        migrations.CreateModel(
            name="FollowUp",
            fields=[
                key(),
                ("slot", models.BigIntegerField()),
                ("household_id", models.BigIntegerField()),
                ("removal_id", models.BigIntegerField()),
                ("due_on", models.DateField()),
                ("way", models.CharField(choices=WAYS, max_length=8)),
                ("visited_on", models.DateField()),
                ("spoke_with", models.CharField(max_length=60)),
                ("is_steady", models.BooleanField()),
                ("note", models.CharField(max_length=1000)),
                ("recorded_at", models.DateTimeField()),
                ("recorded_by", models.CharField(max_length=200)),
                ("user_id", models.BigIntegerField(null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["household_id", "-visited_on"], name="follow_up_household")],
                "constraints": [
                    models.UniqueConstraint(fields=("removal_id", "due_on"), name="follow_up_once_per_day_due")
                ],
            },
        ),
        migrations.CreateModel(
            name="RollBack",
            fields=[
                key(),
                ("slot", models.BigIntegerField()),
                ("household_id", models.BigIntegerField()),
                ("removal_id", models.BigIntegerField()),
                ("removed_on", models.DateField()),
                ("found", models.JSONField()),
                ("reason", models.CharField(max_length=500)),
                (
                    "state",
                    models.CharField(
                        choices=[("PROPOSED", "待复核"), ("DONE", "已回退"), ("DECLINED", "不予回退")],
                        default="PROPOSED",
                        max_length=10,
                    ),
                ),
                ("proposed_at", models.DateTimeField()),
                ("proposed_by", models.CharField(max_length=200)),
                ("proposed_by_user_id", models.BigIntegerField()),
                ("decided_at", models.DateTimeField(null=True)),
                ("decided_by", models.CharField(blank=True, max_length=200)),
                ("decided_by_user_id", models.BigIntegerField(null=True)),
                ("decided_reason", models.CharField(blank=True, max_length=500)),
            ],
            options={
                "indexes": [models.Index(fields=["household_id", "-id"], name="roll_back_household")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "PROPOSED")), fields=("household_id",), name="roll_back_one_open"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "DONE")), fields=("removal_id",), name="roll_back_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("decided_at__isnull", True),
                                ("decided_by_user_id__isnull", True),
                                ("state", "PROPOSED"),
                            ),
                            models.Q(
                                models.Q(("state", "PROPOSED"), _negated=True),
                                ("decided_at__isnull", False),
                                ("decided_by_user_id__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="roll_back_decided_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_by_user_id__isnull", True),
                            models.Q(
                                ("decided_by_user_id", django.db.models.expressions.F("proposed_by_user_id")),
                                _negated=True,
                            ),
                            _connector="OR",
                        ),
                        name="roll_back_decided_by_another",
                    ),
                ],
            },
        ),
        *rls.scoped("evaluation_followup"),
        *rls.insert_only("evaluation_followup"),
        *rls.scoped("evaluation_rollback"),
    ]
