"""What a back-test says of a candidate: shares with intervals, lead times, visits; and which candidate is best."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from shouwang.kit.errors import Refusal

Z95 = 1.959963984540054  # the normal quantile of a two-sided interval of 95 %
WEEK_DAYS = 7


@dataclass(frozen=True)
class Terms:
    """How things are counted: months a warning may precede hardship, months a household rests, match by cause."""

    window_months: int = 6
    rest_months: int = 12
    by_cause: bool = False

    def __post_init__(self) -> None:
        if self.window_months < 1 or self.rest_months < 1:
            raise Refusal("观察期和静候期都至少是 1 个月。")


@dataclass(frozen=True)
class Hardship:
    """A household that fell into hardship on a day; an empty cause is not known and fits no cause."""

    household: int
    on: date
    cause: str = ""


@dataclass(frozen=True)
class Share:
    """So many of so many, with Wilson's interval of 95 %."""

    part: int
    whole: int

    @property
    def value(self) -> float | None:
        """The share, None of nothing."""
        return self.part / self.whole if self.whole else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Wilson's interval (1927), None of nothing; it keeps inside [0, 1] and holds for few cases, too."""
        if not self.whole:
            return None
        n, p, z2 = self.whole, self.part / self.whole, Z95 * Z95
        middle = (p + z2 / (2 * n)) / (1 + z2 / n)
        half = Z95 / (1 + z2 / n) * math.sqrt(p * (1 - p) / n + z2 / (4 * n * n))
        # At the ends the bound is exact; rounding must not move it past the share itself.
        low = 0.0 if self.part == 0 else middle - half
        return low, 1.0 if self.part == n else middle + half


@dataclass(frozen=True)
class Score:
    """What one candidate would have done; `lead_days` holds the quartiles of those found in time, None without any."""

    found: Share  # hardships warned of before, of all that can be judged
    found_late: int  # warned of only on the day or after
    missed: int  # not warned of at all
    lead_days: tuple[int, int, int] | None
    false: Share  # warnings that no hardship followed or preceded, of all that can be judged
    early: int  # warnings followed by hardship
    late: int  # warnings of households that had fallen already
    unjudged: int  # warnings too young to be judged
    standing: int  # households warned at the first snapshot: nobody knows since when
    visits: int  # households to be visited, those of the first snapshot included
    visits_by_snapshot: tuple[int, ...]
    visits_a_week: float  # of the visits after the first snapshot
    visits_a_week_most: float  # in the busiest span between two snapshots


@dataclass(frozen=True)
class Hindsight:
    """The scores of all candidates, in their order, and what they rest on."""

    days: tuple[date, ...]
    until: date
    terms: Terms
    missing_months: tuple[date, ...]
    hardships: int
    hardships_judged: int
    scores: tuple[Score, ...]

    @property
    def weeks(self) -> float:
        """The weeks between the first and the last snapshot."""
        return (self.days[-1] - self.days[0]).days / WEEK_DAYS


def month_number(day: date) -> int:
    """This function numbers months so that neighbours differ by one."""
    return day.year * 12 + day.month - 1


def months_needed(terms: Terms) -> int:
    """This function returns how many monthly snapshots are the least: one before, the window, one to be judged."""
    return terms.window_months + 2


def missing_months(days: Sequence[date]) -> tuple[date, ...]:
    """This function returns the first days of the months between the first and the last day that have no day."""
    months = {month_number(day) for day in days}
    lacking = [number for number in range(min(months), max(months)) if number not in months] if months else []
    return tuple(date(number // 12, number % 12 + 1, 1) for number in lacking)


def enough_check(days: Sequence[date], terms: Terms) -> None:
    """This function refuses days out of order or too few: they must span the months a judgement takes."""
    if any(later <= earlier for earlier, later in pairwise(days)):
        raise Refusal("快照的日期要从早到晚，不能重复。")
    span = month_number(days[-1]) - month_number(days[0]) + 1 if days else 0
    if span < months_needed(terms):
        raise Refusal(
            f"观察期是 {terms.window_months} 个月，至少要有前后 {months_needed(terms)} 个月的快照才能回测，"
            f"现有 {span} 个月。"
        )


def quartiles(sorted_: Sequence[int]) -> tuple[int, int, int] | None:
    """This function returns the smallest values that a quarter, a half, three quarters do not exceed; None of none."""
    if not len(sorted_):
        return None
    low, middle, high = (int(sorted_[-(-len(sorted_) * part // 4) - 1]) for part in (1, 2, 3))
    return low, middle, high


def best_for(scores: Sequence[Score], visits: float) -> int | None:
    """This function returns the candidate that finds most in time within so many visits a week; None: none is within.

    Among equals the one with fewer false warnings, then with fewer visits, then the first.
    """
    within = [number for number, score in enumerate(scores) if score.visits_a_week <= visits]
    if not within:
        return None

    def rank(number: int) -> tuple[float, float, float, int]:
        score = scores[number]
        return (-(score.found.value or 0.0), score.false.value or 0.0, score.visits_a_week, number)

    return min(within, key=rank)
