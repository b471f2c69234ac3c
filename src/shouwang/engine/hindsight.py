"""Hindsight: what candidates of a policy would have found, missed and cost over months whose outcome is known.

Works on who would have been warned at each snapshot and on who fell into hardship when; knows no rule and no file.
The definitions stand in docs/algorithms/backtest.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from shouwang.engine.scores import (
    WEEK_DAYS,
    Hardship,
    Hindsight,
    Score,
    Share,
    Terms,
    enough_check,
    missing_months,
    month_number,
    quartiles,
)

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Flags:
    """Who is warned of under one candidate: a row a household (index), cause (index) and snapshot (index)."""

    household: Ints
    cause: Ints
    snapshot: Ints


@dataclass(frozen=True)
class Past:
    """The snapshots' days, the hardships known until a day, and the households and causes that have an index."""

    days: tuple[date, ...]
    until: date
    households: Ints  # sorted keys
    causes: tuple[str, ...]
    hardships: tuple[Hardship, ...]
    terms: Terms

    @cached_property
    def months(self) -> Ints:
        """The number of each snapshot's month."""
        return np.array([month_number(day) for day in self.days], dtype=np.int64)

    @cached_property
    def last_full_month(self) -> int:
        """The number of the last month whose outcome is wholly known."""
        return month_number(self.until + timedelta(days=1)) - 1

    @cached_property
    def width(self) -> int:
        """How many units a household has: one, or one a cause."""
        return len(self.causes) if self.terms.by_cause else 1

    def units(self, household: Ints, cause: Ints) -> Ints:
        """This function numbers what a hardship and a warning must share: the household, or household and cause."""
        return household * len(self.causes) + cause if self.terms.by_cause else household

    @cached_property
    def events(self) -> tuple[Ints, Ints, Ints]:
        """The unit, day and month of each hardship known by the end, each once; unit −1 is never warned of."""
        place = {cause: number for number, cause in enumerate(self.causes)}
        asked = {
            (one.household, one.on, one.cause if self.terms.by_cause else "")
            for one in self.hardships
            if one.on <= self.until
        }
        rows = sorted(asked)
        key = np.array([household for household, _, _ in rows], dtype=np.int64)
        where = np.searchsorted(self.households, key)
        known = (where < len(self.households)) & (
            self.households[np.minimum(where, max(len(self.households) - 1, 0))] == key
            if len(self.households)
            else np.zeros(len(key), dtype=np.bool_)
        )
        cause = np.array([place.get(cause, -1) for _, _, cause in rows], dtype=np.int64)
        if self.terms.by_cause:
            known &= cause >= 0
        unit = np.where(known, self.units(where, cause), -1)
        day = np.array([on.toordinal() for _, on, _ in rows], dtype=np.int64)
        month = np.array([month_number(on) for _, on, _ in rows], dtype=np.int64)
        return unit.astype(np.int64), day, month


class _Judge:
    """What the outcome says of a warning of any unit at any snapshot, and of any hardship; the same for everybody."""

    def __init__(self, past: Past) -> None:
        self.past = past
        self.days = np.array([day.toordinal() for day in past.days], dtype=np.int64)
        unit, day, month = past.events
        window = past.terms.window_months
        apart = month[:, None] - past.months[None, :]
        self.before = (self.days[None, :] < day[:, None]) & (apart <= window)
        self.after = (self.days[None, :] >= day[:, None]) & (apart >= -window)
        self.is_judged = month - past.months[0] >= window
        shape = (len(past.households) * past.width, len(past.days))
        self.is_early, self.is_late = np.zeros(shape, dtype=np.bool_), np.zeros(shape, dtype=np.bool_)
        named = unit >= 0
        np.logical_or.at(self.is_early, unit[named], self.before[named])
        np.logical_or.at(self.is_late, unit[named], self.after[named])
        # A warning is judged once its window has passed, whatever came of it until then: to count early successes and
        # not the failures that take longer to show would flatter every candidate.
        self.is_ripe = past.last_full_month - past.months >= window
        self.is_ripe[0] = False

    def openings(self, warned: Bools) -> Bools:
        """This function tells where a warning opens: warned, and nothing opened within the months of rest."""
        opened = np.zeros_like(warned)
        last = np.full(len(warned), np.iinfo(np.int64).min // 2, dtype=np.int64)
        for number, month in enumerate(self.past.months.tolist()):
            opens = warned[:, number] & (month - last >= self.past.terms.rest_months)
            opened[:, number] = opens
            last[opens] = month
        return opened

    def score(self, flags: Flags) -> Score:
        """This function scores one candidate."""
        past = self.past
        rows = (len(past.households), len(past.days))
        by_household = np.zeros(rows, dtype=np.bool_)
        by_household[flags.household, flags.snapshot] = True
        visits = self.openings(by_household)
        warned, opened = by_household, visits
        if past.terms.by_cause:
            warned = np.zeros((rows[0] * past.width, rows[1]), dtype=np.bool_)
            warned[past.units(flags.household, flags.cause), flags.snapshot] = True
            opened = self.openings(warned)
        counts = visits.sum(axis=0)
        spans = np.diff(self.days) / WEEK_DAYS
        return Score(
            **self._of_hardships(warned),
            **self._of_warnings(opened),
            visits=int(counts.sum()),
            visits_by_snapshot=tuple(counts.tolist()),
            visits_a_week=float(counts[1:].sum() / spans.sum()),
            visits_a_week_most=float((counts[1:] / spans).max()),
        )

    def _of_hardships(self, warned: Bools) -> dict[str, Any]:
        unit, day, _ = self.past.events
        seen = np.zeros(self.before.shape, dtype=np.bool_)
        seen[unit >= 0] = warned[unit[unit >= 0]]
        before, after = seen & self.before, seen & self.after
        judged = self.is_judged
        in_time = before.any(axis=1) & judged
        is_late = after.any(axis=1) & judged & ~in_time
        lead = np.sort(day[in_time] - self.days[before[in_time].argmax(axis=1)])
        return {
            "found": Share(int(in_time.sum()), int(judged.sum())),
            "found_late": int(is_late.sum()),
            "missed": int((judged & ~in_time & ~is_late).sum()),
            "lead_days": quartiles(lead.tolist()),
        }

    def _of_warnings(self, opened: Bools) -> dict[str, Any]:
        judged = opened & self.is_ripe
        early = judged & self.is_early
        late = judged & self.is_late & ~early
        counts = [int(one.sum()) for one in (judged, early, late)]
        standing = int(opened[:, 0].sum())
        return {
            "false": Share(counts[0] - counts[1] - counts[2], counts[0]),
            "early": counts[1],
            "late": counts[2],
            "unjudged": int(opened.sum()) - standing - counts[0],
            "standing": standing,
        }


def hindsight(past: Past, candidates: Sequence[Flags]) -> Hindsight:
    """This function scores candidates over the past; raises Refusal when the months do not suffice."""
    enough_check(past.days, past.terms)
    judge = _Judge(past)
    return Hindsight(
        days=past.days,
        until=past.until,
        terms=past.terms,
        missing_months=missing_months(past.days),
        hardships=len(past.events[0]),
        hardships_judged=int(judge.is_judged.sum()),
        scores=tuple(judge.score(flags) for flags in candidates),
    )
