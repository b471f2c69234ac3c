"""A paper form keeps its own date and the instant at which it was entered."""

from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [("sources", "0005_cluephoto")]

    operations = [
        migrations.AddField(model_name="clue", name="entered_at", field=models.DateTimeField(null=True)),
        migrations.AddConstraint(
            model_name="clue",
            constraint=models.CheckConstraint(
                condition=Q(entered_at__isnull=True) | Q(entered_at__gte=F("reported_at")),
                name="clue_entered_after_reporting",
            ),
        ),
    ]
