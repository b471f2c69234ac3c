"""What the measures of an area did to income: helped households beside like unhelped ones, and what it cost."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from shouwang.assistance.selectors import measures_visible_to
from shouwang.evaluation.rules import Comparison, Unit, effect_compare
from shouwang.funds.selectors import grants_visible_to
from shouwang.kit.codes import IncomeKind, Measure
from shouwang.kit.dates import month_first, months_add
from shouwang.people.access import Viewer
from shouwang.register.selectors import WatchedHousehold, households_watched, incomes_by_month
from shouwang.rulebook.policy import Policy
from shouwang.rulebook.visits import Matching

KINDS = (IncomeKind.WAGE, IncomeKind.BUSINESS, IncomeKind.PROPERTY, IncomeKind.TRANSFER)
NAMES = (*(kind.label for kind in KINDS), "纯收入")
MOST = 50_000  # households of one comparison
QUARTER = 3

Sums = dict[tuple[int, date], dict[str, int]]


@dataclass(frozen=True)
class Cost:
    """What was paid to the helped in the period, and how many of them stand above the line after it (fen, households).

    `unpriced`: helped households about which no grant is recorded.
    """

    paid_fen: int
    kept: int
    unpriced: int

    @property
    def per_kept_fen(self) -> int | None:
        """The cost of a household kept above the line, floored; None where none was."""
        return self.paid_fen // self.kept if self.kept else None


@dataclass(frozen=True)
class MeasureEffect:
    """One kind of measure. `found` None: too few on one side, so that nothing is shown but that."""

    kind: str
    name: str
    helped: int
    left_out: int  # without enough income recorded before or after
    found: Comparison | None
    cost: Cost | None


@dataclass(frozen=True)
class Levels:
    """Income of one kind a head and year, in yuan: of the helped before and after, and of households like them."""

    name: str
    helped_before: float
    helped_after: float
    matched_before: float
    matched_after: float


def levels_of(found: Comparison) -> list[Levels]:
    """This function returns incomes before and after, by kind and net, in the order of `NAMES`."""

    def before(facts: Sequence[float]) -> list[float]:
        kinds = list(facts[: len(KINDS)])
        return [*kinds, sum(kinds) - facts[len(KINDS)]]  # the cost of production stands after the kinds

    return [
        Levels(name, mine, mine + gained, theirs, theirs + grown)
        for name, mine, theirs, gained, grown in zip(
            NAMES, before(found.before_helped), before(found.before_matched), found.changes_helped,
            found.changes_matched, strict=True,
        )
    ]  # fmt: skip


@dataclass(frozen=True)
class Window:
    """Months before and after a month: [first, month) and (month, last]."""

    month: date
    months: int

    def before(self) -> list[date]:
        return [months_add(self.month, -back) for back in range(1, self.months + 1)]

    def after(self) -> list[date]:
        return [months_add(self.month, ahead) for ahead in range(1, self.months + 1)]


def _of(sums: Sums, household_id: int, months: Sequence[date]) -> dict[str, int] | None:
    """This function returns the sums of some months by kind, None where nothing at all is recorded."""
    found = [sums[household_id, month] for month in months if (household_id, month) in sums]
    if not found:
        return None
    return {kind: sum(one.get(kind, 0) for one in found) for kind in (*KINDS, IncomeKind.COST)}


def _net(sums: Mapping[str, int]) -> int:
    return sum(sums[kind] for kind in KINDS) - sums[IncomeKind.COST]


def _quarter(month: date) -> date:
    """This function returns the middle month of a month's quarter."""
    return date(month.year, (month.month - 1) // QUARTER * QUARTER + 2, 1)


def unit_of(home: WatchedHousehold, month: date, sums: Sums, *, months: int, is_helped: bool) -> Unit | None:
    """This function returns a household as it is compared around a month, a head and year in yuan; None without
    income recorded on both sides, or without members."""
    window = Window(month, months)
    before, after = _of(sums, home.household_id, window.before()), _of(sums, home.household_id, window.after())
    if before is None or after is None or not home.members:
        return None
    scale = 12 / months / home.members / 100
    facts = [before[kind] * scale for kind in (*KINDS, IncomeKind.COST)]
    changes = [(after[kind] - before[kind]) * scale for kind in KINDS]
    return Unit(
        group=(home.watch_type, home.cause, f"{_quarter(month)}"),
        before=(*facts, float(home.members)),
        change=(*changes, (_net(after) - _net(before)) * scale),
        is_helped=is_helped,
    )


def effects_of(viewer: Viewer, *, matching: Matching, policy: Policy, on: date) -> list[MeasureEffect]:
    """This function returns the comparison of every kind of measure that was delivered early enough to see a whole
    period after it, in the national order. Households are those that are or were watched in the viewer's areas."""
    months, this_month = matching.months, month_first(on)
    last = months_add(this_month, -months - 1)  # help in this month has its whole period behind it
    homes = {home.household_id: home for home in households_watched(viewer, on, most=MOST)}
    first: dict[str, dict[int, date]] = defaultdict(dict)
    delivered = measures_visible_to(viewer).filter(state="DELIVERED", household_id__in=homes)
    for household_id, kind, day in delivered.order_by("delivered_on").values_list(
        "household_id", "kind", "delivered_on"
    ):
        if day is not None:
            first[kind].setdefault(household_id, month_first(day))
    early = [month for by_home in first.values() for month in by_home.values() if month <= last]
    if not early:
        return []
    sums: Sums = defaultdict(dict)
    for household_id, month, kind, amount in incomes_by_month(
        viewer, list(homes), since=months_add(_quarter(min(early)), -months - 1), until=this_month
    ):
        sums[household_id, month][kind] = amount
    effects = []
    for measure in Measure:
        by_home = {key: month for key, month in first[measure].items() if month <= last}
        if by_home:
            effects.append(_effect(viewer, measure, by_home, first[measure], homes, dict(sums), matching, policy))
    return effects


def _effect(
    viewer: Viewer, measure: Measure, helped: Mapping[int, date], ever: Mapping[int, date],
    homes: Mapping[int, WatchedHousehold], sums: Sums, matching: Matching, policy: Policy,
) -> MeasureEffect:  # fmt: skip
    months = matching.months
    units, kept = [], []
    for key, month in helped.items():
        unit = unit_of(homes[key], month, sums, months=months, is_helped=True)
        if unit is not None:
            units.append(unit)
            kept.append(key)
    quarters = sorted({_quarter(helped[key]) for key in kept})
    for key, home in homes.items():
        if key not in ever:
            found = (unit_of(home, month, sums, months=months, is_helped=False) for month in quarters)
            units += [unit for unit in found if unit is not None]
    comparison = effect_compare(units, least=matching.least)
    cost = _cost(viewer, kept, helped, homes, sums, months, policy) if comparison is not None else None
    return MeasureEffect(measure.value, measure.label, len(helped), len(helped) - len(kept), comparison, cost)


def line_fen(policy: Policy, slot: int, *, year: int) -> int | None:
    """This function returns the monitoring line of a year in a place, a head and year; None where none was in force."""
    if "monitoring" not in policy.lines:
        return None
    line = policy.lines["monitoring"].at(year - policy.on.year)
    return int(line.value.at(slot)) if line is not None else None


def _cost(
    viewer: Viewer, kept: Sequence[int], helped: Mapping[int, date], homes: Mapping[int, WatchedHousehold],
    sums: Sums, months: int, policy: Policy,
) -> Cost:  # fmt: skip
    """This function sums what was paid once or by months to the helped within the period, and counts who stands above
    the monitoring line of the year in which it ends."""
    paid: dict[int, int] = {}
    grants = grants_visible_to(viewer).filter(household_id__in=kept, cancelled_at__isnull=True)
    for grant in grants:
        start, end = helped[grant.household_id], months_add(helped[grant.household_id], months + 1)
        from_, until = month_first(grant.from_date), grant.until_date or end
        if grant.unit == "ONCE":
            times = 1 if start <= from_ < end else 0
        elif grant.unit == "MONTHLY":
            first, last = max(start, from_), min(end, month_first(until) if grant.until_date else end)
            times = max(0, (last.year - first.year) * 12 + last.month - first.month)
        else:
            continue  # a daily wage is pay for work, no cost of help
        if times:
            paid[grant.household_id] = paid.get(grant.household_id, 0) + times * grant.amount_fen
    above = 0
    for key in kept:
        window = Window(helped[key], months).after()
        after, line = _of(sums, key, window), line_fen(policy, viewer.ranges[0][0], year=window[-1].year)
        if line is not None and after is not None and homes[key].members:
            above += _net(after) * 12 > line * homes[key].members * months
    return Cost(sum(paid.values()), above, sum(key not in paid for key in kept))
