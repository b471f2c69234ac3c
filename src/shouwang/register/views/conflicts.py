"""Persons registered in two places: the pair for the common superior to decide."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from shouwang.kit.codes import Relationship
from shouwang.people.access import Viewer, requires
from shouwang.register.contexts import ConflictsContext, FormContext
from shouwang.register.errors import ConflictNotFound, HeadMissing, TwoHeads, TwoSpouses
from shouwang.register.forms import ConflictForm
from shouwang.register.selectors import ConflictLine, Member, conflicts_open, household_of_person, members_of
from shouwang.register.services import conflict_decide
from shouwang.register.views.common import (
    DECIDERS,
    DECIDING,
    absent_as_404,
    change,
    form_page,
    may_decide,
    posted,
    tabs_of,
    version_of,
    viewer_of,
)

BESIDE = {TwoHeads: "relationship", TwoSpouses: "relationship", HeadMissing: "new_head"}


@require_GET
@requires(*DECIDERS)
def conflicts(request: HttpRequest) -> HttpResponse:
    """This function lists persons registered twice within the viewer's area."""
    viewer = viewer_of(request)
    page = ConflictsContext(
        tabs=tabs_of(viewer, "conflicts"), lines=conflicts_open(viewer), may_decide=may_decide(viewer)
    )
    return render(request, "register/conflicts.html", {"page": page})


@require_http_methods(["GET", "POST"])
@requires(*DECIDERS, roles=DECIDING)
@absent_as_404
def conflict(request: HttpRequest, conflict_id: int) -> HttpResponse:
    """This function decides a pair: she moves to the new household, or stays where she is."""
    viewer = viewer_of(request)
    line = next((line for line in conflicts_open(viewer) if line.id == conflict_id), None)
    if line is None:
        raise ConflictNotFound
    back = reverse("register:conflicts")
    form = ConflictForm(posted(request), heirs=_heirs(viewer, line))
    version = version_of(request, line.version)
    if form.is_valid():

        def act() -> HttpResponse:
            conflict_decide(
                viewer=viewer, conflict_id=conflict_id, version=version, decision=form.cleaned_data["decision"],
                reason=form.cleaned_data["reason"], at=timezone.now(), new_head_id=form.new_head_id,
                relationship=form.cleaned_data["relationship"],
            )  # fmt: skip
            done = "已迁到新登记的地方" if form.cleaned_data["decision"] == "MOVE" else "维持原登记"
            messages.success(request, f"{line.person_name}：{done}。")
            return redirect(back)

        if (answer := change(request, form, act, back=back, beside=BESIDE)) is not None:
            return answer
    shown = [
        ("已登记", f"{line.person_name} · {line.place_there}"),
        ("又要登记", f"{line.name_here or line.person_name} · {line.place_here}"),
        ("在那边的关系", line.relationship or "没有写"),
        ("谁报的", line.opened_by),
        ("什么时候", timezone.localtime(line.opened_at).strftime("%Y-%m-%d %H:%M")),
    ]
    lead = "同一个身份证号，两个地方都要登记。打电话核对人现在属于哪里，再办结。"
    page = FormContext(f"核对{line.person_name}的登记", lead, form, "按这个办结", back, facts=shown,
                       hidden=[("version", version)])  # fmt: skip
    return form_page(request, page)


def _heirs(viewer: Viewer, line: ConflictLine) -> list[Member]:
    """This function returns who could head the household that the person would leave, if she heads others."""
    on = timezone.localdate()
    home = household_of_person(line.person_id, on)
    members = members_of(viewer, home, on) if home is not None else []
    is_head = any(m.person_id == line.person_id and m.relationship == Relationship.HEAD for m in members)
    return [member for member in members if member.person_id != line.person_id] if is_head else []
