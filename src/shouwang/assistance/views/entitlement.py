"""One recurring entitlement: its changes, its payee, its months."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from shouwang.assistance.contexts import EntitlementPage, MonthLine
from shouwang.assistance.errors import ChangeOutOfOrder
from shouwang.assistance.forms import ChangeForm, PayeeForm
from shouwang.assistance.models import Entitlement
from shouwang.assistance.rules import month_ref
from shouwang.assistance.selectors import change_holding, entitlement_get, payees_of
from shouwang.assistance.services import FOLLOWS, RUNNERS, entitlement_change, entitlement_payee_change
from shouwang.assistance.views.entitlements import READERS, WORKERS
from shouwang.funds.errors import AccountNumberUnreadable
from shouwang.funds.selectors import request_standings
from shouwang.funds.services import Commitment
from shouwang.people.access import Kind, Viewer, requires
from shouwang.register.selectors import household_card
from shouwang.ui.forms import version_posted

RELATIONS = {one.value: one.label for one in Commitment.OF_HOUSEHOLD}


@require_http_methods(["GET", "POST"])
@requires(*READERS)
def entitlement(request: HttpRequest, entitlement_id: int) -> HttpResponse:
    """This function shows one entitlement with its changes and months, and adds a change."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    found = entitlement_get(viewer, entitlement_id)
    if found is None:
        raise Http404
    today = timezone.localdate()
    changes = list(found.changes.order_by("-from_month", "-pk"))
    may = viewer.role in WORKERS and viewer.kind in {*RUNNERS, Kind.TOWNSHIP}
    if request.method == "POST" and not may:
        raise Http404
    may_pay = may and bool(found.purpose) and found.payer_organisation_id == viewer.organisation_id
    if request.method == "POST" and "payee" in request.POST and not may_pay:
        raise Http404
    holds = changes[0] if changes else change_holding(found, month=today)
    allowed = FOLLOWS[holds.what] if holds is not None else ()
    posted = request.POST if request.method == "POST" else None
    is_payee = posted is not None and "payee" in posted
    form = ChangeForm(None if is_payee else posted, allowed=allowed, today=today) if may else None
    payee_form = PayeeForm(posted if is_payee else None, prefix="payee") if may_pay else None
    if is_payee and payee_form is not None and payee_form.is_valid():
        try:
            entitlement_payee_change(
                viewer=viewer, entitlement_id=found.pk, version=version_posted(request), payee=payee_form.payee(),
                reason=payee_form.cleaned_data["reason"], at=timezone.now(),
            )  # fmt: skip
        except AccountNumberUnreadable as refusal:
            payee_form.add_error("account_number", refusal.message)
        else:
            messages.success(request, "已换账户，下次记发放时按新账户付。")
            return redirect("assistance:entitlement", found.pk)
    if request.method == "POST" and not is_payee and form is not None and form.is_valid():
        data = form.cleaned_data
        try:
            entitlement_change(
                viewer=viewer, entitlement_id=found.pk, version=version_posted(request), what=data["what"],
                month=data["month"], amount_fen=data["amount"], reason=data["reason"], at=timezone.now(),
            )  # fmt: skip
        except ChangeOutOfOrder as refusal:
            form.add_error("month", refusal.message)
        else:
            messages.success(request, "已记下这次变动。")
            return redirect("assistance:entitlement", found.pk)
    page = EntitlementPage(
        entitlement=found, household=household_card(viewer, found.household_id) if viewer.reads_register else None,
        changes=changes, months=_months(found), form=form, 
        payees=[(row, RELATIONS.get(row.relation, "")) for row in payees_of(found)] if found.purpose else [],
        payee_form=payee_form,
    )  # fmt: skip
    status = 422 if any(one is not None and one.errors for one in (form, payee_form)) else 200
    return render(request, "assistance/entitlement.html", {"page": page}, status=status)


def _months(found: Entitlement) -> list[MonthLine]:
    """This function returns the last two years of an entitlement, with its payments where the centre pays it."""
    rows = list(found.due.order_by("-month")[:24])
    standings = request_standings([month_ref(found.pk, row.month) for row in rows]) if found.purpose else {}
    return [MonthLine(row.month, row.amount_fen, standings.get(month_ref(found.pk, row.month))) for row in rows]
