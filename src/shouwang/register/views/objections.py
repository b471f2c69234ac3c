"""Objecting to a fact, correcting it, or finding it right."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from shouwang.people.access import Viewer, requires
from shouwang.register.contexts import FormContext, ObjectionLine, ObjectionsContext
from shouwang.register.errors import DayInFuture, DayTooEarly, FactUnreadable, ReasonMissing, RowNotFound
from shouwang.register.forms import AnswerForm, CorrectionForm, ObjectionForm
from shouwang.register.models import FactObjection
from shouwang.register.selectors import household_cards, household_row, members_of, objections_open
from shouwang.register.selectors.facts import STATES, fact_text, objections_of, person_of, row_today
from shouwang.register.services import fact_correct, fact_object, objection_reject
from shouwang.register.services.facts import fact_row
from shouwang.register.services.values import field_choices, field_label
from shouwang.register.views.common import (
    EDITORS,
    OBJECTORS,
    READERS,
    WORKERS,
    absent_as_404,
    change,
    form_page,
    household_lead,
    may_edit,
    posted,
    tabs_of,
    version_of,
    viewer_of,
)
from shouwang.ui.tables import key_page

BESIDE = {DayInFuture: "since", DayTooEarly: "since", FactUnreadable: "value", ReasonMissing: "reason"}


def _shown(viewer: Viewer, household_id: int, subject: str, row: Any, field: str) -> list[tuple[str, Any]]:
    """This function returns the fact as it is registered, with whom it is about."""
    names = {m.person_id: m.name for m in members_of(viewer, household_id, timezone.localdate())}
    name = names.get(person_of(subject, row) or 0)
    about = [("成员", name)] if name else []
    return [*about, (f"登记的{field_label(subject, field)}", fact_text(row, field))]


@require_http_methods(["GET", "POST"])
@requires(*OBJECTORS, roles=WORKERS)
@absent_as_404
def objection(request: HttpRequest, household_id: int, subject: str, row_id: int, field: str) -> HttpResponse:
    """This function takes an objection to a fact."""
    viewer, back = viewer_of(request), reverse("register:facts", args=[household_id])
    household_row(viewer, household_id)
    label, row = field_label(subject, field), fact_row(household_id, subject, row_id)
    form = ObjectionForm(posted(request))
    if form.is_valid():

        def act() -> HttpResponse:
            fact_object(
                viewer=viewer, household_id=household_id, subject=subject, row_id=row_id, field=field,
                claimed=form.cleaned_data["claimed"], reason=form.cleaned_data["reason"], at=timezone.now(),
            )  # fmt: skip
            messages.success(request, f"对“{label}”的异议已经记下，由乡镇或县里核对后答复。")
            return redirect(back)

        if (answer := change(request, form, act, back=back, beside=BESIDE)) is not None:
            return answer
    shown = _shown(viewer, household_id, subject, row, field)
    page = FormContext(
        f"对“{label}”提出异议", household_lead(viewer, household_id), form, "提出异议", back, facts=shown
    )
    return form_page(request, page)


@require_http_methods(["GET", "POST"])
@requires(*EDITORS, roles=WORKERS)
@absent_as_404
def correct(request: HttpRequest, household_id: int, subject: str, row_id: int, field: str) -> HttpResponse:
    """This function corrects a fact with its reason; an open objection to it is settled by that."""
    viewer, back = viewer_of(request), reverse("register:facts", args=[household_id])
    household = household_row(viewer, household_id)
    label, row = field_label(subject, field), fact_row(household_id, subject, row_id)
    form = CorrectionForm(
        posted(request), choices=field_choices(subject, field), is_many=field == "risks",
        initial={"value": _initial(row, field)},
    )  # fmt: skip
    if subject not in STATES:
        del form.fields["since"]
    version = version_of(request, household.version)
    if form.is_valid():

        def act() -> HttpResponse:
            fact_correct(
                viewer=viewer, household_id=household_id, version=version, subject=subject, row_id=row_id, field=field,
                value=form.text, reason=form.cleaned_data["reason"], since=form.cleaned_data.get("since"),
                at=timezone.now(),
            )  # fmt: skip
            messages.success(request, f"“{label}”已更正。")
            return redirect(back)

        now: list[tuple[str, Any, Any]] = [(str(form["value"].label), fact_text(row, field), form.shown)]
        if (answer := change(request, form, act, back=back, now=now, beside=BESIDE)) is not None:
            return answer
    shown = _shown(viewer, household_id, subject, row, field)
    found = objections_of(household_id, subject, row, field).filter(state=FactObjection.State.OPEN).first()
    if found is not None:
        shown += [("有人提出异议", f"{found.objected_by}：{found.reason}"), ("认为应当是", found.claimed or "没有写")]
    page = FormContext(
        f"更正“{label}”", household_lead(viewer, household_id), form, f"更正{label}", back, facts=shown,
        hidden=[("version", version)], unit="元" if field.endswith("_fen") else "",
        happens=["原来的登记不删除，留在这一项的变化记录里", *(["这条异议随之办结"] if found else [])],
    )  # fmt: skip
    return form_page(request, page)


def _initial(row: Any, field: str) -> Any:
    """This function returns a fact's present value as the form holds it."""
    value = getattr(row, field)
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "YES" if value else "NO"
    if field.endswith("_fen"):
        return f"{value / 100:.2f}"
    return value if isinstance(value, list) else str(value)


@require_GET
@requires(*EDITORS, roles=WORKERS)
@absent_as_404
def objected(request: HttpRequest, objection_id: int) -> HttpResponse:
    """This function leads from an objection to the correction of its fact, by the row that holds it today."""
    found = objections_open(viewer_of(request)).filter(pk=objection_id).first()
    if found is None:
        raise RowNotFound
    row_id = row_today(found)
    return redirect("register:correct", found.household_id, found.subject, row_id, found.field)


@require_http_methods(["GET", "POST"])
@requires(*EDITORS, roles=WORKERS)
@absent_as_404
def reject(request: HttpRequest, objection_id: int) -> HttpResponse:
    """This function settles an objection whose fact was found right."""
    viewer = viewer_of(request)
    found = objections_open(viewer).filter(pk=objection_id).first()
    if found is None:
        raise RowNotFound
    back = reverse("register:objections")
    form = AnswerForm(posted(request))
    if form.is_valid():

        def act() -> HttpResponse:
            objection_reject(
                viewer=viewer, objection_id=objection_id, answer=form.cleaned_data["answer"], at=timezone.now()
            )
            messages.success(request, "异议已办结：维持原登记。")
            return redirect(back)

        if (answer := change(request, form, act, back=back)) is not None:
            return answer
    shown = [
        (f"登记的{field_label(found.subject, found.field)}", found.stated),
        ("认为应当是", found.claimed or "没有写"),
        ("理由", f"{found.objected_by}：{found.reason}"),
    ]
    page = FormContext(
        "经核无误，维持原登记", household_lead(viewer, found.household_id), form, "答复并维持原登记", back, facts=shown
    )
    return form_page(request, page)


@require_GET
@requires(*READERS)
def objections(request: HttpRequest) -> HttpResponse:
    """This function lists the open objections to registered facts."""
    viewer = viewer_of(request)
    rows = key_page(objections_open(viewer).select_related("person"), order=("pk",), after=request.GET.get("after"))
    cards = household_cards(viewer, {row.household_id for row in rows.rows})
    is_editor = may_edit(viewer)
    lines = [
        ObjectionLine(
            row=row,
            label=field_label(row.subject, row.field),
            about=row.person.name if row.person else "",
            card=cards.get(row.household_id),
            correct_href=reverse("register:objection_correct", args=[row.pk]) if is_editor else "",
        )
        for row in rows.rows
    ]
    page = ObjectionsContext(
        tabs=tabs_of(viewer, "objections"),
        lines=lines,
        page=rows,
        may_settle=is_editor,
        total=objections_open(viewer).order_by().count(),
    )
    return render(request, "register/objections.html", {"page": page})
