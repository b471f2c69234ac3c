import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from shouwang.people import rls
from shouwang.people.access import Kind

ME = rls.setting("appointment", "bigint")
HERS = f"user_id = (select a.user_id from people_appointment a where a.id = {ME})"  # noqa: S608 - no value
# A phone asks after itself before anybody has signed in: it shows its token's digest and learns one word.
FUNCTION = f"""
    create function people_device_report(of_digest text, of_at timestamptz, is_wiped boolean)
    returns table (device_id bigint, state text, is_news boolean)
    language sql volatile security definer set search_path = public, pg_temp as $$
        update people_device d
        set seen_at = of_at, wiped_at = case when is_wiped then coalesce(d.wiped_at, of_at) else d.wiped_at end
        from (select o.id, o.wiped_at from people_device o where o.token_digest = of_digest for update) old
        where d.id = old.id
        returning d.id,
            case when d.locked_at is not null then 'locked' when d.wiped_at is not null then 'wiped' else 'live' end,
            is_wiped and old.wiped_at is null
    $$;
    revoke all on function people_device_report(text, timestamptz, boolean) from public;
    grant execute on function people_device_report(text, timestamptz, boolean) to {rls.APP};
"""  # noqa: S608 - no value
GONE = "drop function people_device_report(text, timestamptz, boolean);"


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0003_boundary"),
    ]

    operations = [
        migrations.CreateModel(
            name="Device",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("token_digest", models.CharField(max_length=64, unique=True)),
                ("label", models.CharField(max_length=80)),
                ("added_at", models.DateTimeField()),
                ("seen_at", models.DateTimeField()),
                ("locked_at", models.DateTimeField(null=True)),
                ("locked_by", models.CharField(blank=True, max_length=200)),
                ("wiped_at", models.DateTimeField(null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="devices", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["user", "-seen_at"], name="people_devi_user_id_292457_idx")],
            },
        ),
        *rls.scoped("people_device", slot=None, also=f"{rls.of_kinds({Kind.OPERATOR})} or {HERS}"),
        migrations.RunSQL(FUNCTION, GONE),
    ]
