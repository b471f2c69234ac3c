"""Folding kept counts gets a lock class of its own: 21335 is that of a household's cases (kit.locks)."""

from django.db import migrations

OLD, NEW = "pg_advisory_xact_lock(21335, 7)", "pg_advisory_xact_lock(1413565529, 7)"


def swapped(old: str, new: str) -> str:
    # The body alone changes: owner, rights and settings of a replaced function stay.
    return f"""
    do $swap$
    declare known record;
    begin
        for known in select p.oid from pg_proc p join pg_namespace n on n.oid = p.pronamespace
                     where n.nspname = current_schema() and position('{old}' in p.prosrc) > 0 loop
            execute replace(pg_get_functiondef(known.oid), '{old}', '{new}');
        end loop;
    end $swap$;
    """  # noqa: S608 - both texts stand above


class Migration(migrations.Migration):
    dependencies = [("casework", "0018_funnel")]

    operations = [migrations.RunSQL(swapped(OLD, NEW), swapped(NEW, OLD))]
