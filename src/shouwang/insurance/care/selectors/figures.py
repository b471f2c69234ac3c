"""Long-term care in figures: bills month by month, and what a day costs and is paid, by mode and level."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from django.db import connection
from django.db.models import Count, OuterRef, Q, Subquery, Sum

from shouwang.insurance.care.models import CareSettlement
from shouwang.insurance.care.selectors.rows import bills_visible_to
from shouwang.kit.dates import months_add
from shouwang.people.access import Viewer
from shouwang.rulebook.care_settlements import PricedDay, day_exact

SHOWN_MONTHS = 12
# Days that cost and are paid alike are counted together: there are few kinds, however many days. What a settlement kept
# is large: it is unpacked once, not once a day.
DAYS = """
    with kept as materialized (
        select inputs ->> 'cap_on' as cap_on, inputs -> 'people' as people
        from insurance_caresettlement where id = any(%s)
    )
    select cap_on, day ->> 1, day ->> 2, (day ->> 3)::bigint, day ->> 4, (day ->> 5)::bigint, count(*)
    from kept cross join lateral jsonb_each(people) as person (key, days)
    cross join lateral jsonb_array_elements(person.days) as day group by 1, 2, 3, 4, 5, 6
"""


@dataclass(frozen=True)
class MonthFigure:
    """What the settled bills of one month charged, and what they were settled to."""

    month: date
    bills: int
    charged_fen: int
    settled_fen: int


def bill_months(viewer: Viewer, *, on: date) -> list[MonthFigure]:
    """This function returns the settled bills in sight by month, the last twelve up to a day, oldest first."""
    since = months_add(on.replace(day=1), -SHOWN_MONTHS)
    rows = (
        bills_visible_to(viewer)
        .exclude(state="WITHDRAWN")
        .filter(month__gte=since, settled_fen__isnull=False)
        .order_by("month")
        .values("month")
        .annotate(n=Count("pk"), charged=Sum("invoice_fen"), settled=Sum("settled_fen"))
    )
    found = {row["month"]: MonthFigure(row["month"], row["n"], row["charged"], row["settled"] or 0) for row in rows}
    if not found:
        return []
    first, months = min(found), []
    while first <= max(found):
        months.append(found.get(first, MonthFigure(first, 0, 0, 0)))
        first = months_add(first, 1)
    return months


@dataclass(frozen=True)
class DayFigure:
    """Days of one mode and level: how many, what one cost and was paid on average, the cap of a day on average."""

    mode_name: str
    level_name: str
    days: int
    charge_fen: int
    paid_fen: int
    cap_fen: int


def care_days(viewer: Viewer) -> tuple[date | None, list[DayFigure]]:
    """This function returns the last month settled in sight, and its days by mode and level as they were settled."""
    settled = bills_visible_to(viewer).filter(settled_fen__isnull=False).exclude(state="WITHDRAWN").order_by("-month")
    month = settled.values_list("month", flat=True).first()
    if month is None:
        return None, []
    last = CareSettlement.objects.filter(bill=OuterRef("bill")).order_by("-number").values("number")[:1]
    kept = CareSettlement.objects.filter(Q(bill__in=settled.order_by().filter(month=month)), number=Subquery(last))
    with connection.cursor() as cursor:
        cursor.execute(DAYS, [list(kept.values_list("pk", flat=True))])
        rows = cursor.fetchall()
    sums: dict[tuple[str, str], list[Fraction]] = defaultdict(lambda: [Fraction(0)] * 4)
    for cap_on, mode, level, charge, share, cap, number in rows:
        exact = day_exact(PricedDay(month, mode, level, charge, Fraction(share), cap), cap_on)
        so_far = sums[mode, level]
        sums[mode, level] = [
            so_far[0] + number, so_far[1] + charge * number, so_far[2] + exact * number, so_far[3] + cap * number
        ]  # fmt: skip
    return month, [
        DayFigure(mode, level, int(days), *(round(each / days) for each in (charged, paid, capped)))
        for (mode, level), (days, charged, paid, capped) in sorted(sums.items())
    ]
