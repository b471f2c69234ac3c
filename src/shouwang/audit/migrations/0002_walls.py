from django.db import migrations

from shouwang.people import rls
from shouwang.people.access import Kind

NOWHERE = f"(organisation_id is null or organisation_id = {rls.setting('organisation', 'bigint')})"
READERS = rls.of_kinds({Kind.AUDIT, Kind.OPERATOR, Kind.SYSTEM})

# Whoever calls this holds up new entries until the end of her transaction: call it in one of its own. Once it returns,
# no entry with a lower id can still appear (an id is drawn only under the lock that this waits for).
HORIZON = """
    create function audit_entry_horizon() returns bigint language plpgsql security definer
        set search_path = pg_catalog, public set lock_timeout = '500ms' as $$
    begin
        lock table public.audit_entry in share mode;
        return coalesce((select max(id) from public.audit_entry), 0);
    end $$;
    revoke all on function audit_entry_horizon() from public;
    grant execute on function audit_entry_horizon() to shouwang_app;
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial"), ("people", "0002_walls")]

    operations = [
        migrations.RunSQL(
            f"""
            alter table audit_entry enable row level security;
            create policy audit_entry_read on audit_entry for select to {rls.APP}
                using ({READERS} and ((slot is null and {NOWHERE}) or {rls.in_scope("slot")} or {rls.of_kinds({Kind.SYSTEM})}));
            create policy audit_entry_add on audit_entry for insert to {rls.APP} with check (true);
            create policy audit_entry_batch on audit_entry for select to {rls.BATCH} using (true);
            """,
            """
            drop policy audit_entry_read on audit_entry; drop policy audit_entry_add on audit_entry;
            drop policy audit_entry_batch on audit_entry; alter table audit_entry disable row level security;
            """,
        ),
        migrations.RunSQL(HORIZON, "drop function audit_entry_horizon();"),
        *rls.insert_only("audit_entry"),
        *rls.insert_only("audit_seal"),
    ]
