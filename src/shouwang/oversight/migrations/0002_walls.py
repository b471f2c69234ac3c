from django.db import migrations

from shouwang.people import rls
from shouwang.people.access import Kind

TRIERS = (Kind.COUNTY_CENTRE, Kind.LEADING_GROUP, Kind.CITY_CENTRE, Kind.PROVINCE)


class Migration(migrations.Migration):
    dependencies = [("oversight", "0001_initial"), ("people", "0002_walls")]

    operations = [
        # A draft is nobody's but her own appointment's.
        *rls.scoped(
            "oversight_policydraft", slot=None, also=f"appointment_id = {rls.setting('appointment', 'bigint')}"
        ),
        *rls.scoped("oversight_policytrial", kinds=(*TRIERS, Kind.AUDIT)),
        *rls.scoped("oversight_variantproposal", kinds=(*TRIERS, Kind.AUDIT)),
        *rls.insert_only("oversight_policytrial"),
        *rls.insert_only("oversight_variantproposal"),
    ]
