from django.db import migrations

from shouwang.people import rls


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial")]

    operations = rls.scoped(
        "people_taskgrant",
        also_read=f"organisation_id = {rls.setting('organisation', 'bigint')}",
    )
