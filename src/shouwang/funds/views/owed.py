"""What is owed: chosen for a batch, its payee corrected, cancelled."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from shouwang.funds.contexts import OwedLine, OwedPage, PayeePage
from shouwang.funds.forms import PayeeForm, ReasonForm
from shouwang.funds.models import Commitment
from shouwang.funds.rules import TREASURY_ROLES
from shouwang.funds.selectors import commitments_visible_to, commitments_waiting
from shouwang.funds.selectors.waiting import PAYERS
from shouwang.funds.services import batch_make, commitment_cancel, payee_correct
from shouwang.funds.views.common import household_address, money_tabs
from shouwang.kit.errors import Refusal
from shouwang.people.access import Role, Viewer, requires
from shouwang.register.selectors import household_cards
from shouwang.ui.forms import key_read, refusal_add, version_posted

MOST = 200
PEOPLE = {Role.CLERK, Role.LEADER}


@require_http_methods(["GET", "POST"])
@requires(*PAYERS, roles=PEOPLE)
def owed(request: HttpRequest) -> HttpResponse:
    """This function lists what the viewer's organisation owes and makes a batch of what is chosen."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    chosen, why = set(), ""
    if request.method == "POST":
        chosen = {key for text in request.POST.getlist("owed") if (key := key_read(text)) is not None}
        try:
            batch = batch_make(viewer=viewer, commitment_ids=sorted(chosen), at=timezone.now())
        except Refusal as refusal:
            if refusal.is_absent:
                raise
            why = refusal.message
        else:
            messages.success(request, f"已制单，共 {batch.count} 笔。请换一人复核。")
            return redirect("funds:batch", batch.pk)
    rows = list(commitments_waiting(viewer)[: MOST + 1])
    homes = {row.household_id for row in rows if row.household_id is not None}
    cards = household_cards(viewer, homes) if viewer.reads_register else {}
    lines = []
    for row in rows[:MOST]:
        card = cards.get(row.household_id or 0)
        late = "银行退回过，先核实账户" if row.needs_payee else ""
        href = household_address(viewer, row.household_id)
        head = card.head_name if card else "不在农户登记里" if row.household_id is None else ""
        lines.append(OwedLine(row, card.place if card else "", head, late, href, row.pk in chosen))
    page = OwedPage(
        tabs=money_tabs(viewer, "owed"), lines=lines, total_fen=sum(line.owed.amount_fen for line in lines),
        may_make=viewer.role in TREASURY_ROLES and bool(lines), is_cut=len(rows) > MOST, why_not=why,
        picked=sum(line.is_chosen for line in lines),
    )  # fmt: skip
    return render(request, "funds/owed.html", {"page": page}, status=422 if why else 200)


@require_http_methods(["GET", "POST"])
@requires(*PAYERS, roles=PEOPLE)
def payee(request: HttpRequest, commitment_id: int) -> HttpResponse:
    """This function corrects to whom something owed is paid, or cancels it."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    row = commitments_visible_to(viewer).filter(pk=commitment_id, organisation_id=viewer.organisation_id or 0).first()
    if row is None:
        raise Http404
    first = {"name": row.payee_name, "relation": row.relation, "bank": row.bank}
    is_cancel = request.POST.get("act") == "cancel"
    form = PayeeForm(request.POST if request.method == "POST" and not is_cancel else None, initial=first)
    cancel = ReasonForm(request.POST if is_cancel else None, prefix="cancel")
    if request.method == "POST" and (cancel if is_cancel else form).is_valid():
        version, now = version_posted(request), timezone.now()
        try:
            _save(viewer, row, form, cancel, version=version, is_cancel=is_cancel, at=now)
        except Refusal as refusal:
            refusal_add(cancel if is_cancel else form, refusal)
        else:
            messages.success(request, "已取消，钱回到可用资金。" if is_cancel else "收款人已更正。")
            return redirect("funds:owed")
    page = PayeePage(
        owed=row, form=form, cancel=cancel, household_href=household_address(viewer, row.household_id)
    )  # fmt: skip
    is_wrong = bool(form.errors or cancel.errors)
    return render(request, "funds/payee.html", {"page": page}, status=422 if is_wrong else 200)


def _save(
    viewer: Viewer, row: Commitment, form: PayeeForm, cancel: ReasonForm, *, version: int, is_cancel: bool, at: datetime
) -> None:
    if is_cancel:
        commitment_cancel(
            viewer=viewer, commitment_id=row.pk, version=version, reason=cancel.cleaned_data["reason"], at=at
        )
    else:
        payee_correct(
            viewer=viewer, commitment_id=row.pk, version=version, payee=form.payee(),
            reason=form.cleaned_data["reason"], at=at,
        )  # fmt: skip
