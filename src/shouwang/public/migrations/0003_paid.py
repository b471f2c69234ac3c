"""What was granted and paid to the household of an opened receipt, as status columns.

Accounts, batches and bank files lie at the county and stay out of the household's sight; this function alone tells of
them, for a receipt whose PIN an officer handed over and that is opened at this moment.
"""

from django.db import migrations

from shouwang.people import rls

AS_OWNER = "security definer set search_path = pg_catalog, public, pg_temp"
SIGNATURE = "public_paid(bigint, timestamptz)"
PAID = """
create function public_paid(p_receipt bigint, p_pin_at timestamptz)
returns table (ref text, reference text, purpose text, ground text, payer text, approved_on date, amount_fen bigint,
               state text, on_day date, account text, recovered_fen bigint)
language sql stable AS_OWNER as $$
    select c.source_ref::text, coalesce(p.reference, '')::text, c.purpose::text, c.ground::text,
           a.organisation_name::text, c.approved_on, c.amount_fen,
           case when c.state = 'OPEN' then case when c.needs_payee then 'RETURNED' else 'OWED' end
                else p.state::text end,
           coalesce(p.settled_on, p.sent_on), c.account_shown::text, coalesce(back.fen, 0)::bigint
    from public_receipt r
    join casework_case k on k.id = public_case_shown(r.id)
    join funds_commitment c on c.household_id = k.household_id and c.state <> 'CANCELLED'
    join funds_account a on a.id = c.account_id
    left join lateral (select * from funds_payment x where x.commitment_id = c.id and x.state <> 'DROPPED'
                       order by x.id desc limit 1) p on true
    left join lateral (select sum(l.amount_fen) as fen from funds_entry e join funds_posting l on l.entry_id = e.id
                       where e.payment_id = p.id and e.kind = 'RECOVER' and l.amount_fen > 0) back on true
    where r.id = p_receipt and r.pin_at = p_pin_at and r.is_given and r.ended_at is null
    order by c.approved_on desc, c.id desc
$$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("public", "0002_walls"),
        ("funds", "0005_watching"),
    ]

    operations = [
        migrations.RunSQL(
            PAID.replace("AS_OWNER", AS_OWNER)
            + f"revoke all on function {SIGNATURE} from public; grant execute on function {SIGNATURE} to {rls.APP};",
            f"drop function {SIGNATURE};",
        ),
    ]
