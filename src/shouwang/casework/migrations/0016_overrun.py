"""Open cases whose clock over the whole procedure ran out: few, and counted on every desk that watches over them."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("casework", "0015_recusal_ends")]

    operations = [
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                fields=["slot"],
                condition=Q(closed_on__isnull=True, total_lapsed_on__isnull=False, total_met_on__isnull=True),
                name="case_overrun",
            ),
        ),
    ]
