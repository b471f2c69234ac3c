"""Contacts: which households have somebody of their own, how often she comes, how many she may have."""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from shouwang.rulebook.groups import Group
from shouwang.rulebook.topic import Topic
from shouwang.rulebook.values import Entry, Model, Provision

if TYPE_CHECKING:
    from shouwang.rulebook.policy import Policy

MONTHS = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}
EVERY = {"month": "每月", "quarter": "每季度", "half_year": "每半年", "year": "每年"}


class ContactRule(Model):
    """One kind of contact: whom it is for, how often she visits, how soon first, how many households she may have.

    `every` counts by the calendar: who was visited in a month is due by the end of the next one. The first visit is due
    `first_days` after the contact began. `most` null: no limit (one-to-few is written as a number).
    """

    whom: tuple[Group, ...] = Field(min_length=1)
    every: Literal["month", "quarter", "half_year", "year"]
    first_days: int = Field(default=15, ge=1, le=366)
    most: int | None = Field(default=None, ge=1, le=500)

    def __str__(self) -> str:
        return f"{EVERY[self.every]}至少走访一次"

    def due(self, *, since: date, last: date | None) -> date:
        """This function returns the last day of the next visit: since when there is a contact, when she last met them.

        A visit from before the contact began does not count for her.
        """
        if last is None or last < since:
            return since + timedelta(days=self.first_days)
        size = MONTHS[self.every]
        index = last.year * 12 + last.month - 1
        year, month = divmod((index // size + 2) * size - 1, 12)
        return date(year, month + 1, calendar.monthrange(year, month + 1)[1])


def _read(entry: Entry) -> ContactRule:
    return ContactRule.model_validate(entry.value)


TOPIC = Topic("contacts", "一对一联系", _read, is_later=True)


def contacts_of(policy: Policy) -> Mapping[str, Provision[ContactRule]]:
    """This function returns the kinds of contact that a policy states, in its order."""
    return policy.topic("contacts")
