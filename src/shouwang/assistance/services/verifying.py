"""What cannot be right about the months of entitlements, found in the database; each once, with its owner."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import connection, transaction

from shouwang.assistance.rules import month_ref
from shouwang.funds.selectors import request_standings
from shouwang.people.access import SYSTEM, Kind, Viewer, acting_as
from shouwang.register.selectors import deaths_in, ends_in

# What holds in a month: of the changes up to it the latest, of those the last one written.
HOLDING = """
    select distinct on (c.entitlement_id) c.entitlement_id, c.what, c.amount_fen
    from assistance_entitlementchange c
    where c.from_month <= %(month)s and c.slot between %(lo)s and %(hi)s
    order by c.entitlement_id, c.from_month desc, c.id desc
"""


def scope_of(viewer: Viewer, *, month: date, at: datetime, part: tuple[int, int] | None = None) -> dict[str, Any]:
    """This function returns what the statements of a month ask: slots, month and payer (None: all of them)."""
    lo, hi = part or (min(lo for lo, _ in viewer.ranges), max(hi for _, hi in viewer.ranges))
    payer = viewer.organisation_id if viewer.kind is Kind.DEPARTMENT else None
    return {"month": month, "at": at, "lo": lo, "hi": hi, "payer": payer}


def gone_of(scope: dict[str, Any]) -> dict[str, list[Any]]:
    """This function returns who died and which households ended; a department, too, must not pay them."""
    with acting_as(SYSTEM):
        dead = deaths_in(lo=scope["lo"], hi=scope["hi"])
        ended = ends_in(lo=scope["lo"], hi=scope["hi"])
    return {"dead": list(dead), "died": list(dead.values()), "homes": list(ended), "ended": list(ended.values())}


_PAID_WRONGLY = """
    with gone as (select * from unnest(%(who)s::bigint[], %(days)s::date[]) g(id, day))
    insert into assistance_entitlementfinding (entitlement_id, slot, organisation_id, kind, month, amount_fen, found_at,
                                               state, settled_by, note, version)
    select m.entitlement_id, m.slot, m.organisation_id, %(kind)s, m.month, m.amount_fen, %(at)s, 'OPEN', '', '', 1
    from assistance_entitlementmonth m join assistance_entitlement e on e.id = m.entitlement_id
    join gone g on g.id = e.{key} and g.day < m.month
    where m.slot between %(lo)s and %(hi)s and (%(payer)s::bigint is null or m.organisation_id = %(payer)s)
    order by m.entitlement_id, m.month
    on conflict do nothing
"""
# Months that came although a change written later says that nothing was due.
_AFTER_END = """
    insert into assistance_entitlementfinding (entitlement_id, slot, organisation_id, kind, month, amount_fen, found_at,
                                               state, settled_by, note, version)
    select m.entitlement_id, m.slot, m.organisation_id, 'AFTER_END', m.month, m.amount_fen, %(at)s, 'OPEN', '', '', 1
    from assistance_entitlementchange s
    join assistance_entitlementmonth m on m.entitlement_id = s.entitlement_id and m.month >= s.from_month
    where s.what in ('END', 'SUSPEND') and s.slot between %(lo)s and %(hi)s
      and (%(payer)s::bigint is null or m.organisation_id = %(payer)s)
      and (select c.what from assistance_entitlementchange c
           where c.entitlement_id = m.entitlement_id and c.from_month <= m.month
           order by c.from_month desc, c.id desc limit 1) in ('END', 'SUSPEND')
    order by m.entitlement_id, m.month
    on conflict do nothing
"""
# Months that came to more than a change written later makes them worth. What the centre has not paid yet is no money
# too much: it is looked at before it is paid.
_LOWERED = """
    from assistance_entitlementchange s
    join assistance_entitlementmonth m on m.entitlement_id = s.entitlement_id and m.month >= s.from_month
    join assistance_entitlement e on e.id = m.entitlement_id
    where s.what in ('CHANGE', 'RESUME') and s.amount_fen < m.amount_fen and s.slot between %(lo)s and %(hi)s
      and (%(payer)s::bigint is null or m.organisation_id = %(payer)s)
      and s.id = (select c.id from assistance_entitlementchange c
                  where c.entitlement_id = m.entitlement_id and c.from_month <= m.month
                  order by c.from_month desc, c.id desc limit 1)
"""
_OWN_LOWERED = f"select e.id, m.month {_LOWERED} and e.purpose <> ''"
_TOO_MUCH = f"""
    with paid as (select * from unnest(%(ids)s::bigint[], %(months)s::date[]) p(id, month))
    insert into assistance_entitlementfinding (entitlement_id, slot, organisation_id, kind, month, amount_fen, found_at,
                                               state, settled_by, note, version)
    select m.entitlement_id, m.slot, m.organisation_id, 'TOO_MUCH', m.month, m.amount_fen - s.amount_fen, %(at)s,
           'OPEN', '', '', 1
    {_LOWERED} and (e.purpose = '' or (e.id, m.month) in (select id, month from paid))
    order by m.entitlement_id, m.month
    on conflict do nothing
"""  # noqa: S608 - statements of our own
# Two that run in the month: the later one is the finding, the earlier one what it meets. Of the same person, or of a
# household where one of the two is for all of it.
_OVERLAPS = f"""
    with holding as materialized ({HOLDING}), running as materialized (
        select e.* from assistance_entitlement e join holding h on h.entitlement_id = e.id
        where h.what in ('START', 'CHANGE', 'RESUME') and e.slot between %(lo)s and %(hi)s
          and e.household_id in (select household_id from assistance_entitlement
                                 where slot between %(lo)s and %(hi)s group by household_id having count(*) > 1)
    ), pairs as (select * from unnest(%(left)s::text[], %(right)s::text[]) p(one, other))
    insert into assistance_entitlementfinding (entitlement_id, other_id, slot, organisation_id, kind, month, amount_fen,
                                               found_at, state, settled_by, note, version)
    select b.id, a.id, b.slot, b.payer_organisation_id, case when a.offer = b.offer then 'DOUBLE' else 'EXCLUDED' end,
           greatest(a.first_month, b.first_month), 0, %(at)s, 'OPEN', '', '', 1
    from running a join running b on a.household_id = b.household_id and a.id < b.id
     and (a.person_id is null or b.person_id is null or a.person_id = b.person_id)
    where (a.offer = b.offer
           or exists (select 1 from pairs p where (p.one, p.other) in ((a.offer, b.offer), (b.offer, a.offer))))
    order by b.id, a.id
    on conflict do nothing
"""  # noqa: S608 - statements of our own


def _paid_lowered(scope: dict[str, Any]) -> dict[str, list[Any]]:
    """This function returns the lowered months that the centre has paid."""
    with connection.cursor() as cursor:
        cursor.execute(_OWN_LOWERED, scope)
        lowered = cursor.fetchall()
    standings = request_standings([month_ref(pk, month) for pk, month in lowered])
    paid = [
        (pk, month)
        for pk, month in lowered
        if (ref := month_ref(pk, month)) in standings and standings[ref].state == "PAID"
    ]
    return {"ids": [pk for pk, _ in paid], "months": [month for _, month in paid]}


def entitlements_verify(
    *, viewer: Viewer, month: date, pairs: set[tuple[str, str]], at: datetime, part: tuple[int, int] | None = None
) -> int:
    """This function finds what was paid after a death, an end or an exit, what was too much, and what overlaps in a
    month; each once.

    Returns how many findings are new; who pays the entitlement owns it.
    """
    scope = scope_of(viewer, month=month.replace(day=1), at=at, part=part)
    gone, found = gone_of(scope), 0
    statements: list[tuple[str, dict[str, Any]]] = [
        (_PAID_WRONGLY.format(key="person_id"), {"kind": "AFTER_DEATH", "who": gone["dead"], "days": gone["died"]}),
        (_PAID_WRONGLY.format(key="household_id"), {"kind": "AFTER_EXIT", "who": gone["homes"], "days": gone["ended"]}),
        (_AFTER_END, {}),
        (_TOO_MUCH, _paid_lowered(scope)),
        (_OVERLAPS, {"left": [one for one, _ in sorted(pairs)], "right": [other for _, other in sorted(pairs)]}),
    ]
    with transaction.atomic(), connection.cursor() as cursor:
        for statement, more in statements:
            cursor.execute(statement, scope | more)
            found += cursor.rowcount
    return found
