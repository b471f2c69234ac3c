"""One household after the removal of its risk: its conditions, its visits, and taking the removal back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from shouwang.evaluation.contexts import TransitionPage
from shouwang.evaluation.forms import FollowUpForm, RollBackDecisionForm, RollBackForm
from shouwang.evaluation.selectors import (
    follow_ups_of_household,
    roll_backs_of_household,
    transition_of_household,
)
from shouwang.evaluation.services import (
    DECIDER_ROLES,
    DECIDERS,
    follow_up_record,
    is_own,
    roll_back_decide,
    roll_back_propose,
)
from shouwang.kit.errors import Refusal
from shouwang.people.access import Kind, Role, Viewer, requires
from shouwang.register.errors import HouseholdNotFound
from shouwang.register.selectors import household_card

READERS = (
    Kind.VILLAGE, Kind.TOWNSHIP, Kind.COUNTY_CENTRE, Kind.LEADING_GROUP, Kind.CITY_CENTRE, Kind.PROVINCE, Kind.AUDIT,
)  # fmt: skip
VISITORS = (Kind.VILLAGE, Kind.TOWNSHIP, Kind.COUNTY_CENTRE)
WORKERS = frozenset({Role.OFFICER, Role.CLERK, Role.LEADER})


@require_http_methods(["GET", "POST"])
@requires(*READERS)
def transition(request: HttpRequest, household_id: int) -> HttpResponse:
    """This function shows a household after its removal; records a visit, proposes a roll-back, or decides it."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    try:
        card = household_card(viewer, household_id)
    except HouseholdNotFound:
        raise Http404 from None
    asked = _forms(request, viewer, household_id)
    do = request.POST.get("do", "")
    form = asked.get(do)
    if request.method == "POST" and form is not None and form.is_valid():
        try:
            said = _done(viewer, household_id, do, form)
        except Refusal as refusal:
            field = getattr(refusal, "field", None)
            form.add_error(field if field in form.fields else None, refusal.message)
        else:
            messages.success(request, said)
            return redirect("evaluation:transition", household_id)
    status = 422 if request.method == "POST" else 200
    return render(request, "evaluation/transition.html", {"page": _page(viewer, card, asked)}, status=status)


def _forms(request: HttpRequest, viewer: Viewer, household_id: int) -> dict[str, Any]:
    """This function returns the forms that this viewer may use, by what they do; the one sent holds what was typed."""
    do, on = request.POST.get("do", ""), timezone.localdate()
    found = transition_of_household(viewer, household_id, on)
    if found is None or not found.is_running(on) or viewer.role not in WORKERS:
        return {}
    proposed = roll_backs_of_household(viewer, household_id).filter(state="PROPOSED").first()
    kinds: dict[str, Any] = {}
    if viewer.kind in VISITORS:
        if found.due_on is not None:
            kinds["visit"] = FollowUpForm
        if found.is_weak and proposed is None:
            kinds["propose"] = RollBackForm
    may_decide = viewer.kind in DECIDERS and viewer.role in DECIDER_ROLES
    if proposed is not None and may_decide and not is_own(viewer, proposed):
        kinds["decide"] = RollBackDecisionForm
    return {
        key: form(request.POST if do == key else None, initial={"visited_on": on} if key == "visit" else None)
        for key, form in kinds.items()
    }


def _done(viewer: Viewer, household_id: int, do: str, form: Any) -> str:
    data, at = form.cleaned_data, timezone.now()
    if do == "visit":
        is_steady = data["is_steady"] == "yes"
        follow_up_record(viewer=viewer, household_id=household_id, at=at, **{**data, "is_steady": is_steady})
        return "走访已登记。" if is_steady else "走访已登记。又有困难的，请另报预警；原来就没有真正消除的，请提出回退。"
    if do == "propose":
        roll_back_propose(viewer=viewer, household_id=household_id, at=at, reason=data["reason"])
        return "回退已提出，等县里另一人复核。"
    approve = data["approve"] == "yes"
    roll_back_decide(viewer=viewer, household_id=household_id, approve=approve, reason=data["reason"], at=at)
    return "已回退，这一户恢复监测帮扶。" if approve else "已记下：不予回退。"


def _page(viewer: Viewer, card: Any, asked: dict[str, Any]) -> TransitionPage:
    on = timezone.localdate()
    found = transition_of_household(viewer, card.id, on)
    may_report = viewer.kind in VISITORS and viewer.role in WORKERS
    return TransitionPage(
        household=card,
        found=found,
        is_running=found is not None and found.is_running(on),
        is_late=found is not None and found.is_late(on),
        follow_ups=list(follow_ups_of_household(viewer, card.id)[:50]),
        roll_backs=list(roll_backs_of_household(viewer, card.id)[:20]),
        follow_up=asked.get("visit"),
        propose=asked.get("propose"),
        decide=asked.get("decide"),
        report_href=reverse("sources:report_household", args=[card.id]) if may_report else "",
    )
