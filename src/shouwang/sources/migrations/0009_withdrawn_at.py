"""A clue whose applicant took it back before there was a case waits no longer."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("sources", "0008_interface_key")]

    operations = [
        migrations.AddField(model_name="clue", name="withdrawn_at", field=models.DateTimeField(null=True)),
        migrations.AddConstraint(
            model_name="clue",
            constraint=models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | Q(collected_case_id__isnull=True),
                name="clue_withdrawn_has_no_case",
            ),
        ),
    ]
