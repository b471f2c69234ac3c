"""What is owed to an organisation for a household (long-term care) is no money that the household gets.

The household reads of it in the section of its own, with the days it is for.
"""

from importlib import import_module

from django.db import migrations

PAID = import_module("shouwang.public.migrations.0003_paid")
BEFORE = PAID.PAID.replace("AS_OWNER", PAID.AS_OWNER).replace("create function", "create or replace function")
CANCELLED = "c.state <> 'CANCELLED'"
NOW = BEFORE.replace(CANCELLED, f"{CANCELLED} and c.relation <> 'PROVIDER'")


class Migration(migrations.Migration):
    dependencies = [("public", "0003_paid"), ("funds", "0007_payees")]

    operations = [migrations.RunSQL(NOW, BEFORE)]
