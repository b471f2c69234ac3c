"""The three questions of a desk: what waits, what is late, what came back; each number with the rows it counts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from django.db.models import Count as CountRows
from django.db.models import QuerySet

from shouwang.assistance.selectors.contacts import contacts_late, contacts_own
from shouwang.assistance.selectors.giving import allotments_denied, allotments_out
from shouwang.casework.selectors import (
    case_about,
    cases_visible_to,
    cases_waiting,
    desk_late,
    desk_returned,
    desk_soon,
    desk_waiting,
    tasks_late,
)
from shouwang.casework.selectors.cases import Case
from shouwang.casework.selectors.clocks import OVERRUN
from shouwang.casework.selectors.escalations import escalations_standing
from shouwang.casework.selectors.procedures import PASSIVE
from shouwang.casework.selectors.tasks import Task
from shouwang.casework.selectors.transfers import TAKERS, tasks_declined, transfers_waiting
from shouwang.desks.rules import DELIVER, TO_DO, Count, Link, Question, WorkRow, days_late, to_do, where
from shouwang.desks.selectors.ways import address
from shouwang.evaluation.selectors import transitions_due
from shouwang.people.access import KIND_LABELS, Kind, Viewer
from shouwang.people.selectors import grants_fields
from shouwang.register.selectors import HouseholdCard, household_cards
from shouwang.rounds.selectors import rounds_unseen
from shouwang.ui.numbers import numbers_of

ROWS = 10
BRIEF = 5
# Whom a pack may name for what is late below them.
ABOVE = (Kind.TOWNSHIP, Kind.COUNTY_CENTRE, Kind.LEADING_GROUP, Kind.CITY_CENTRE, Kind.PROVINCE)
# Whose visits stand on their own desk, and who sees to it that contacts visit.
CADRES = (Kind.VILLAGE, Kind.TOWNSHIP, Kind.COUNTY_CENTRE, Kind.LEADING_GROUP)
CONTACT_KEEPERS = (Kind.TOWNSHIP, Kind.COUNTY_CENTRE)
BRINGERS = (Kind.VILLAGE, Kind.TOWNSHIP, Kind.COUNTY_CENTRE)  # who brings households what givers gave
FOLLOWERS = (Kind.VILLAGE, Kind.TOWNSHIP)  # who visits households of a transition period
# Who looks after the lateness of others.
OVERSEERS = (Kind.COUNTY_CENTRE, Kind.LEADING_GROUP, Kind.CITY_CENTRE, Kind.PROVINCE, Kind.AUDIT)


def waiting(viewer: Viewer, on: date) -> Question:
    """This function answers what waits for the viewer: cases by what is to be done, tasks of her organisation."""
    desk, soon = desk_waiting(viewer, on), desk_soon(viewer, on)
    counts: list[Count] = []
    if viewer.reads_register:
        counts += _act_counts(viewer)
    if viewer.kind is Kind.VILLAGE and (unseen := rounds_unseen(viewer))[0]:
        number, round_id = unseen
        href = address("rounds:round", round_id) if round_id else address("rounds:list")
        counts.append(Count(number, "排查还没走到", href, unit="户"))
    tasks = numbers_of(
        waiting=desk.tasks, soon=soon.tasks, offered=transfers_waiting(viewer) if viewer.kind in TAKERS else None,
        gifts=allotments_out(viewer) if viewer.kind in BRINGERS else None,
        denied=allotments_denied(viewer) if viewer.kind in BRINGERS else None,
    )  # fmt: skip
    if number := tasks["waiting"]:
        near = tasks["soon"]
        counts.append(
            Count(number, "核查和落实任务", address("casework:tasks", list="waiting"),
                  note=f"{near} 件快到期" if near else "")
        )  # fmt: skip
    if number := tasks["offered"]:
        counts.append(Count(number, "想转给本单位的任务", address("casework:tasks")))
    gifts = [
        Count(tasks["gifts"], "捐赠分配了没送达", address("assistance:allotments", show="out"), unit="次"),
        Count(tasks["denied"], "农户说捐赠没收到", address("assistance:allotments", show="denied"), unit="次"),
    ]
    found = _task_rows(viewer, desk.tasks, on) if tasks["waiting"] else []
    rows = [*found, *_case_rows(viewer, desk.cases, on)]
    brought = [count for count in gifts if count.number]
    return Question([*counts, *brought], _first(rows), _lists(viewer, "waiting", counts))


def _act_counts(viewer: Viewer) -> list[Count]:
    found = dict(cases_waiting(viewer).order_by().values_list("act").annotate(CountRows("pk")))
    return [
        Count(found[act.value], label, address("casework:list", list="waiting", act=act.value))
        for act, label in TO_DO.items()
        if found.get(act.value)
    ]


def late(viewer: Viewer, on: date) -> Question:
    """This function answers what is late: the viewer's own, and for overseers what others are late with."""
    desk, kind = desk_late(viewer, on), viewer.kind
    late_now = numbers_of(
        cases=desk.cases if viewer.reads_register else None,
        tasks=desk.tasks,
        own=contacts_own(viewer).filter(due_on__lt=on) if kind in CADRES else None,
        contacts=contacts_late(viewer, on) if kind in CONTACT_KEEPERS else None,
        escalated=escalations_standing(viewer, on) if kind in ABOVE else None,
        others=late_tasks(viewer, on) if kind in OVERSEERS else None,
        overrun=cases_visible_to(viewer).filter(OVERRUN) if kind in OVERSEERS else None,
    )
    found = [
        Count(late_now["cases"], "本岗位的案件", address("casework:list", list="late")),
        Count(late_now["tasks"], "本单位的任务", address("casework:tasks", list="late")),
        Count(late_now["own"], "我联系的户没按时走访", address("assistance:contact_list", show="own"), unit="户"),
        Count(late_now["contacts"], "联系人没按时走访", address("assistance:contact_list", show="late"), unit="户"),
        Count(late_now["escalated"], "下级逾期、提到本单位的", address("desks:board")),
        *(_late_of_others(viewer, on) if kind in OVERSEERS else ()),
        Count(late_now["others"], "部门、乡镇和保险公司的任务", address("desks:late")),
        Count(late_now["overrun"], "全程期限已过的案件", address("casework:list", overrun=1)),
    ]
    if kind in FOLLOWERS:
        followed = sum(line.is_late(on) for line in transitions_due(viewer, on))
        found.insert(3, Count(followed, "过渡期没按时走访", address("evaluation:due", show="late"), unit="户"))
    return Question([count for count in found if count.number])


def _late_of_others(viewer: Viewer, on: date) -> list[Count]:
    cases = cases_visible_to(viewer).filter(closed_on__isnull=True, due_on__lt=on).exclude(holder_kind=viewer.kind)
    cases = cases.exclude(act__in=PASSIVE)  # what waits for answers is late with its tasks, told below
    by_kind = dict(cases.order_by().values_list("holder_kind").annotate(CountRows("pk")))
    return [
        Count(by_kind[kind], f"在{KIND_LABELS[kind]}的案件", address("casework:list", late=1, who=kind.value))
        for kind in Kind
        if by_kind.get(kind)
    ]


def late_tasks(viewer: Viewer, on: date) -> QuerySet[Task]:
    """This function returns the tasks of other organisations that are past their day, in the viewer's areas."""
    return tasks_late(viewer, on).exclude(organisation_id=viewer.organisation_id or 0)


def returned(viewer: Viewer, on: date) -> Question:
    """This function answers what came back: cases again at the viewer's step, results of hers, tasks asked again."""
    desk = desk_returned(viewer, on)
    declined = tasks_declined(viewer) if viewer.kind in TAKERS else None
    back = numbers_of(cases=desk.cases if viewer.reads_register else None, tasks=desk.tasks, declined=declined)
    found = [
        Count(back["cases"], "退回或有了结果的案件", address("casework:list", list="returned")),
        Count(back["tasks"], "再次核查的任务", address("casework:tasks", list="returned")),
        Count(back["declined"], "对方没有接收的转办", address("casework:tasks", list="declined")),
    ]
    counts = [count for count in found if count.number]
    rows = [
        *(_task_rows(viewer, declined, on) if declined is not None and back["declined"] else ()),
        *(_task_rows(viewer, desk.tasks, on) if back["tasks"] else ()),
        *(_case_rows(viewer, desk.cases, on) if back["cases"] else ()),
    ]
    return Question(counts, _first(rows)[:BRIEF], _lists(viewer, "returned", counts))


def _first(rows: Iterable[WorkRow]) -> list[WorkRow]:
    return sorted(rows, key=lambda row: row.due_on or date.max)[:ROWS]


def _lists(viewer: Viewer, key: str, counts: Sequence[Count]) -> list[Link]:
    links = []
    tasks = address("casework:tasks", list=key)
    if any(count.href != tasks for count in counts):
        links.append(Link("全部案件", address("casework:list", list=key)))
    if any(count.href == tasks for count in counts):
        links.append(Link("全部任务", tasks))
    return links


def _case_rows(viewer: Viewer, cases: QuerySet[Case], on: date) -> list[WorkRow]:
    if not viewer.reads_register:
        return []
    found = list(cases[:ROWS])
    cards = household_cards(viewer, {case.household_id for case in found})
    return [_case_row(viewer, case, cards.get(case.household_id), on) for case in found]


def _case_row(viewer: Viewer, case: Case, card: HouseholdCard | None, on: date) -> WorkRow:
    is_mine = case.is_open and case.holder_kind == viewer.kind
    return WorkRow(
        name=card.head_name if card else "（已迁出）",
        place=card.place if card else "",
        about="、".join(case_about(case)),
        to_do=to_do(case.act) if is_mine else "",
        href=address("casework:case", case.pk),
        to_do_href=address(where(case.act), case.pk) if is_mine and to_do(case.act) else "",
        due_on=case.due_on if case.is_open else None,
        days_late=days_late(case.due_on, on) if case.is_open else 0,
        lamp=getattr(case, "lamp", "") or "",
        who=KIND_LABELS[Kind(case.holder_kind)] if case.holder_kind else "",
        note=case.stage_name or case.end_name,
    )


def _task_rows(viewer: Viewer, tasks: QuerySet[Task], on: date) -> list[WorkRow]:
    found = list(tasks[:ROWS])
    if not found:
        return []
    cards = household_cards(viewer, {task.household_id for task in found})
    fields = grants_fields(viewer, task_ids=[task.pk for task in found]) if not viewer.reads_register else {}
    return [
        task_row(task, cards.get(task.household_id), None if viewer.reads_register else fields.get(task.pk, ()), on)
        for task in found
    ]


def task_row(task: Task, card: HouseholdCard | None, fields: Iterable[str] | None, on: date) -> WorkRow:
    """This function returns a task as a desk lists it, with what its grant shows of the household (None: all)."""
    shown = {"head", "place"} if fields is None else set(fields)
    is_delivery = task.asks == DELIVER
    href = address("assistance:task" if is_delivery else "casework:task", task.pk)
    return WorkRow(
        name=card.head_name if card and "head" in shown else f"任务 {task.pk}",
        place=card.place if card and "place" in shown else "",
        about=f"{task.name}：{task.note}" if is_delivery and task.note else task.name,
        to_do="登记落实" if is_delivery else "核查反馈",
        href=href,
        to_do_href=href,
        due_on=task.due_on,
        days_late=days_late(task.due_on, on),
        note=f"第 {task.round} 次" if task.round > 1 else "",
    )
