"""Letters, petitions and the press, until a person has said whether each is a clue."""

import django.db.models.deletion
from django.db import migrations, models

from shouwang.people import rls


class Migration(migrations.Migration):
    dependencies = [
        ("sources", "0006_entered_at"),
    ]

    operations = [
        migrations.CreateModel(
            name="Opinion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slot", models.BigIntegerField()),
                ("channel", models.CharField(choices=[("LETTER", "来信来访"), ("MEDIA", "媒体舆情")], max_length=12)),
                ("origin", models.CharField(max_length=200)),
                ("received_on", models.DateField()),
                ("subject", models.CharField(max_length=1000)),
                ("household_id", models.BigIntegerField(null=True)),
                ("entered_at", models.DateTimeField()),
                ("entered_by", models.CharField(max_length=200)),
                ("appointment_id", models.BigIntegerField(null=True)),
                ("organisation_id", models.BigIntegerField(null=True)),
                ("due_on", models.DateField(null=True)),
                ("is_due_provisional", models.BooleanField(default=False)),
                (
                    "verdict",
                    models.CharField(
                        blank=True, choices=[("CLUE", "是风险线索"), ("NONE", "不是风险线索")], max_length=4
                    ),
                ),
                ("why", models.CharField(blank=True, max_length=500)),
                ("judged_at", models.DateTimeField(null=True)),
                ("judged_by", models.CharField(blank=True, max_length=200)),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "clue",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="opinion",
                        to="sources.clue",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("verdict", "")), fields=["slot", "due_on"], name="opinion_unjudged"
                    ),
                    models.Index(fields=["slot", "-entered_at"], name="opinion_slot"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("clue__isnull", True), ("judged_at__isnull", True), ("judged_by", ""), ("verdict", "")
                            ),
                            models.Q(
                                ("clue__isnull", False),
                                ("judged_at__isnull", False),
                                ("verdict", "CLUE"),
                                models.Q(("judged_by", ""), _negated=True),
                            ),
                            models.Q(
                                ("clue__isnull", True),
                                ("judged_at__isnull", False),
                                ("verdict", "NONE"),
                                models.Q(("judged_by", ""), _negated=True),
                                models.Q(("why", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="opinion_judged_whole",
                    )
                ],
            },
        ),
        *rls.scoped("sources_opinion"),
    ]
