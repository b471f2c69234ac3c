from django.db import migrations

from shouwang.people import rls
from shouwang.people.access import Kind

# Shared by all processes of the installation, so that rate limits and lockouts count for all of them.
CACHE = """
    create table people_cache (cache_key varchar(255) primary key, value text not null, expires timestamptz not null);
    create index people_cache_expires on people_cache (expires);
"""
OPERATORS = rls.of_kinds({Kind.OPERATOR})


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial")]

    operations = [
        migrations.RunSQL(CACHE, "drop table people_cache;"),
        *rls.scoped(
            "people_taskgrant",
            also_read=f"organisation_id = {rls.setting('organisation', 'bigint')}",
        ),
        *rls.scoped("people_invitation", slot=None, also=OPERATORS),
        *rls.scoped("people_factorreset", slot=None, also=OPERATORS),
    ]
