"""Who told a clerk of a clue, and the number that was told to the caller."""

import django.db.models.deletion
from django.db import migrations, models

from shouwang.people import rls


class Migration(migrations.Migration):
    dependencies = [("sources", "0003_matching_of_earlier_installations")]

    operations = [
        migrations.CreateModel(
            name="Call",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slot", models.BigIntegerField()),
                ("caller", models.CharField(blank=True, max_length=60)),
                (
                    "tie",
                    models.CharField(
                        choices=[
                            ("SELF", "本人"),
                            ("FAMILY", "家人亲戚"),
                            ("NEIGHBOUR", "邻居"),
                            ("OTHER", "其他人"),
                        ],
                        max_length=10,
                    ),
                ),
                ("sealed_phone", models.BinaryField(null=True)),
                ("is_urgent", models.BooleanField(default=False)),
                ("number_blind", models.BinaryField(max_length=32, unique=True)),
                ("taken_at", models.DateTimeField()),
                (
                    "clue",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="call", to="sources.clue"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("is_urgent", True)), fields=["slot", "-taken_at"], name="call_urgent"
                    )
                ],
            },
        ),
        *rls.scoped("sources_call"),
    ]
