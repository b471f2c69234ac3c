"""Deputies: who does the desk of an absent person, from when to when."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0004_device"),
    ]

    operations = [
        migrations.AddField(
            model_name="appointment",
            name="deputy_for",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="deputies",
                to="people.appointment",
            ),
        ),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=models.CheckConstraint(
                condition=models.Q(("deputy_for__isnull", True), ("valid_to__isnull", False), _connector="OR"),
                name="appointment_deputy_for_a_time",
            ),
        ),
    ]
