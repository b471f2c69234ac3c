from django.db import migrations

from shouwang.people import rls


class Migration(migrations.Migration):
    dependencies = [("evaluation", "0001_initial"), ("people", "0002_walls")]

    operations = [*rls.scoped("evaluation_visit"), *rls.insert_only("evaluation_visit")]
