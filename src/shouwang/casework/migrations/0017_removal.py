# ruff: noqa: S608 - made of names of columns and constants
from importlib import import_module

from django.db import migrations, models

TALLIES = import_module("shouwang.casework.migrations.0011_tallies")


def flows(table: str, sign: int) -> str:
    """This function returns what each case of a table adds to the counts of its days; removals burn no lamp."""
    named = "lo, day, opened, brief, green, blue, grey"
    both = (
        f"select {TALLIES.OPENED} from {table} where not is_removal union all"
        f" select {TALLIES.CLOSED} from {table} where closed_on is not null and not is_removal"
    )
    signed = f"lo, day, {', '.join(f'{sign} * {name}' for name in TALLIES.COLUMNS.split(', '))}"
    return f"select {signed} from ({both}) as f({named})"


ADDED = f"""
create or replace function casework_tally_added() returns trigger {TALLIES.HEAD} as $$
begin
    {TALLIES.counted(flows("added", 1))}
    return null;
end $$;
"""
CHANGED = f"""
create or replace function casework_tally_changed() returns trigger {TALLIES.HEAD} as $$
begin
    {TALLIES.counted(flows("fresh", 1) + " union all " + flows("stale", -1))}
    insert into casework_staychange (lo, stage_name, left_on, tenths)
    select n.slot, o.stage_name, ({TALLIES.LEFT} at time zone 'Asia/Shanghai')::date,
           greatest(0, floor(extract(epoch from {TALLIES.LEFT} - o.stage_since_at) / 8640))::int
    from stale o join fresh n on n.id = o.id
    where o.stage <> '' and (n.closed_at is not null or n.stage_since_at <> o.stage_since_at);
    return null;
end $$;
"""
REBUILD = f"""
create or replace function casework_tallies_rebuild() returns void {TALLIES.HEAD} as $$
begin
    perform pg_advisory_xact_lock(21335, 7);
    lock table casework_case in share mode;
    delete from casework_tallychange; delete from casework_tally;
    with taken(lo, day, {TALLIES.COLUMNS}) as ({flows("casework_case", 1)}) {TALLIES.TO_LEVELS};
end $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0016_overrun"),
    ]

    operations = [
        migrations.AddField(
            model_name="case",
            name="is_removal",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.RemoveIndex(model_name="case", name="case_lamps"),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                fields=["slot"],
                include=["opened_on", "closed_on", "outcome", "is_removal", "id"],
                name="case_lamps",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.UniqueConstraint(
                condition=models.Q(("closed_on__isnull", True), ("is_removal", True)),
                fields=("household_id",),
                name="case_one_removal_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(("outcome", "REMOVED"), _negated=True) | models.Q(("is_removal", True)),
                name="case_removed_only_by_removal",
            ),
        ),
        # A case never changes its kind: what was counted on its day stays counted, what was not never is.
        migrations.RunSQL(ADDED + CHANGED + REBUILD, migrations.RunSQL.noop),
    ]
