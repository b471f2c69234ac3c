"""Moving a running case to the policy in force now: never by itself, always by somebody, with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from shouwang.casework.errors import NothingNewer, NotYourTurn, StatementMissing, VersionUnfit
from shouwang.casework.models import Case, CaseEvent, Decision, Notice, Task
from shouwang.casework.selectors.barred import barred_users
from shouwang.casework.selectors.procedures import workflow_by_version_id, workflow_for
from shouwang.casework.services.counting import case_clocks_set, total_clock_set
from shouwang.casework.services.machine import case_audit, case_locked, event_add
from shouwang.casework.services.scope import writing_for
from shouwang.kit.dates import SHANGHAI
from shouwang.kit.texts import numbers_refuse
from shouwang.people.access import KIND_LABELS, Kind, Role, Viewer
from shouwang.rulebook.values import Provision
from shouwang.rulebook.workflow import Act, Procedure
from shouwang.rulebook.workflow_checks import stages_before
from shouwang.rulebook.workflow_policy import Workflow
from shouwang.standards.selectors import version_in_force

if TYPE_CHECKING:
    from shouwang.standards.models import PackVersion

FAVOURABLE = frozenset({"conform", "approve"})


@dataclass(frozen=True)
class Newer:
    """The policy that a case could be moved to: its version, its workflow, and which of its procedures."""

    version: PackVersion
    flow: Workflow
    key: str

    @property
    def procedure(self) -> Procedure:
        return self.flow.procedures[self.key].value


def newer_for(case: Case, *, on: date) -> Newer:
    """This function returns the policy in force for a case now; raises NothingNewer, or VersionUnfit saying why not."""
    version = version_in_force(slot=case.slot, on=on)
    flow = workflow_by_version_id(version.pk, on=on)
    usual = flow.removal if case.is_removal else flow.route
    key = case.procedure if case.procedure in flow.procedures else usual
    if not key:
        raise VersionUnfit("现行的政策标准没有写办理流程，不能换用。")
    newer = Newer(version, flow, key)
    if version.pk == case.pack_version_id and _said(flow, key) == _said(workflow_for(case), case.procedure):
        raise NothingNewer
    _fit_check(case, newer)
    return newer


def _said(flow: Workflow, key: str) -> list[object]:
    """This function returns what a workflow says that can touch a case of a procedure."""
    procedure = flow.procedures[key].value
    stages = procedure.stages.values()
    tasks = {task for stage in stages for task in flow.tasks_of(stage)}
    clocks = {stage.clock for stage in stages} | {flow.tasks[task].value.clock for task in tasks}
    clocks |= {procedure.total.clock} if procedure.total else set()
    reasons = {move.reasons for stage in stages for move in stage.moves.values()}
    wanted: list[tuple[Mapping[str, Provision[Any]], set[Any]]] = [
        (flow.clocks, clocks), (flow.tasks, tasks), (flow.reasons, reasons),
        (flow.notices, {stage.notice for stage in stages}),
    ]  # fmt: skip
    said = [{name: (block[name].value, block[name].unit) for name in names if name} for block, names in wanted]
    return [procedure, *said]


def _fit_check(case: Case, newer: Newer) -> None:
    stage = newer.procedure.stages.get(case.stage)
    if stage is None or stage.act.value != case.act:
        raise VersionUnfit(f"新版的流程里没有“{case.stage_name}”这个环节，这个案件要按原来的版本办完。")
    for key in Task.objects.filter(case=case, state=Task.State.OPEN).values_list("key", flat=True):
        if key not in newer.flow.tasks:
            raise VersionUnfit("还有单位没有反馈，新版里没有它们的任务。请等反馈齐了再换用。")
    passed = set(Notice.objects.filter(case=case, state=Notice.State.PASSED).values_list("stage", flat=True))
    passed |= set(Decision.objects.filter(case=case, move__in=FAVOURABLE).values_list("stage", flat=True))
    for key in stages_before(newer.procedure, case.stage):
        needed = newer.procedure.stages[key]
        if needed.act in (Act.NOTICE, Act.REVIEW, Act.DECIDE) and key not in passed:
            raise VersionUnfit(f"新版要先经过“{needed.name}”，这个案件没有办过，要按原来的版本办完。")


def renewal_changes(case: Case, newer: Newer) -> list[str]:
    """This function returns in sentences what the newer policy changes of the stages and days of a case's procedure."""
    flow = workflow_for(case)
    old, new = flow.procedures[case.procedure].value, newer.procedure
    said = [f"没有了“{stage.name}”这个环节" for key, stage in old.stages.items() if key not in new.stages]
    for key, stage in new.stages.items():
        was = old.stages.get(key)
        if was is None:
            said.append(f"多了“{stage.name}”这个环节，由{KIND_LABELS[Kind(stage.who.kind)]}办")
            continue
        if was.name != stage.name:
            said.append(f"“{was.name}”改叫“{stage.name}”")
        if was.who.kind != stage.who.kind:
            kinds = [KIND_LABELS[Kind(each.who.kind)] for each in (stage, was)]
            said.append(f"“{stage.name}”由{kinds[0]}办，原来由{kinds[1]}办")
        said += _days_changed(f"“{stage.name}”", _days(newer.flow, stage.clock), _days(flow, was.clock))
    return said + _days_changed("全程", _total_days(newer.flow, new), _total_days(flow, old))


def _total_days(flow: Workflow, procedure: Procedure) -> str:
    return _days(flow, procedure.total.clock if procedure.total else None)


def _days(flow: Workflow, clock: str | None) -> str:
    if clock is None:
        return "没有期限"
    stated = flow.clocks[clock]
    return f"{stated.value.days} {'个工作日' if stated.unit == 'working_day' else '天'}"


def _days_changed(what: str, now: str, before: str) -> list[str]:
    return [f"{what}{'限' if now != '没有期限' else ''} {now}，原来 {before}"] if now != before else []


def case_renew(*, viewer: Viewer, case_id: int, version: int, reason: str, at: datetime) -> Case:
    """This function moves an open case to the policy in force on the day, at the stage where it stands.

    Decisions, answers and postings stay as they were made; holder, clocks and ways out are the newer ones from now on.
    Raises CaseStale, CaseClosed, NotYourTurn, StatementMissing, NothingNewer, VersionUnfit.
    """
    numbers_refuse(reason)
    on = at.astimezone(SHANGHAI).date()
    with writing_for(viewer):
        case = case_locked(viewer=viewer, case_id=case_id, version=version)
        if viewer.kind is not Kind.COUNTY_CENTRE or viewer.role not in (Role.CLERK, Role.LEADER):
            raise NotYourTurn(stage="换用新版政策", who=KIND_LABELS[Kind.COUNTY_CENTRE])
        if not reason.strip():
            raise StatementMissing("reason")
        newer, left = newer_for(case, on=on), case.pack_version
        case.version += 1
        case.pack_version, case.policy_on, case.procedure = newer.version, on, newer.key
        _stand(case, newer, on=on)
        text = f"改按《{newer.version.name}》{on:%Y-%m-%d} 的规定办理。{reason.strip()}"
        data = {"left": left.pk, "pack_version_id": newer.version.pk}
        event_add(case, viewer=viewer, at=at, what=CaseEvent.What.RENEWED, text=text, data=data)
        case.save()
        case_audit(case, viewer=viewer, at=at, action="case.renew", before=case.stage, **data)
    return case


def _stand(case: Case, newer: Newer, *, on: date) -> None:
    """This function gives a case the holder and the clocks of its stage under the newer policy, from the same day."""
    stage = newer.procedure.stages[case.stage]
    case.stage_name = stage.name
    case.holder_kind, case.holder_roles = stage.who.kind, list(stage.who.roles)
    if stage.clock is not None:
        due = newer.flow.due(stage.clock, case.stage_since_at.astimezone(SHANGHAI).date())
        case.expires_on = due.expires_on if stage.lapse else None
    case_clocks_set(case, on=on)
    total_clock_set(case, newer.flow, on=on)
    case.barred_user_ids = barred_users(case, stage)
