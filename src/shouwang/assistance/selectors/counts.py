"""Help by place and measure: times, households, people by their primary measure, and money."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import BigIntegerField, Count, ExpressionWrapper, F, Max, Q, QuerySet, Sum

from shouwang.assistance.models import EntitlementMonth, Measure, Primary
from shouwang.kit.codes import Measure as MeasureKind
from shouwang.people.access import READS_REGISTER, Viewer


@dataclass(frozen=True)
class MeasureCount:
    """One measure in one area and year.

    `area` is the slot of the area divided by its step. `people` are those counted by this measure, so that people add
    up; `households` and `times` count everything delivered. `amount_fen` is what was given once and by month.
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


def measure_counts(viewer: Viewer, *, lo: int, hi: int, year: int, step: int) -> list[MeasureCount]:
    """This function counts help in a slot range and year by areas of `step` slots and by measure, in four queries.

    A measure that follows no offer of the policy counts under its kind.
    """
    found: dict[tuple[int, str, str], MeasureCount] = {}

    def put(rows: Iterable[Any], **names: str) -> None:
        for row in rows:
            key = (int(row["area"]), str(row["the_offer"]), str(row["the_kind"]))
            kept = found.get(key) or MeasureCount(*key, name=str(row["name"] or MeasureKind(key[2]).label))
            more = {part: getattr(kept, part) + int(row[column]) for part, column in names.items()}
            found[key] = replace(kept, **more)

    area = ExpressionWrapper(F("slot") / step, output_field=BigIntegerField())
    delivered = _delivered(viewer, lo=lo, hi=hi, year=year)
    put(
        delivered.values(area=area, the_offer=F("offer"), the_kind=F("kind")).annotate(
            name=Max("offer_name"), times=Count("pk"), homes=Count("household_id", distinct=True),
            fen=Sum("amount_fen", filter=Q(unit="ONCE"), default=0),
        ),
        times="times", households="homes", amount_fen="fen",
    )  # fmt: skip
    counted = _inside(Primary.objects.all(), viewer, lo=lo, hi=hi)
    put(
        counted.filter(year=year, measure__state=Measure.State.DELIVERED)
        .values(area=area, the_offer=F("measure__offer"), the_kind=F("measure__kind"))
        .annotate(name=Max("measure__offer_name"), heads=Count("pk")),
        people="heads",
    )
    months = _inside(EntitlementMonth.objects.all(), viewer, lo=lo, hi=hi)
    put(
        months.filter(month__year=year)
        .values(area=area, the_offer=F("entitlement__offer"), the_kind=F("entitlement__kind"))
        .annotate(name=Max("entitlement__name"), fen=Sum("amount_fen", default=0)),
        amount_fen="fen",
    )
    return sorted(found.values(), key=lambda one: (one.area, -one.people, -one.times, one.kind, one.offer))


def count_total(viewer: Viewer, counts: list[MeasureCount], *, lo: int, hi: int, year: int) -> CountTotal:
    """This function adds counts up; a household helped by several measures is one household."""
    homes = _delivered(viewer, lo=lo, hi=hi, year=year).aggregate(all=Count("household_id", distinct=True))["all"]
    return CountTotal(
        sum(one.times for one in counts), int(homes), sum(one.people for one in counts),
        sum(one.amount_fen for one in counts),
    )  # fmt: skip
