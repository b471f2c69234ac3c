import django.db.models.deletion
from django.db import migrations, models

from shouwang.people import rls
from shouwang.people.access import Kind

# The administrator of the place sets ways out up and reads whether messages went out; everybody reads her own.
OPERATORS = frozenset({Kind.OPERATOR})


class Migration(migrations.Migration):
    dependencies = [
        ("office", "0004_paper"),
        ("people", "0003_boundary"),
    ]

    operations = [
        migrations.CreateModel(
            name="Channel",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("appointment_id", models.BigIntegerField(null=True)),
                ("slot", models.BigIntegerField()),
                ("name", models.CharField(max_length=60)),
                ("service", models.CharField(max_length=20)),
                ("token", models.CharField(max_length=32, unique=True)),
                ("sealed_url", models.BinaryField()),
                ("made_at", models.DateTimeField()),
                ("made_by", models.CharField(max_length=200)),
                ("stopped_at", models.DateTimeField(null=True)),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.organisation"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("organisation_id", models.BigIntegerField()),
                ("slot", models.BigIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("WAITING", "等待发送"),
                            ("SENDING", "正在发送"),
                            ("SENT", "已发出"),
                            ("GIVEN_UP", "没有发出"),
                        ],
                        default="WAITING",
                        max_length=10,
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("next_at", models.DateTimeField(null=True)),
                ("lease_until", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "channel",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="deliveries", to="office.channel"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Attempt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("organisation_id", models.BigIntegerField()),
                ("slot", models.BigIntegerField()),
                ("number", models.PositiveSmallIntegerField()),
                (
                    "what",
                    models.CharField(
                        choices=[
                            ("BEGUN", "开始发送"),
                            ("SENT", "已发出"),
                            ("REFUSED", "对方没有收下"),
                            ("BROKEN", "地址打不开"),
                        ],
                        max_length=8,
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "delivery",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="log", to="office.delivery"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Message",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=120, unique=True)),
                ("appointment_id", models.BigIntegerField(null=True)),
                ("slot", models.BigIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[("DIGEST", "早报"), ("ESCALATED", "逾期提级"), ("TASK", "新任务"), ("TEST", "试发")],
                        max_length=12,
                    ),
                ),
                ("values", models.JSONField()),
                ("for_group", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField()),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.organisation"
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="delivery",
            name="message",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="deliveries", to="office.message"
            ),
        ),
        migrations.AddIndex(
            model_name="channel",
            index=models.Index(
                condition=models.Q(("stopped_at__isnull", True)), fields=["organisation"], name="channel_in_use"
            ),
        ),
        migrations.AddIndex(
            model_name="attempt",
            index=models.Index(fields=["delivery", "id"], name="attempt_delivery"),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(fields=["organisation", "-id"], name="message_organisation"),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("state__in", ["WAITING", "SENDING"])), fields=["next_at", "id"], name="delivery_due"
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(fields=["channel", "-id"], name="delivery_channel"),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.UniqueConstraint(fields=("message", "channel"), name="delivery_once_a_channel"),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("ended_at__isnull", True),
                        ("lease_until__isnull", True),
                        ("next_at__isnull", False),
                        ("state", "WAITING"),
                    ),
                    models.Q(
                        ("ended_at__isnull", True),
                        ("lease_until__isnull", False),
                        ("next_at__isnull", False),
                        ("state", "SENDING"),
                    ),
                    models.Q(
                        ("ended_at__isnull", False), ("lease_until__isnull", True), ("state__in", ["SENT", "GIVEN_UP"])
                    ),
                    _connector="OR",
                ),
                name="delivery_whole",
            ),
        ),
        *rls.scoped("office_channel", kinds=OPERATORS),
        *rls.scoped("office_message", kinds=OPERATORS, own_organisation="organisation_id"),
        *rls.scoped("office_delivery", kinds=OPERATORS, own_organisation="organisation_id"),
        *rls.scoped("office_attempt", kinds=OPERATORS, own_organisation="organisation_id"),
        *rls.insert_only("office_message"),
        *rls.insert_only("office_attempt"),
        migrations.RunSQL(
            f"revoke delete, truncate on office_channel, office_delivery from {rls.APP};",
            f"grant delete on office_channel, office_delivery to {rls.APP};",
        ),
    ]
