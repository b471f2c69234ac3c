"""A claim is opened: from a case by the county centre, or by the insurer from its task."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from shouwang.casework.selectors.cases import Case
from shouwang.insurance.contexts import OpenPage
from shouwang.insurance.forms import OpenClaimForm
from shouwang.insurance.services import case_of, case_policy, claim_open, standing_of
from shouwang.insurance.views.common import ROLES, refusal_add, viewer_of
from shouwang.kit.codes import Risk
from shouwang.kit.errors import Refusal
from shouwang.people.access import SYSTEM, Kind, acting_as, requires
from shouwang.register.selectors import household_card, members_of
from shouwang.rulebook.insurance import insured_groups


@require_http_methods(["GET", "POST"])
@requires(Kind.COUNTY_CENTRE, roles=ROLES)
def open_case(request: HttpRequest, case_id: int) -> HttpResponse:
    """This function opens a claim about a case."""
    return _open(request, case_id=case_id, back=reverse("casework:case", args=[case_id]))


@require_http_methods(["GET", "POST"])
@requires(Kind.INSURER, roles=ROLES)
def open_task(request: HttpRequest, task_id: int) -> HttpResponse:
    """This function opens a claim out of the insurer's task of verification."""
    return _open(request, task_id=task_id, back=reverse("casework:task", args=[task_id]))


def _open(request: HttpRequest, *, back: str, case_id: int | None = None, task_id: int | None = None) -> HttpResponse:
    viewer = viewer_of(request)
    case = case_of(viewer, case_id=case_id, task_id=task_id)
    form, page = _form(request, case, back)
    if request.method == "POST" and form.is_valid():
        try:
            claim = claim_open(
                viewer=viewer, event=form.event(), at=timezone.now(), case_id=case_id, task_id=task_id
            )  # fmt: skip
        except Refusal as refusal:
            if refusal.is_absent:
                raise
            refusal_add(form, refusal)
        else:
            messages.success(request, "已受理，请附材料、定损。")
            return redirect("insurance:claim", claim.pk)
    return render(request, "insurance/open.html", {"page": page}, status=422 if form.errors else 200)


def _form(request: HttpRequest, case: Case, back: str) -> tuple[OpenClaimForm, OpenPage]:
    # Names of the household alone: who may open the claim was proven by case or task.
    today = timezone.localdate()
    with acting_as(SYSTEM):
        card = household_card(SYSTEM, case.household_id)
        members = members_of(SYSTEM, case.household_id, today)
        causes = [(cause, Risk(cause).label) for cause in case.causes]
    policy = case_policy(case, on=case.opened_on)
    found = standing_of(case, policy, at=timezone.now())
    standing = f"{found.source.label}：{found.type_name}" if found else ""
    people = [(str(member.person_id), f"{member.name}（{member.relationship_label}）") for member in members]
    types = [(key, stated.name) for key, stated in policy.types.items()]
    insures = insured_groups(policy, case.causes)
    posted = request.POST if request.method == "POST" else None
    # The day of the event is asked, not filled in: it decides policy and term, and the case was opened on a later one.
    form = OpenClaimForm(posted, causes=causes, people=people, types=types, standing=standing, insures=insures)
    return form, OpenPage(card.head_name, card.place, back, standing, form)
