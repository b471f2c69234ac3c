"""The workflow of a policy as one object: references between blocks checked, clocks turned into days."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from shouwang.kit.codes import Risk
from shouwang.kit.workdays import Deadline, WorkCalendar, calendar_seed
from shouwang.rulebook.conditions.evaluate import evaluate
from shouwang.rulebook.conditions.nodes import Node
from shouwang.rulebook.errors import PackError
from shouwang.rulebook.notice import Notice
from shouwang.rulebook.values import Provision
from shouwang.rulebook.workflow import (
    Branch,
    Clock,
    Endings,
    Move,
    Papers,
    Procedure,
    Reason,
    Reasons,
    Removal,
    Route,
    Signed,
    Stage,
    Task,
    Verify,
)
from shouwang.rulebook.workflow_branches import branches_read
from shouwang.rulebook.workflow_checks import removes, stages_check

if TYPE_CHECKING:
    from shouwang.rulebook.policy import Policy


@dataclass(frozen=True)
class Due:
    """When something is due: from which day to warn, the last day, the day it ends by itself (None: never)."""

    on: date
    warn_on: date
    expires_on: date | None
    is_provisional: bool


@dataclass(frozen=True)
class Suggestion:
    """A task that the pack proposes for a cause, with the reason for asking."""

    key: str
    name: str
    task: Task
    why: str


@dataclass(frozen=True, eq=False)
class Workflow:
    """What `workflow.yaml` says on a day. Empty when no pack has one; `removal` also where none removes a risk."""

    route: str
    removal: str
    procedures: dict[str, Provision[Procedure]]
    tasks: dict[str, Provision[Task]]
    clocks: dict[str, Provision[Clock]]
    reasons: dict[str, Provision[Reasons]]
    verify: dict[str, Provision[Verify]]
    notices: dict[str, Provision[Notice]]
    papers: dict[str, str]
    signed: Signed | None
    conditions: dict[str, Node]

    def way(self, move: Move, facts: Mapping[str, Any], *, on: date) -> Move | Branch:
        """This function returns where a move leads a case with these facts (by column of `case_facts`)."""
        for branch in move.branches:
            if evaluate(self.conditions[branch.when], facts, on=on) is True:
                return branch
        return move

    def stage(self, procedure: str, stage: str) -> Stage:
        """This function returns a stage of a procedure."""
        return self.procedures[procedure].value.stages[stage]

    def suggested(self, causes: Iterable[str]) -> tuple[Suggestion, ...]:
        """This function returns the tasks that the causes of a case open, each once, in the order of the causes."""
        found: dict[str, list[str]] = {}
        for cause in causes:
            if cause in self.verify:
                for key, why in self.verify[cause].value.tasks.items():
                    reasons = found.setdefault(key, [])
                    reasons.extend([why] if why not in reasons else [])
        return tuple(
            Suggestion(key, self.tasks[key].name, self.tasks[key].value, "；".join(reasons))
            for key, reasons in found.items()
        )

    def tasks_of(self, stage: Stage) -> tuple[str, ...]:
        """This function returns the keys of the tasks that a stage may open."""
        if stage.tasks or stage.act != "dispatch":
            return stage.tasks
        return tuple(key for key, stated in self.tasks.items() if stated.value.asks != "deliver")

    def due(self, clock: str, start: date, *, calendar: WorkCalendar | None = None) -> Due:
        """This function returns when a clock that starts on a day runs out; the day itself is not counted."""
        stated, days = self.clocks[clock], calendar or calendar_seed()
        add = days.working_days_add if stated.unit == "working_day" else days.calendar_days_add
        end = add(start, stated.value.days)
        warn = add(start, stated.value.days - stated.value.warn)
        expires = add(start, stated.value.days + stated.value.expire).day if stated.value.expire else None
        return Due(end.day, warn.day, expires, end.is_provisional)

    def total_due(self, procedure: str, start: date, *, calendar: WorkCalendar | None = None) -> Due | None:
        """This function returns when a case that began on a day must have come through; None without such a clock."""
        total = self.procedures[procedure].value.total
        return self.due(total.clock, start, calendar=calendar) if total is not None else None

    def notice_ends(self, notice: str, posted_on: date, *, calendar: WorkCalendar | None = None) -> Deadline:
        """This function returns the last day on which a notice hangs; the day of posting is not counted."""
        stated, days = self.notices[notice], calendar or calendar_seed()
        add = days.working_days_add if stated.unit == "working_day" else days.calendar_days_add
        return add(posted_on, stated.value.days)

    def reasons_of(self, key: str | None) -> dict[str, Reason]:
        """This function returns the reasons to choose from, by key; none without a list."""
        return dict(self.reasons[key].value.reasons) if key else {}


def workflow_of(policy: Policy) -> Workflow:
    """This function returns the workflow of a policy; raises PackError naming file and key of a broken reference."""
    return _workflow(policy)


@lru_cache(maxsize=64)
def _workflow(policy: Policy) -> Workflow:
    blocks: dict[str, Provision[Any]] = dict(policy.topics["workflow"])
    causes: dict[str, Provision[Verify]] = {}
    for stated in _of(blocks, Verify).values():
        for cause in stated.value.causes:
            if cause in causes:
                raise _fault(stated, f"原因“{cause}”已经写在“{causes[cause].key}”里")
            causes[cause] = stated
    routes = list(_of(blocks, Route).values())
    procedures = {key: _whole(stated, _of(blocks, Endings)) for key, stated in _of(blocks, Procedure).items()}
    flow = Workflow(
        route=routes[0].value.route if routes else "",
        removal=next((stated.value.removal for stated in _of(blocks, Removal).values()), ""),
        procedures=procedures,
        tasks=_of(blocks, Task),
        clocks=_of(blocks, Clock),
        reasons=_of(blocks, Reasons),
        verify=causes,
        notices=dict(policy.topics["notice"]),
        papers={key: name for stated in _of(blocks, Papers).values() for key, name in stated.value.names.items()},
        signed=next((each for stated in _of(blocks, Papers).values() for each in stated.value.signed), None),
        conditions=branches_read(procedures.values(), policy),
    )
    _routes_check(flow, routes)
    _removal_check(flow, list(_of(blocks, Removal).values()))
    _tasks_check(flow)
    for procedure in flow.procedures.values():
        _procedure_check(flow, procedure)
    return flow


def _whole(stated: Provision[Procedure], endings: Mapping[str, Provision[Endings]]) -> Provision[Procedure]:
    """This function returns a procedure with the endings it shares, checked as a graph; raises PackError."""
    procedure = stated.value
    if procedure.shares is not None:
        if procedure.shares not in endings:
            raise _fault(stated, f"shares：没有“{procedure.shares}”这组结案方式")
        procedure = procedure.sharing(endings[procedure.shares].value)
    try:
        stages_check(procedure)
    except ValueError as error:
        raise _fault(stated, str(error)) from None
    return replace(stated, value=procedure)


def _of(blocks: dict[str, Provision[Any]], model: type) -> dict[str, Any]:
    return {key: stated for key, stated in blocks.items() if isinstance(stated.value, model)}


def _fault(stated: Provision[Any], sentence: str) -> PackError:
    return PackError(sentence, file=stated.file, key=stated.key)


def _routes_check(flow: Workflow, routes: list[Provision[Route]]) -> None:
    if len(routes) > 1:
        raise _fault(routes[1], f"只能启用一个流程，“{routes[0].key}”已经写了 route")
    if routes and flow.route not in flow.procedures:
        raise _fault(routes[0], f"没有“{flow.route}”这个流程")
    if flow.procedures and not routes:
        raise _fault(next(iter(flow.procedures.values())), "没有写明启用哪个流程（缺少 route）")


def _removal_check(flow: Workflow, stated: list[Provision[Removal]]) -> None:
    if len(stated) > 1:
        raise _fault(stated[1], f"只能有一个风险消除的流程，“{stated[0].key}”已经写了 removal")
    if stated and flow.removal not in flow.procedures:
        raise _fault(stated[0], f"没有“{flow.removal}”这个流程")
    for key, procedure in flow.procedures.items():
        if removes(procedure.value) != (key == flow.removal):
            raise _fault(procedure, "标注风险消除的流程要由 removal 启用，立案救助的流程不能标注风险消除")


def _tasks_check(flow: Workflow) -> None:
    for stated in flow.tasks.values():
        if stated.value.clock not in flow.clocks:
            raise _fault(stated, f"没有“{stated.value.clock}”这个时限")
    for verify in flow.verify.values():
        for key in verify.value.tasks:
            if key not in flow.tasks:
                raise _fault(verify, f"没有“{key}”这项任务")
    missing = [risk.value for risk in Risk if flow.procedures and risk.value not in flow.verify]
    if missing:
        first = next(iter(flow.procedures.values()))
        raise _fault(first, f"这些原因没有写明交给谁核查（verify）：{'、'.join(missing)}")


def _procedure_check(flow: Workflow, stated: Provision[Procedure]) -> None:
    total = stated.value.total
    if total is not None and total.clock not in flow.clocks:
        raise _fault(stated, f"total.clock：没有“{total.clock}”这个时限")
    for key, stage in stated.value.stages.items():
        place = f"stages.{key}"
        if stage.clock is not None and stage.clock not in flow.clocks:
            raise _fault(stated, f"{place}.clock：没有“{stage.clock}”这个时限")
        if stage.notice is not None and stage.notice not in flow.notices:
            raise _fault(stated, f"{place}.notice：没有“{stage.notice}”这种公示")
        for task in stage.tasks:
            if task not in flow.tasks:
                raise _fault(stated, f"{place}.tasks：没有“{task}”这项任务")
        for move_key, move in stage.moves.items():
            if move.reasons is not None and move.reasons not in flow.reasons:
                raise _fault(stated, f"{place}.moves.{move_key}.reasons：没有“{move.reasons}”这组理由")
            for paper in move.requires:
                if paper not in flow.papers:
                    raise _fault(stated, f"{place}.moves.{move_key}.requires：没有“{paper}”这种材料")
        if stage.lapse is not None and (stage.clock is None or flow.clocks[stage.clock].value.expire is None):
            raise _fault(stated, f"{place}.lapse：期限没有写 expire（逾期几天），不知道哪天走这条出路")
        if isinstance(stage.enough, int):
            _enough_check(flow, stated, place, stage.enough)
        if stage.act == "dispatch" and stage.tasks:
            _dispatch_check(flow, stated, place, stage)


def _dispatch_check(flow: Workflow, stated: Provision[Procedure], place: str, stage: Stage) -> None:
    for verify in flow.verify.values():
        for task in verify.value.tasks:
            if task not in stage.tasks:
                raise _fault(stated, f"{place}.tasks：缺少“{verify.key}”要开的任务“{task}”")


def _enough_check(flow: Workflow, stated: Provision[Procedure], place: str, enough: int) -> None:
    for verify in flow.verify.values():
        asked = len(verify.value.tasks)
        if asked < enough:
            raise _fault(stated, f"{place}.enough：“{verify.key}”只问 {asked} 个单位，等不到 {enough} 个反馈")
