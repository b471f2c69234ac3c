"""What pages that join rooms are made of, and how they are put in order; pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from shouwang.kit.dates import SHANGHAI
from shouwang.rulebook.workflow import Act

# What is done at a stage, in the order of the procedure; the pack names the stage itself.
TO_DO = {
    Act.AMEND: "补充情况", Act.CHECK: "核实上报", Act.DISPATCH: "送核查", Act.REVIEW: "综合研判",
    Act.APPRAISE: "登记评议", Act.NOTICE: "办理公示", Act.DECIDE: "会商决定", Act.HELP: "安排救助",
    Act.VISIT: "登记回访", Act.SETTLE: "决定下一步",
}  # fmt: skip
# Where it is done; all other acts on the page of decisions.
WHERE = {
    Act.DISPATCH: "casework:dispatch", Act.NOTICE: "casework:notice", Act.HELP: "assistance:plan",
    Act.VISIT: "evaluation:visit",
}  # fmt: skip
JUDGED = "casework:judge"
DELIVER = "deliver"


@dataclass(frozen=True)
class Link:
    """A way on."""

    label: str
    href: str
    note: str = ""


@dataclass(frozen=True)
class Count:
    """A number whose link opens exactly the rows it counts."""

    number: int
    label: str
    href: str
    unit: str = "件"
    note: str = ""


@dataclass(frozen=True)
class WorkRow:
    """A case or a task as a desk lists it: what it is about, what is to be done, until when."""

    name: str
    place: str
    about: str
    to_do: str
    href: str
    to_do_href: str
    due_on: date | None
    days_late: int
    lamp: str = ""
    who: str = ""
    note: str = ""


@dataclass(frozen=True)
class Question:
    """One of the three questions of a desk: the numbers, the rows that come first, the lists of all rows."""

    counts: Sequence[Count]
    rows: Sequence[WorkRow] = ()
    lists: Sequence[Link] = ()

    @property
    def has_lamps(self) -> bool:
        return any(row.lamp for row in self.rows)

    @property
    def number(self) -> int:
        return sum(count.number for count in self.counts)

    @property
    def left_out(self) -> int:
        """How many rows stand on the lists and not here."""
        return max(0, self.number - len(self.rows))


@dataclass(frozen=True)
class Entry:
    """One entry of a household's column of time; `at` is a day where only the day is known."""

    at: date | datetime
    title: str
    text: str = ""
    source: str = ""
    href: str = ""
    lamp: str = ""

    @property
    def instant(self) -> datetime:
        """When, for putting days among instants: a day stands before everything that happened on it."""
        if isinstance(self.at, datetime):
            return self.at.astimezone(SHANGHAI)
        return datetime.combine(self.at, time(), SHANGHAI)


def newest_first(entries: Iterable[Entry]) -> list[Entry]:
    """This function puts entries in order, newest first; those of one instant stay as they were."""
    return sorted(entries, key=lambda entry: entry.instant, reverse=True)


def days_late(due_on: date | None, on: date) -> int:
    """This function returns by how many days something is late, 0 when it is not."""
    return max(0, (on - due_on).days) if due_on else 0


def to_do(act: str) -> str:
    """This function returns what is done at a stage of an act, '' when nobody does anything there."""
    return TO_DO.get(Act(act), "") if act else ""


def where(act: str) -> str:
    """This function returns the route at which an act is done."""
    return WHERE.get(Act(act), JUDGED)
