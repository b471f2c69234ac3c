"""The funnel is kept: a case repeats when it was sent and approved, triggers write each step it took, the worker adds up."""

# ruff: noqa: S608 - made of names of columns and constants

from django.db import migrations, models

from shouwang.people import rls

HEAD = "language plpgsql security definer set search_path = pg_catalog, public"
LEVELS = "(values (1, 10000000000::bigint), (2, 100000000), (3, 1000000), (4, 1000)) as levels(level, size)"
TRAIT = "slot, opened_on, opened_at, sent_at, approved_at, assisted_at, outcome, closed_at"
DIFFERS = " or ".join(f"n.{name} is distinct from o.{name}" for name in TRAIT.split(", "))


def tenths(since: str, until: str) -> str:
    """This function returns the SQL of the tenths of a day between two instants, -1 where one is not known."""
    took = f"r.{until} - {since}"
    return f"case when {took} is null then -1 else greatest(0, floor(extract(epoch from {took}) / 8640))::int end"


def steps(rows: str, sign: int = 1) -> str:
    """This function returns the SQL of every step that the cases of some rows took, by village and month of opening."""
    return f"""
        select r.slot as lo, date_trunc('month', r.opened_on)::date as month, s.step, s.tenths, {sign} as count
        from {rows} r cross join lateral (values
            ('opened', -1, true),
            ('sent', {tenths("r.opened_at", "sent_at")}, r.sent_at is not null),
            ('approved', {tenths("r.sent_at", "approved_at")}, r.approved_at is not null),
            ('assisted', {tenths("coalesce(r.approved_at, r.sent_at)", "assisted_at")}, r.assisted_at is not null),
            ('green', {tenths("r.assisted_at", "closed_at")}, r.outcome = 'HELPED')
        ) s(step, tenths, is_taken) where s.is_taken and not r.is_removal
    """


def written(source: str) -> str:
    return f"""
        insert into casework_funnelchange (lo, month, step, tenths, count)
        select lo, month, step, tenths, sum(count) from ({source}) c group by 1, 2, 3, 4 having sum(count) <> 0;
    """


def changed(side: str) -> str:
    return f"(select {side}.* from fresh n join stale o on o.id = n.id where {DIFFERS})"


TRIGGERS = f"""
create function casework_funnel_added() returns trigger {HEAD} as $$
begin
    {written(steps("added"))}
    return null;
end $$;
create function casework_funnel_changed() returns trigger {HEAD} as $$
begin
    {written(steps(changed("n")) + " union all " + steps(changed("o"), -1))}
    return null;
end $$;
create trigger casework_funnel_added after insert on casework_case
    referencing new table as added for each statement execute function casework_funnel_added();
create trigger casework_funnel_changed after update on casework_case
    referencing old table as stale new table as fresh for each statement execute function casework_funnel_changed();
"""
TO_LEVELS = f"""
    insert into casework_funnel (level, lo, month, step, tenths, count)
    select level, lo / size * size, month, step, tenths, sum(count)
    from (select lo / 1000 * 1000 as lo, month, step, tenths, sum(count) as count from taken group by 1, 2, 3, 4) t,
         {LEVELS}
    group by 1, 2, 3, 4, 5
    on conflict (level, lo, month, step, tenths) do update set count = casework_funnel.count + excluded.count
"""
FOLD = f"""
create function casework_funnel_fold() returns void {HEAD} as $$
begin
    perform pg_advisory_xact_lock(21335, 7);
    with taken as (delete from casework_funnelchange returning *) {TO_LEVELS};
end $$;
create function casework_funnel_rebuild() returns void {HEAD} as $$
begin
    perform pg_advisory_xact_lock(21335, 7);
    lock table casework_case in share mode;
    delete from casework_funnelchange; delete from casework_funnel;
    with taken as ({steps("casework_case")}) {TO_LEVELS};
end $$;
"""
FUNCTIONS = ("casework_funnel_fold()", "casework_funnel_rebuild()")
TOLD_BY_EVENTS = """
update casework_case c set sent_at = told.sent_at, approved_at = told.approved_at
from (
    select id, (select min(e.at) from casework_caseevent e where e.case_id = k.id and e.what = 'SENT') as sent_at,
           (select min(d.at) from casework_decision d
            where d.case_id = k.id and d.act = 'decide' and d.move = 'approve') as approved_at
    from casework_case k
) told
where told.id = c.id and (told.sent_at is not null or told.approved_at is not null)
"""


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0017_removal"),
        ("people", "0007_ranges_in_one_setting"),
    ]

    operations = [
        migrations.AddField(model_name="case", name="sent_at", field=models.DateTimeField(null=True)),
        migrations.AddField(model_name="case", name="approved_at", field=models.DateTimeField(null=True)),
        migrations.CreateModel(
            name="FunnelChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("lo", models.BigIntegerField()),
                ("month", models.DateField()),
                ("step", models.CharField(max_length=12)),
                ("tenths", models.IntegerField()),
                ("count", models.IntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="Funnel",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("level", models.PositiveSmallIntegerField()),
                ("lo", models.BigIntegerField()),
                ("month", models.DateField()),
                ("step", models.CharField(max_length=12)),
                ("tenths", models.IntegerField()),
                ("count", models.IntegerField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("level", "lo", "month", "step", "tenths"), name="funnel_once")
                ],
            },
        ),
        *rls.scoped("casework_funnel", slot="lo"),
        *rls.scoped("casework_funnelchange", slot="lo"),
        # Only the triggers and the two functions write kept counts; the web role reads them.
        migrations.RunSQL(
            f"revoke insert, update, delete, truncate on casework_funnel, casework_funnelchange from {rls.APP};",
            f"grant insert, update, delete on casework_funnel, casework_funnelchange to {rls.APP};",
        ),
        migrations.RunSQL(TOLD_BY_EVENTS, migrations.RunSQL.noop),
        migrations.RunSQL(
            TRIGGERS,
            "drop trigger casework_funnel_added on casework_case; drop trigger casework_funnel_changed on casework_case;"
            " drop function casework_funnel_added(); drop function casework_funnel_changed();",
        ),
        migrations.RunSQL(FOLD, "".join(f"drop function {name};" for name in FUNCTIONS)),
        migrations.RunSQL(
            "".join(
                f"revoke execute on function {name} from public; grant execute on function {name} to {rls.APP};"
                for name in FUNCTIONS
            ),
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL("select casework_funnel_rebuild();", migrations.RunSQL.noop),
    ]
