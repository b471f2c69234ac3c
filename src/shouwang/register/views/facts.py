"""The register's page of a household: its facts with objection and correction, its members and what can be changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from shouwang.people.access import Viewer, requires
from shouwang.register.contexts import FactLine, FactsContext, FormContext, MemberLine
from shouwang.register.errors import RowNotFound
from shouwang.register.forms import AnswerForm, CorrectionForm, ObjectionForm
from shouwang.register.selectors import (
    Fact,
    Member,
    household_file,
    household_get,
    household_row,
    merges_of,
    objections_open,
)
from shouwang.register.selectors.facts import SPENDING_FIELDS, STATUS_FIELDS, person_facts
from shouwang.register.services import fact_correct, fact_object, objection_reject
from shouwang.register.services.facts import fact_row, objection_open_of
from shouwang.register.services.values import field_label, value_text
from shouwang.register.views.common import (
    DECIDERS,
    EDITORS,
    OBJECTORS,
    READERS,
    WORKERS,
    absent_as_404,
    change,
    form_page,
    posted,
    version_of,
    viewer_of,
)


@require_GET
@requires(*READERS)
@absent_as_404
def facts(request: HttpRequest, household_id: int) -> HttpResponse:
    """This function shows the registered facts of a household, each with where it came from."""
    viewer, on = viewer_of(request), timezone.localdate()
    file = household_file(viewer, household_id, on)
    lines = _Lines(viewer, household_id, {(o.subject, o.row_id, o.field) for o in file.objections if o.state == "OPEN"})
    page = FactsContext(
        file=file,
        facts=[lines.of(fact) for fact in file.facts],
        members=[_member(viewer, member, lines) for member in file.members],
        spendings=[(line, lines.rows("spending", line.id, SPENDING_FIELDS, line.source)) for line in file.spendings],
        statuses=[(line, lines.rows("status", line.id, STATUS_FIELDS, line.source)) for line in file.statuses],
        objections=file.objections,
        may_edit=viewer.kind in EDITORS and viewer.role in WORKERS and file.card.ended_on is None,
        may_object=viewer.kind in OBJECTORS and viewer.role in WORKERS,
        may_merge=viewer.kind in DECIDERS and viewer.role in WORKERS,
    )
    return render(request, "register/facts.html", {"page": page})


class _Lines:
    """Makes facts into lines with the addresses of their objection and correction."""

    def __init__(self, viewer: Viewer, household_id: int, objected: set[tuple[str, int, str]]) -> None:
        self.household_id = household_id
        self.objected = objected
        self.edits = viewer.kind in EDITORS and viewer.role in WORKERS
        self.objects = viewer.kind in OBJECTORS and viewer.role in WORKERS

    def of(self, fact: Fact) -> FactLine:
        key = [self.household_id, fact.subject, fact.row_id, fact.field]
        return FactLine(
            fact,
            reverse("register:objection", args=key) if self.objects and not fact.is_objected else "",
            reverse("register:correct", args=key) if self.edits else "",
        )

    def rows(self, subject: str, row_id: int, fields: Sequence[str], source: str) -> list[FactLine]:
        row = fact_row(self.household_id, subject, row_id)
        return [
            self.of(
                Fact(
                    field_label(subject, name), value_text(row, name), source, None, subject, row_id, name,
                    (subject, row_id, name) in self.objected,
                )
            )
            for name in fields
        ]  # fmt: skip


def _member(viewer: Viewer, member: Member, lines: _Lines) -> MemberLine:
    found = [lines.of(fact) for fact in person_facts(viewer, member, lines.objected)]
    doubles = [merge for merge in merges_of(viewer, member.person_id) if merge.undone_at is None]
    return MemberLine(member, found, doubles)


@require_http_methods(["GET", "POST"])
@requires(*OBJECTORS, roles=WORKERS)
@absent_as_404
def objection(request: HttpRequest, household_id: int, subject: str, row_id: int, field: str) -> HttpResponse:
    """This function takes an objection to a fact."""
    viewer, back = viewer_of(request), reverse("register:facts", args=[household_id])
    shown = _shown(viewer, household_id, subject, row_id, field)
    form = ObjectionForm(posted(request))
    if form.is_valid():

        def act() -> HttpResponse:
            fact_object(
                viewer=viewer, household_id=household_id, subject=subject, row_id=row_id, field=field,
                claimed=form.cleaned_data["claimed"], reason=form.cleaned_data["reason"], at=timezone.now(),
            )  # fmt: skip
            messages.success(request, "异议已经记下，由乡镇或县里核对后答复。")
            return redirect(back)

        if (answer := change(request, form, act, back=back)) is not None:
            return answer
    page = FormContext("对登记信息提出异议", _lead(viewer, household_id), form, "提出异议", back, facts=shown)
    return form_page(request, page)


@require_http_methods(["GET", "POST"])
@requires(*EDITORS, roles=WORKERS)
@absent_as_404
def correct(request: HttpRequest, household_id: int, subject: str, row_id: int, field: str) -> HttpResponse:
    """This function corrects a fact with its reason; an open objection to it is settled by that."""
    viewer, back = viewer_of(request), reverse("register:facts", args=[household_id])
    household = household_row(viewer, household_id)
    shown = _shown(viewer, household_id, subject, row_id, field)
    is_dated = subject in ("household_state", "person_state")
    form = CorrectionForm(posted(request))
    if not is_dated:
        del form.fields["since"]
    version = version_of(request, household.version)
    if form.is_valid():

        def act() -> HttpResponse:
            fact_correct(
                viewer=viewer, household_id=household_id, version=version, subject=subject, row_id=row_id, field=field,
                value=form.cleaned_data["value"], reason=form.cleaned_data["reason"],
                since=form.cleaned_data.get("since"), at=timezone.now(),
            )  # fmt: skip
            messages.success(request, f"“{field_label(subject, field)}”已更正。")
            return redirect(back)

        if (answer := change(request, form, act, back=back)) is not None:
            return answer
    found = objection_open_of(household_id, subject, row_id, field)
    if found is not None:
        shown = [
            *shown,
            ("有人提出异议", f"{found.objected_by}：{found.reason}"),
            ("认为应当是", found.claimed or "没有写"),
        ]
    page = FormContext(
        "更正登记信息", _lead(viewer, household_id), form, "更正", back, facts=shown, hidden=[("version", version)]
    )
    return form_page(request, page)


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
        (field_label(found.subject, found.field), found.stated),
        ("认为应当是", found.claimed or "没有写"),
        ("理由", f"{found.objected_by}：{found.reason}"),
    ]
    page = FormContext("维持原登记", _lead(viewer, found.household_id), form, "答复并办结", back, facts=shown)
    return form_page(request, page)


def _lead(viewer: Viewer, household_id: int) -> str:
    card = household_get(viewer, household_id)
    return f"{card.head_name}家 · {card.place}"


def _shown(viewer: Viewer, household_id: int, subject: str, row_id: int, field: str) -> list[tuple[str, Any]]:
    household_row(viewer, household_id)
    row = fact_row(household_id, subject, row_id)
    return [(field_label(subject, field), value_text(row, field))]
