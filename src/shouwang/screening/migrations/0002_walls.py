from django.db import migrations

from shouwang.people import rls


class Migration(migrations.Migration):
    dependencies = [("screening", "0001_initial"), ("people", "0002_walls")]

    operations = [
        *rls.scoped("screening_snapshot"),
        *rls.scoped("screening_run"),
        *rls.scoped("screening_warning", grant="household_id"),
        *rls.scoped("screening_handledevidence"),
    ]
