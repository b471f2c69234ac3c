"""Two records of one person: merging them, and taking the merge back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from shouwang.kit.codes import Relationship, Sex
from shouwang.kit.errors import Refusal
from shouwang.people.access import Viewer, requires
from shouwang.register.contexts import DoublesContext, FormContext
from shouwang.register.errors import MergeNotFound
from shouwang.register.forms import DoubleForm, ReasonForm
from shouwang.register.selectors import PersonHit, merge_get, person_row, person_search, places_of
from shouwang.register.selectors.people import masked_ids
from shouwang.register.services import persons_merge, persons_unmerge
from shouwang.register.views.common import (
    DECIDERS,
    DECIDING,
    absent_as_404,
    change,
    form_page,
    person_hit,
    posted,
    version_of,
    viewer_of,
)
from shouwang.register.views.persons import lead, opened

MOST = 20


@require_http_methods(["GET", "POST"])
@requires(*DECIDERS, roles=DECIDING)
@absent_as_404
def merge(request: HttpRequest, person_id: int) -> HttpResponse:
    """This function merges a double into a person: first find the double, then compare, then say how it is known."""
    viewer, on = viewer_of(request), timezone.localdate()
    hit, back, _ = opened(viewer, person_id)
    chosen_id = request.POST.get("double", "")
    chosen = person_hit(viewer, int(chosen_id), on) if chosen_id.isdecimal() and len(chosen_id) < 18 else None
    is_sent = chosen is not None and "double_version" in request.POST
    version = version_of(request, 0) if is_sent else person_row(viewer, person_id).version
    form = DoubleForm(request.POST if is_sent else None)
    if chosen is not None and not is_sent:
        seen = person_row(viewer, chosen.person_id).version
        form = DoubleForm(initial={"double": chosen.person_id, "double_version": seen})
    if chosen is not None and form.is_valid():

        def act() -> HttpResponse:
            persons_merge(
                viewer=viewer, kept_id=person_id, kept_version=version, double_id=form.cleaned_data["double"],
                double_version=form.cleaned_data["double_version"], reason=form.cleaned_data["reason"], on=on,
                at=timezone.now(),
            )  # fmt: skip
            messages.success(request, "两条记录已合并，发现合并错了可以撤销。")
            return redirect(back)

        if (answer := change(request, form, act, back=back)) is not None:
            return answer
    asked = request.POST.get("q", "").strip()[:60]
    candidates, problem = ([], "") if chosen is not None else _candidates(viewer, hit, asked)
    page = DoublesContext(
        person=hit,
        lead=lead(viewer, hit),
        form=form,
        candidates=candidates,
        chosen=chosen,
        sides=_sides(viewer, hit, chosen) if chosen is not None else (),
        asked=asked,
        problem=problem,
        back=back,
        version=version,
    )
    return render(request, "register/doubles.html", {"page": page}, status=422 if form.errors else 200)


def _candidates(viewer: Viewer, hit: PersonHit, asked: str) -> tuple[list[PersonHit], str]:
    """This function returns other persons of the text, or of the same name when nothing was asked."""
    if not (asked or hit.name):
        return [], ""
    try:
        found = person_search(viewer, asked or hit.name).rows
    except Refusal as refusal:
        return [], refusal.message
    return [other for other in found if other.person_id != hit.person_id][:MOST], ""


def _sides(viewer: Viewer, kept: PersonHit, double: PersonHit) -> list[tuple[str, Any, Any]]:
    """This function returns both records side by side: (what, kept, double)."""
    numbers = masked_ids(viewer, [kept.person_id, double.person_id])
    places = places_of({kept.slot, double.slot})

    def of(hit: PersonHit) -> list[Any]:
        return [
            hit.name, numbers.get(hit.person_id, "未登记"), Sex.parse(hit.sex).label if hit.sex else "未登记",
            hit.birth_date.isoformat() if hit.birth_date else "未登记", places[hit.slot],
            Relationship.parse(hit.relationship).label if hit.relationship else "不在户",
        ]  # fmt: skip

    labels = ("姓名", "身份证号", "性别", "出生日期", "村", "与户主关系")
    return list(zip(labels, of(kept), of(double), strict=True))


@require_http_methods(["GET", "POST"])
@requires(*DECIDERS, roles=DECIDING)
@absent_as_404
def unmerge(request: HttpRequest, merge_id: int) -> HttpResponse:
    """This function takes a merge of doubles back."""
    viewer = viewer_of(request)
    found = merge_get(viewer, merge_id)
    if found is None:
        raise MergeNotFound
    hit, back, _ = opened(viewer, found.kept_id)
    form = ReasonForm(posted(request))
    if form.is_valid():

        def act() -> HttpResponse:
            persons_unmerge(viewer=viewer, merge_id=merge_id, reason=form.cleaned_data["reason"], at=timezone.now())
            messages.success(request, "合并已撤销。")
            return redirect(back)

        if (answer := change(request, form, act, back=back)) is not None:
            return answer
    page = FormContext(
        "撤销合并", lead(viewer, hit), form, "撤销这次合并", back,
        facts=[("合并的理由", found.reason), ("合并的人", found.merged_by)],
        happens=[f"并进来的那条记录（{found.double.name}）恢复", "它的成员关系、收支、救助和号码还给它"],
    )  # fmt: skip
    return form_page(request, page)
