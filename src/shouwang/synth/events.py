"""What befalls households: stays in hospital, school fees, disasters, accidents, rehabilitation."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import numpy as np

from shouwang.synth import shape, words
from shouwang.synth.draws import Bools, Ints, chance, lognormal_fen, pick
from shouwang.synth.households import Kin
from shouwang.synth.incomes import history_months
from shouwang.synth.persons import STUDENT, Persons, day_number
from shouwang.synth.standing import CAUSES, POVERTY, Standing

SPENDING_CAUSES = ("ILLNESS", "STUDY", "DISASTER", "ACCIDENT", "DISABILITY", "OTHER")
SPENDING_SOURCES = ("medical_insurance", "education", "emergency", "public_security", "disabled", "housing")
DETAILS = (
    *words.SERIOUS_DISEASES, *words.PLAIN_DISEASES, *words.STUDY_DETAILS, *words.DISASTERS, *words.ACCIDENTS,
    "康复训练",
)  # fmt: skip
PLAIN_FROM = len(words.SERIOUS_DISEASES)
STUDY_FROM = PLAIN_FROM + len(words.PLAIN_DISEASES)
DISASTER_FROM = STUDY_FROM + len(words.STUDY_DETAILS)
ACCIDENT_FROM = DISASTER_FROM + len(words.DISASTERS)
REHABILITATION = len(DETAILS) - 1
_ILLNESS, _STUDY, _DISASTER, _ACCIDENT, _DISABILITY, _OTHER = range(6)


@dataclass
class Spending:
    """Rows of the spending table; person -1 where the household paid, -1 in reimbursed and self-paid is unknown."""

    first_day: int
    last_day: int
    columns: dict[str, list[Ints]] = field(default_factory=dict)

    def add(self, **columns: Ints) -> None:
        """This function adds rows; columns: household, person, cause, day, gross, reimbursed, detail, source."""
        for name, column in columns.items():
            self.columns.setdefault(name, []).append(column)

    def joined(self) -> dict[str, Ints]:
        """This function returns the rows in the order of household and day, with the self-paid sum."""
        table = {name: np.concatenate(parts).astype(np.int64) for name, parts in self.columns.items()}
        order = np.lexsort((table["cause"], table["day"], table["household"]))
        table = {name: column[order] for name, column in table.items()}
        table["self_paid"] = table["gross"] - table["reimbursed"]
        return table


def spending_draw(
    rng: np.random.Generator, kin: Kin, persons: Persons, standing: Standing, subject: Ints, hit: Bools, on: date
) -> dict[str, Ints]:
    """This function draws the spending events of the history; `hit` marks households of villages a disaster struck."""
    rows = Spending(day_number(history_months(on)[0]), day_number(on))

    def planted(name: str) -> Ints:
        return subject[standing.is_active & (standing.cause == CAUSES.index(name))]

    _illness(rng, rows, kin, persons, standing, planted("ILLNESS"))
    _study(rng, rows, kin, persons, planted("STUDY"))
    _disaster(rng, rows, kin, np.flatnonzero(standing.is_active & (standing.cause == CAUSES.index("DISASTER"))), hit)
    _accident(rng, rows, kin, persons, planted("ACCIDENT"))
    _rehabilitation(rng, rows, kin, persons, planted("DISABILITY"))
    table = rows.joined()
    _round_some(rng, table)
    unknown = chance(rng, 0.015, len(table["day"])) & (table["cause"] == _ILLNESS)
    table["is_unsettled"] = unknown.astype(np.int64)
    return table


def _days(rng: np.random.Generator, rows: Spending, size: int) -> Ints:
    return rng.integers(rows.first_day, rows.last_day + 1, size)


def _illness(
    rng: np.random.Generator, rows: Spending, kin: Kin, persons: Persons, standing: Standing, planted: Ints
) -> None:
    probability = np.select([persons.is_serious, persons.is_chronic, persons.years >= 65], [0.55, 0.16, 0.12], 0.03)
    stays = (rng.random(kin.people) < probability).astype(np.int64)
    stays += persons.is_serious & chance(rng, 0.3, kin.people)
    stays[planted[planted >= 0]] = np.maximum(stays[planted[planted >= 0]], 1)
    who = np.repeat(np.arange(kin.people), stays)
    size = len(who)
    serious = persons.is_serious[who]
    gross = np.where(
        serious,
        lognormal_fen(rng, *shape.STAY_SERIOUS, size),
        lognormal_fen(rng, *shape.STAY_PLAIN, size),
    )
    helped = (standing.poverty[kin.household[who]] != POVERTY.index("NEVER")) | standing.is_dibao[kin.household[who]]
    rate = np.where(helped, rng.uniform(0.72, 0.92, size), rng.uniform(0.48, 0.7, size))
    rate *= persons.is_insured[who]
    rows.add(
        household=kin.household[who], person=who, cause=np.full(size, _ILLNESS), day=_days(rng, rows, size),
        gross=gross,
        reimbursed=(gross * rate).astype(np.int64), detail=_diseases(rng, persons)[who],
        source=np.zeros(size, dtype=np.int64),
    )  # fmt: skip


def _diseases(rng: np.random.Generator, persons: Persons) -> Ints:
    """This function draws what a person would go to hospital for, the same each time."""
    size = len(persons.years)
    grown = pick(rng, words.SERIOUS_WEIGHTS, size)
    child = rng.integers(words.CHILD_DISEASES_FROM, PLAIN_FROM, size)
    plain = PLAIN_FROM + rng.integers(0, len(words.PLAIN_DISEASES), size)
    return np.where(persons.is_serious, np.where(persons.years < 15, child, grown), plain)


def _study(rng: np.random.Generator, rows: Spending, kin: Kin, persons: Persons, planted: Ints) -> None:
    """This function gives pupils above compulsory school their yearly fees at the start of the school year."""
    fees = {"SENIOR": 3_200, "VOCATIONAL": 3_000, "COLLEGE": 9_500, "BACHELOR": 9_800, "GRADUATE": 11_000}
    median = np.zeros(len(STUDENT))
    for name, fee in fees.items():
        median[STUDENT.index(name)] = fee
    who = np.flatnonzero((persons.student >= 0) & (median[persons.student] > 0))
    who = who[np.isin(who, planted) | chance(rng, 0.5, len(who))]
    is_planted = np.isin(who, planted)
    size = len(who)
    kind = np.where(is_planted, pick(rng, [60, 25, 15], size), pick(rng, [86, 9, 5], size))
    gross = lognormal_fen(rng, median[persons.student[who]] * np.array([1.0, 1.5, 2.6])[kind], 0.3, size) // 5000 * 5000
    aid = np.where(chance(rng, 0.2, size), 200_000, 0)
    autumn = [day_number(date(year, 9, 1)) for year in range(1990, 2101)]
    starts = np.array([day for day in autumn if rows.first_day <= day <= rows.last_day] or [rows.first_day])
    rows.add(
        household=kin.household[who], person=who, cause=np.full(size, _STUDY),
        day=np.minimum(starts[-1] + rng.integers(0, 20, size), rows.last_day), gross=gross,
        reimbursed=np.minimum(aid, gross), detail=STUDY_FROM + kind, source=np.ones(size, dtype=np.int64),
    )  # fmt: skip


def _disaster(rng: np.random.Generator, rows: Spending, kin: Kin, planted: Ints, hit: Bools) -> None:
    struck = hit & chance(rng, 0.12, kin.count)
    struck[planted] = True
    who = np.flatnonzero(struck)
    size = len(who)
    gross = lognormal_fen(rng, *shape.DISASTER_COST, size)
    day = _days(rng, rows, size)
    month = day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12
    is_summer = (month >= 5) & (month <= 7)
    kind = np.where(is_summer, rng.integers(0, 2, size), rng.integers(2, len(words.DISASTERS), size))
    rows.add(
        household=who, person=np.full(size, -1), cause=np.full(size, _DISASTER), day=day, gross=gross,
        reimbursed=(gross * np.where(chance(rng, 0.4, size), 0.3, 0)).astype(np.int64), detail=DISASTER_FROM + kind,
        source=np.full(size, 2),
    )  # fmt: skip


def _accident(rng: np.random.Generator, rows: Spending, kin: Kin, persons: Persons, planted: Ints) -> None:
    befell = (persons.years >= 10) & chance(rng, 0.0012, kin.people)
    befell[planted[planted >= 0]] = True
    who = np.flatnonzero(befell)
    size = len(who)
    gross = lognormal_fen(rng, *shape.ACCIDENT_COST, size)
    rows.add(
        household=kin.household[who], person=who, cause=np.full(size, _ACCIDENT), day=_days(rng, rows, size),
        gross=gross, reimbursed=(gross * rng.uniform(0.1, 0.6, size)).astype(np.int64),
        detail=ACCIDENT_FROM + pick(rng, [50, 20, 12, 10, 8], size), source=np.full(size, 3),
    )  # fmt: skip


def _rehabilitation(rng: np.random.Generator, rows: Spending, kin: Kin, persons: Persons, planted: Ints) -> None:
    trains = persons.is_disabled & (persons.grade <= 2) & chance(rng, 0.06, kin.people)
    trains[planted[planted >= 0]] = True
    who = np.flatnonzero(trains)
    size = len(who)
    gross = lognormal_fen(rng, *shape.REHABILITATION_COST, size)
    rows.add(
        household=kin.household[who], person=who, cause=np.full(size, _DISABILITY), day=_days(rng, rows, size),
        gross=gross, reimbursed=(gross * rng.uniform(0.2, 0.6, size)).astype(np.int64),
        detail=np.full(size, REHABILITATION), source=np.full(size, 4),
    )  # fmt: skip


def _round_some(rng: np.random.Generator, table: dict[str, Ints]) -> None:
    """This function makes some self-paid sums whole thousands and some one fen more: people round, and so do lines."""
    size = len(table["day"])
    round_to = np.maximum(1, np.rint(table["self_paid"] / 500_000)).astype(np.int64) * 500_000
    chosen = chance(rng, shape.SHARE_ROUND_AMOUNTS, size)
    more = chance(rng, 0.5, size).astype(np.int64)
    table["self_paid"] = np.where(chosen, round_to + more, table["self_paid"])
    table["gross"] = table["reimbursed"] + table["self_paid"]


def villages_hit(rng: np.random.Generator, villages: int) -> Bools:
    """This function draws the villages that a disaster struck."""
    return chance(rng, 0.02, villages)
