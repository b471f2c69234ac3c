"""The walls read the viewer's ranges from one setting.

Eight pairs of settings, each a subselect of its own and that two or three times a policy, took 0.3 to 1.6 ms of planning
for a row by its key, in every statement. A multirange is one subselect. The policies that stand are read back and
changed where they list the pairs; those of a new installation are made so from the start (`people.rls`).
"""

import re

from django.db import migrations

from shouwang.people import rls
from shouwang.people.access import MAX_RANGES, Kind


def _read(name: str) -> str:
    """This function returns the pattern of one setting as PostgreSQL writes it back."""
    return rf"\(\s*SELECT \(NULLIF\(current_setting\('sw\.{name}'::text, true\), ''::text\)\)::bigint AS \"?nullif\"?\)"


def _pair(number: int) -> str:
    low, high = _read(f"lo{number}"), _read(f"hi{number}")
    return rf"\(\((?P<c{number}>[\w.]+) >= {low}\) AND \((?P=c{number}) <= {high}\)\)"


PAIRS = re.compile(r"\(" + r"\s+OR\s+".join(_pair(number) for number in range(1, MAX_RANGES + 1)) + r"\)")
LEFT = re.compile(r"current_setting\('sw\.(hi\d|lo[2-8])'")
RANGES = rls.setting("ranges", "int8multirange")

# Two walls of assistance and register list the pairs in ways of their own.
SIZE = "(case level when 2 then 99999999 when 3 then 999999 when 4 then 999 else 0 end)"
READERS = f"({rls.in_scope('slot')} and {rls.of_kinds(rls.READS_REGISTER)})"
INSIDE = f"coalesce(int8range(slot, slot + {SIZE}, '[]') && {RANGES}, false)"
PLEDGE_READERS = f"{READERS} or ({rls.of_kinds(rls.READS_REGISTER)} and ({INSIDE}))"
KEEPERS = frozenset({Kind.TOWNSHIP, Kind.COUNTY_CENTRE})
SUPERIORS = rls.of_kinds(rls.READS_REGISTER - {Kind.AUDIT, Kind.VILLAGE, Kind.LEADING_GROUP})
COVERED = f"coalesce(int8range(lo, hi, '[]') <@ {RANGES}, false)"
OF_THEIR_OWN = [
    *rls.scoped("assistance_pledge", kinds=KEEPERS, also_read=PLEDGE_READERS),
    *rls.scoped("register_registrationconflict", slot=None, also=f"{SUPERIORS} and ({COVERED})"),
]


def conditions_change(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("select tablename, policyname, qual, with_check from pg_policies where schemaname = 'public'")
        for table, policy, using, check in cursor.fetchall():
            fresh = [text and PAIRS.sub(lambda found: rls.in_scope(found["c1"]), text) for text in (using, check)]
            if left := [text for text in fresh if text and LEFT.search(text)]:
                raise RuntimeError(f"{policy} lists the viewer's ranges in a way that is not known: {left[0]}")
            if fresh != [using, check]:
                parts = [f"{word} ({text})" for word, text in zip(("using", "with check"), fresh, strict=True) if text]
                cursor.execute(f"alter policy {policy} on {table} {' '.join(parts)}")


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0006_care_provider"),
        ("assistance", "0007_giving"),
        ("register", "0003_grants_by_function"),
    ]

    operations = [
        *(migrations.RunSQL(f"{one.reverse_sql}{one.sql}", migrations.RunSQL.noop) for one in OF_THEIR_OWN),
        migrations.RunPython(conditions_change, migrations.RunPython.noop),
    ]
