# ruff: noqa: S608 - made of names of columns and constants
from django.db import migrations, models

from shouwang.people import rls

OPENED = "slot, opened_on, 1, (closed_on is not distinct from opened_on)::int, 0, 0, 0"
CLOSED = (
    "slot, closed_on, 0, 0, (outcome = 'HELPED')::int, (outcome = 'REJECTED')::int,"
    " (outcome not in ('HELPED', 'REJECTED'))::int"
)
COLUMNS = "opened, brief, green, blue, grey"
SUMS = ", ".join(f"sum({name})" for name in COLUMNS.split(", "))
NONZERO = " or ".join(f"sum({name}) <> 0" for name in COLUMNS.split(", "))
ADDED = ", ".join(f"{name} = casework_tally.{name} + excluded.{name}" for name in COLUMNS.split(", "))
LEVELS = "(values (3, 1000000::bigint), (4, 1000::bigint), (5, 1::bigint)) as levels(level, size)"
HEAD = "language plpgsql security definer set search_path = pg_catalog, public"


def flows(table: str, sign: int) -> str:
    """This function returns the SQL that yields what each case of a table adds to the counts of its days."""
    named = "lo, day, opened, brief, green, blue, grey"
    both = f"select {OPENED} from {table} union all select {CLOSED} from {table} where closed_on is not null"
    signed = f"lo, day, {', '.join(f'{sign} * {name}' for name in COLUMNS.split(', '))}"
    return f"select {signed} from ({both}) as f({named})"


def counted(source: str) -> str:
    named = "lo, day, opened, brief, green, blue, grey"
    return f"""
        insert into casework_tallychange ({named})
        select lo, day, {SUMS} from ({source}) as c({named}) group by lo, day having {NONZERO};
    """


LEFT = "coalesce(n.closed_at, n.stage_since_at)"
TRIGGERS = f"""
create function casework_tally_added() returns trigger {HEAD} as $$
begin
    {counted(flows("added", 1))}
    return null;
end $$;
create function casework_tally_changed() returns trigger {HEAD} as $$
begin
    {counted(flows("fresh", 1) + " union all " + flows("stale", -1))}
    insert into casework_staychange (lo, stage_name, left_on, tenths)
    select n.slot, o.stage_name, ({LEFT} at time zone 'Asia/Shanghai')::date,
           greatest(0, floor(extract(epoch from {LEFT} - o.stage_since_at) / 8640))::int
    from stale o join fresh n on n.id = o.id
    where o.stage <> '' and (n.closed_at is not null or n.stage_since_at <> o.stage_since_at);
    return null;
end $$;
create trigger casework_tally_added after insert on casework_case
    referencing new table as added for each statement execute function casework_tally_added();
create trigger casework_tally_changed after update on casework_case
    referencing old table as stale new table as fresh for each statement execute function casework_tally_changed();
"""
TO_LEVELS = f"""
    insert into casework_tally (level, lo, day, {COLUMNS})
    select level, lo / size * size, day, {SUMS} from taken, {LEVELS} group by 1, 2, 3
    on conflict (level, lo, day) do update set {ADDED}
"""
STAYS_TO_LEVELS = f"""
    insert into casework_stay (level, lo, stage_name, month, tenths, count)
    select level, lo / size * size, stage_name, date_trunc('month', left_on)::date, tenths, count(*)
    from taken, {LEVELS} group by 1, 2, 3, 4, 5
    on conflict (level, lo, stage_name, month, tenths) do update set count = casework_stay.count + excluded.count
"""
FOLD = f"""
create function casework_tallies_fold() returns void {HEAD} as $$
begin
    perform pg_advisory_xact_lock(21335, 7);
    with taken as (delete from casework_tallychange returning *) {TO_LEVELS};
    with taken as (delete from casework_staychange returning *) {STAYS_TO_LEVELS};
end $$;
create function casework_tallies_rebuild() returns void {HEAD} as $$
begin
    perform pg_advisory_xact_lock(21335, 7);
    lock table casework_case in share mode;
    delete from casework_tallychange; delete from casework_tally;
    with taken(lo, day, {COLUMNS}) as ({flows("casework_case", 1)}) {TO_LEVELS};
end $$;
create function casework_stays_rebuild() returns void {HEAD} as $$
begin
    perform pg_advisory_xact_lock(21335, 7);
    lock table casework_caseevent in share mode;
    delete from casework_staychange; delete from casework_stay;
    with entered as (
        select slot, at, to_stage, stage_name, what,
               lag(at) over (partition by case_id order by id) as since
        from casework_caseevent where to_stage <> '' or what = 'CLOSED'
    ), taken as (
        select slot as lo, stage_name, (at at time zone 'Asia/Shanghai')::date as left_on,
               greatest(0, floor(extract(epoch from at - since) / 8640))::int as tenths
        from entered where since is not null and stage_name <> ''
    ) {STAYS_TO_LEVELS};
end $$;
"""
FUNCTIONS = ("casework_tallies_fold()", "casework_tallies_rebuild()", "casework_stays_rebuild()")


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0010_escalation"),
    ]

    operations = [
        migrations.CreateModel(
            name="StayChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("lo", models.BigIntegerField()),
                ("stage_name", models.CharField(max_length=60)),
                ("left_on", models.DateField()),
                ("tenths", models.IntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="TallyChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("lo", models.BigIntegerField()),
                ("day", models.DateField()),
                ("opened", models.IntegerField()),
                ("brief", models.IntegerField()),
                ("green", models.IntegerField()),
                ("blue", models.IntegerField()),
                ("grey", models.IntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="TallyFinding",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slot", models.BigIntegerField()),
                ("day", models.DateField()),
                ("kept", models.JSONField()),
                ("counted", models.JSONField()),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Stay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("level", models.PositiveSmallIntegerField()),
                ("lo", models.BigIntegerField()),
                ("stage_name", models.CharField(max_length=60)),
                ("month", models.DateField()),
                ("tenths", models.IntegerField()),
                ("count", models.IntegerField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("level", "lo", "stage_name", "month", "tenths"), name="stay_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Tally",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("level", models.PositiveSmallIntegerField()),
                ("lo", models.BigIntegerField()),
                ("day", models.DateField()),
                ("opened", models.IntegerField()),
                ("brief", models.IntegerField()),
                ("green", models.IntegerField()),
                ("blue", models.IntegerField()),
                ("grey", models.IntegerField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("level", "lo", "day"), name="tally_once")],
            },
        ),
        *rls.scoped("casework_tally", slot="lo"),
        *rls.scoped("casework_tallychange", slot="lo"),
        *rls.scoped("casework_stay", slot="lo"),
        *rls.scoped("casework_staychange", slot="lo"),
        *rls.scoped("casework_tallyfinding"),
        *rls.insert_only("casework_tallyfinding"),
        # Only the triggers and the three functions write kept counts; the web role reads them.
        migrations.RunSQL(
            f"revoke insert, update, delete, truncate on casework_tally, casework_tallychange, casework_stay,"
            f" casework_staychange from {rls.APP};",
            f"grant insert, update, delete on casework_tally, casework_tallychange, casework_stay,"
            f" casework_staychange to {rls.APP};",
        ),
        migrations.RunSQL(
            TRIGGERS,
            "drop trigger casework_tally_added on casework_case; drop trigger casework_tally_changed on casework_case;"
            " drop function casework_tally_added(); drop function casework_tally_changed();",
        ),
        migrations.RunSQL(FOLD, "".join(f"drop function {name};" for name in FUNCTIONS)),
        migrations.RunSQL(
            "".join(
                f"revoke execute on function {name} from public; grant execute on function {name} to {rls.APP};"
                for name in FUNCTIONS
            ),
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            "select casework_tallies_rebuild(); select casework_stays_rebuild();", migrations.RunSQL.noop
        ),
    ]
