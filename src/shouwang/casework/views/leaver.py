"""交接清单: what somebody who leaves, or is away, worked on and others go on with."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from shouwang.casework.contexts import LeaverPage
from shouwang.casework.models import Case, Task
from shouwang.casework.selectors import case_about, tasks_of_organisation
from shouwang.casework.selectors.leavers import cases_worked_on, last_touched
from shouwang.casework.views import ACTING_ROLES, ACTORS
from shouwang.casework.views.listing import due_text
from shouwang.people.access import KIND_LABELS, ROLE_LABELS, Kind, Role, Viewer, requires
from shouwang.people.selectors import appointments_of_organisation
from shouwang.register.selectors import household_cards
from shouwang.ui.tables import Column, Row, Table

SHOWN = 200
CASES = (
    Column("lamp", "灯", kind="lamp", phone="fact"),
    Column("household", "农户", phone="title"),
    Column("place", "住址", phone="hide"),
    Column("cause", "原因", phone="hide"),
    Column("stage", "环节", phone="fact"),
    Column("who", "谁在办", phone="hide"),
    Column("due", "期限", phone="fact"),
    Column("last", "最后经手", kind="when", phone="hide"),
)
TASKS = (
    Column("name", "任务", phone="title"),
    Column("case", "案件号", phone="fact"),
    Column("due", "期限", phone="fact"),
)


@require_GET
@requires(*ACTORS, roles=ACTING_ROLES)
def leaver(request: HttpRequest) -> HttpResponse:
    """This function lists what the viewer, or a colleague of her organisation, worked on and is still open."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    on = timezone.localdate()
    held = [one for one in appointments_of_organisation(viewer.organisation_id or 0) if one.deputy_for_id is None]
    asked = request.GET.get("appointment", "")
    chosen = next((one for one in held if str(one.pk) == asked), None)
    if asked and chosen is None:
        raise Http404
    user_id = chosen.user_id if chosen is not None else viewer.user_id or 0
    found = list(cases_worked_on(viewer, user_id, on=on)[: SHOWN + 1])
    cases = found[:SHOWN]
    total = len(found) if len(found) <= SHOWN else cases_worked_on(viewer, user_id, on=on).count()
    tasks = tasks_of_organisation(viewer).filter(state=Task.State.OPEN).order_by("due_on", "pk")[:SHOWN]
    role = Role(chosen.role) if chosen is not None else viewer.role
    page = LeaverPage(
        name=(chosen.user.name or chosen.user.username) if chosen is not None else viewer.name,
        appointment=f"{viewer.organisation_name} · {ROLE_LABELS[role]}",
        cases=Table("经手过、还没办完的案件", CASES, _case_rows(viewer, cases, user_id)),
        tasks=Table("本单位还没有反馈的任务", TASKS, [
            Row(cells={"name": task.name, "case": str(task.case_id), "due": due_text(task.due_on, on)},
                href=reverse("casework:task", args=[task.pk]), key=str(task.pk))
            for task in tasks
        ]),
        total=total,
        colleagues=[
            (one.pk, f"{one.user.name or one.user.username}（{ROLE_LABELS[Role(one.role)]}"
                     f"{'，已离任' if one.ended_at else ''}）", chosen is not None and one.pk == chosen.pk)
            for one in held
        ],
    )  # fmt: skip
    return render(request, "casework/leaver.html", {"page": page})


def _case_rows(viewer: Viewer, cases: Sequence[Case], user_id: int) -> list[Row]:
    cards = household_cards(viewer, {case.household_id for case in cases})
    last = last_touched(user_id, [case.pk for case in cases])
    on = timezone.localdate()
    rows = []
    for case in cases:
        card = cards.get(case.household_id)
        cells = {
            "lamp": getattr(case, "lamp", ""),
            "household": card.head_name if card else "—",
            "place": card.place if card else "",
            "cause": "、".join(case_about(case)),
            "stage": case.stage_name,
            "who": KIND_LABELS[Kind(case.holder_kind)],
            "due": due_text(case.due_on, on),
            "last": last.get(case.pk),
        }
        rows.append(Row(cells=cells, href=reverse("casework:case", args=[case.pk]), key=str(case.pk)))
    return rows
