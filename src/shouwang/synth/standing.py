"""What a household stands in: poor once or never, watched or not, allowances, and the cause it suffers from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from shouwang.kit.codes import PovertyStatus, WatchType
from shouwang.synth import shape
from shouwang.synth.draws import Bools, Ints, chance, one_in_group, pick
from shouwang.synth.households import Kin
from shouwang.synth.persons import STUDENT, Persons, day_number

POVERTY = tuple(PovertyStatus)
WATCH = tuple(WatchType)
CAUSES = tuple(shape.CAUSE_SHARES)
_NEVER, _POOR, _EXITED = range(3)
_UNSTABLE, _MARGINAL, _SUDDEN = range(3)
_COSTLY_SCHOOLS = [STUDENT.index(code) for code in ("SENIOR", "VOCATIONAL", "COLLEGE", "BACHELOR", "GRADUATE")]


@dataclass
class Standing:
    """Columns of the households; -1 is none, days count from 1970-01-01."""

    poverty: Ints
    watch: Ints
    identified: Ints
    removed: Ints
    is_unstable: Bools
    is_low_income: Bools
    is_dibao: Bools
    tekun: Ints  # 0 dispersed, 1 central
    aided_since: Ints  # first day of the allowance
    cause: Ints
    is_active: Bools  # the cause cost money within the history
    housing_safe: Ints  # 0 no, 1 yes, 2 unknown
    water_safe: Ints

    @property
    def is_watched(self) -> Bools:
        """This function tells which households some policy looks at."""
        return self.is_unstable | self.is_low_income | self.is_dibao | (self.tekun >= 0) | (self.poverty == _POOR)

    @property
    def needs(self) -> Bools:
        """This function tells which households got their cause planted."""
        return self.cause >= 0


def frail_draw(rng: np.random.Generator, kin: Kin) -> Bools:
    """This function marks the households in which illness is more frequent."""
    return chance(rng, 0.12, kin.count)


def standing_draw(rng: np.random.Generator, kin: Kin, persons: Persons, frail: Bools, on: date) -> Standing:
    """This function draws what every household stands in; frail ones and those with costly pupils are poorer."""
    count = kin.count
    has_pupil = np.zeros(count, dtype=bool)
    has_pupil[kin.household[np.isin(persons.student, _COSTLY_SCHOOLS)]] = True
    tilt = np.where(frail, 2.6, 0.78) * np.where(has_pupil, 2.1, 0.88)
    oldest_years = np.zeros(count, dtype=np.int64)
    np.maximum.at(oldest_years, kin.household, persons.years)
    poor = chance(rng, shape.SHARE_POOR * tilt, count)
    exited = ~poor & chance(rng, shape.SHARE_EXITED * tilt, count)
    poverty = np.select([poor, exited], [_POOR, _EXITED], _NEVER)
    unstable = exited & chance(rng, shape.SHARE_UNSTABLE_OF_EXITED, count)
    low = (poverty == _NEVER) & chance(rng, shape.SHARE_LOW_INCOME * tilt, count)
    lonely = (kin.size == 1) & (oldest_years >= 60)
    tekun = np.where(lonely & chance(rng, shape.SHARE_TEKUN_OF_LONELY_OLD, count), pick(rng, [88, 12], count), -1)
    dibao_share = np.where(exited, shape.SHARE_DIBAO_OF_EXITED, shape.SHARE_DIBAO * tilt)
    dibao = (tekun < 0) & (poor | chance(rng, dibao_share, count))
    sudden = (poverty == _NEVER) & ~low & chance(rng, shape.SHARE_SUDDEN, count)
    listed_low = low & chance(rng, 0.6, count)
    watch = np.select([unstable, listed_low, sudden], [_UNSTABLE, _MARGINAL, _SUDDEN], -1)
    today = day_number(on)
    identified = np.where(watch >= 0, today - rng.integers(20, 900, count), -1)
    long_ago = (watch >= 0) & (today - identified > 400)
    is_removed = long_ago & chance(rng, shape.SHARE_REMOVED * 1.8, count)
    removed = np.where(is_removed, np.minimum(identified + rng.integers(183, 380, count), today - 5), -1)
    return Standing(
        poverty=poverty,
        watch=watch,
        identified=identified,
        removed=removed,
        is_unstable=unstable & ~is_removed,
        is_low_income=low & ~is_removed,
        is_dibao=dibao,
        tekun=tekun,
        aided_since=today - rng.integers(15, 2_600, count),
        cause=np.full(count, -1, dtype=np.int64),
        is_active=chance(rng, shape.SHARE_CAUSE_ACTIVE, count),
        housing_safe=pick(rng, [0.4, 99.3, 0.3], count),
        water_safe=pick(rng, [0.3, 99.4, 0.3], count),
    )


def causes_plant(rng: np.random.Generator, kin: Kin, persons: Persons, standing: Standing) -> Ints:
    """This function gives watched households their cause in the published shares and makes the members fit it.

    Returns the row of the member the cause concerns, -1 where it concerns the household.
    """
    count = kin.count
    needy = standing.is_watched | (standing.watch >= 0)
    pupil = one_in_group(rng, kin.household, np.isin(persons.student, _COSTLY_SCHOOLS), count)
    worker = one_in_group(rng, kin.household, persons.work_months > 0, count)
    adult = one_in_group(rng, kin.household, persons.years >= 18, count)
    others = [0.0 if name == "STUDY" else share for name, share in shape.CAUSE_SHARES.items()]
    cause = pick(rng, others, count)
    study, employment, illness = CAUSES.index("STUDY"), CAUSES.index("EMPLOYMENT"), CAUSES.index("ILLNESS")
    # Only a household with a costly pupil can suffer from study: those take the share of all of them.
    can_study = needy & (pupil >= 0)
    share = shape.CAUSE_SHARES["STUDY"] * needy.sum() / max(1, can_study.sum())
    cause[can_study & chance(rng, min(1.0, share), count)] = study
    cause[(cause == employment) & (worker < 0)] = illness
    cause[(adult < 0) & (cause != study)] = CAUSES.index("DISASTER")
    standing.cause = np.where(needy, cause, -1)
    subject = np.select([cause == study, cause == employment], [pupil, worker], adult)
    subject = np.where(needy & (cause != CAUSES.index("DISASTER")), subject, -1)
    _fit_illness(persons, subject, standing, illness)
    _fit_disability(rng, persons, subject[standing.cause == CAUSES.index("DISABILITY")])
    return subject


def _fit_illness(persons: Persons, subject: Ints, standing: Standing, illness: int) -> None:
    """This function makes who is the cause gravely ill where it costs money now, chronically ill elsewhere."""
    acute = subject[(standing.cause == illness) & standing.is_active]
    lasting = subject[(standing.cause == illness) & ~standing.is_active]
    persons.is_serious[acute], persons.is_chronic[acute] = True, False
    persons.is_chronic[lasting] = ~persons.is_serious[lasting]


def _fit_disability(rng: np.random.Generator, persons: Persons, rows: Ints) -> None:
    fresh = rows[~persons.is_disabled[rows]]
    persons.is_disabled[fresh] = True
    persons.category[fresh] = pick(rng, [12, 15, 1.5, 45, 9, 10, 7.5], len(fresh)) + 1
    persons.grade[fresh] = pick(rng, [13, 27, 28, 32], len(fresh)) + 1
    grave = rows[persons.grade[rows] <= 2]
    at_work = grave[persons.student[grave] < 0]
    persons.labour[at_work] = 3
    persons.work_place[at_work] = -1
    persons.work_months[at_work] = -1
