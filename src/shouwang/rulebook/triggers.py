"""Triggers: what warns. A trigger states whom it concerns, its condition, what is measured, and what unknown does."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from shouwang.kit.codes import Risk, SpendingCause
from shouwang.rulebook.topic import Topic
from shouwang.rulebook.values import Entry, Key, Model, Text

LARGEST = "LARGEST"


class Evidence(Model):
    """Which rows of the snapshot a warning points to."""

    table: Literal["spending", "status", "income", "household"]
    causes: tuple[SpendingCause, ...] = ()
    kinds: tuple[Key, ...] = ()
    is_listed: bool = False
    window: Literal["income", "recent_income", "previous_income"] = "income"

    @model_validator(mode="after")
    def _complete(self) -> Evidence:
        if self.table == "spending" and not self.causes:
            raise ValueError("evidence 取 spending 时要写明 causes")
        if self.table == "status" and not self.kinds:
            raise ValueError("evidence 取 status 时要写明 kinds")
        return self


class Trigger(Model):
    """One trigger.

    `cause` LARGEST takes the cause with the largest spending among the rigid ones. `undecided` is a second condition
    under which a household that does not reach the trigger is not cleared either; `on_unknown` says what happens then.
    Without `measured` and `threshold` one record found is measured against one. `rest_months`: how long handled income
    evidence keeps the same cause quiet.
    """

    types: tuple[Key, ...] = ()
    cause: Text
    when: Text
    undecided: Text | None = None
    on_unknown: Literal["report", "warn"]
    measured: Text = "1"
    threshold: Text = "1"
    evidence: tuple[Evidence, ...] = Field(min_length=1)
    rest_months: int = Field(default=0, ge=0, le=60)

    @model_validator(mode="after")
    def _known_cause(self) -> Trigger:
        if self.cause != LARGEST and self.cause not in {risk.value for risk in Risk}:
            raise ValueError(f"cause“{self.cause}”不在原因代码表里")
        return self


def _read(entry: Entry) -> Trigger:
    return Trigger.model_validate(entry.value)


TOPIC = Topic("triggers", "启动标准", _read)
