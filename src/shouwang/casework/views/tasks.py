"""The tasks put to one's own organisation, whoever held the post when they came."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from shouwang.casework.contexts import TasksPage
from shouwang.casework.models import Task
from shouwang.casework.selectors import tasks_of_organisation
from shouwang.casework.selectors.transfers import tasks_declined_last, transfers_waiting
from shouwang.casework.services.tasks import DELIVER
from shouwang.casework.views import ACTING_ROLES, ANSWERERS
from shouwang.casework.views.listing import due_text
from shouwang.people.access import Viewer, requires
from shouwang.register.selectors import household_cards
from shouwang.ui.tables import Column, KeyPage, Row, Table, key_page

COLUMNS = (
    Column("household", "农户", phone="title"),
    Column("question", "要回答的问题", phone="fact"),
    Column("place", "住址", phone="hide"),
    Column("due", "期限", phone="fact"),
    Column("state", "状态", phone="hide"),
    Column("opened", "送来时间", kind="day", phone="hide"),
)
# The last transfer of an open task was declined.
IS_DECLINED = Q(state=Task.State.OPEN, pk__in=tasks_declined_last())
LISTS: dict[str, tuple[str, Callable[[date], Q]]] = {
    "waiting": ("待反馈", lambda on: Q(state=Task.State.OPEN)),
    "late": ("已逾期", lambda on: Q(state=Task.State.OPEN, due_on__lt=on)),
    "soon": ("快到期", lambda on: Q(state=Task.State.OPEN, warn_on__lte=on, due_on__gte=on)),
    "returned": ("再次核查", lambda on: Q(state=Task.State.OPEN, round__gt=1)),
    "declined": ("对方没有接收", lambda on: IS_DECLINED),
    "done": ("已办", lambda on: ~Q(state=Task.State.OPEN)),
}


@require_GET
@requires(*ANSWERERS)
def tasks(request: HttpRequest) -> HttpResponse:
    """This function lists the organisation's tasks."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    on = timezone.localdate()
    asked = request.GET.get("list", "")
    key = asked if asked in LISTS else "waiting"
    found = tasks_of_organisation(viewer)
    chosen = found.filter(LISTS[key][1](on))
    page = key_page(chosen, order=("-ended_at",) if key == "done" else ("due_on",), after=request.GET.get("after"))
    context = TasksPage(
        title="核查任务",
        table=Table(LISTS[key][0], COLUMNS, _rows(viewer, page, on), page=page),
        page=page,
        tabs=_tabs(found, key, on),
        total=chosen.count(),
        transfers=list(transfers_waiting(viewer)) if viewer.role in ACTING_ROLES else [],
    )
    return render(request, "casework/tasks.html", {"page": context})


def _tabs(found: QuerySet[Task], current: str, on: date) -> list[tuple[str, str, bool, int | str]]:
    base = reverse("casework:tasks")
    return [
        (label, f"{base}?list={key}", key == current, found.filter(condition(on)).count())
        for key, (label, condition) in LISTS.items()
    ]


def _rows(viewer: Viewer, page: KeyPage, on: date) -> list[Row]:
    cards = household_cards(viewer, {task.household_id for task in page.rows if task.state == Task.State.OPEN})
    rows = []
    for task in page.rows:
        card = cards.get(task.household_id)
        rows.append(
            Row(
                cells={
                    "household": card.head_name if card else f"任务 {task.pk}（农户信息已收回）",
                    "question": f"{task.name}：{task.note if task.asks == DELIVER and task.note else task.question}",
                    "place": card.place if card else "",
                    "due": due_text(task.due_on, on) if task.state == Task.State.OPEN else f"{task.due_on:%Y-%m-%d}",
                    "state": Task.State(task.state).label + ("（再次）" if task.round > 1 else ""),
                    "opened": task.opened_at,
                },
                href=reverse("casework:task", args=[task.pk]),
                key=str(task.pk),
            )
        )
    return rows
