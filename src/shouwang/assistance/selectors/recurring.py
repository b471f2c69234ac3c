"""What came by itself in a year, for the statistics: months that reached a household, and whom they alone helped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import CharField, F, Func, Max, Q, QuerySet, Sum, Value
from django.db.models.functions import Cast, Concat

from shouwang.assistance.models import EntitlementMonth, Measure, Primary
from shouwang.assistance.rules import REF
from shouwang.funds.selectors import requests_paid
from shouwang.people.access import READS_REGISTER, Viewer
from shouwang.register.selectors import memberships_dated


@dataclass(frozen=True)
class Came:
    """What came by itself of one offer in one area: entitlements, households, people and fen.

    `households` got it in no other way, `people` are counted by no measure.
    """

    area: int
    offer: str
    kind: str
    name: str
    times: int
    households: int
    people: int
    fen: int


def months_come(viewer: Viewer, *, lo: int, hi: int, year: int) -> QuerySet[EntitlementMonth]:
    """This function returns the months of a slot range and year that reached their households: what a department pays,
    as recorded; what the county pays, once the bank has paid it."""
    found = EntitlementMonth.objects.filter(month__year=year, slot__gte=lo, slot__lte=hi)
    if viewer.kind not in READS_REGISTER:
        return found.none()
    month = Func(F("month"), Value("YYYY-MM"), function="to_char", output_field=CharField())
    ref = Concat(Value(REF), Cast("entitlement_id", CharField()), Value(":"), month)
    paid = Q(entitlement__purpose="") | Q(ref__in=requests_paid(beginning=REF))
    return found.filter(viewer.q()).alias(ref=ref).filter(paid)


# Months are added up by entitlement before anything is asked of one: there are twelve of each.
_CAME = """
    with came as ({came}), delivered as ({delivered}), line as materialized (
        select e.id, e.slot / {step} as area, e.offer, e.kind, e.name, e.household_id, e.person_id, c.last, c.fen
        from came c join assistance_entitlement e on e.id = c.entitlement_id
    )"""
# A person is counted once, by the entitlement begun first; one for a household counts who belonged to it in the last
# month that came. Whoever is counted by a measure is left out.
_BY_OFFER = """, members as ({members}), counted as ({counted}), reached as (
        select l.id, l.area, l.offer, l.kind, coalesce(l.person_id, m.person_id) as person_id
        from line l left join members m on l.person_id is null and m.household_id = l.household_id
         and m.valid_from <= l.last and (m.valid_to is null or m.valid_to > l.last)
    ), once as (
        select distinct on (r.person_id) r.area, r.offer, r.kind from reached r
        where r.person_id is not null and not exists (select 1 from counted p where p.person_id = r.person_id)
        order by r.person_id, r.id
    ), heads as (
        select area, offer, kind, count(*) as people from once group by area, offer, kind
    ), same as (
        select distinct slot / {step} as area, offer, kind, household_id from delivered
    )
    select area, offer, kind, max(l.name), count(*),
           count(distinct l.household_id) filter (where s.household_id is null), coalesce(max(h.people), 0), sum(l.fen)
    from line l left join same s using (area, offer, kind, household_id) left join heads h using (area, offer, kind)
    group by area, offer, kind
"""
_HOMES = """
    select count(distinct l.household_id) from line l
    where not exists (select 1 from delivered d where d.household_id = l.household_id)
"""


def _asked(statement: str, *, step: int, **queries: QuerySet[Any, Any]) -> list[tuple[Any, ...]]:
    """This function runs a statement over queries, which it knows by their names, in the scope they were chosen in."""
    try:
        told = {name: query.order_by().query.sql_with_params() for name, query in queries.items()}
    except EmptyResultSet:
        return []
    with connection.cursor() as cursor:
        text = statement.format(step=int(step), **{name: sql for name, (sql, _) in told.items()})
        cursor.execute(text, [value for _, values in told.values() for value in values])
        return cursor.fetchall()


def _came(months: QuerySet[EntitlementMonth]) -> QuerySet[Any, Any]:
    added = months.order_by().values("entitlement_id").annotate(last=Max("month"), fen=Sum("amount_fen"))
    return added.values("entitlement_id", "last", "fen")


def _delivered(delivered: QuerySet[Measure]) -> QuerySet[Any, Any]:
    return delivered.values("slot", "offer", "kind", "household_id")


def came_by_offer(
    viewer: Viewer, months: QuerySet[EntitlementMonth], delivered: QuerySet[Measure], *, year: int, step: int
) -> list[Came]:
    """This function counts what came by itself, by areas of `step` slots and by offer; `delivered`: the measures."""
    primaries = Primary.objects.filter(viewer.q(), year=year, measure__state=Measure.State.DELIVERED)
    found = _asked(
        _CAME + _BY_OFFER, step=step, came=_came(months), delivered=_delivered(delivered),
        members=memberships_dated(viewer), counted=primaries.values("person_id"),
    )  # fmt: skip
    return [Came(*row) for row in found]


def homes_beside(months: QuerySet[EntitlementMonth], delivered: QuerySet[Measure]) -> int:
    """This function counts the households that got nothing but what came by itself."""
    found = _asked(_CAME + _HOMES, step=1, came=_came(months), delivered=_delivered(delivered))
    return int(found[0][0]) if found else 0
