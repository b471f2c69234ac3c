"""Working days over a calendar given as data; the seed is the published Chinese calendar to the end of 2026."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

import chinese_calendar.constants as seed_days

SEED_SOURCE = "国务院办公厅历年节假日安排（chinesecalendar）"


@dataclass(frozen=True)
class Deadline:
    """A day a clock runs out; provisional where it was counted over days no published calendar covers."""

    day: date
    is_provisional: bool


@dataclass(frozen=True)
class WorkCalendar:
    """Days that differ from "Monday to Friday work", true meaning work, for [first, last]; outside it weekdays hold."""

    exceptions: Mapping[date, bool] = field(repr=False)
    first: date
    last: date
    source: str

    def is_working(self, day: date) -> bool:
        """This function tells whether a day is a working day."""
        known = self.exceptions.get(day)
        return day.weekday() < 5 if known is None else known

    def is_provisional(self, day: date) -> bool:
        """This function tells whether a day lies outside the published calendar."""
        return not self.first <= day <= self.last

    def working_days_add(self, start: date, days: int) -> Deadline:
        """This function returns the last day of a clock of so many working days; the day of the start is not counted.

        Zero days end on the start itself, working day or not.
        """
        if days < 0:
            raise ValueError("a clock does not run backwards")
        day, provisional = start, False
        while days:
            day += timedelta(days=1)
            provisional = provisional or self.is_provisional(day)
            days -= self.is_working(day)
        return Deadline(day, provisional)

    def calendar_days_add(self, start: date, days: int) -> Deadline:
        """This function returns the last day of a clock of so many calendar days; the start is not counted."""
        if days < 0:
            raise ValueError("a clock does not run backwards")
        return Deadline(start + timedelta(days=days), is_provisional=False)

    def working_days_between(self, start: date, end: date) -> int:
        """This function counts the working days in (start, end]; negative when the end is earlier."""
        if end < start:
            return -self.working_days_between(end, start)
        span = (end - start).days
        return sum(self.is_working(start + timedelta(days=step)) for step in range(1, span + 1))

    def after_pause(self, due: date, *, paused_on: date, resumed_on: date, is_working: bool) -> Deadline:
        """This function returns the new last day of a clock that stood still from `paused_on` to before `resumed_on`.

        As many days (working days, if it counts those) remain from the day it goes on as remained on the day it
        stopped, both included. A clock that had run out before stays as it was.
        """
        if resumed_on < paused_on:
            raise ValueError("a pause does not end before it begins")
        if due < paused_on or resumed_on == paused_on:
            return Deadline(due, self.is_provisional(due) and is_working)
        if not is_working:
            return Deadline(due + (resumed_on - paused_on), is_provisional=False)
        left = self.working_days_between(paused_on - timedelta(days=1), due)
        end = self.working_days_add(resumed_on - timedelta(days=1), left)
        return Deadline(max(end.day, resumed_on), end.is_provisional)

    def extended(self, days: Mapping[date, bool], *, last: date, source: str) -> WorkCalendar:
        """This function returns the calendar with a newly published year added."""
        return WorkCalendar({**self.exceptions, **days}, self.first, max(self.last, last), source)


@functools.cache
def calendar_seed() -> WorkCalendar:
    """This function returns the calendar published so far: holidays and the working weekends that make up for them."""
    exceptions = dict.fromkeys(seed_days.holidays, False) | dict.fromkeys(seed_days.workdays, True)
    years = [day.year for day in exceptions]
    return WorkCalendar(exceptions, date(min(years), 1, 1), date(max(years), 12, 31), SEED_SOURCE)
