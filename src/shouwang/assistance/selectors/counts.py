"""Help by place and measure: times, households, people by what counts them, and money."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

from django.db.models import BigIntegerField, Count, ExpressionWrapper, F, Max, Q, QuerySet, Sum

from shouwang.assistance.models import Measure, Primary
from shouwang.assistance.selectors.recurring import came_by_offer, homes_beside, months_come
from shouwang.kit.codes import Measure as MeasureKind
from shouwang.people.access import READS_REGISTER, Viewer


@dataclass(frozen=True)
class MeasureCount:
    """One measure in one area and year.

    `area` is the slot of the area divided by its step. `times` are measures that arrived and entitlements that came,
    each once; `households` those they reached, each once. `people` are counted by their one primary measure, and who
    has none by the entitlement that came first, so that people add up. `amount_fen` is what was given once and what
    came by month.
    """

    area: int
    offer: str
    kind: str
    name: str
    times: int = 0
    households: int = 0
    people: int = 0
    amount_fen: int = 0

    @property
    def kind_label(self) -> str:
        return MeasureKind(self.kind).label


@dataclass(frozen=True)
class CountTotal:
    """What the counts of an area come to: times, people and money add up; households are counted once."""

    times: int
    households: int
    people: int
    amount_fen: int


def _inside(rows: QuerySet[Any], viewer: Viewer, *, lo: int, hi: int) -> QuerySet[Any]:
    if viewer.kind not in READS_REGISTER:
        return rows.none()
    return rows.filter(viewer.q()).filter(slot__gte=lo, slot__lte=hi)


def _delivered(viewer: Viewer, *, lo: int, hi: int, year: int) -> QuerySet[Measure]:
    found: QuerySet[Measure] = _inside(Measure.objects.all(), viewer, lo=lo, hi=hi)
    return found.filter(state=Measure.State.DELIVERED, delivered_on__year=year)


# What a row of a query adds to which part of a count.
PARTS = {"times": "times", "households": "homes", "people": "heads", "amount_fen": "fen"}


def _area(step: int) -> ExpressionWrapper:
    return ExpressionWrapper(F("slot") / step, output_field=BigIntegerField())


def _arrived(delivered: QuerySet[Measure], *, step: int) -> Iterable[Any]:
    return delivered.values(area=_area(step), the_offer=F("offer"), the_kind=F("kind")).annotate(
        name=Max("offer_name"), times=Count("pk"), homes=Count("household_id", distinct=True),
        fen=Sum("amount_fen", filter=Q(unit="ONCE"), default=0),
    )  # fmt: skip


def _counted(primaries: QuerySet[Primary], *, step: int) -> Iterable[Any]:
    grouped = primaries.values(area=_area(step), the_offer=F("measure__offer"), the_kind=F("measure__kind"))
    return grouped.annotate(name=Max("measure__offer_name"), heads=Count("pk"))


def measure_counts(viewer: Viewer, *, lo: int, hi: int, year: int, step: int) -> list[MeasureCount]:
    """This function counts help in a slot range and year by areas of `step` slots and by measure, in three queries.

    A measure that follows no offer of the policy counts under its kind. A household that got the same by a measure and
    by itself counts once.
    """
    delivered = _delivered(viewer, lo=lo, hi=hi, year=year)
    primaries = _inside(Primary.objects.all(), viewer, lo=lo, hi=hi)
    months = months_come(viewer, lo=lo, hi=hi, year=year)
    came = [
        {
            "area": one.area, "the_offer": one.offer, "the_kind": one.kind, "name": one.name, "times": one.times,
            "homes": one.households, "heads": one.people, "fen": one.fen,
        }
        for one in came_by_offer(viewer, months, delivered, year=year, step=step)
    ]  # fmt: skip
    found: dict[tuple[int, str, str], MeasureCount] = {}
    for row in chain(
        _arrived(delivered, step=step),
        _counted(primaries.filter(year=year, measure__state=Measure.State.DELIVERED), step=step),
        came,
    ):
        key = (int(row["area"]), str(row["the_offer"]), str(row["the_kind"]))
        kept = found.get(key) or MeasureCount(*key, name=str(row["name"] or MeasureKind(key[2]).label))
        more = {part: getattr(kept, part) + int(row.get(column, 0)) for part, column in PARTS.items()}
        found[key] = replace(kept, **more)
    return sorted(found.values(), key=lambda one: (one.area, -one.people, -one.times, one.kind, one.offer))


def count_total(viewer: Viewer, counts: list[MeasureCount], *, lo: int, hi: int, year: int) -> CountTotal:
    """This function adds counts up; a household helped in several ways is one household."""
    delivered = _delivered(viewer, lo=lo, hi=hi, year=year)
    homes = delivered.aggregate(all=Count("household_id", distinct=True))["all"]
    homes += homes_beside(months_come(viewer, lo=lo, hi=hi, year=year), delivered)
    return CountTotal(
        sum(one.times for one in counts), int(homes), sum(one.people for one in counts),
        sum(one.amount_fen for one in counts),
    )  # fmt: skip
