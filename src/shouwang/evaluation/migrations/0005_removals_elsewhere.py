"""Removals made elsewhere are visited, too: their visits name the day of the removal instead of its case."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("evaluation", "0004_weak_removal")]

    operations = [
        migrations.AlterField("followup", "removal_id", models.BigIntegerField(null=True)),
        migrations.AddField("followup", "removed_on", models.DateField(null=True)),
        migrations.AddConstraint(
            "followup",
            models.UniqueConstraint(
                fields=("household_id", "removed_on", "due_on"), name="follow_up_once_per_day_due_elsewhere"
            ),
        ),
        migrations.AddConstraint(
            "followup",
            models.CheckConstraint(
                condition=models.Q(("removal_id__isnull", True), ("removed_on__isnull", False))
                | models.Q(("removal_id__isnull", False), ("removed_on__isnull", True)),
                name="follow_up_of_one_removal",
            ),
        ),
    ]
