"""One payment: the household as it stood, its way, and how its fate is settled."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from shouwang.audit.services import entry_append
from shouwang.funds.contexts import PaymentPage, UnknownPage
from shouwang.funds.forms import ReasonForm, RecoverForm, SettleForm
from shouwang.funds.models import Evidence, Payment, Resolution
from shouwang.funds.rules import SETTLERS, TREASURY_ROLES
from shouwang.funds.selectors.desk import evidence_of, payment_events, payment_visible
from shouwang.funds.selectors.payments import payments_unknown, recoveries_of, resolutions_open
from shouwang.funds.services import payment_doubt, payment_recover, resolution_ask, resolution_decide
from shouwang.funds.services.evidence import body_digest
from shouwang.funds.views.common import READ, household_address, money_tabs
from shouwang.kit.codes import PovertyStatus, Risk, WatchType
from shouwang.kit.errors import Refusal
from shouwang.people.access import Kind, Role, Viewer, requires
from shouwang.ui.forms import refusal_add
from shouwang.ui.tables import Column, Row, Table

ACTORS = (Kind.COUNTY_CENTRE, Kind.LEADING_GROUP, Kind.INSURER)
PEOPLE = {Role.CLERK, Role.LEADER}
MOST = 200
COLUMNS = (
    Column("payee", "收款人", phone="title"),
    Column("amount", "金额", kind="yuan", unit="元"),
    Column("sent_on", "送银行", kind="day"),
    Column("why", "为什么不明"),
    Column("asked", "核定"),
    Column("batch", "批次", phone="hidden"),
)
# Which form an act sends, and its name on the page.
FORMS: dict[str, tuple[str, type[Form]]] = {
    "paid": ("settle", SettleForm), "returned": ("settle", SettleForm), "doubt": ("doubt", ReasonForm),
    "recover": ("recover", RecoverForm),
}  # fmt: skip
YES_NO = {True: "是", False: "否", None: "未登记"}


def _found(viewer: Viewer, payment_id: int) -> Payment:
    found = payment_visible(viewer, payment_id)
    if found is None:
        raise Http404
    return found


@require_GET
@requires(*READ)
def unknown(request: HttpRequest) -> HttpResponse:
    """This function lists the payments whose fate nobody knows, the oldest first, with who has said what."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    found = list(payments_unknown(viewer)[:MOST])
    asked = resolutions_open([row.pk for row in found])
    rows = [
        Row(
            {
                "payee": row.payee_name, "amount": row.amount_fen, "sent_on": row.sent_on, "why": row.reason or "—",
                "asked": _said(asked.get(row.pk)), "batch": f"第 {row.batch_id} 批",
            },
            href=reverse("funds:payment", args=[row.pk]),
        )
        for row in found
    ]  # fmt: skip
    page = UnknownPage(tabs=money_tabs(viewer, "unknown"), table=Table("结果不明的支付", COLUMNS, rows))
    return render(request, "funds/unknown.html", {"page": page})


def _said(row: Resolution | None) -> str:
    return f"{row.asked_by} 提出：{row.get_outcome_display()}" if row is not None else "没有人提出"


@require_GET
@requires(*READ)
def payment(request: HttpRequest, payment_id: int) -> HttpResponse:
    """This function shows a payment with its evidence, and logs that it was read."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    found = _found(viewer, payment_id)
    shown = render(request, "funds/payment.html", {"page": _page(viewer, found, {})})
    entry_append(
        viewer=viewer, action="payment.read", subject_type="funds.Payment", subject_id=found.pk, slot=found.slot,
        at=timezone.now(), purpose="查看支付",
    )  # fmt: skip
    return shown


def _page(viewer: Viewer, found: Payment, forms: Mapping[str, Form]) -> PaymentPage:
    """This function gathers what the page shows; `forms` by act are those that come back with errors."""
    seen, recoveries = evidence_of(viewer, found), recoveries_of(found.pk)
    asked = resolutions_open([found.pk]).get(found.pk)
    may = viewer.kind in SETTLERS and viewer.role in TREASURY_ROLES
    return PaymentPage(
        payment=found, events=payment_events(found), evidence=seen,
        is_evidence_whole=seen is None or body_digest(seen.body) == seen.digest, facts=_facts(seen),
        members=seen.body["members"] if seen else [], asked=asked, may_settle=may,
        is_own_word=asked is not None and asked.asked_user_id == viewer.user_id,
        may_recover=may and found.state == "PAID" and viewer.organisation_id == found.organisation_id,
        recovered_fen=sum(entry.fen for entry in recoveries), recoveries=recoveries,
        household_href=household_address(viewer, found.household_id),
        settle=forms.get("settle") or SettleForm(auto_id="settle_%s"),
        doubt=forms.get("doubt") or ReasonForm(auto_id="doubt_%s"),
        recover=forms.get("recover") or RecoverForm(auto_id="recover_%s"),
    )  # fmt: skip


def _facts(seen: Evidence | None) -> list[tuple[str, str]]:
    """This function writes the household's state, as it stood, in words."""
    if seen is None:
        return []
    body, state = seen.body, seen.body["state"] or {}
    if body["household"] is None:
        return [("替谁付", "不在农户登记里的人，付给服务机构")]
    poverty, watch = state.get("poverty_status"), state.get("watch_type")
    risks = [Risk(each).label for each in state.get("risks") or [] if each in set(Risk)]
    return [
        ("户主", body["head"] or "—"),
        ("住址", body["place"] or "—"),
        ("户类型", PovertyStatus(poverty).label if poverty else "未登记"),
        ("监测对象类别", WatchType(watch).label if watch else "未登记"),
        ("风险", "、".join(risks) or "未登记"),
        ("识别监测时间", state.get("identified_date") or "—"),
        ("风险消除时间", state.get("removed_date") or "—"),
        ("住房安全", YES_NO[state.get("housing_safe")]),
        ("饮水安全", YES_NO[state.get("water_safe")]),
    ]


@require_POST
@requires(*ACTORS, roles=PEOPLE)
def act(request: HttpRequest, payment_id: int) -> HttpResponse:
    """This function settles a payment with a second person, doubts it, or records what came back of it."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    found, what = _found(viewer, payment_id), request.POST.get("act", "")
    if what in {"confirm", "refuse"}:
        resolution_decide(viewer=viewer, payment_id=found.pk, confirms=what == "confirm", at=timezone.now())
        messages.success(request, "已确认。" if what == "confirm" else "没有确认，这笔仍是结果不明。")
        return redirect("funds:payment", found.pk)
    name, kind = FORMS.get(what, ("", SettleForm))
    if not name:
        raise Http404
    form = kind(request.POST, auto_id=f"{name}_%s")
    if form.is_valid():
        try:
            said = _stated(viewer, found, what, form.cleaned_data)
        except Refusal as refusal:
            refusal_add(form, refusal)
        else:
            messages.success(request, said)
            return redirect("funds:payment", found.pk)
    return render(request, "funds/payment.html", {"page": _page(viewer, found, {name: form})}, status=422)


def _stated(viewer: Viewer, found: Payment, what: str, said: Mapping[str, Any]) -> str:
    """This function does what was stated of a payment and returns what there is to say about it."""
    now, reason = timezone.now(), said["reason"]
    if what == "doubt":
        payment_doubt(viewer=viewer, payment_id=found.pk, reason=reason, at=now)
        return "已记为结果不明，由两人核定。"
    if what == "recover":
        payment_recover(viewer=viewer, payment_id=found.pk, amount_fen=said["amount"], reason=reason, at=now)
        return "已记追回，钱回到可用资金。"
    resolution_ask(viewer=viewer, payment_id=found.pk, outcome=what.upper(), reason=reason, at=now)
    return "已提出核定，等另一人确认。"
