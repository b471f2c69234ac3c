from django.db import migrations

from shouwang.people import rls
from shouwang.people.access import Kind

# Those who act in the procedure write; everyone else who reads the register only reads.
WRITERS = frozenset({Kind.VILLAGE, Kind.TOWNSHIP, Kind.COUNTY_CENTRE, Kind.LEADING_GROUP})
READERS = f"{rls.in_scope('slot')} and {rls.of_kinds(rls.READS_REGISTER)}"
ORGANISATION = rls.setting("organisation", "bigint")


def asked(case: str) -> str:
    """This function returns the SQL condition that the viewer's organisation has an open task of the case."""
    return (
        f"exists (select 1 from casework_task t where t.case_id = {case} and t.state = 'OPEN'"  # noqa: S608 - names
        f" and t.organisation_id = {ORGANISATION})"
    )


def never_removed(table: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"revoke delete, truncate on {table} from {rls.APP};", f"grant delete on {table} to {rls.APP};"
    )


class Migration(migrations.Migration):
    dependencies = [("casework", "0001_initial"), ("people", "0002_walls")]

    operations = [
        *rls.scoped("casework_case", kinds=WRITERS, also_read=f"({READERS}) or {asked('casework_case.id')}"),
        *rls.scoped("casework_casecause", kinds=WRITERS, also_read=f"({READERS}) or {asked('case_id')}"),
        *rls.scoped("casework_casesource", kinds=WRITERS, also_read=READERS),
        *rls.scoped("casework_caseevent", kinds=WRITERS, also_read=READERS),
        *rls.scoped("casework_decision", kinds=WRITERS, also_read=READERS),
        *rls.scoped("casework_task", kinds=WRITERS, own_organisation="organisation_id", also_read=READERS),
        *rls.scoped("casework_answer", kinds=WRITERS, own_organisation="organisation_id", also_read=READERS),
        never_removed("casework_case"),
        never_removed("casework_casecause"),
        never_removed("casework_task"),
        *rls.insert_only("casework_casesource"),
        *rls.insert_only("casework_caseevent"),
        *rls.insert_only("casework_decision"),
        *rls.insert_only("casework_answer"),
    ]
