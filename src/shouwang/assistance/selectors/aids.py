"""户次 and 人次: the times that households were helped."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, QuerySet, Sum

from shouwang.assistance.models import Aid
from shouwang.funds.selectors import grants_visible_to
from shouwang.people.access import Viewer
from shouwang.register.selectors import group_then, type_label


@dataclass(frozen=True)
class AidCount:
    """How often households were helped (户次), how often people (人次), and how many households those were (户)."""

    times: int
    people: int
    households: int


@dataclass(frozen=True)
class AidOfType:
    """The times of help of the households of one type on the day of the help (empty: not known), and what was paid once
    about the cases they were helped in."""

    type_key: str
    count: AidCount
    paid_fen: int

    @property
    def label(self) -> str:
        """The type in words."""
        return type_label(self.type_key)


def aids_visible_to(viewer: Viewer) -> QuerySet[Aid]:
    """This function returns the times that households of the viewer's areas were helped."""
    return Aid.objects.filter(viewer.q()) if viewer.reads_register else Aid.objects.none()


def aids_in(viewer: Viewer, *, lo: int, hi: int, since: date, until: date) -> QuerySet[Aid]:
    """This function returns the times of help in a slot range from a day to another, both included."""
    return aids_visible_to(viewer).filter(slot__gte=lo, slot__lte=hi, on__gte=since, on__lte=until)


def aid_count(aids: QuerySet[Aid]) -> AidCount:
    """This function counts times of help as the figures of a year do (domain §3.8), in one query."""
    found = aids.order_by().aggregate(
        times=Count("pk"), people=Sum("people", default=0), households=Count("household_id", distinct=True)
    )
    return AidCount(int(found["times"]), int(found["people"]), int(found["households"]))


def aids_by_type(viewer: Viewer, aids: QuerySet[Aid], *, since: date, until: date) -> list[AidOfType]:
    """This function counts times of help by the type that the household was of then, the most helped in front; the rows
    add up, but a household whose type changed between two times counts in both.

    Money is what was paid once, from a day of the period on, about their cases; a case counts where it was last helped.
    """
    typed = aids.order_by().annotate(type_key=group_then(viewer, household="household_id", day="on"))
    counted = typed.values("type_key").annotate(
        times=Count("pk"), heads=Sum("people", default=0), homes=Count("household_id", distinct=True)
    )
    type_of = dict(typed.order_by("on", "pk").values_list("case_id", "type_key"))
    once = grants_visible_to(viewer).filter(
        case_id__in=aids.order_by().values("case_id"), unit="ONCE", cancelled_at__isnull=True, from_date__gte=since,
        from_date__lte=until,
    )  # fmt: skip
    paid: dict[str, int] = {}
    for case_id, fen in once.order_by().values_list("case_id").annotate(fen=Sum("amount_fen")):
        key = type_of[case_id]
        paid[key] = paid.get(key, 0) + int(fen)
    found = [
        AidOfType(row["type_key"], AidCount(row["times"], row["heads"], row["homes"]), paid.get(row["type_key"], 0))
        for row in counted
    ]
    return sorted(found, key=lambda one: (-one.count.times, one.type_key))
