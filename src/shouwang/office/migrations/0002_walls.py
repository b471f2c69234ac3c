from django.db import migrations

from shouwang.people import rls


class Migration(migrations.Migration):
    dependencies = [("office", "0001_initial"), ("people", "0002_walls")]

    operations = [
        *rls.scoped("office_progress", slot=None, own_organisation="organisation_id"),
        *rls.scoped("office_storedfile", slot=None, own_organisation="organisation_id"),
    ]
