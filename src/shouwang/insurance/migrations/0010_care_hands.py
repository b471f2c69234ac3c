"""Who had a hand in a settlement of care stands on the settlement, with whom they acted for."""

import django.contrib.postgres.fields
from django.db import migrations, models

# Who struck days of a bill was kept on the bill alone: they count for what it was settled to last.
KEEP = """
update insurance_caresettlement s set hand_user_ids = array_remove(array[s.user_id], null);
update insurance_caresettlement s set hand_user_ids = b.handled_user_ids
    from insurance_carebill b
    where b.id = s.bill_id and b.handled_user_ids <> '{}' and b.state <> 'FILED'
      and s.number = (select max(x.number) from insurance_caresettlement x where x.bill_id = b.id);
update insurance_carebill set handled_user_ids = '{}' where state <> 'FILED';
"""


class Migration(migrations.Migration):
    dependencies = [("insurance", "0009_appeals")]

    operations = [
        migrations.AddField(
            model_name="caresettlement",
            name="hand_user_ids",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(), default=list, size=None
            ),
        ),
        migrations.RunSQL(KEEP, migrations.RunSQL.noop),
    ]
