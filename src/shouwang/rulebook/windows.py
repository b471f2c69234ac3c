"""Windows: the span of time over which incomes and spending are added up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Literal

from pydantic import Field, model_validator

from shouwang.rulebook.topic import Topic
from shouwang.rulebook.values import Entry, Model


def months_before(day: date, months: int) -> date:
    """This function returns the day a number of months earlier (later when negative), kept inside the month."""
    index = day.year * 12 + day.month - 1 - months
    year, month = divmod(index, 12)
    last = (date(year + (month == 11), (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month + 1, min(day.day, last))


class Window(Model):
    """A span of days, half-open.

    `full_months`: the n full months before the month of the day; `months`: the n months up to and including the day;
    `year`: the calendar year up to and including the day; `since`: from the day after the household's own `event` to
    the day. `skip` moves full months, or months up to the day, further back.
    """

    kind: Literal["full_months", "months", "year", "since"]
    months: int = Field(default=12, ge=1, le=120)
    skip: int = Field(default=0, ge=0, le=120)
    event: Literal["identified", "removed"] | None = None

    @model_validator(mode="after")
    def _event_of_since(self) -> Window:
        if (self.kind == "since") != (self.event is not None):
            raise ValueError("kind 是 since 时要写 event（从哪件事起），其他不写")
        return self

    def span(self, on: date) -> tuple[date, date]:
        """This function returns the first day of the window and the first day after it."""
        tomorrow = on + timedelta(days=1)
        if self.kind == "year":
            return date(on.year, 1, 1), tomorrow
        if self.kind == "since":
            raise ValueError("a window since an event has no days of its own")
        if self.kind == "months":
            end = months_before(on, self.skip) + timedelta(days=1)
            return months_before(on, self.skip + self.months) + timedelta(days=1), end
        end = months_before(on.replace(day=1), self.skip)
        return months_before(end, self.months), end

    @property
    def text(self) -> str:
        """The window in words."""
        if self.kind == "year":
            return "当年 1 月 1 日至当日"
        if self.kind == "since":
            return f"户{'识别为监测对象' if self.event == 'identified' else '风险消除'}的次日至当日"
        if self.kind == "months":
            return f"到当日{f'之前 {self.skip} 个月' if self.skip else ''}为止的 {self.months} 个月"
        return f"当月之前{f'再往前 {self.skip} 个月' if self.skip else ''}的 {self.months} 个整月"


# What the engine uses when a pack says nothing: the national way of counting income (domain §4).
REQUIRED = ("income", "recent_income", "previous_income", "spending")
# Windows a policy may state; the facts over one that it does not state are unknown.
OPTIONAL = ("previous_spending", "since_event", "steady_income")


def _read(entry: Entry) -> Window:
    return Window.model_validate(entry.value)


def windows_fault(windows: Mapping[str, Window]) -> tuple[str, str] | None:
    """This function returns the key and the sentence of a window that cannot stand under its name, None when sound."""
    for key, window in windows.items():
        if key not in (*REQUIRED, *OPTIONAL):
            return key, f"没有“{key}”这个时段，可用的有：{'、'.join((*REQUIRED, *OPTIONAL))}"
        if (key == "since_event") != (window.kind == "since"):
            return key, "只有 since_event 这个时段可以、也必须写 kind: since"
        if key == "steady_income" and (window.kind != "full_months" or window.skip or window.months > 24):
            return key, "steady_income 这个时段要写 kind: full_months，不写 skip，最多 24 个月"
    return None


TOPIC = Topic("windows", "计算时段", _read)
