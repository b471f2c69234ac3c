from django.db import migrations

from shouwang.people import rls
from shouwang.people.access import Kind

READERS = rls.of_kinds({Kind.AUDIT, Kind.OPERATOR, Kind.SYSTEM})


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial"), ("people", "0002_walls")]

    operations = [
        migrations.RunSQL(
            f"""
            alter table audit_entry enable row level security;
            create policy audit_entry_read on audit_entry for select to {rls.APP}
                using ({READERS} and (slot is null or {rls.in_scope("slot")}));
            create policy audit_entry_add on audit_entry for insert to {rls.APP} with check (true);
            create policy audit_entry_batch on audit_entry for select to {rls.BATCH} using (true);
            """,
            """
            drop policy audit_entry_read on audit_entry; drop policy audit_entry_add on audit_entry;
            drop policy audit_entry_batch on audit_entry; alter table audit_entry disable row level security;
            """,
        ),
        *rls.insert_only("audit_entry"),
        *rls.insert_only("audit_seal"),
    ]
