from django.db import migrations

from shouwang.people import rls


class Migration(migrations.Migration):
    dependencies = [("standards", "0001_initial"), ("people", "0002_walls")]

    operations = [
        *rls.insert_only("standards_packversion"),
        *rls.scoped("standards_trialreport"),
        *rls.insert_only("standards_trialreport"),
    ]
