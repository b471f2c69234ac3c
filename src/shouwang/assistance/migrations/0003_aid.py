"""The times that households were helped, and those before this table was kept."""

from django.db import migrations, models

from shouwang.people import rls
from shouwang.people.access import Kind

WRITERS = frozenset({Kind.VILLAGE, Kind.TOWNSHIP, Kind.COUNTY_CENTRE, Kind.LEADING_GROUP})
READERS = f"{rls.in_scope('slot')} and {rls.of_kinds(rls.READS_REGISTER)}"
# Help that was completed says which measures had arrived; whom they helped is read as the service reads it.
EARLIER = """
insert into assistance_aid (slot, household_id, case_id, "on", people, measures, at)
select e.slot, c.household_id, c.id, (e.at at time zone 'Asia/Shanghai')::date,
       greatest(1, case when bool_or(m.person_id is null) then (
           select count(distinct x.person_id) from register_membership x
           where x.household_id = c.household_id and x.superseded_at is null
             and x.valid_from <= (e.at at time zone 'Asia/Shanghai')::date
             and (x.valid_to is null or x.valid_to > (e.at at time zone 'Asia/Shanghai')::date)
       ) else count(distinct m.person_id) end),
       count(*), e.at
from casework_caseevent e
join casework_case c on c.id = e.case_id
join assistance_measure m on m.case_id = c.id and e.data -> 'measures' @> to_jsonb(m.id)
where e.what = 'ASSISTED' and e.move = 'assisted' and jsonb_typeof(e.data -> 'measures') = 'array'
group by e.id, c.id
on conflict do nothing
"""


class Migration(migrations.Migration):
    dependencies = [
        ("assistance", "0002_walls"),
        ("casework", "0001_initial"),
        ("register", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Aid",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slot", models.BigIntegerField()),
                ("household_id", models.BigIntegerField()),
                ("case_id", models.BigIntegerField()),
                ("on", models.DateField()),
                ("people", models.PositiveSmallIntegerField()),
                ("measures", models.PositiveSmallIntegerField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "indexes": [
                    models.Index(fields=["slot", "on"], include=["household_id", "people", "id"], name="aid_counts"),
                    models.Index(fields=["household_id", "-on"], name="aid_household"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("case_id", "at"), name="aid_once"),
                    models.CheckConstraint(condition=models.Q(("people__gt", 0)), name="aid_of_somebody"),
                ],
            },
        ),
        migrations.RunSQL(EARLIER, migrations.RunSQL.noop),
        *rls.scoped("assistance_aid", kinds=WRITERS, also_read=READERS),
        *rls.insert_only("assistance_aid"),
    ]
