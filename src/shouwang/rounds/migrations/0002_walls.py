from django.db import migrations

from shouwang.people import rls

# ruff: noqa: S608 - names of columns
# Who walks in a village reads the round that the county opened over it.
OVER = (
    "exists (select 1 from rounds_roundvillage v where v.round_id = rounds_round.id"
    f" and {rls.in_scope('v.slot')} and {rls.of_kinds(rls.READS_REGISTER)})"
)


class Migration(migrations.Migration):
    dependencies = [("rounds", "0001_initial"), ("people", "0002_walls")]

    operations = [
        *rls.scoped("rounds_round", also_read=OVER),
        *rls.scoped("rounds_roundvillage"),
        *rls.scoped("rounds_roundvisit"),
    ]
