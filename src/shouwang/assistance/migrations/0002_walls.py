from django.db import migrations

from shouwang.people import rls


class Migration(migrations.Migration):
    dependencies = [("assistance", "0001_initial"), ("people", "0002_walls")]

    operations = rls.scoped("assistance_measure", own_organisation="provider_organisation_id")
