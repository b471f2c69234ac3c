from django.db import migrations, models

from shouwang.people import rls


class Migration(migrations.Migration):
    dependencies = [("evaluation", "0003_outcomes_and_transition"), ("people", "0002_walls")]

    operations = [
        migrations.AlterField("rollback", "removal_id", models.BigIntegerField(null=True)),
        migrations.AddField("rollback", "barred_user_ids", models.JSONField(default=list)),
        migrations.CreateModel(
            name="WeakRemoval",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slot", models.BigIntegerField()),
                ("household_id", models.BigIntegerField()),
                ("removal_id", models.BigIntegerField(null=True)),
                ("removed_on", models.DateField()),
                ("found", models.JSONField()),
                ("found_on", models.DateField()),
                ("ended_on", models.DateField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("ended_on__isnull", True)), fields=["slot"], name="weak_removal_open"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_on__isnull", True)),
                        fields=("household_id",),
                        name="weak_removal_one_open",
                    )
                ],
            },
        ),
        *rls.scoped("evaluation_weakremoval"),
    ]
