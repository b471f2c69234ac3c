"""An organisation may be paid for somebody who is not in the register: then there is no household."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("funds", "0007_payees")]

    operations = [
        migrations.AlterField(model_name="commitment", name="household_id", field=models.BigIntegerField(null=True)),
        migrations.AlterField(model_name="payment", name="household_id", field=models.BigIntegerField(null=True)),
        migrations.AddConstraint(
            model_name="commitment",
            constraint=models.CheckConstraint(
                condition=Q(household_id__isnull=False) | Q(relation="PROVIDER"), name="commitment_of_a_household"
            ),
        ),
    ]
