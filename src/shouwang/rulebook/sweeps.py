"""Sweeps: who looks at which households, how often, or after what; and which groups a sweep looks for."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Literal

from pydantic import Field, model_validator

from shouwang.kit.codes import Risk
from shouwang.rulebook.topic import Topic
from shouwang.rulebook.values import Entry, Model, Text

Office = Literal["village", "township", "county", "city", "province"]
Channel = Literal["OFFICER", "PAPER", "HOTLINE", "WECHAT", "APPLICATION", "SWEEP", "LETTER", "MEDIA", "DEPARTMENT"]
_MONTHS = {"month": 1, "quarter": 3, "year": 12}


class Cadence(Model):
    """At least so many rounds in every calendar month, quarter or year."""

    period: Literal["month", "quarter", "year"]
    at_least: int = Field(default=1, ge=1, le=366)

    def began(self, on: date) -> date:
        """This function returns the first day of the period that holds a day."""
        months = _MONTHS[self.period]
        return date(on.year, (on.month - 1) // months * months + 1, 1)


class Assess(Model):
    """Within so many days somebody says whether a letter or a report of the press is a clue."""

    days: int = Field(ge=1, le=90)
    unit: Literal["working_day", "calendar_day"] = "working_day"


class Sweep(Model):
    """One sweep: its channels, who does it, how often (`every`), after an event of which cause (`after`).

    Neither `every` nor `after`: as needed. `whom` is a condition over household facts; without it every household,
    after an event every household of every village hit. `records`: what else is written down until it is mended.
    `assess`: how soon what came is judged. `clocks_from`: whether the clocks of a paper form run from its own date or
    from the day it was entered.
    """

    channels: tuple[Channel, ...] = Field(min_length=1)
    by: tuple[Office, ...] = Field(min_length=1)
    every: Cadence | None = None
    after: str | None = None
    whom: Text | None = None
    records: tuple[Text, ...] = ()
    assess: Assess | None = None
    clocks_from: Literal["entered", "dated"] = "entered"

    @model_validator(mode="after")
    def _known_cause(self) -> Sweep:
        if self.after is not None and self.after not in {risk.value for risk in Risk}:
            raise ValueError(f"after“{self.after}”不在原因代码表里")
        return self

    @property
    def when(self) -> str | None:
        """The condition that picks the households."""
        return self.whom

    def missing(self, rounds: Iterable[date], *, on: date) -> int:
        """This function returns how many rounds are still due in the period that holds a day, up to that day."""
        if self.every is None:
            return 0
        began = self.every.began(on)
        return max(0, self.every.at_least - sum(began <= day <= on for day in rounds))


def clocks_from(stated: Iterable[Sweep], channel: str) -> str:
    """This function returns from when the clocks of a channel's paper forms run: `dated` where the policy says so."""
    return "dated" if any(sweep.clocks_from == "dated" and channel in sweep.channels for sweep in stated) else "entered"


def assess_within(stated: Iterable[Sweep], channel: str) -> Assess | None:
    """This function returns how soon what came by a channel is judged; None where the policy says nothing."""
    return next((sweep.assess for sweep in stated if sweep.assess is not None and channel in sweep.channels), None)


def _read(entry: Entry) -> Sweep:
    return Sweep.model_validate(entry.value)


TOPIC = Topic("sweeps", "排查", _read)
