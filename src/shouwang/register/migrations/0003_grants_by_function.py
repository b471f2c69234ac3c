"""The grants on persons, their states and numbers are asked of functions.

Written out in the policies, they brought the walls of three tables into every query that names a person: some 375
subplans and 16 ms of planning for a name by its key. The functions ask the same, as their owner, and only of rows that
the viewer's areas have not opened already.
"""

# ruff: noqa: S608 - names of our own tables and columns

import re

from django.db import migrations

from shouwang.people import rls
from shouwang.people.access import READS_REGISTER, Kind

ORGANISATION = "nullif(current_setting('sw.organisation', true), '')::bigint"
LIVING = "m.superseded_at is null and (m.valid_to is null or m.valid_to > current_date)"
BODY = "returns boolean language sql stable security definer set search_path = public, pg_temp as"

FUNCTIONS = f"""
create function register_person_granted(of_person bigint) {BODY} $$
    select exists (
        select 1 from people_taskgrant g join register_membership m on m.household_id = g.household_id
        where m.person_id = of_person and {LIVING} and g.organisation_id = {ORGANISATION} and g.until > now())
$$;
create function register_identifier_granted(of_kind text, of_household bigint, of_person bigint) {BODY} $$
    select exists (
        select 1 from people_taskgrant g
        where g.organisation_id = {ORGANISATION} and g.until > now() and g.fields @> to_jsonb(of_kind)
          and (g.household_id = of_household or exists (
              select 1 from register_membership m
              where m.household_id = g.household_id and m.person_id = of_person and {LIVING})))
$$;
revoke all on function register_person_granted(bigint) from public;
revoke all on function register_identifier_granted(text, bigint, bigint) from public;
grant execute on function register_person_granted(bigint) to {rls.APP};
grant execute on function register_identifier_granted(text, bigint, bigint) to {rls.APP};
"""
GONE = """
drop function register_person_granted(bigint);
drop function register_identifier_granted(text, bigint, bigint);
"""
GRANTED = {
    "register_person": "register_person_granted(register_person.id)",
    "register_personstate": "register_person_granted(register_personstate.person_id)",
    "register_identifier": (
        "register_identifier_granted(register_identifier.kind, register_identifier.household_id,"
        " register_identifier.person_id)"
    ),
}
# As register.0002_walls has it.
PERSON = (
    "exists (select 1 from people_taskgrant g join register_membership m on m.household_id = g.household_id"
    f" where m.person_id = {{}} and {LIVING}"
    f" and g.organisation_id = {rls.setting('organisation', 'bigint')} and g.until > now())"
)
WRITTEN_OUT = {
    "register_person": PERSON.format("register_person.id"),
    "register_personstate": PERSON.format("register_personstate.person_id"),
    "register_identifier": (
        "exists (select 1 from people_taskgrant g where"
        f" g.organisation_id = {rls.setting('organisation', 'bigint')} and g.until > now()"
        " and g.fields @> to_jsonb(register_identifier.kind)"
        " and (g.household_id = register_identifier.household_id or exists (select 1 from register_membership m"
        f" where m.household_id = g.household_id and m.person_id = register_identifier.person_id and {LIVING})))"
    ),
}


def read_again(table: str, granted: str) -> str:
    """This function returns the SQL that puts a table's reading policy anew, with another branch for grants."""
    audited = f"{rls.of_kinds({Kind.AUDIT})} and {rls.in_scope('slot')}"
    (walls,) = rls.scoped(table, kinds=READS_REGISTER - {Kind.AUDIT}, also_read=f"({audited}) or ({granted})")
    found = re.search(rf"create policy {table}_read .*?;", str(walls.sql), re.DOTALL)
    assert found is not None
    return f"drop policy {table}_read on {table}; {found[0]}"


class Migration(migrations.Migration):
    dependencies = [("register", "0002_walls"), ("people", "0002_walls")]

    operations = [
        migrations.RunSQL(FUNCTIONS, GONE),
        *(
            migrations.RunSQL(read_again(table, granted), read_again(table, WRITTEN_OUT[table]))
            for table, granted in GRANTED.items()
        ),
    ]
