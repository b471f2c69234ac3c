"""Cases of a workflow: where a case starts, whom it asks, when things are due, where each move leads."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from pydantic import Field, field_validator

from shouwang.rulebook.case_facts import CASE_FACTS
from shouwang.rulebook.values import Key, Model, Text
from shouwang.rulebook.workflow import ANY, Procedure
from shouwang.rulebook.workflow_policy import Workflow


class WalkStep(Model):
    """One move, the day it is taken, and what must come of it: a stage (with its last day) or an ending."""

    move: Key
    on: date | None = None
    to: Key | None = None
    ends: str | None = None
    due: date | None = None


class WorkflowCase(Model):
    """One case on its way. `procedure` empty: the one that opens cases on the day.

    `facts` are declared facts of the case by key, for the branches on its way; `total_due` is the last day in all,
    `total_warned` the first day that warns of it.
    """

    name: Text
    on: date
    channel: str = ANY
    causes: tuple[str, ...] = ()
    procedure: Key | None = None
    starts: Key
    due: date | None = None
    asks: tuple[Key, ...] | None = None
    asked_due: date | None = None
    total_due: date | None = None
    total_warned: date | None = None
    facts: dict[str, Any] = Field(default_factory=dict)
    walk: tuple[WalkStep, ...] = Field(default=())

    @field_validator("facts")
    @classmethod
    def _facts(cls, value: dict[str, Any]) -> dict[str, Any]:
        for key in value:
            if key not in CASE_FACTS:
                raise ValueError(f"案件没有“{key}”这个事实，可用的有：{'、'.join(CASE_FACTS)}")
        return value

    @property
    def row(self) -> dict[str, Any]:
        """The facts by column, with the causes and the channel that the case states anyway."""
        channels = () if self.channel == ANY else (self.channel,)
        stated = {"causes": self.causes, "channels": channels, "opened_date": self.on, "was_helped": False}
        return {fact.column: {**stated, **self.facts}.get(key) for key, fact in CASE_FACTS.items()}


def workflow_misses(flow: Workflow, case: WorkflowCase) -> Iterator[str]:
    """This function yields what comes out otherwise than the case expects."""
    key = case.procedure or flow.route
    if key not in flow.procedures:
        yield f"当日没有“{key}”这个流程"
        return
    procedure = flow.procedures[key].value
    start = procedure.entry(case.channel)
    if start != case.starts:
        yield f"starts：应为 {case.starts}，得到 {start}"
        return
    yield from _due_miss(flow, procedure, start, case.on, case.due)
    asked = flow.suggested(case.causes)
    if case.asks is not None and tuple(task.key for task in asked) != case.asks:
        yield f"asks：应为 {list(case.asks)}，得到 {[task.key for task in asked]}"
    if case.asked_due is not None:
        days = {flow.due(task.task.clock, case.on).on for task in asked}
        if days != {case.asked_due}:
            yield f"asked_due：应为 {case.asked_due}，得到 {sorted(days)}"
    yield from _total_misses(flow, key, case)
    yield from _walk_misses(flow, procedure, start, case)


def _total_misses(flow: Workflow, key: str, case: WorkflowCase) -> Iterator[str]:
    if case.total_due is None and case.total_warned is None:
        return
    total = flow.total_due(key, case.on)
    last, warned = (total.on, total.warn_on) if total else (None, None)
    if case.total_due is not None and last != case.total_due:
        yield f"total_due：应为 {case.total_due}，得到 {last}"
    if case.total_warned is not None and warned != case.total_warned:
        yield f"total_warned：应为 {case.total_warned}，得到 {warned}"


def _walk_misses(flow: Workflow, procedure: Procedure, stage: str, case: WorkflowCase) -> Iterator[str]:
    for number, step in enumerate(case.walk, start=1):
        move = procedure.stages[stage].moves.get(step.move)
        if move is None:
            yield f"walk.{number}：“{stage}”没有“{step.move}”这条出路"
            return
        way = flow.way(move, case.row, on=step.on or case.on)
        ending = procedure.ends[way.end].ending if way.end else None
        if (way.to, ending) != (step.to, step.ends):
            yield f"walk.{number}：应为 {step.to or step.ends}，得到 {way.to or ending}"
            return
        if way.to is None:
            if number < len(case.walk):
                yield f"walk.{number}：到这里已经结案，后面的不会发生"
            return
        stage = way.to
        yield from _due_miss(flow, procedure, stage, step.on or case.on, step.due)


def _due_miss(flow: Workflow, procedure: Procedure, stage: str, on: date, expected: date | None) -> Iterator[str]:
    if expected is None:
        return
    clock = procedure.stages[stage].clock
    got = flow.due(clock, on).on if clock else None
    if got != expected:
        yield f"{stage} 的期限：应为 {expected}，得到 {got}"
