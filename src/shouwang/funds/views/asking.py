"""Asking for the payment of what a case was granted."""

from __future__ import annotations

import secrets

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from shouwang.casework.selectors import case_get
from shouwang.funds.contexts import AskPage
from shouwang.funds.forms import AskForm
from shouwang.funds.selectors.desk import accounts_to_pay
from shouwang.funds.selectors.payments import commitments_of_case
from shouwang.funds.services.asking import case_pay, is_payable
from shouwang.kit.errors import Refusal
from shouwang.people.access import Kind, Role, Viewer, requires
from shouwang.register.selectors import household_card, members_of
from shouwang.ui.forms import refusal_add


@require_http_methods(["GET", "POST"])
@requires(Kind.COUNTY_CENTRE, roles={Role.CLERK, Role.LEADER})
def ask(request: HttpRequest, case_id: int) -> HttpResponse:
    """This function sets an amount aside for the household of a case and leaves it to be paid."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    case, on = case_get(viewer, case_id), timezone.localdate()
    members = members_of(viewer, case.household_id, on)
    form = AskForm(
        request.POST or None, today=on, accounts=accounts_to_pay(viewer), initial={"key": secrets.token_hex(16)},
        people=[(member.person_id, f"{member.name}（{member.relationship_label}）") for member in members],
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            made = case_pay(viewer=viewer, case_id=case.pk, wanted=form.wanted(), at=timezone.now())
        except Refusal as refusal:
            refusal_add(form, refusal)
        else:
            messages.success(request, f"{made.payee_name}的这笔钱已留出，等制单支付。")
            return redirect("funds:owed")
    page = AskPage(
        case=case, head=household_card(viewer, case.household_id).head_name, form=form, is_payable=is_payable(case),
        has_money=bool(accounts_to_pay(viewer)), before=commitments_of_case(viewer, case.pk),
    )  # fmt: skip
    return render(request, "funds/ask.html", {"page": page}, status=422 if form.errors else 200)
