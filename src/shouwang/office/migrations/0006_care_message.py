"""Offices of long-term care are reminded of assessments that end."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("office", "0005_messages"),
    ]

    operations = [
        migrations.AlterField(
            model_name="message",
            name="kind",
            field=models.CharField(
                choices=[
                    ("DIGEST", "早报"),
                    ("ESCALATED", "逾期提级"),
                    ("TASK", "新任务"),
                    ("CARE", "护理评定到期"),
                    ("TEST", "试发"),
                ],
                max_length=12,
            ),
        ),
    ]
