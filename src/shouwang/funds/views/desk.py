"""The desk of money: what waits, money by level; one account; budget and allocation."""

from __future__ import annotations

import secrets
from datetime import timedelta
from itertools import groupby

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from shouwang.funds.contexts import AccountPage, DeskPage, LevelGroup, MoveFormPage, Waiting
from shouwang.funds.forms import AllocateForm, BudgetForm, ShiftForm
from shouwang.funds.models import Account
from shouwang.funds.rules import TREASURIES, TREASURY_ROLES, year_is_over
from shouwang.funds.selectors import (
    account_visible,
    balance_findings,
    commitments_waiting,
    money_by_level,
    payments_unknown,
)
from shouwang.funds.selectors.desk import (
    account_postings,
    batches_listed,
    payees_of,
    purposes_known,
    stages_of,
    treasuries_below,
)
from shouwang.funds.selectors.findings import selection_to_money
from shouwang.funds.selectors.ledger import year_left
from shouwang.funds.selectors.waiting import PAYERS, batches_to_do, may_act
from shouwang.funds.services import budget_enter, money_allocate, purpose_shift
from shouwang.funds.views.common import HOLDERS, READ, money_tabs, year_asked
from shouwang.kit.errors import Refusal
from shouwang.kit.money import yuan_text
from shouwang.people.access import Role, Viewer, requires
from shouwang.ui.forms import refusal_add
from shouwang.ui.tables import Column, Row, Table, key_page

TREASURERS = {Role.CLERK, Role.LEADER}
COLUMNS = (
    Column("on", "日期", kind="day", phone="title"),
    Column("kind", "事项", kind="word"),
    Column("document", "收款人、依据"),
    Column("amount", "金额", kind="yuan", unit="元"),
    Column("by", "经办", phone="hidden"),
)


def _works(viewer: Viewer) -> bool:
    return viewer.kind in TREASURIES and viewer.role in TREASURY_ROLES


def _waiting(viewer: Viewer) -> list[Waiting]:
    """This function returns what waits for her; for who only watches, what is under way."""
    listed, works = reverse("funds:batches"), may_act(viewer)
    found, to_do = [], batches_to_do(viewer)
    if viewer.kind in PAYERS and _works(viewer):
        found.append(Waiting(commitments_waiting(viewer).count(), "笔待支付", reverse("funds:owed")))
    for state, label in (("DRAFT", "批待复核"), ("CHECKED", "批待放行"), ("RELEASED", "批待送银行")):
        number = len(to_do[state]) if works else batches_listed(viewer, state).count()
        found.append(Waiting(number, label, f"{listed}?state={state}" + ("&mine=1" if works else "")))
    found.append(Waiting(payments_unknown(viewer).count(), "笔结果不明", reverse("funds:unknown")))
    return [each for each in found if each.number]


@require_GET
@requires(*READ)
def desk(request: HttpRequest) -> HttpResponse:
    """This function shows what waits and where the money is, level by level."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    year, years = year_asked(viewer, request.GET.get("year", ""))
    lines = money_by_level(viewer, year=year)
    groups = [LevelGroup(name, list(part)) for name, part in groupby(lines, key=lambda line: line.organisation_name)]
    now = timezone.now()
    page = DeskPage(
        tabs=money_tabs(viewer, "desk"), waiting=_waiting(viewer), works=may_act(viewer), groups=groups,
        year=year, years=years,
        may_budget=_works(viewer),
        may_close=_works(viewer) and year_is_over(year, on=timezone.localdate(now)) and bool(year_left(viewer, year)),
        elapsed=selection_to_money(viewer, since=now - timedelta(days=365))[:10],
        is_wrong=balance_findings(viewer, since=now - timedelta(days=7)).count(),
    )  # fmt: skip
    return render(request, "funds/desk.html", {"page": page})


def _account(viewer: Viewer, account_id: int) -> Account:
    found = account_visible(viewer, account_id)
    if found is None:
        raise Http404
    return found


@require_GET
@requires(*READ)
def account(request: HttpRequest, account_id: int) -> HttpResponse:
    """This function shows an account and what was posted to it, newest first."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    found = _account(viewer, account_id)
    page = key_page(account_postings(found), order=("-pk",), after=request.GET.get("after"))
    postings = list(page)
    payees = payees_of(postings)
    rows = [
        Row(
            {
                "on": row.entry.on, "kind": row.entry.get_kind_display(),
                "document": "，".join(
                    part for part in (payees.get(row.entry_id), row.entry.document, row.entry.note) if part
                ) or "—",
                "amount": row.amount_fen, "by": row.entry.by,
            },
            href=reverse("funds:payment", args=[row.entry.payment_id]) if row.entry.payment_id else "",
        )
        for row in postings
    ]  # fmt: skip
    table = Table("记账", COLUMNS, rows, page=page)
    may = _works(viewer) and found.organisation_id == viewer.organisation_id and found.stage == "AVAILABLE"
    shown = AccountPage(account=found, table=table, page=page, may_move=may, stages=stages_of(found))
    return render(request, "funds/account.html", {"page": shown})


def _key(request: HttpRequest) -> dict[str, str]:
    return {"key": secrets.token_hex(16)}


@require_http_methods(["GET", "POST"])
@requires(*HOLDERS, roles=TREASURERS)
def budget(request: HttpRequest) -> HttpResponse:
    """This function records money that reached the viewer's organisation from outside."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    form = BudgetForm(
        request.POST or None, today=timezone.localdate(), purposes=purposes_known(viewer), initial=_key(request)
    )
    if request.method == "POST" and form.is_valid():
        try:
            into = budget_enter(
                viewer=viewer, money=form.money(), amount_fen=form.cleaned_data["amount"], ground=form.ground(),
                at=timezone.now(),
            )  # fmt: skip
        except Refusal as refusal:
            refusal_add(form, refusal)
        else:
            messages.success(request, "已记入预算。")
            return redirect("funds:account", into.pk)
    page = MoveFormPage("下达预算", "记上级下达或本级安排、已经到账的钱。", form, "记入预算", reverse("funds:desk"))
    return render(request, "funds/form.html", {"page": page}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@requires(*HOLDERS, roles=TREASURERS)
def allocate(request: HttpRequest, account_id: int) -> HttpResponse:
    """This function passes money on to an organisation below."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    found = _own(viewer, account_id)
    form = AllocateForm(
        request.POST or None, today=timezone.localdate(), below=treasuries_below(viewer), initial=_key(request)
    )
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            into = money_allocate(
                viewer=viewer, account_id=found.pk, organisation_id=said["to"], amount_fen=said["amount"],
                ground=form.ground(earmarked_for=said["earmarked"]), at=timezone.now(),
            )  # fmt: skip
        except Refusal as refusal:
            refusal_add(form, refusal)
        else:
            messages.success(request, f"已拨给{into.organisation_name}。")
            return redirect("funds:account", found.pk)
    lead = f"{found}。可用 {yuan_text(found.balance_fen)} 元。"
    page = MoveFormPage("拨付下级", lead, form, "拨付", reverse("funds:account", args=[found.pk]))
    return render(request, "funds/form.html", {"page": page}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@requires(*HOLDERS, roles=TREASURERS)
def shift(request: HttpRequest, account_id: int) -> HttpResponse:
    """This function moves money to another purpose; it stands among the findings."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    found = _own(viewer, account_id)
    form = ShiftForm(
        request.POST or None, today=timezone.localdate(), purposes=purposes_known(viewer), initial=_key(request)
    )
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            purpose_shift(
                viewer=viewer, account_id=found.pk, purpose=said["purpose"], amount_fen=said["amount"],
                ground=form.ground(), at=timezone.now(),
            )  # fmt: skip
        except Refusal as refusal:
            refusal_add(form, refusal)
        else:
            messages.success(request, "已改变用途，并列入核查事项。")
            return redirect("funds:account", found.pk)
    lead = f"{found}，可用 {yuan_text(found.balance_fen)} 元。改变用途会列入核查事项，审计和上级都看得到。"
    page = MoveFormPage("改变用途", lead, form, "改变用途", reverse("funds:account", args=[found.pk]))
    return render(request, "funds/form.html", {"page": page}, status=422 if form.errors else 200)


def _own(viewer: Viewer, account_id: int) -> Account:
    found = _account(viewer, account_id)
    if found.organisation_id != viewer.organisation_id or found.stage != Account.Stage.AVAILABLE:
        raise Http404
    return found
