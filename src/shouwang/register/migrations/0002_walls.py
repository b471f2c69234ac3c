"""Walls of the register, and the constraints that need ranges."""

# ruff: noqa: S608 - names of our own tables and columns

from django.db import migrations

from shouwang.people import rls
from shouwang.people.access import MAX_RANGES, READS_REGISTER, Kind

# Auditors read everything in their areas and change nothing.
WRITERS = READS_REGISTER - {Kind.AUDIT}
AUDITED = f"{rls.of_kinds({Kind.AUDIT})} and {rls.in_scope('slot')}"


def of_grant(table: str, person: str, *, field: str = "") -> str:
    """This function returns the SQL that a live grant on the person's household opens the row (for one field)."""
    named = f" and g.fields @> '[\"{field}\"]'" if field else ""
    return (
        "exists (select 1 from people_taskgrant g join register_membership m on m.household_id = g.household_id"
        f" where m.person_id = {table}.{person} and m.superseded_at is null"
        " and (m.valid_to is null or m.valid_to > current_date)"
        f" and g.organisation_id = {rls.setting('organisation', 'bigint')} and g.until > now(){named})"
    )


def field_grant(table: str, field: str) -> str:
    """This function returns the SQL that a live grant which names the field opens the household's row."""
    return (
        f"exists (select 1 from people_taskgrant g where g.household_id = {table}.household_id"
        f" and g.organisation_id = {rls.setting('organisation', 'bigint')} and g.until > now()"
        f" and g.fields @> '[\"{field}\"]')"
    )


def walled(table: str, *, grant: str | None = None, or_read: str = "") -> list[migrations.RunSQL]:
    """This function returns the operations of a table that auditors read too."""
    also_read = f"({AUDITED}) or ({or_read})" if or_read else AUDITED
    return rls.scoped(table, kinds=WRITERS, grant=grant, also_read=also_read)


# An identifier opens to a department only when its grant names the kind of number.
IDENTIFIER_GRANT = (
    "exists (select 1 from people_taskgrant g where"
    f" g.organisation_id = {rls.setting('organisation', 'bigint')} and g.until > now()"
    " and g.fields @> to_jsonb(register_identifier.kind)"
    " and (g.household_id = register_identifier.household_id or exists (select 1 from register_membership m"
    " where m.household_id = g.household_id and m.person_id = register_identifier.person_id"
    " and m.superseded_at is null and (m.valid_to is null or m.valid_to > current_date))))"
)

COVERS = " or ".join(
    f"(lo >= {rls.setting(f'lo{number}', 'bigint')} and hi <= {rls.setting(f'hi{number}', 'bigint')})"
    for number in range(1, MAX_RANGES + 1)
)
SUPERIORS = rls.of_kinds(WRITERS - {Kind.VILLAGE, Kind.LEADING_GROUP})

PERIODS = """
alter table register_membership add constraint membership_one_household_a_day
    exclude using gist (int8range(person_id, person_id, '[]') with &&, daterange(valid_from, valid_to) with &&)
    where (superseded_at is null) deferrable initially immediate;
alter table register_membership add constraint membership_one_head_a_day
    exclude using gist (int8range(household_id, household_id, '[]') with &&, daterange(valid_from, valid_to) with &&)
    where (superseded_at is null and relationship = 'HEAD') deferrable initially immediate;
alter table register_membership add constraint membership_one_spouse_a_day
    exclude using gist (int8range(household_id, household_id, '[]') with &&, daterange(valid_from, valid_to) with &&)
    where (superseded_at is null and relationship = 'SPOUSE') deferrable initially immediate;
alter table register_residence add constraint residence_one_of_household_a_day
    exclude using gist (int8range(household_id, household_id, '[]') with &&, daterange(valid_from, valid_to) with &&)
    where (superseded_at is null and household_id is not null and kind = 'REGISTERED') deferrable initially immediate;
alter table register_residence add constraint residence_one_of_person_a_day
    exclude using gist (int8range(person_id, person_id, '[]') with &&, daterange(valid_from, valid_to) with &&)
    where (superseded_at is null and person_id is not null) deferrable initially immediate;
alter table register_householdstate add constraint hstate_one_a_day
    exclude using gist (int8range(household_id, household_id, '[]') with &&, daterange(valid_from, valid_to) with &&)
    where (superseded_at is null) deferrable initially immediate;
alter table register_personstate add constraint pstate_one_a_day
    exclude using gist (int8range(person_id, person_id, '[]') with &&, daterange(valid_from, valid_to) with &&)
    where (superseded_at is null) deferrable initially immediate;
"""
UNDO_PERIODS = """
alter table register_membership drop constraint membership_one_household_a_day,
    drop constraint membership_one_head_a_day, drop constraint membership_one_spouse_a_day;
alter table register_residence drop constraint residence_one_of_household_a_day,
    drop constraint residence_one_of_person_a_day;
alter table register_householdstate drop constraint hstate_one_a_day;
alter table register_personstate drop constraint pstate_one_a_day;
"""


class Migration(migrations.Migration):
    dependencies = [("register", "0001_initial"), ("people", "0002_walls")]

    operations = [
        migrations.RunSQL(PERIODS, UNDO_PERIODS),
        *walled("register_household", grant="id"),
        *walled("register_membership", grant="household_id"),
        *walled("register_person", or_read=of_grant("register_person", "id")),
        *walled("register_residence", grant="household_id"),
        *walled("register_identifier", or_read=IDENTIFIER_GRANT),
        *walled("register_householdstate", grant="household_id"),
        *walled("register_personstate", or_read=of_grant("register_personstate", "person_id")),
        *walled("register_income", or_read=field_grant("register_income", "INCOME")),
        *walled("register_spending", grant="household_id"),
        *walled("register_status", grant="household_id"),
        *walled("register_namedfact", or_read=field_grant("register_namedfact", "NAMED")),
        *walled("register_registerfinding"),
        *walled("register_factobjection"),
        *walled("register_personmerge"),
        *walled("register_move", or_read=f"{rls.in_scope('to_slot')} and {rls.of_kinds(READS_REGISTER)}"),
        *rls.scoped("register_registrationconflict", slot=None, also=f"{SUPERIORS} and ({COVERS})"),
        *rls.scoped("register_registerimport", slot=None, own_organisation="organisation_id"),
        *rls.scoped("register_importrefusal", slot=None, own_organisation="organisation_id"),
        *rls.scoped("register_bulkload", slot="slot", kinds={Kind.SYSTEM}),
    ]
