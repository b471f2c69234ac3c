"""Registering a household with its members."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from shouwang.people.access import requires
from shouwang.register.contexts import RegistrationContext
from shouwang.register.errors import DayInFuture, NotAVillage, NotYourArea
from shouwang.register.forms import HouseholdForm, MemberForm, MemberRows
from shouwang.register.services import NewMember, Registered, household_register
from shouwang.register.views.common import EDITORS, WORKERS, change, posted, viewer_of, villages_url
from shouwang.ui.words import problems

BESIDE = {DayInFuture: "on", NotYourArea: "village", NotAVillage: "village"}


@require_http_methods(["GET", "POST"])
@requires(*EDITORS, roles=WORKERS)
def new(request: HttpRequest) -> HttpResponse:
    """This function registers a household; a button of the form asks for one member more and keeps what was typed."""
    viewer, data = viewer_of(request), posted(request)
    is_more = request.method == "POST" and "more" in request.POST
    if is_more:
        form = HouseholdForm(viewer=viewer, initial=request.POST.dict())
    else:
        form = HouseholdForm(data, viewer=viewer, initial={"on": timezone.localdate()})
    rows = MemberRows(data, more=is_more)
    if rows.is_bound and all([form.is_valid(), rows.is_valid()]):

        def act() -> HttpResponse:
            made = household_register(
                viewer=viewer, slot=form.cleaned_data["village"].lo, members=[_member(row) for row in rows.filled()],
                on=form.cleaned_data["on"], at=timezone.now(), number=form.cleaned_data["number"],
                address=form.cleaned_data["address"], phone=form.cleaned_data["phone"], state=form.state,
            )  # fmt: skip
            return _registered(request, made)

        if (answer := change(request, form, act, back=reverse("register:search"), beside=BESIDE)) is not None:
            return answer
    place = form.cleaned_data.get("village") if form.is_bound and form.is_valid() else None
    page = RegistrationContext(
        form=form,
        rows=rows,
        village_search=villages_url(),
        village_shown=place.full_name if place else "",
        back=reverse("register:search"),
        most=MemberRows.MOST,
        problems=_problems(form, rows) if rows.is_bound else (),
    )
    return render(request, "register/registration.html", {"page": page}, status=422 if rows.is_bound else 200)


def _problems(form: HouseholdForm, rows: MemberRows) -> list[dict[str, str]]:
    """This function returns everything that must be mended, each with the address of its field."""
    parts: list[tuple[str, Any]] = [("", form)]
    parts += [("户主：" if index == 0 else f"第 {index + 1} 人：", row) for index, row in enumerate(rows.forms)]
    found = []
    for where, part in parts:
        found += [{"text": f"{where}{text}", "href": ""} for text in part.non_field_errors()]
        for bound in part:
            said = problems(bound)
            found += [{"text": f"{where}{bound.label}：{text}", "href": f"#{bound.auto_id}"} for text in said]
    return found


def _member(row: MemberForm) -> NewMember:
    data = row.cleaned_data
    return NewMember(
        name=data["name"],
        relationship=data["relationship"],
        resident_id=data["resident_id"],
        sex=data["sex"],
        birth_date=data["birth_date"],
        phone=data["phone"],
        facts=row.facts,
    )


def _registered(request: HttpRequest, made: Registered) -> HttpResponse:
    """This function tells what came of it: registered, waiting for the county, worth a look."""
    for warning in made.warnings:
        messages.warning(request, warning)
    if made.waiting:
        names = "、".join(made.waiting)
        messages.warning(request, f"{names}的登记信息需要县级核对，已经转交，核对完成前暂不登记。")
    if made.household_id is None:
        return redirect("register:search")
    messages.success(request, "这一户已登记。")
    return redirect("register:facts", made.household_id)
