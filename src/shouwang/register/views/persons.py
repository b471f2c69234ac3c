"""What is done about one person: death, move, corrected number, full numbers."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from shouwang.kit.codes import Relationship
from shouwang.kit.resident_id import ResidentIdRefusal
from shouwang.people.access import Kind, Viewer, requires
from shouwang.register.contexts import FormContext, ShownContext
from shouwang.register.errors import (
    DayInFuture,
    DayTooEarly,
    DiedBeforeBirth,
    NotAVillage,
    RegisteredHere,
    SameHousehold,
    TwoHeads,
    TwoSpouses,
)
from shouwang.register.forms import DeathForm, IdentifierForm, PersonMoveForm, PurposeForm
from shouwang.register.selectors import Member, PersonHit, members_of, person_row
from shouwang.register.services import identifier_correct, identifier_show, person_die, person_move
from shouwang.register.views.common import (
    EDITORS,
    READERS,
    WORKERS,
    HouseholdUnclear,
    absent_as_404,
    change,
    form_page,
    household_lead,
    household_named,
    person_hit,
    posted,
    version_of,
    viewer_of,
    villages_url,
)

HEAD = Relationship.HEAD.value
SHOWERS = tuple(kind for kind in READERS if kind is not Kind.AUDIT)
ON_DEATH = {DayInFuture: "died_on", DayTooEarly: "died_on", DiedBeforeBirth: "died_on"}
ON_MOVE = {
    DayInFuture: "on", DayTooEarly: "on", HouseholdUnclear: "to_household", SameHousehold: "to_household",
    TwoHeads: "relationship", TwoSpouses: "relationship", NotAVillage: "village",
}  # fmt: skip


def opened(viewer: Viewer, person_id: int) -> tuple[PersonHit, str, list[Member]]:
    """This function returns a person, where back leads, and the others of her household when she heads it."""
    hit = person_hit(viewer, person_id, timezone.localdate())
    if hit.household_id is None:
        return hit, reverse("register:search"), []
    members = members_of(viewer, hit.household_id, timezone.localdate())
    heirs = [member for member in members if member.person_id != person_id] if hit.relationship == HEAD else []
    return hit, reverse("register:facts", args=[hit.household_id]), heirs


def lead(viewer: Viewer, hit: PersonHit) -> str:
    """This function returns the line under the title of a page about a person."""
    return hit.name if hit.household_id is None else f"{hit.name} · {household_lead(viewer, hit.household_id)}"


@require_http_methods(["GET", "POST"])
@requires(*EDITORS, roles=WORKERS)
@absent_as_404
def die(request: HttpRequest, person_id: int) -> HttpResponse:
    """This function records a death."""
    viewer = viewer_of(request)
    hit, back, heirs = opened(viewer, person_id)
    form = DeathForm(posted(request), heirs=heirs)
    version = version_of(request, person_row(viewer, person_id).version)
    if form.is_valid():

        def act() -> HttpResponse:
            person_die(
                viewer=viewer, person_id=person_id, version=version, died_on=form.cleaned_data["died_on"],
                at=timezone.now(), new_head_id=form.new_head_id, reason=form.cleaned_data["reason"],
            )  # fmt: skip
            messages.success(request, f"{hit.name}的死亡已登记。")
            return redirect(back)

        if (answer := change(request, form, act, back=back, beside=ON_DEATH)) is not None:
            return answer
    happens = [f"{hit.name}从那天起不再是户里的成员，人均收入按剩下的人算"]
    if heirs:
        happens.append("每个人与新户主的关系按原关系推算，之后可以在“更换户主”里改")
    page = FormContext("登记死亡", lead(viewer, hit), form, f"登记{hit.name}死亡", back, happens=happens,
                       hidden=[("version", version)])  # fmt: skip
    return form_page(request, page)


@require_http_methods(["GET", "POST"])
@requires(*EDITORS, roles=WORKERS)
@absent_as_404
def move(request: HttpRequest, person_id: int) -> HttpResponse:
    """This function moves a person into another household, or to a village as a household of her own."""
    viewer = viewer_of(request)
    hit, back, heirs = opened(viewer, person_id)
    form = PersonMoveForm(posted(request), heirs=heirs, initial={"on": timezone.localdate()})
    version = version_of(request, person_row(viewer, person_id).version)
    if form.is_valid():
        data = form.cleaned_data

        def act() -> HttpResponse:
            target = household_named(viewer, data["to_household"]) if data["to_household"] else None
            home = person_move(
                viewer=viewer, person_id=person_id, version=version, on=data["on"], at=timezone.now(),
                to_household_id=target, relationship=data["relationship"],
                to_slot=data["village"].lo if target is None else None, new_head_id=form.new_head_id,
                reason=data["reason"],
            )  # fmt: skip
            messages.success(request, f"{hit.name}的迁移已办好。")
            is_seen = target is not None or viewer.can_see(data["village"].lo)
            return redirect("register:facts", home) if is_seen else redirect(back)

        if (answer := change(request, form, act, back=back, beside=ON_MOVE)) is not None:
            return answer
    page = FormContext(
        "个人迁移", lead(viewer, hit), form, f"办理{hit.name}迁移", back, hidden=[("version", version)],
        happens=["本人的收入、支出、救助和证件号码跟着走", "迁到辖区外的村，先单独立户，由那边核对归入哪一户"],
        village_search=villages_url(anywhere=True),
    )  # fmt: skip
    return form_page(request, page)


@require_http_methods(["GET", "POST"])
@requires(*EDITORS, roles=WORKERS)
@absent_as_404
def identifier(request: HttpRequest, person_id: int) -> HttpResponse:
    """This function corrects an ID or phone number."""
    viewer = viewer_of(request)
    hit, back, _ = opened(viewer, person_id)
    form = IdentifierForm(posted(request))
    version = version_of(request, person_row(viewer, person_id).version)
    if form.is_valid():
        data = form.cleaned_data

        def act() -> HttpResponse:
            made = identifier_correct(
                viewer=viewer, person_id=person_id, version=version, text=data["text"], reason=data["reason"],
                at=timezone.now(), kind=data["kind"],
            )  # fmt: skip
            for warning in made.warnings:
                messages.warning(request, warning)
            if made.is_waiting:
                messages.warning(request, "这个号码的登记信息需要县级核对，已经转交，核对完成前没有改动。")
            else:
                messages.success(request, "号码已更正。")
            return redirect(back)

        beside = {ResidentIdRefusal: "text", RegisteredHere: "text"}
        if (answer := change(request, form, act, back=back, beside=beside)) is not None:
            return answer
    page = FormContext(
        "更正号码", lead(viewer, hit), form, "更正号码", back, hidden=[("version", version)],
        happens=["原来的号码不再使用，留在记录里", "更正身份证号，出生日期和性别一起更正"],
    )  # fmt: skip
    return form_page(request, page)


@require_http_methods(["GET", "POST"])
@requires(*SHOWERS, roles=WORKERS)
@absent_as_404
def show(request: HttpRequest, person_id: int) -> HttpResponse:
    """This function shows the full numbers of a person once, for a purpose that is logged."""
    viewer = viewer_of(request)
    hit, back, _ = opened(viewer, person_id)
    form = PurposeForm(posted(request))
    if form.is_valid():
        purpose = form.cleaned_data["purpose"]
        numbers = identifier_show(viewer=viewer, person_id=person_id, purpose=purpose, at=timezone.now())
        page = ShownContext(hit.name, lead(viewer, hit), numbers, purpose, back)
        answer = render(request, "register/shown.html", {"page": page})
        answer["Cache-Control"] = "no-store"
        return answer
    happens = ["完整的身份证号和电话只显示这一次", "谁、什么时候、为什么看，记入日志，审计能看到"]
    return form_page(
        request, FormContext("查看完整号码", lead(viewer, hit), form, "查看完整号码", back, happens=happens)
    )
