"""Shocks of a panel: which household is struck in which month, by what, how hard, and what of it reaches the files."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from shouwang.synth import events, shape, words
from shouwang.synth.blocks import Block
from shouwang.synth.draws import Bools, Floats, Ints, chance, lognormal_fen, one_in_group, pick
from shouwang.synth.persons import STUDENT, day_number
from shouwang.synth.standing import POVERTY

CAUSES = tuple(shape.SHOCKS_A_YEAR)
ILLNESS, STUDY, DISASTER, ACCIDENT, EMPLOYMENT = range(5)
_OLDER_PUPILS = [STUDENT.index(code) for code in ("SENIOR", "VOCATIONAL", "COLLEGE", "BACHELOR")]
_AUTUMN, _SUMMER = 9, (6, 7, 8)
_STAYS = (2, 4)  # stays in hospital of one grave illness, from and below
_FEE = (12_500, 0.35)


@dataclass
class Shocks:
    """A row a shock; month is the place in the panel, person −1 where the household is struck."""

    household: Ints
    person: Ints
    cause: Ints
    month: Ints
    day: Ints
    months: Ints  # for how long wages stop or payments go on

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.household)

    def of(self, *causes: int) -> Ints:
        """This function returns the rows of some causes."""
        return np.flatnonzero(np.isin(self.cause, causes))


def shocks_draw(rng: np.random.Generator, block: Block, village_hits: Bools, months: tuple[date, ...]) -> Shocks:
    """This function draws the shocks of every month after the first; `village_hits`: households by month."""
    parts: list[tuple[Ints, Ints, Ints, Ints]] = []
    watched = block.standing.is_watched | (block.standing.watch >= 0)
    tilt = np.where(watched, shape.SHOCK_TILT, 1.0)
    for index in range(1, len(months)):
        for cause, rate in enumerate(_rates(months[index].month)):
            members = _members(block, cause)
            subject = one_in_group(rng, block.kin.household, members, block.kin.count)
            if cause == DISASTER:
                struck = village_hits[:, index] & chance(rng, shape.SHARE_VILLAGE_STRUCK, block.kin.count)
                subject = np.full(block.kin.count, -1, dtype=np.int64)
            else:
                struck = chance(rng, rate * tilt, block.kin.count) & (subject >= 0)
            found = np.flatnonzero(struck)
            parts.append((found, subject[found], np.full(len(found), cause), np.full(len(found), index)))
    household, person, cause_, month = (np.concatenate(column) for column in zip(*parts, strict=True))
    first = np.array([day_number(month) for month in months])[month]
    days = np.array([(one.replace(day=28) - one).days + 1 for one in months])[month]
    bounds = np.array([shape.ILL_MONTHS, (1, 2), (1, 2), shape.HURT_MONTHS, shape.JOBLESS_MONTHS])[cause_]
    return Shocks(
        household=household, person=person, cause=cause_, month=month,
        day=first + np.where(cause_ == STUDY, rng.integers(0, 20, len(month)), rng.integers(0, days)),
        months=rng.integers(bounds[:, 0], bounds[:, 1]),
    )  # fmt: skip


def _rates(month: int) -> list[float]:
    """This function returns each cause's share of households in a month; fees fall due in autumn."""
    yearly = list(shape.SHOCKS_A_YEAR.values())
    rates = [rate / 12 for rate in yearly]
    rates[STUDY] = yearly[STUDY] if month == _AUTUMN else 0.0
    return rates


def village_hits(rng: np.random.Generator, villages: int, months: tuple[date, ...]) -> Bools:
    """This function draws which villages a disaster hits in which month: three times as often in summer."""
    a_month = shape.SHOCKS_A_YEAR["DISASTER"] / shape.SHARE_VILLAGE_STRUCK / 12
    season = np.array([2.0 if month.month in _SUMMER else 2 / 3 for month in months])
    hits: Bools = rng.random((villages, len(months))) < a_month * season[None, :]
    hits[:, 0] = False
    return hits


def _members(block: Block, cause: int) -> Bools:
    who = block.persons
    if cause == STUDY:
        return np.isin(who.student, _OLDER_PUPILS)
    if cause == EMPLOYMENT:
        return block.means.wage_month > 0
    if cause == ACCIDENT:
        return (who.years >= 10) & (who.years < 75)
    return (who.years >= 18) & ~who.is_serious


def spending_of(rng: np.random.Generator, block: Block, shocks: Shocks, end: int) -> dict[str, Ints]:
    """This function returns the spending the shocks bring by the last day, with the shock of each row."""
    rows = [_stays(rng, block, shocks), _fees(rng, shocks), _damage(rng, shocks), _injuries(rng, block, shocks)]
    table = {name: np.concatenate([part[name] for part in rows]).astype(np.int64) for name in rows[0]}
    kept = table["day"] <= end
    table = {name: column[kept] for name, column in table.items()}
    table["self_paid"] = table["gross"] - table["reimbursed"]
    table["household"] = shocks.household[table["shock"]]
    table["person"] = shocks.person[table["shock"]]
    return table


def _rows(shock: Ints, day: Ints, gross: Ints, rate: Floats, cause: str, source: str, detail: Ints) -> dict[str, Ints]:
    size = len(shock)
    return {
        "shock": shock, "day": day, "gross": gross, "reimbursed": (gross * rate).astype(np.int64), "detail": detail,
        "cause": np.full(size, events.SPENDING_CAUSES.index(cause)),
        "source": np.full(size, events.SPENDING_SOURCES.index(source)),
    }  # fmt: skip


def _helped(block: Block, household: Ints) -> Bools:
    was_poor = block.standing.poverty != POVERTY.index("NEVER")
    return np.asarray((was_poor | block.standing.is_dibao)[household])


def _stays(rng: np.random.Generator, block: Block, shocks: Shocks) -> dict[str, Ints]:
    found = shocks.of(ILLNESS)
    stays = rng.integers(*_STAYS, len(found))
    shock = np.repeat(found, stays)
    number = np.arange(len(shock)) - np.repeat(np.cumsum(stays) - stays, stays)
    size = len(shock)
    helped = _helped(block, shocks.household[shock])
    rate = np.where(helped, rng.uniform(0.7, 0.9, size), rng.uniform(0.45, 0.68, size))
    rate = rate * block.persons.is_insured[shocks.person[shock]]
    child = block.persons.years[shocks.person[found]] < 15
    disease = np.where(
        child, rng.integers(words.CHILD_DISEASES_FROM, events.PLAIN_FROM, len(found)),
        pick(rng, words.SERIOUS_WEIGHTS, len(found)),
    )  # fmt: skip
    day = shocks.day[shock] + number * rng.integers(24, 45, size)
    gross = lognormal_fen(rng, *shape.STAY_SERIOUS, size)
    return _rows(shock, day, gross, rate, "ILLNESS", "medical_insurance", np.repeat(disease, stays))


def _fees(rng: np.random.Generator, shocks: Shocks) -> dict[str, Ints]:
    shock = shocks.of(STUDY)
    gross = lognormal_fen(rng, *_FEE, len(shock)) // 5000 * 5000
    detail = events.STUDY_FROM + pick(rng, [70, 18, 12], len(shock))
    return _rows(shock, shocks.day[shock], gross, np.zeros(len(shock)), "STUDY", "education", detail)


def _damage(rng: np.random.Generator, shocks: Shocks) -> dict[str, Ints]:
    shock = shocks.of(DISASTER)
    median, spread = shape.DISASTER_COST
    gross = lognormal_fen(rng, median * 1.6, spread, len(shock))
    rate = np.where(chance(rng, 0.4, len(shock)), 0.3, 0.0)
    detail = events.DISASTER_FROM + rng.integers(0, 2, len(shock))
    return _rows(shock, shocks.day[shock], gross, rate, "DISASTER", "emergency", detail)


def _injuries(rng: np.random.Generator, block: Block, shocks: Shocks) -> dict[str, Ints]:
    shock = shocks.of(ACCIDENT)
    median, spread = shape.ACCIDENT_COST
    gross = lognormal_fen(rng, median * 2, spread, len(shock))
    helped = _helped(block, shocks.household[shock])
    rate = np.where(helped, rng.uniform(0.3, 0.7, len(shock)), rng.uniform(0.1, 0.6, len(shock)))
    detail = events.ACCIDENT_FROM + pick(rng, [50, 20, 12, 10, 8], len(shock))
    return _rows(shock, shocks.day[shock], gross, rate, "ACCIDENT", "public_security", detail)


def wages_stopped(block: Block, shocks: Shocks, months: int) -> Bools:
    """This function tells which workers (in their order) earn nothing in which month of the panel."""
    place = np.full(block.kin.people, -1, dtype=np.int64)
    place[block.means.workers] = np.arange(len(block.means.workers))
    stopped = np.zeros((len(block.means.workers), months), dtype=np.bool_)
    found = shocks.of(ILLNESS, ACCIDENT, EMPLOYMENT)
    worker = place[shocks.person[found]]
    for later in range(int(shocks.months[found].max(initial=0))):
        month = shocks.month[found] + later
        hit = (worker >= 0) & (shocks.months[found] > later) & (month < months)
        stopped[worker[hit], month[hit]] = True
    return stopped


def harvests(block: Block, shocks: Shocks, months: int, rng: np.random.Generator) -> Floats:
    """This function returns the share of the usual harvest each household reaps, by month: less for half a year."""
    share = np.ones((block.kin.count, months))
    found = shocks.of(DISASTER)
    left = rng.uniform(0.0, 0.6, len(found))
    for later in range(6):
        month = shocks.month[found] + later
        inside = month < months
        np.minimum.at(share, (shocks.household[found][inside], month[inside]), left[inside])
    return share
