"""Pure rules of long-term care: the states of a bill, who takes which step, the level on a day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Protocol, TypeVar

from django.db import models


class Asked(models.TextChoices):
    """Where an application for assessment stands."""

    OPEN = "OPEN", "等评定"
    DONE = "DONE", "已评定"
    WITHDRAWN = "WITHDRAWN", "撤回"


class BillState(models.TextChoices):
    """Where a provider's bill of a month stands."""

    FILED = "FILED", "等核对"
    SETTLED = "SETTLED", "等机构确认"
    DISPUTED = "DISPUTED", "机构有异议"
    AGREED = "AGREED", "等付款"
    PAID = "PAID", "已付"
    WITHDRAWN = "WITHDRAWN", "机构撤回"


# Each step of a bill: the states in which it may be taken, and by whom: the office, the provider, the county.
STEPS: Mapping[str, tuple[tuple[str, ...], str]] = {
    "strike": (("FILED", "DISPUTED"), "office"),
    "check": (("FILED",), "office"),
    "correct": (("DISPUTED",), "office"),
    "withdraw": (("FILED",), "provider"),
    "agree": (("SETTLED",), "provider"),
    "dispute": (("SETTLED",), "provider"),
    "pay": (("AGREED",), "payer"),
}
WHO = {"office": "护理保险经办机构", "provider": "护理机构", "payer": "付款单位"}


class Assessed(Protocol):
    """An assessment as far as its level on a day goes."""

    @property
    def pk(self) -> int: ...
    @property
    def level(self) -> str: ...
    @property
    def from_date(self) -> date: ...
    @property
    def until_date(self) -> date | None: ...


Found = TypeVar("Found", bound=Assessed)


def assessment_on(assessments: Iterable[Found], on: date) -> Found | None:
    """This function returns the assessment that counts on a day: the last begun, unless it ended or gave no level."""
    begun = [one for one in assessments if one.from_date <= on]
    if not begun:
        return None
    last = max(begun, key=lambda one: (one.from_date, one.pk))
    return last if last.level and last.until_date is not None and on < last.until_date else None
