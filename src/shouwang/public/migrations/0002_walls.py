"""Walls of the tables, and the functions through which pages without an account write and learn a word.

Each function runs as the owner with a fixed search path, answers with status columns, and takes what it looks for as a
blind index; the web role without a viewer reads no row of any table.
"""

from django.db import migrations

from shouwang.people import rls
from shouwang.people.access import Kind

STAFF = frozenset({Kind.VILLAGE, Kind.TOWNSHIP, Kind.COUNTY_CENTRE})
DESKS = frozenset({Kind.TOWNSHIP, Kind.COUNTY_CENTRE})
AUDITED = f"{rls.of_kinds({Kind.AUDIT})} and {rls.in_scope('slot')}"
AS_OWNER = "security definer set search_path = pg_catalog, public, pg_temp"

# One use of a key within a stretch of time, counted whether or not anything lies behind the key.
TRY = """
create function public_try(p_what text, p_key bytea, p_seconds integer, p_most integer, p_at timestamptz)
returns boolean language sql AS_OWNER as $$
    insert into public_attempt as a (what, key, until_at, count)
    values (p_what, p_key, to_timestamp((floor(extract(epoch from p_at) / p_seconds) + 1) * p_seconds), 1)
    on conflict (what, key, until_at) do update set count = a.count + 1
    returning count <= p_most
$$;
"""
# 'new', 'same' (the same form again) or 'other' (the form's key with other contents).
APPLIED = """
create function public_applied(
    p_token text, p_body bytea, p_slot bigint, p_sealed bytea, p_by text, p_cause text, p_cause_note text,
    p_occurred_on date, p_summary text, p_self_paid_fen bigint, p_due_on date, p_code bytea, p_pin bytea,
    p_label text, p_at timestamptz
) returns text language plpgsql AS_OWNER as $$
declare
    added bigint;
begin
    insert into public_application (token, body, slot, sealed, "by", cause, cause_note, occurred_on, summary,
                                    self_paid_fen, due_on, at)
    values (p_token, p_body, p_slot, p_sealed, p_by, p_cause, p_cause_note, p_occurred_on, p_summary,
            p_self_paid_fen, p_due_on, p_at)
    on conflict (token) do nothing returning id into added;
    if added is null then
        return case when exists (select 1 from public_application where token = p_token and body = p_body)
               then 'same' else 'other' end;
    end if;
    insert into public_receipt (slot, code, pin, pin_at, is_given, application_id, made_at, made_by)
    values (p_slot, p_code, p_pin, case when p_pin is not null then p_at end, false, added, p_at, p_label);
    return 'new';
end $$;
"""
# The case a receipt may tell of. Whoever applies can name anybody: unless an officer has handed the PIN over, only the
# case that this very application opened is told of, never one that it joined.
SHOWN = """
create function public_case_shown(p_receipt bigint) returns bigint language sql stable AS_OWNER as $$
    select case
        when r.clue_id is null then r.case_id
        when r.is_given then c.collected_case_id
        when (select s.clue_id from casework_casesource s where s.case_id = c.collected_case_id
              order by s.id limit 1) = c.id then c.collected_case_id
        end
    from public_receipt r left join sources_clue c on c.id = r.clue_id
    where r.id = p_receipt
$$;
create function public_stage_of(p_receipt bigint) returns text language sql stable AS_OWNER as $$
    select case
        when k.id is null then case when a.withdrawn_at is null then 'waiting' else 'closed' end
        when k.closed_on is not null then 'closed'
        when exists (select 1 from casework_caseevent e
                     where e.case_id = k.id and e.to_stage <> '' and e.what <> 'OPENED') then k.act
        else 'waiting' end
    from public_receipt r
    left join public_application a on a.id = r.application_id
    left join casework_case k on k.id = public_case_shown(r.id)
    where r.id = p_receipt
$$;
"""
STAGE = """
create function public_stage(p_code bytea) returns text language sql stable AS_OWNER as $$
    select public_stage_of(r.id) from public_receipt r where r.code = p_code and r.ended_at is null
$$;
create function public_opened(p_code bytea, p_pin bytea)
returns table (receipt_id bigint, slot bigint, case_id bigint, is_given boolean, pin_at timestamptz,
               stage text)
language sql stable AS_OWNER as $$
    select r.id, coalesce(k.slot, r.slot), k.id, r.is_given, r.pin_at, public_stage_of(r.id)
    from public_receipt r left join casework_case k on k.id = public_case_shown(r.id)
    where r.code = p_code and r.pin = p_pin and r.ended_at is null
$$;
create function public_reopened(p_receipt bigint, p_pin_at timestamptz)
returns table (receipt_id bigint, slot bigint, case_id bigint, is_given boolean, pin_at timestamptz,
               stage text)
language sql stable AS_OWNER as $$
    select r.id, coalesce(k.slot, r.slot), k.id, r.is_given, r.pin_at, public_stage_of(r.id)
    from public_receipt r left join casework_case k on k.id = public_case_shown(r.id)
    where r.id = p_receipt and r.pin_at = p_pin_at and r.ended_at is null
$$;
"""
NOTICES = """
create function public_notices(p_lo bigint, p_hi bigint, p_on date)
returns table (id bigint, slot bigint, name text, shown jsonb, posted_on date, ends_on date, place text)
language sql stable AS_OWNER as $$
    select n.id, n.slot, n.name, n.shown, n.posted_on, n.ends_on, n.place from casework_notice n
    where n.slot between p_lo and p_hi and n.state = 'POSTED' and n.posted_on <= p_on and p_on <= n.ends_on
    order by n.ends_on, n.id limit 200
$$;
create function public_objected(
    p_notice bigint, p_slot bigint, p_said_by text, p_text text, p_holder_kind text, p_leads_back boolean,
    p_due_on date, p_is_provisional boolean, p_on date, p_at timestamptz
) returns boolean language plpgsql AS_OWNER as $$
declare
    hanging casework_notice;
begin
    select * into hanging from casework_notice n
    where n.id = p_notice and n.slot = p_slot and n.state = 'POSTED' and n.posted_on <= p_on and p_on <= n.ends_on;
    if hanging.id is null then
        return false;
    end if;
    if not exists (select 1 from public_petition p where p.notice_id = p_notice and p.text = p_text
                   and p.said_by = p_said_by) then
        insert into public_petition (slot, kind, case_id, notice_id, said_by, text, holder_kind, leads_back, at,
                                     due_on, is_due_provisional, state, answer, answered_by, version)
        values (hanging.slot, 'OBJECTION', hanging.case_id, p_notice, p_said_by, p_text, p_holder_kind, p_leads_back,
                p_at, p_due_on, p_is_provisional, 'OPEN', '', '', 1);
    end if;
    return true;
end $$;
"""
# Names and arguments of what the web role may call; what is missing here only the owner calls.
CALLED = (
    "public_try(text, bytea, integer, integer, timestamptz)",
    "public_applied(text, bytea, bigint, bytea, text, text, text, date, text, bigint, date, bytea, bytea, text,"
    " timestamptz)",
    "public_stage(bytea)",
    "public_opened(bytea, bytea)",
    "public_reopened(bigint, timestamptz)",
    "public_notices(bigint, bigint, date)",
    "public_objected(bigint, bigint, text, text, text, boolean, date, boolean, date, timestamptz)",
)
INNER = ("public_case_shown(bigint)", "public_stage_of(bigint)")


def _functions() -> migrations.RunSQL:
    made = TRY + APPLIED + SHOWN + STAGE + NOTICES
    closed = "".join(f"revoke all on function {name} from public;" for name in (*CALLED, *INNER))
    opened = "".join(f"grant execute on function {name} to {rls.APP};" for name in CALLED)
    gone = "".join(f"drop function {name};" for name in reversed((*INNER, *CALLED)))
    return migrations.RunSQL(made.replace("AS_OWNER", AS_OWNER) + closed + opened, gone)


def _never_removed(table: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"revoke delete, truncate on {table} from {rls.APP};", f"grant delete on {table} to {rls.APP};"
    )


class Migration(migrations.Migration):
    dependencies = [
        ("public", "0001_initial"),
        ("people", "0002_walls"),
        ("sources", "0002_walls"),
        ("casework", "0003_appraisal_and_notice"),
    ]

    operations = [
        *rls.scoped("public_application", kinds=STAFF, also_read=AUDITED),
        *rls.scoped("public_receipt", kinds=STAFF, also_read=AUDITED),
        *rls.scoped("public_petition", kinds=DESKS, also_read=AUDITED),
        *rls.scoped("public_attempt", slot=None),
        *(_never_removed(f"public_{table}") for table in ("application", "receipt", "petition")),
        _functions(),
    ]
