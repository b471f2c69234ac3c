"""What is done to a whole household: split, merge, move, a new head."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from shouwang.kit.codes import Relationship
from shouwang.kit.errors import Refusal
from shouwang.people.access import Viewer, requires
from shouwang.register.contexts import FormContext, HeadContext
from shouwang.register.errors import DayInFuture, DayTooEarly, NotAVillage, NotYourArea, SameVillage
from shouwang.register.forms import HeadForm, HouseholdMoveForm, HouseholdNumberForm, MergeForm, SplitForm
from shouwang.register.rules import relationships_after
from shouwang.register.selectors import HouseholdCard, Member, household_get, members_of
from shouwang.register.services import head_change, household_merge, household_move, household_split
from shouwang.register.views.common import (
    EDITORS,
    WORKERS,
    HouseholdUnclear,
    absent_as_404,
    change,
    form_page,
    household_named,
    posted,
    version_of,
    viewer_of,
    villages_url,
)

HEAD = Relationship.HEAD.value
BESIDE = {
    DayInFuture: "on", DayTooEarly: "on", NotYourArea: "village", NotAVillage: "village", SameVillage: "village",
}  # fmt: skip


def _opened(viewer: Viewer, household_id: int) -> tuple[HouseholdCard, list[Member], str]:
    card = household_get(viewer, household_id)
    return card, members_of(viewer, household_id, timezone.localdate()), reverse("register:facts", args=[household_id])


def _lead(card: HouseholdCard) -> str:
    return f"{card.head_name}家 · {card.place}"


@require_http_methods(["GET", "POST"])
@requires(*EDITORS, roles=WORKERS)
@absent_as_404
def split(request: HttpRequest, household_id: int) -> HttpResponse:
    """This function splits members off into a household of their own."""
    viewer = viewer_of(request)
    card, members, back = _opened(viewer, household_id)
    form = SplitForm(posted(request), viewer=viewer, members=members, initial={"on": timezone.localdate()})
    version = version_of(request, card.version)
    if form.is_valid():
        data = form.cleaned_data

        def act() -> HttpResponse:
            made = household_split(
                viewer=viewer, household_id=household_id, version=version, leaving=form.leaving, staying=form.staying,
                on=data["on"], at=timezone.now(), slot=data["village"].lo if data["village"] else None,
                number=data["number"], address=data["address"], reason=data["reason"],
            )  # fmt: skip
            messages.success(request, "已分户，下面是新户。")
            return redirect("register:facts", made)

        now = [("户主", card.head_name, card.head_name), ("成员", "、".join(m.name for m in members), "见下")]
        if (answer := change(request, form, act, back=back, now=now, beside=BESIDE)) is not None:
            return answer
    page = FormContext(
        "分户", _lead(card), form, "办理分户", back, hidden=[("version", version)], village_search=villages_url(),
        happens=["分出去的人从那天起属于新户，本人的收入、支出、救助和证件号码跟着走", "原户的案件留在原户"],
    )  # fmt: skip
    return form_page(request, page)


@require_http_methods(["GET", "POST"])
@requires(*EDITORS, roles=WORKERS)
@absent_as_404
def head(request: HttpRequest, household_id: int) -> HttpResponse:
    """This function makes another member the head: first who, then what everybody is to her."""
    viewer = viewer_of(request)
    card, members, back = _opened(viewer, household_id)
    others = [member for member in members if member.relationship != HEAD]
    asked = request.GET.get("head", "")
    chosen = next((member for member in others if str(member.person_id) == asked), None)
    if chosen is None:
        return render(request, "register/head.html", {"page": HeadContext(card=card, members=others, back=back)})
    suggested = relationships_after({m.person_id: m.relationship for m in members}, chosen.person_id)
    form = HeadForm(posted(request), members=members, suggested=suggested, initial={"on": timezone.localdate()})
    version = version_of(request, card.version)
    if form.is_valid():

        def act() -> HttpResponse:
            head_change(
                viewer=viewer, household_id=household_id, version=version, new_head_id=chosen.person_id,
                on=form.cleaned_data["on"], at=timezone.now(), relationships=form.relationships,
                reason=form.cleaned_data["reason"],
            )  # fmt: skip
            messages.success(request, f"户主已换成{chosen.name}。")
            return redirect(back)

        now = [("户主", card.head_name, chosen.name)]
        if (answer := change(request, form, act, back=back, now=now, beside=BESIDE)) is not None:
            return answer
    page = FormContext(
        f"户主换成{chosen.name}", f"{_lead(card)}。每个人与新户主的关系已按原关系推算，请核对。", form,
        f"户主换成{chosen.name}", back, hidden=[("version", version)],
    )  # fmt: skip
    return form_page(request, page)


@require_http_methods(["GET", "POST"])
@requires(*EDITORS, roles=WORKERS)
@absent_as_404
def merge(request: HttpRequest, household_id: int) -> HttpResponse:
    """This function merges another household into this one: first which, then what its members are to the head."""
    viewer = viewer_of(request)
    card, _, back = _opened(viewer, household_id)
    choose = HouseholdNumberForm(posted(request))
    other = None
    if choose.is_valid():
        try:
            other = _other(viewer, choose.cleaned_data["other"], card)
        except Refusal as refusal:
            choose.add_error("other", refusal.message)
    if other is None:
        return form_page(request, FormContext("并户", f"并入{_lead(card)}", choose, "找这一户", back))
    coming = members_of(viewer, other.id, timezone.localdate())
    is_asked = "other_version" in request.POST
    form = MergeForm(request.POST if is_asked else None, members=coming, initial={"on": timezone.localdate()})
    version = version_of(request, card.version) if is_asked else card.version
    other_version = version_of(request, other.version, "other_version") if is_asked else other.version
    if form.is_valid():

        def act() -> HttpResponse:
            household_merge(
                viewer=viewer, household_id=household_id, version=version, other_id=other.id,
                other_version=other_version, relationships=form.relationships, on=form.cleaned_data["on"],
                at=timezone.now(), reason=form.cleaned_data["reason"],
            )  # fmt: skip
            messages.success(request, f"{other.head_name}家已并入。")
            return redirect(back)

        if (answer := change(request, form, act, back=back, beside=BESIDE)) is not None:
            return answer
    page = FormContext(
        "并户", f"{other.head_name}家（{other.place}）并入{_lead(card)}", form, f"把{other.head_name}家并进来", back,
        happens=[f"{other.members} 个人转到这一户", "那一户从那天起销户，它的收支和救助记录转过来"],
        hidden=[("version", version), ("other_version", other_version), ("other", choose.cleaned_data["other"])],
    )  # fmt: skip
    return form_page(request, page)


def _other(viewer: Viewer, text: str, card: HouseholdCard) -> HouseholdCard:
    """This function returns the other household that was meant; raises a Refusal."""
    found = household_get(viewer, household_named(viewer, text))
    if found.id == card.id:
        raise HouseholdUnclear("这就是本户，请写另一户。")
    return found


@require_http_methods(["GET", "POST"])
@requires(*EDITORS, roles=WORKERS)
@absent_as_404
def move(request: HttpRequest, household_id: int) -> HttpResponse:
    """This function moves a whole household to another village, in the county or out of it."""
    viewer = viewer_of(request)
    card, _, back = _opened(viewer, household_id)
    form = HouseholdMoveForm(posted(request), initial={"on": timezone.localdate()})
    version = version_of(request, card.version)
    if form.is_valid():
        data = form.cleaned_data

        def act() -> HttpResponse:
            household_move(
                viewer=viewer, household_id=household_id, version=version, to_slot=data["village"].lo, on=data["on"],
                at=timezone.now(), address=data["address"], reason=data["reason"],
            )  # fmt: skip
            messages.success(request, f"{card.head_name}家已迁到{data['village'].full_name}。")
            return redirect(back if viewer.can_see(data["village"].lo) else "register:search")

        if (answer := change(request, form, act, back=back, beside=BESIDE)) is not None:
            return answer
    page = FormContext(
        "整户迁移", _lead(card), form, "办理整户迁移", back, hidden=[("version", version)],
        happens=[
            f"{card.members} 个人和他们的登记转到新的村",
            "迁出辖区的，由新的地方接着管，这里不再看到；已经结束的案件留在这里",
        ],
        village_search=villages_url(anywhere=True),
    )  # fmt: skip
    return form_page(request, page)
