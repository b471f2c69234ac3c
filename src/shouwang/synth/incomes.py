"""What a household lives on: wages of those who work, harvests and their costs, rent, pensions, allowances, support."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import numpy as np

from shouwang.kit.codes import IncomeKind
from shouwang.kit.dates import month_first, months_add
from shouwang.synth import shape
from shouwang.synth.draws import Bools, Floats, Ints, chance, lognormal_fen
from shouwang.synth.households import Kin
from shouwang.synth.persons import LABOUR, Persons, day_number
from shouwang.synth.standing import CAUSES, POVERTY, Standing

KINDS = tuple(IncomeKind)
SOURCES = ("rural", "labour", "civil_affairs", "household", "medical_insurance")
_WAGE, _BUSINESS, _PROPERTY, _TRANSFER, _COST, _CLAIMS = range(6)
_RURAL, _LABOUR, _CIVIL, _HOUSEHOLD, _MEDICAL = range(5)


@dataclass
class Incomes:
    """Rows of the income table; person -1 where the whole household earns, months as index into `months`."""

    months: tuple[date, ...]
    household: list[Ints] = field(default_factory=list)
    person: list[Ints] = field(default_factory=list)
    month: list[Ints] = field(default_factory=list)
    kind: list[Ints] = field(default_factory=list)
    amount: list[Ints] = field(default_factory=list)
    source: list[Ints] = field(default_factory=list)

    def add(self, household: Ints, person: Ints | int, month: Ints, kind: int, amount: Ints, source: int) -> None:
        """This function adds rows; those of nothing are left out."""
        some = amount > 0
        size = int(some.sum())
        self.household.append(household[some])
        self.person.append(person[some] if isinstance(person, np.ndarray) else np.full(size, person, dtype=np.int64))
        self.month.append(month[some])
        self.kind.append(np.full(size, kind, dtype=np.int64))
        self.amount.append(amount[some])
        self.source.append(np.full(size, source, dtype=np.int64))

    def joined(self) -> dict[str, Ints]:
        """This function returns the rows in the order of household, person, kind and month."""
        names = ("household", "person", "month", "kind", "amount", "source")
        columns = {name: np.concatenate(getattr(self, name)) for name in names}
        key = ((columns["household"] * 8 + columns["kind"]) * 64 + columns["month"]) * 32
        order = np.argsort(key + (columns["person"] + 1) % 32, kind="stable")
        return {name: column[order] for name, column in columns.items()}


@dataclass
class Means:
    """What households and persons earn in a year, in fen; the rows follow from it."""

    wage_month: Ints  # per person
    business: Ints
    cost: Ints
    rent: Ints
    dividend: Ints
    subsidy: Ints
    pension_month: Ints  # per person
    allowance_month: Ints
    aided_since: Ints
    support: Ints
    shock_months: Ints  # wages stopped so many months ago, 0 never
    net: Ints  # a year's net of the household without shock

    @property
    def workers(self) -> Ints:
        """The rows of the persons who work for wages."""
        return np.flatnonzero(self.wage_month > 0)


def growth(on: date) -> float:
    """This function returns what incomes of a day are to those of the base year."""
    return float(shape.INCOME_GROWTH ** (on.year - shape.BASE_YEAR))


def history_months(on: date) -> tuple[date, ...]:
    """This function returns the first days of the months that have income rows, the oldest first."""
    first = month_first(on)
    return tuple(months_add(first, step - shape.HISTORY_MONTHS + 1) for step in range(shape.HISTORY_MONTHS))


def means_draw(rng: np.random.Generator, kin: Kin, persons: Persons, standing: Standing, on: date) -> Means:
    """This function draws what everybody earns and moves each household to the level of its standing."""
    count, scale = kin.count, growth(on)
    prosperity = np.exp(rng.normal(0, 0.28, count))
    weak = persons.labour == LABOUR.index("WEAK")
    base = np.where(weak, shape.WAGE_WEAK, np.where(persons.work_place >= 2, shape.WAGE_AWAY, shape.WAGE_NEAR))
    wage = lognormal_fen(rng, base * scale * prosperity[kin.household], 0.25, kin.people)
    wage = np.where(persons.work_months > 0, wage // 1000 * 1000, 0)
    hands = np.bincount(kin.household, weights=np.isin(persons.labour, (0, 1, 2)), minlength=count)
    farms = (hands > 0) & chance(rng, 0.8, count)
    business = np.where(farms, lognormal_fen(rng, 4_200 * scale * prosperity, 0.7, count), 0) // 100 * 100
    cost = (business * rng.uniform(0.22, 0.5, count)).astype(np.int64) // 100 * 100
    was_poor = standing.poverty != POVERTY.index("NEVER")
    rent = np.where(chance(rng, 0.25, count), lognormal_fen(rng, 1_100 * scale, 0.6, count), 0) // 100 * 100
    dividend = np.where(was_poor & chance(rng, 0.7, count), rng.integers(300, 1_500, count) * 100, 0)
    subsidy = np.where(chance(rng, 0.85, count), rng.integers(180, 900, count) * 100, 0)
    pension = np.where((persons.years >= 60) & persons.is_insured, int(shape.PENSION_MONTH * scale) * 100, 0)
    allowance = _allowance(rng, kin, standing, scale)
    means = Means(
        wage_month=wage,
        business=business,
        cost=cost,
        rent=rent,
        dividend=dividend,
        subsidy=subsidy,
        pension_month=pension,
        allowance_month=allowance,
        aided_since=standing.aided_since,
        support=np.zeros(count, dtype=np.int64),
        shock_months=np.zeros(count, dtype=np.int64),
        net=np.zeros(count, dtype=np.int64),
    )
    _level(rng, kin, persons, standing, means, scale)
    shock = chance(rng, shape.SHARE_INCOME_SHOCK, count) | (standing.cause == CAUSES.index("EMPLOYMENT"))
    means.shock_months = np.where(shock, rng.integers(2, 8, count), 0)
    return means


def _allowance(rng: np.random.Generator, kin: Kin, standing: Standing, scale: float) -> Ints:
    per_head = rng.integers(*shape.DIBAO_MONTH, kin.count)
    heads = np.where(kin.size <= 2, kin.size, np.maximum(1, kin.size // 2))
    dibao = (per_head * heads * scale).astype(np.int64) * 100
    tekun = int(shape.TEKUN_MONTH * scale) * 100
    return np.select([standing.tekun >= 0, standing.is_dibao], [tekun, dibao], 0)


def _sum(kin: Kin, per_person: Ints) -> Ints:
    return np.rint(np.bincount(kin.household, weights=per_person, minlength=kin.count)).astype(np.int64)


def _level(
    rng: np.random.Generator, kin: Kin, persons: Persons, standing: Standing, means: Means, scale: float
) -> None:
    """This function moves earned income towards the level of the standing; what is missing comes from kin outside."""
    count = kin.count
    earned = _sum(kin, means.wage_month * np.maximum(persons.work_months, 0)) + means.business - means.cost
    fixed = (
        means.rent + means.dividend + means.subsidy + means.allowance_month * 12 + _sum(kin, means.pension_month) * 12
    )
    near = standing.is_unstable | standing.is_low_income | (standing.poverty == POVERTY.index("POOR"))
    near |= standing.is_dibao & chance(rng, 0.6, count)
    level = np.where(near, rng.uniform(*shape.WATCHED_BAND, count), rng.uniform(*shape.ORDINARY_FLOOR, count))
    target = (level * scale * 100).astype(np.int64) * kin.size
    is_poorer = near & (earned > 0)
    factor = np.clip((target - fixed) / np.maximum(earned, 1), 0.12, 2.5)
    factor = np.where(is_poorer, factor, 1.0)
    means.wage_month = (means.wage_month * factor[kin.household]).astype(np.int64) // 1000 * 1000
    means.business = (means.business * factor).astype(np.int64) // 100 * 100
    means.cost = (means.cost * factor).astype(np.int64) // 100 * 100
    earned = _sum(kin, means.wage_month * np.maximum(persons.work_months, 0)) + means.business - means.cost
    lacking = np.maximum(0, target - fixed - earned)
    means.support = np.where(standing.tekun >= 0, 0, lacking // 400 * 400)
    means.net = earned + fixed + means.support


def incomes_spread(rng: np.random.Generator, kin: Kin, persons: Persons, means: Means, on: date) -> dict[str, Ints]:
    """This function spreads a year's means over the months of the history."""
    months = history_months(on)
    workers = means.workers
    stopped = means.shock_months[kin.household[workers]]
    at_work = works_in(work_phases(rng, means), persons.work_months[workers], months)
    at_work &= np.arange(len(months))[None, :] <= (len(months) - 1 - stopped)[:, None]
    return months_fill(kin, means, months, at_work, business=np.ones((kin.count, len(months))))


def work_phases(rng: np.random.Generator, means: Means) -> Ints:
    """This function draws when in the year each worker's months of work begin."""
    return rng.integers(0, 12, len(means.workers))


def works_in(phase: Ints, work_months: Ints, months: tuple[date, ...]) -> Bools:
    """This function tells in which of the months each worker works: a row a worker, a column a month."""
    calendar = np.array([month.month for month in months])
    return np.asarray((calendar[None, :] + phase[:, None]) % 12 < work_months[:, None])


def months_fill(
    kin: Kin, means: Means, months: tuple[date, ...], at_work: Bools, *, business: Floats
) -> dict[str, Ints]:
    """This function makes the rows of some months: who is at work, and which share of the usual harvest there was."""
    rows = Incomes(months)
    calendar = np.array([month.month for month in months])
    households = np.arange(kin.count)
    for index in range(len(months)):
        some = means.workers[at_work[:, index]]
        rows.add(kin.household[some], some, np.full(len(some), index), _WAGE, means.wage_month[some], _LABOUR)
    wheat, sown = means.business * 45 // 100, means.cost * 45 // 100
    for harvest, reaped, cost in ((6, wheat, sown), (10, means.business - wheat, means.cost - sown)):
        _yearly(rows, households, reaped, harvest, _BUSINESS, _HOUSEHOLD, share=business)
        _yearly(rows, households, cost, harvest - 3, _COST, _HOUSEHOLD)
    _yearly(rows, households, means.rent, 12, _PROPERTY, _HOUSEHOLD)
    _yearly(rows, households, means.dividend, 12, _PROPERTY, _RURAL)
    _yearly(rows, households, means.subsidy, 5, _TRANSFER, _RURAL)
    old = np.flatnonzero(means.pension_month)
    for index in np.flatnonzero(calendar % 3 == 0).tolist():
        month = np.full(len(old), index)
        rows.add(kin.household[old], old, month, _TRANSFER, means.pension_month[old] * 3, _LABOUR)
        rows.add(households, -1, np.full(kin.count, index), _TRANSFER, means.support // 4, _HOUSEHOLD)
    aided = np.flatnonzero(means.allowance_month)
    for index, first in enumerate(rows.months):
        paid = aided[means.aided_since[aided] < day_number(months_add(first, 1))]
        rows.add(paid, -1, np.full(len(paid), index), _TRANSFER, means.allowance_month[paid], _CIVIL)
    return rows.joined()


def _yearly(
    rows: Incomes, households: Ints, amount: Ints, month: int, kind: int, source: int, *, share: Floats | None = None
) -> None:
    for index, first in enumerate(rows.months):
        if first.month == month:
            got = amount if share is None else (amount * share[:, index]).astype(np.int64)
            rows.add(households, -1, np.full(len(households), index), kind, got, source)


def net_of_window(incomes: dict[str, Ints], months: tuple[date, ...], count: int) -> Floats:
    """This function returns every household's net income in fen over the twelve full months before the last month."""
    inside = (incomes["month"] >= len(months) - 13) & (incomes["month"] < len(months) - 1)
    sign = np.select([incomes["kind"] == _COST, incomes["kind"] == _CLAIMS], [-1, 0], 1)
    weights = np.where(inside, incomes["amount"] * sign, 0)
    return np.bincount(incomes["household"], weights=weights, minlength=count).astype(np.float64)
