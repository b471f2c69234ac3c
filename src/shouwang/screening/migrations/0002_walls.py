from django.db import migrations

from shouwang.people import rls

# A village or township reads of the run and the county's rule that found its hits; neither says anything of a household.
INSIDE = f"{rls.of_kinds(rls.READS_REGISTER)} and {rls.setting('lo1', 'bigint')} between slot and hi"


class Migration(migrations.Migration):
    dependencies = [("screening", "0001_initial"), ("people", "0002_walls")]

    operations = [
        *rls.scoped("screening_snapshot"),
        *rls.scoped("screening_run"),
        *rls.scoped("screening_warning", grant="household_id"),
        *rls.scoped("screening_handledevidence"),
        *rls.scoped("screening_checkrun", also_read=INSIDE),
        *rls.scoped("screening_checkhit"),
        *rls.scoped("screening_checktally"),
        *rls.scoped("screening_checkrule", also_read=INSIDE),
        *rls.scoped("screening_checktrial"),
        *rls.scoped("screening_checkexport"),
    ]
