"""Social aid: pledges, needs, allotments that the database counts, letters; and the sums that everybody may read."""

import django.db.models.deletion
from django.db import migrations, models

from shouwang.people import rls
from shouwang.people.access import MAX_RANGES, Kind

# ruff: noqa: S608 - names of columns
WRITERS = frozenset({Kind.VILLAGE, Kind.TOWNSHIP, Kind.COUNTY_CENTRE})
KEEPERS = frozenset({Kind.TOWNSHIP, Kind.COUNTY_CENTRE})
READERS = f"({rls.in_scope('slot')} and {rls.of_kinds(rls.READS_REGISTER)})"
SIZE = "(case level when 2 then 99999999 when 3 then 999999 when 4 then 999 else 0 end)"
# Whoever works inside a pledge's area reads it.
INSIDE = " or ".join(
    f"{rls.setting(f'lo{number}', 'bigint')} between slot and slot + {SIZE}" for number in range(1, MAX_RANGES + 1)
)
PLEDGE_READERS = f"{READERS} or ({rls.of_kinds(rls.READS_REGISTER)} and ({INSIDE}))"
AS_OWNER = "security definer set search_path = pg_catalog, public, pg_temp"
# What is allotted and delivered is counted here and nowhere else; the checks refuse what would go above the whole.
KEPT = f"""
create function assistance_allotment_keep() returns trigger language plpgsql {AS_OWNER} as $$
begin
    if tg_op = 'INSERT' then
        if new.state <> 'ALLOTTED' then
            raise exception 'an allotment begins as allotted' using errcode = 'check_violation';
        end if;
        update assistance_pledge set allotted = allotted + new.quantity where id = new.pledge_id;
        update assistance_need set met = met + new.quantity where id = new.need_id;
        return new;
    end if;
    if (new.quantity, new.pledge_id, new.need_id) is distinct from (old.quantity, old.pledge_id, old.need_id) then
        raise exception 'an allotment keeps its quantity, pledge and need' using errcode = 'check_violation';
    end if;
    if new.state is distinct from old.state then
        if old.state <> 'ALLOTTED' then
            raise exception 'an allotment is settled once' using errcode = 'check_violation';
        end if;
        if new.state = 'DELIVERED' then
            update assistance_pledge set delivered = delivered + new.quantity where id = new.pledge_id;
        else
            update assistance_pledge set allotted = allotted - new.quantity where id = new.pledge_id;
            update assistance_need set met = met - new.quantity where id = new.need_id;
        end if;
    end if;
    return new;
end $$;
create trigger assistance_allotment_keep after insert or update on assistance_allotment
    for each row execute function assistance_allotment_keep();
revoke update, delete, truncate on assistance_pledge from {rls.APP};
grant update (slot, account_id, received_on, closed_at, closed_by, closed_reason, version)
    on assistance_pledge to {rls.APP};
revoke update, delete, truncate on assistance_need from {rls.APP};
grant update (slot, withdrawn_at, withdrawn_by, withdrawn_reason, version) on assistance_need to {rls.APP};
revoke delete, truncate on assistance_allotment from {rls.APP};
"""
UNKEPT = f"""
grant update, delete on assistance_pledge to {rls.APP};
grant update, delete on assistance_need to {rls.APP};
grant delete on assistance_allotment to {rls.APP};
drop trigger assistance_allotment_keep on assistance_allotment;
drop function assistance_allotment_keep();
"""
GIVEN = f"""
create function assistance_given(p_lo bigint, p_hi bigint)
returns table (giver text, purpose text, form text, item text, unit text, total bigint, delivered bigint, on_day date)
language sql stable {AS_OWNER} as $$
    select case when is_named then giver else '爱心人士' end, purpose_name, form, item, unit, total, delivered, pledged_on
    from assistance_pledge where slot between p_lo and p_hi order by pledged_on desc, id desc limit 500
$$;
revoke execute on function assistance_given(bigint, bigint) from public;
grant execute on function assistance_given(bigint, bigint) to {rls.APP};
"""


class Migration(migrations.Migration):
    dependencies = [
        ("assistance", "0006_contacts"),
    ]

    operations = [
        migrations.CreateModel(
            name="Need",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slot", models.BigIntegerField()),
                ("household_id", models.BigIntegerField()),
                ("case_id", models.BigIntegerField(null=True)),
                ("measure_id", models.BigIntegerField(null=True)),
                ("purpose", models.CharField(max_length=60)),
                ("purpose_name", models.CharField(max_length=60)),
                ("form", models.CharField(choices=[("MONEY", "钱"), ("THINGS", "物")], max_length=6)),
                ("item", models.CharField(blank=True, max_length=60)),
                ("unit", models.CharField(blank=True, max_length=10)),
                ("wanted", models.BigIntegerField()),
                ("met", models.BigIntegerField(default=0)),
                ("note", models.CharField(blank=True, max_length=300)),
                ("stated_on", models.DateField()),
                ("made_at", models.DateTimeField()),
                ("made_by", models.CharField(max_length=200)),
                ("withdrawn_at", models.DateTimeField(null=True)),
                ("withdrawn_by", models.CharField(blank=True, max_length=200)),
                ("withdrawn_reason", models.CharField(blank=True, max_length=200)),
                ("version", models.PositiveIntegerField(default=1)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("withdrawn_at", None)), fields=["slot", "stated_on"], name="need_slot"
                    ),
                    models.Index(fields=["household_id", "-id"], name="need_household"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("met__gte", 0), ("wanted__gt", 0), ("wanted__gte", models.F("met"))),
                        name="need_met_sane",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("form", "MONEY"), ("item", ""), ("unit", "")),
                            models.Q(
                                ("form", "THINGS"),
                                models.Q(("item", ""), _negated=True),
                                models.Q(("unit", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="need_money_or_things",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("measure_id__isnull", False), ("withdrawn_at", None)),
                        fields=("measure_id",),
                        name="need_of_measure",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Pledge",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slot", models.BigIntegerField()),
                ("level", models.PositiveSmallIntegerField()),
                ("organisation_id", models.BigIntegerField()),
                ("giver", models.CharField(max_length=120)),
                ("giver_kind", models.CharField(max_length=60)),
                ("giver_kind_name", models.CharField(max_length=60)),
                ("is_named", models.BooleanField()),
                ("purpose", models.CharField(max_length=60)),
                ("purpose_name", models.CharField(max_length=60)),
                ("form", models.CharField(choices=[("MONEY", "钱"), ("THINGS", "物")], max_length=6)),
                ("item", models.CharField(blank=True, max_length=60)),
                ("unit", models.CharField(blank=True, max_length=10)),
                ("value_fen", models.BigIntegerField(null=True)),
                ("total", models.BigIntegerField()),
                ("allotted", models.BigIntegerField(default=0)),
                ("delivered", models.BigIntegerField(default=0)),
                ("pledged_on", models.DateField()),
                ("expires_on", models.DateField(null=True)),
                ("account_id", models.BigIntegerField(null=True)),
                ("received_on", models.DateField(null=True)),
                ("made_at", models.DateTimeField()),
                ("made_by", models.CharField(max_length=200)),
                ("closed_at", models.DateTimeField(null=True)),
                ("closed_by", models.CharField(blank=True, max_length=200)),
                ("closed_reason", models.CharField(blank=True, max_length=200)),
                ("version", models.PositiveIntegerField(default=1)),
            ],
            options={
                "indexes": [models.Index(fields=["slot", "-id"], name="pledge_slot")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("allotted__gte", models.F("delivered")),
                            ("delivered__gte", 0),
                            ("total__gt", 0),
                            ("total__gte", models.F("allotted")),
                        ),
                        name="pledge_never_above_what_is_left",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("form", "MONEY"), ("item", ""), ("unit", ""), ("value_fen", None)),
                            models.Q(
                                ("account_id", None),
                                ("form", "THINGS"),
                                ("value_fen__gt", 0),
                                models.Q(("item", ""), _negated=True),
                                models.Q(("unit", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="pledge_money_or_things",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("expires_on", None), ("expires_on__gte", models.F("pledged_on")), _connector="OR"
                        ),
                        name="pledge_term_in_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("account_id", None), ("received_on", None)),
                            models.Q(("account_id__isnull", False), ("received_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="pledge_received_whole",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Thanks",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slot", models.BigIntegerField()),
                ("on", models.DateField()),
                ("made_at", models.DateTimeField()),
                ("made_by", models.CharField(max_length=200)),
                ("lines", models.JSONField()),
                (
                    "pledge",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="thanks", to="assistance.pledge"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Allotment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slot", models.BigIntegerField()),
                ("household_id", models.BigIntegerField()),
                ("quantity", models.BigIntegerField()),
                ("reasons", models.JSONField(default=list)),
                (
                    "state",
                    models.CharField(
                        choices=[("ALLOTTED", "待送达"), ("DELIVERED", "已送达"), ("CANCELLED", "已取消")],
                        default="ALLOTTED",
                        max_length=10,
                    ),
                ),
                ("decided_at", models.DateTimeField()),
                ("decided_by", models.CharField(max_length=200)),
                ("delivered_on", models.DateField(null=True)),
                ("delivered_at", models.DateTimeField(null=True)),
                ("delivered_by", models.CharField(blank=True, max_length=200)),
                ("result", models.CharField(blank=True, max_length=300)),
                ("paper_id", models.BigIntegerField(null=True)),
                ("grant_id", models.BigIntegerField(null=True, unique=True)),
                ("commitment_id", models.BigIntegerField(null=True, unique=True)),
                ("cancelled_reason", models.CharField(blank=True, max_length=200)),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "need",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="allotments", to="assistance.need"
                    ),
                ),
                (
                    "pledge",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="allotments", to="assistance.pledge"
                    ),
                ),
                (
                    "thanks",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="allotments",
                        to="assistance.thanks",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="thanks",
            index=models.Index(fields=["slot", "-id"], name="thanks_slot"),
        ),
        migrations.AddIndex(
            model_name="allotment",
            index=models.Index(fields=["slot", "-id"], name="allotment_slot"),
        ),
        migrations.AddConstraint(
            model_name="allotment",
            constraint=models.CheckConstraint(condition=models.Q(("quantity__gt", 0)), name="allotment_of_something"),
        ),
        migrations.AddConstraint(
            model_name="allotment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("delivered_at__isnull", False),
                        ("delivered_on__isnull", False),
                        ("paper_id__isnull", False),
                        ("state", "DELIVERED"),
                        models.Q(("grant_id__isnull", False), ("commitment_id__isnull", False), _connector="OR"),
                    ),
                    models.Q(
                        models.Q(("state", "DELIVERED"), _negated=True),
                        ("delivered_at", None),
                        ("delivered_on", None),
                        ("thanks", None),
                    ),
                    _connector="OR",
                ),
                name="allotment_delivered_with_proof",
            ),
        ),
        *rls.scoped("assistance_pledge", kinds=KEEPERS, also_read=PLEDGE_READERS),
        *rls.scoped("assistance_need", kinds=WRITERS, also_read=READERS),
        *rls.scoped("assistance_allotment", kinds=WRITERS, also_read=READERS),
        *rls.scoped("assistance_thanks", kinds=KEEPERS, also_read=READERS),
        *rls.insert_only("assistance_thanks"),
        migrations.RunSQL(KEPT, UNKEPT),
        migrations.RunSQL(GIVEN, "drop function assistance_given(bigint, bigint);"),
    ]
