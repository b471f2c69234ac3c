from django.db import migrations

from shouwang.people import rls


class Migration(migrations.Migration):
    dependencies = [("funds", "0001_initial"), ("people", "0002_walls")]

    operations = rls.scoped("funds_grant", own_organisation="payer_organisation_id", grant="household_id")
