"""What statistics read of cases: how many a day, how far they came, and how long each step took."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from shouwang.casework.models import Case, CaseEvent, Decision
from shouwang.casework.rules import Ending
from shouwang.casework.selectors.cases import cases_visible_to
from shouwang.people.access import Viewer

SENT, APPROVED, ASSISTED, GREEN = "sent", "approved", "assisted", "green"
PASSED = {SENT: "已送核查", APPROVED: "会商同意", ASSISTED: "已救助", GREEN: "已救助回访"}


@dataclass(frozen=True)
class DayCount:
    """How many cases were opened, closed green and closed blue on a day."""

    day: date
    opened: int
    green: int
    blue: int


@dataclass(frozen=True)
class FunnelStep:
    """How many cases passed a step, and the median days since the step before (None: nobody did)."""

    key: str
    name: str
    count: int
    median_days: float | None


def cases_in(viewer: Viewer, *, lo: int, hi: int) -> QuerySet[Case]:
    """This function returns the cases in sight within a slot range that began with a warning: no removals."""
    return cases_visible_to(viewer).filter(slot__gte=lo, slot__lte=hi, is_removal=False)


def cases_passed(cases: QuerySet[Case], step: str) -> QuerySet[Case]:
    """This function keeps the cases that came at least as far as a step (unknown step: none)."""
    if step == SENT:
        return cases.filter(Exists(CaseEvent.objects.filter(case=OuterRef("pk"), what="SENT")))
    if step == APPROVED:
        return cases.filter(Exists(Decision.objects.filter(case=OuterRef("pk"), act="decide", move="approve")))
    if step == ASSISTED:
        return cases.filter(assisted_at__isnull=False)
    if step == GREEN:
        return cases.filter(outcome=Ending.HELPED.value)
    return cases.none()


def day_counts(viewer: Viewer, *, lo: int, hi: int, days: list[date]) -> list[DayCount]:
    """This function counts openings and endings on each of some days in a row, in their order."""
    cases = cases_in(viewer, lo=lo, hi=hi)
    opened = dict(
        cases.filter(opened_on__range=(days[0], days[-1]))
        .values_list("opened_on")
        .annotate(count=Count("pk"))
        .order_by()
    )
    closed = {
        day: (green, blue)
        for day, green, blue in cases.filter(closed_on__range=(days[0], days[-1]))
        .values_list("closed_on")
        .annotate(
            green=Count("pk", filter=Q(outcome=Ending.HELPED.value)),
            blue=Count("pk", filter=Q(outcome=Ending.REJECTED.value)),
        )
        .order_by()
    }
    return [DayCount(day, opened.get(day, 0), *closed.get(day, (0, 0))) for day in days]


FUNNEL_SQL = """
with mine as (
    select c.id, c.opened_at, c.assisted_at,
           case when c.outcome = 'HELPED' then c.closed_at end as green_at,
           (select min(e.at) from casework_caseevent e where e.case_id = c.id and e.what = 'SENT') as sent_at,
           (select min(d.at) from casework_decision d
            where d.case_id = c.id and d.act = 'decide' and d.move = 'approve') as approved_at
    from casework_case c
    where c.slot between %(lo)s and %(hi)s and c.opened_on between %(since)s and %(on)s
      and not c.is_removal
)
select count(*), count(sent_at), count(approved_at), count(assisted_at), count(green_at),
       percentile_cont(0.5) within group (order by extract(epoch from sent_at - opened_at)),
       percentile_cont(0.5) within group (order by extract(epoch from approved_at - sent_at)),
       percentile_cont(0.5) within group (order by extract(epoch from assisted_at - coalesce(approved_at, sent_at))),
       percentile_cont(0.5) within group (order by extract(epoch from green_at - assisted_at))
from mine
"""


def funnel_steps(*, lo: int, hi: int, since: date, on: date) -> list[FunnelStep]:
    """This function returns how far the cases opened in a period came, within the caller's scope.

    One statement over the walls of row-level security: it runs inside `acting_as`, and the range must be the viewer's.
    """
    with connection.cursor() as cursor:
        cursor.execute(FUNNEL_SQL, {"lo": lo, "hi": hi, "since": since, "on": on})
        row = cursor.fetchone()
    names = ["预警", *PASSED.values()]
    keys = ["", *PASSED]
    medians = [None, *(None if seconds is None else round(float(seconds) / 86_400, 1) for seconds in row[5:])]
    return [
        FunnelStep(key, name, count, median)
        for key, name, count, median in zip(keys, names, row[:5], medians, strict=True)
    ]
