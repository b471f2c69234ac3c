from django.db import migrations

from shouwang.people import rls
from shouwang.people.access import Kind

# The county centre and the insurer work on claims; everyone else who reads the register only reads.
WRITERS = frozenset({Kind.COUNTY_CENTRE})
READERS = f"{rls.in_scope('slot')} and {rls.of_kinds(rls.READS_REGISTER)}"
TABLES = (
    "insurance_pool",
    "insurance_poolentry",
    "insurance_claim",
    "insurance_claimitem",
    "insurance_computation",
    "insurance_claimchange",
    "insurance_claimevent",
    "insurance_claimpaper",
)
ADDED_ONLY = ("insurance_poolentry", "insurance_computation", "insurance_claimevent", "insurance_claimpaper")
NEVER_REMOVED = ("insurance_pool", "insurance_claim", "insurance_claimchange")


class Migration(migrations.Migration):
    dependencies = [("insurance", "0001_initial"), ("people", "0002_walls")]

    operations = [
        *(
            operation
            for table in TABLES
            for operation in rls.scoped(table, kinds=WRITERS, own_organisation="organisation_id", also_read=READERS)
        ),
        *(operation for table in ADDED_ONLY for operation in rls.insert_only(table)),
        *(
            migrations.RunSQL(
                f"revoke delete, truncate on {table} from {rls.APP};", f"grant delete on {table} to {rls.APP};"
            )
            for table in NEVER_REMOVED
        ),
    ]
