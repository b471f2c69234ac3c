"""Departments deliver by key: rows of their tables and clues."""

import django.db.models.deletion
from django.db import migrations, models

from shouwang.people import rls
from shouwang.people.access import Kind

# A key is looked up before anybody acts: the digest in, whom it stands for out; calls and rows are counted on the way.
FUNCTIONS = f"""
    revoke delete, truncate on sources_interfacekey from {rls.APP};
    create function sources_interfacekey_open(of_digest text, of_at timestamptz, of_day date)
    returns table (key_id bigint, appointment_id bigint, area_lo bigint, area_hi bigint, label text, kinds jsonb,
        may_report boolean, rows_a_day integer, rows_left integer, calls_a_minute integer, expires_at timestamptz,
        is_within boolean)
    language sql volatile security definer set search_path = public, pg_temp as $$
        update sources_interfacekey k
        set minute_at = date_trunc('minute', of_at), called_at = of_at,
            minute_calls = case when k.minute_at = date_trunc('minute', of_at) then
                least(k.minute_calls, k.calls_a_minute) else 0 end + 1
        from (select o.id, a.lo, a.hi from sources_interfacekey o left join people_area a on a.id = o.area_id
              where o.token_digest = of_digest) found
        where k.id = found.id and k.revoked_at is null and k.expires_at > of_at
        returning k.id, k.appointment_id, found.lo, found.hi, k.label::text, k.kinds, k.may_report, k.rows_a_day,
            k.rows_a_day - case when k.used_on = of_day then k.used_rows else 0 end, k.calls_a_minute::integer,
            k.expires_at, k.minute_calls <= k.calls_a_minute
    $$;
    create function sources_interfacekey_spend(of_key bigint, of_day date, of_rows integer) returns boolean
    language plpgsql volatile security definer set search_path = public, pg_temp as $$
    begin
        update sources_interfacekey k
        set used_rows = of_rows + case when k.used_on = of_day then k.used_rows else 0 end, used_on = of_day
        where k.id = of_key and k.revoked_at is null
          and of_rows + case when k.used_on = of_day then k.used_rows else 0 end <= k.rows_a_day;
        return found;
    end $$;
    revoke all on function sources_interfacekey_open(text, timestamptz, date) from public;
    revoke all on function sources_interfacekey_spend(bigint, date, integer) from public;
    grant execute on function sources_interfacekey_open(text, timestamptz, date) to {rls.APP};
    grant execute on function sources_interfacekey_spend(bigint, date, integer) to {rls.APP};
"""  # noqa: S608 - no value
GONE = """
    drop function sources_interfacekey_open(text, timestamptz, date);
    drop function sources_interfacekey_spend(bigint, date, integer);
"""
CHANNELS = [
    ("OFFICER", "预警员上报"),
    ("PAPER", "纸质登记表补录"),
    ("HOTLINE", "12317 热线"),
    ("WECHAT", "村微信群"),
    ("APPLICATION", "农户自主申请"),
    ("SWEEP", "干部排查"),
    ("LETTER", "来信来访"),
    ("MEDIA", "媒体舆情"),
    ("DEPARTMENT", "部门推送"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("sources", "0007_opinion"),
        ("people", "0004_device"),
    ]

    operations = [
        migrations.AlterField("clue", "channel", models.CharField(choices=CHANNELS, max_length=12)),
        migrations.CreateModel(
            name="InterfaceKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slot", models.BigIntegerField()),
                ("label", models.CharField(max_length=60)),
                ("token_digest", models.CharField(max_length=64, unique=True)),
                ("kinds", models.JSONField(default=list)),
                ("may_report", models.BooleanField(default=False)),
                ("rows_a_day", models.PositiveIntegerField()),
                ("calls_a_minute", models.PositiveSmallIntegerField()),
                ("used_on", models.DateField(null=True)),
                ("used_rows", models.PositiveIntegerField(default=0)),
                ("minute_at", models.DateTimeField(null=True)),
                ("minute_calls", models.PositiveIntegerField(default=0)),
                ("called_at", models.DateTimeField(null=True)),
                ("made_by", models.CharField(max_length=200)),
                ("made_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("revoked_by", models.CharField(blank=True, max_length=200)),
                ("revoked_at", models.DateTimeField(null=True)),
                ("why_revoked", models.CharField(blank=True, max_length=200)),
                (
                    "appointment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.appointment"
                    ),
                ),
                (
                    "area",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.area"
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.organisation"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["organisation", "-id"], name="interfacekey_organisation")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("used_rows__lte", models.F("rows_a_day"))), name="interfacekey_within_quota"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("revoked_at__isnull", True), ("revoked_by", ""), ("why_revoked", "")),
                            models.Q(
                                ("revoked_at__isnull", False),
                                models.Q(("revoked_by", ""), _negated=True),
                                models.Q(("why_revoked", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="interfacekey_revoked_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kinds", []), _negated=True), ("may_report", True), _connector="OR"
                        ),
                        name="interfacekey_opens_something",
                    ),
                ],
            },
        ),
        *rls.scoped(
            "sources_interfacekey",
            kinds={Kind.COUNTY_CENTRE, Kind.OPERATOR},
            own_organisation="organisation_id",
        ),
        migrations.RunSQL(FUNCTIONS, GONE),
    ]
