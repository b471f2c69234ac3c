"""Builds what pages about one case share: head, evidence, tasks with answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from django.http import Http404
from django.urls import NoReverseMatch, reverse

from shouwang.casework.contexts import CaseHead, EarlierCase, Evidence, TaskLine
from shouwang.casework.models import Case, CaseEvent, CaseSource, Task
from shouwang.casework.rules import REMOVAL_WAYS
from shouwang.casework.selectors import (
    case_about,
    case_stage_action,
    cases_of_household,
    cases_visible_to,
    figure_lines,
    task_kind,
    tasks_of_case,
    with_lamp,
)
from shouwang.casework.selectors.procedures import procedure_for
from shouwang.casework.selectors.similar import amounts_of_cases, decisions_said
from shouwang.casework.selectors.transfers import offers_of_case
from shouwang.kit.codes import Risk
from shouwang.kit.money import yuan_text
from shouwang.people.access import Kind, Role, Viewer
from shouwang.register.selectors import HouseholdCard, household_cards
from shouwang.rulebook.workflow import Stage
from shouwang.screening.selectors import warning_explanation, warnings_by_ids
from shouwang.sources.selectors import clues_visible_to


def case_shown(viewer: Viewer, case_id: int, on: date) -> Case:
    """This function returns a case in sight with its lamp, pack version and causes; out of sight as good as absent."""
    cases = (
        with_lamp(cases_visible_to(viewer), on)
        .select_related("pack_version")
        .defer("pack_version__files")
        .prefetch_related("cause_rows")
    )
    case = cases.filter(pk=case_id).first()
    if case is None:
        raise Http404
    return case


def address(name: str, *arguments: object) -> str:
    """This function returns the address of a page of another room, empty while that room has none."""
    try:
        return reverse(name, args=arguments)
    except NoReverseMatch:
        return ""


def days_late(due_on: date | None, on: date) -> int:
    """This function returns by how many days something is late, 0 when it is not."""
    return max(0, (on - due_on).days) if due_on else 0


def case_heads(viewer: Viewer, cases: Sequence[Case], on: date) -> list[CaseHead]:
    """This function returns the heads of cases that carry `lamp`."""
    cards = household_cards(viewer, {case.household_id for case in cases})
    return [_head(viewer, case, cards.get(case.household_id), on) for case in cases]


def case_head(viewer: Viewer, case: Case, on: date) -> CaseHead:
    """This function returns the head of one case."""
    return case_heads(viewer, [case], on)[0]


def _head(viewer: Viewer, case: Case, card: HouseholdCard | None, on: date) -> CaseHead:
    return CaseHead(
        case=case,
        lamp=getattr(case, "lamp", "") or "",
        lamp_note=case.end_name if case.outcome not in ("", "HELPED", "REJECTED") else "",
        card=card,
        causes=case_about(case),
        steps=case_steps(case),
        action=case_stage_action(viewer, case),
        days_late=days_late(case.due_on, on) if case.is_open else 0,
    )


def case_steps(case: Case) -> list[tuple[str, str, str]]:
    """This function returns the procedure's steps as `{% steps %}` draws them; the present one names its stage.

    A step on a branch that an open case passed by is left out: nothing was done there.
    """
    stages = procedure_for(case).stages
    names = list(dict.fromkeys(stage.step for stage in stages.values()))
    if not case.is_open:
        touched = _steps_touched(case, stages)
        return [(name, "done" if name in touched else "next", "") for name in names]
    now = names.index(stages[case.stage].step)
    if any(move.branches for stage in stages.values() for move in stage.moves.values()):
        touched = _steps_touched(case, stages)
        names = [name for number, name in enumerate(names) if number >= now or name in touched]
        now = names.index(stages[case.stage].step)
    return [
        (name, "done" if number < now else "now" if number == now else "next", case.stage_name if number == now else "")
        for number, name in enumerate(names)
    ]


def earlier_cases(viewer: Viewer, case: Case, on: date) -> list[EarlierCase]:
    """This function returns the other cases of a case's household in sight, newest first, with how each was decided."""
    others = list(with_lamp(cases_of_household(viewer, case.household_id).exclude(pk=case.pk), on))
    if not others:
        return []
    ids = [other.pk for other in others]
    said, amounts = decisions_said(ids), amounts_of_cases(viewer, ids)
    return [
        EarlierCase(
            case=other,
            lamp=getattr(other, "lamp", "") or "",
            lamp_note=other.end_name if other.outcome not in ("", "HELPED", "REJECTED") else "",
            causes=case_about(other),
            decision=said.get(other.pk),
            amount=amounts.get(other.pk, ""),
        )
        for other in others
    ]


def _steps_touched(case: Case, stages: Mapping[str, Stage]) -> set[str]:
    keys = case.events.exclude(stage="").values_list("stage", flat=True)
    return {stages[key].step for key in keys if key in stages}


def task_lines(viewer: Viewer, case: Case, on: date) -> list[TaskLine]:
    """This function returns a case's tasks with what was answered."""
    may_withdraw = viewer.kind is Kind.COUNTY_CENTRE and viewer.role in (Role.CLERK, Role.LEADER)
    offered = offers_of_case(case)
    return [
        _task_line(viewer, case, task, on, may_withdraw=may_withdraw, offered_to=offered.get(task.pk, ""))
        for task in tasks_of_case(case)
    ]


def _task_line(viewer: Viewer, case: Case, task: Task, on: date, *, may_withdraw: bool, offered_to: str) -> TaskLine:
    kind = task_kind(case, task)
    answer = getattr(task, "answer", None)
    is_open = task.state == Task.State.OPEN
    return TaskLine(
        task=task,
        kind=kind,
        answer=answer,
        verdict=(kind.yes if answer.meets else kind.no) if answer else Task.State(task.state).label,
        figures=figure_lines(kind, answer) if answer else [],
        days_late=days_late(task.due_on, on) if is_open else 0,
        is_mine=is_open and task.organisation_id == viewer.organisation_id,
        may_withdraw=may_withdraw and is_open,
        offered_to=offered_to,
    )


def case_evidence(viewer: Viewer, case: Case) -> list[Evidence]:
    """This function returns a case's clues and warnings with their reasons, oldest first; of a removal, who proposed
    it and why.
    """
    if case.is_removal:
        return [_of_proposal(event) for event in case.events.filter(what=CaseEvent.What.OPENED)]
    sources = list(CaseSource.objects.filter(case=case).order_by("pk"))
    clues = clues_visible_to(viewer).in_bulk([source.clue_id for source in sources if source.clue_id])
    warnings = warnings_by_ids([source.warning_id for source in sources if source.warning_id])
    return [
        _of_clue(source, clues[source.clue_id])
        if source.clue_id
        else _of_warning(source, warnings[source.warning_id or 0])
        for source in sources
        if source.clue_id in clues or source.warning_id in warnings
    ]


AMOUNTS = (
    ("gross_fen", "总费用"), ("reimbursed_fen", "已报销"), ("self_paid_fen", "自付"), ("income_drop_fen", "收入减少"),
)  # fmt: skip


def _of_proposal(event: CaseEvent) -> Evidence:
    return Evidence(
        title=f"提出{REMOVAL_WAYS[event.data['way']]}", source=event.actor, at=event.at, facts=[],
        text=event.text.partition("：")[2],
    )  # fmt: skip


def _of_clue(source: CaseSource, clue: object) -> Evidence:
    amounts = [(label, getattr(clue, name)) for name, label in AMOUNTS]
    return Evidence(
        title=f"{Risk(source.cause).label} · {clue.get_channel_display()}",  # type: ignore[attr-defined]
        source=source.reporter_label,
        at=source.reported_at,
        facts=[
            ("发生日期", f"{clue.occurred_on:%Y-%m-%d}"),  # type: ignore[attr-defined]
            *((label, f"{yuan_text(fen)} 元") for label, fen in amounts if fen is not None),
        ],
        text=clue.summary,  # type: ignore[attr-defined]
        href=address("sources:clue", source.clue_id),
        href_label="看预警信息登记表",
        source_id=source.pk,
    )


def _of_warning(source: CaseSource, warning: object) -> Evidence:
    why = warning_explanation(warning)  # type: ignore[arg-type]
    return Evidence(
        title=f"{Risk(source.cause).label} · 系统筛查：{why.text}",
        source=f"数据截至 {warning.on:%Y-%m-%d}",  # type: ignore[attr-defined]
        at=source.reported_at,
        facts=[(label, text) for label, text in (("实测", why.measured), ("标准", why.threshold)) if text],
        clause="；".join(_each((why.clause or warning.clause, why.source or warning.source))),  # type: ignore[attr-defined]
        lines=[line for part in why.parts for line in part.lines()],
        href=address("screening:warning", source.warning_id),
        href_label="看证据和重算",
        source_id=source.pk,
    )


def _each(texts: Iterable[str]) -> list[str]:
    return [text for text in dict.fromkeys(texts) if text]
