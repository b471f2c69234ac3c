from django.db import migrations

from shouwang.people import rls
from shouwang.people.access import Kind

AUDITED = f"{rls.of_kinds({Kind.AUDIT})} and {rls.in_scope('slot')}"


class Migration(migrations.Migration):
    dependencies = [("sources", "0001_initial"), ("people", "0002_walls")]

    operations = [
        *rls.scoped("sources_clue", own_organisation="organisation_id"),
        *rls.scoped("sources_feed", own_organisation="organisation_id"),
        *rls.scoped("sources_feedimport", own_organisation="organisation_id"),
        *rls.scoped("sources_feedrow", own_organisation="organisation_id"),
        # What a row was matched with belongs to the register's readers, never to the department.
        *rls.scoped("sources_feedmatch"),
        # Who a row's person is, the county centre decides: pairs show the register beside the department's words.
        *rls.scoped("sources_matchpair", kinds={Kind.COUNTY_CENTRE}, also_read=AUDITED),
        *rls.scoped("sources_matchdecision", kinds={Kind.COUNTY_CENTRE}, also_read=AUDITED),
    ]
