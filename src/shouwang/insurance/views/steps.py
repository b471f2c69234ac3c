"""The short steps of a claim: each asks once, names what will happen, and does it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from shouwang.funds.services import Payee
from shouwang.insurance import services
from shouwang.insurance.errors import ClaimStale
from shouwang.insurance.forms import (
    AccountForm,
    ChangeForm,
    DecisionForm,
    PayeeForm,
    PayForm,
    ReasonForm,
    RecoverForm,
    SettleForm,
)
from shouwang.insurance.models import Claim
from shouwang.insurance.rules import Keeper
from shouwang.insurance.selectors import claim_get
from shouwang.insurance.services import may_step
from shouwang.insurance.views.common import ROLES, WORKING, refusal_add, viewer_of
from shouwang.kit.errors import Refusal
from shouwang.kit.money import yuan_text
from shouwang.people.access import SYSTEM, acting_as, requires
from shouwang.register.selectors import members_of
from shouwang.ui.forms import version_posted
from shouwang.ui.pages import Happened, confirm_page, overtaken_page, typed_lines


@dataclass(frozen=True)
class Step:
    """One step: its title and button, what will happen, its form, and the service that does it."""

    title: str
    button: str
    happens: Callable[[Claim], list[str]]
    form: type[Form] | None
    call: Callable[..., Claim]
    done: str


PAID_BY_COUNTY = ["资金池里先留出这笔钱，经办、复核、放行由三个人办，银行回盘以后这里跟着变。"]


def _amount(claim: Claim) -> str:
    return f"{yuan_text(claim.due_fen)} 元"


def _outcome(claim: Claim) -> list[str]:
    """This function says what an approval means for the money."""
    had = f"已付过 {yuan_text(claim.had_fen)} 元，" if claim.had_fen else ""
    if claim.over_fen:
        return [f"{had}多付 {yuan_text(claim.over_fen)} 元，同意以后要追回。"]
    return [f"{had}同意就{'再' if had else '要'}付 {_amount(claim)}。"]


def _decide(*, outcome: str, reason: str, **rest: Any) -> Claim:
    if outcome == "return":
        return services.claim_return(reason=reason, **rest)
    return services.claim_decide(approve=outcome == "approve", reason=reason, **rest)


def _settle(*, approve: str, **rest: Any) -> Claim:
    return services.change_settle(approve=approve == "yes", **rest)


def _payee(*, payee_id: str, **rest: Any) -> Claim:
    return services.payee_change(payee_id=int(payee_id), **rest)


def _recover(**rest: Any) -> Claim:
    is_county = Claim.objects.filter(pk=rest["claim_id"], paid_by=Keeper.COUNTY).exists()
    return (services.overpaid_take_back if is_county else services.overpaid_recover)(**rest)


def _account(call: Callable[..., Claim]) -> Callable[..., Claim]:
    def called(*, account_name: str, account_number: str, bank: str, relation: str, **rest: Any) -> Claim:
        return call(payee=Payee(account_name, account_number, bank, relation), **rest)

    return called


STEPS: dict[str, Step] = {
    "propose": Step(
        "送审定",
        "送审定",
        lambda claim: [
            f"应赔 {yuan_text(claim.amount_fen or 0)} 元，送没有经手过的人审定。",
            "送审以后不能再改定损，要改请审定人退回。",
        ],
        None,
        services.claim_propose,
        "已送审定。",
    ),
    "decide": Step(
        "审定理赔",
        "作出决定",
        lambda claim: [
            f"核定损失 {yuan_text(claim.loss_fen)} 元，应赔 {yuan_text(claim.amount_fen or 0)} 元。",
            *_outcome(claim),
            "同意以后，等案件审定和公示完申请付款。",
        ],
        DecisionForm,
        _decide,
        "已记下决定。",
    ),
    "change": Step(
        "申请手工调整",
        "申请调整",
        lambda claim: [f"现在应赔 {yuan_text(claim.amount_fen or 0)} 元。", "由另一个没有经手过的人确认以后才算数。"],
        ChangeForm,
        services.change_ask,
        "已申请，等另一个人确认。",
    ),
    "settle_change": Step(
        "确认手工调整",
        "记下结论",
        lambda claim: [
            "确认以后按新的金额送审，驳回以后仍按算得的金额。",
            *(
                f"{yuan_text(one.from_fen)} 元改为 {yuan_text(one.to_fen)} 元：{one.reason}（{one.asked_by}）"
                for one in claim.changes.filter(settled_at__isnull=True)
            ),
        ],
        SettleForm,
        _settle,
        "已记下。",
    ),
    "advance": Step(
        "决定先行救助",
        "决定先行救助",
        lambda claim: [f"{claim.payer}先付给这一户，材料以后再补。", "结算时从应赔的金额里减去。"],
        ReasonForm,
        services.aid_decide,
        "已决定，可以付款了。",
    ),
    "pay_advance": Step(
        "登记已付先行救助",
        "登记已付",
        lambda claim: [
            f"{claim.insurer_name}已付 {yuan_text(claim.advance_fen)} 元给{claim.payee_name}。",
            "从资金池里记出，农户档案里列出。",
        ],
        PayForm,
        lambda *, reference, **rest: services.aid_record(**rest),
        "已登记。",
    ),
    "request": Step(
        "申请付款",
        "申请付款",
        lambda claim: [f"请{claim.insurer_name}付 {_amount(claim)}给{claim.payee_name}。"],
        None,
        services.payment_request,
        "已申请付款。",
    ),
    "pay": Step(
        "登记已付款",
        "登记已付款",
        lambda claim: [
            f"{claim.insurer_name}已付 {_amount(claim)}给{claim.payee_name}。",
            "从资金池里记出，农户档案里列出；登记以后不能再付。",
        ],
        PayForm,
        services.payment_record,
        "已登记付款。",
    ),
    "ask_advance": Step(
        "申请付先行救助",
        "申请付款",
        lambda claim: [f"请{claim.payer}付 {yuan_text(claim.advance_fen)} 元。", *PAID_BY_COUNTY],
        AccountForm,
        _account(services.advance_apply),
        "已申请付款。",
    ),
    "recover": Step(
        "登记追回",
        "登记追回",
        lambda claim: [
            f"多付的还剩 {yuan_text(claim.over_fen)} 元没有追回。",
            "追回的钱回到资金池。",
        ],
        RecoverForm,
        _recover,
        "已登记追回。",
    ),
    "payee": Step(
        "换领款人", "换领款人", lambda claim: [f"现在的领款人是{claim.payee_name}。"], PayeeForm, _payee, "已更换。"
    ),
    "appeal": Step(
        "登记申诉",
        "重新办理",
        lambda claim: [
            "这件理赔重新打开，由别的人审定。",
            *(
                [f"已付的 {yuan_text(claim.due_fen)} 元不动：重新算出多的，补付差额；少的，追回差额。"]
                if claim.is_paid_out
                else []
            ),
        ],
        ReasonForm,
        services.claim_appeal,
        "已重新打开。",
    ),
    "withdraw": Step(
        "撤回理赔",
        "撤回理赔",
        lambda claim: ["这件理赔不再办理，记录还在。", "同一件事以后可以重新受理。"],
        ReasonForm,
        services.claim_withdraw,
        "已撤回。",
    ),
}


# The same step where the county keeps the money.
OF_COUNTY: dict[str, Step] = {
    "request": Step(
        "申请付款",
        "申请付款",
        lambda claim: [f"请{claim.payer}付 {_amount(claim)}。", *PAID_BY_COUNTY],
        AccountForm,
        _account(services.payment_apply),
        "已申请付款。",
    ),
}


@require_http_methods(["GET", "POST"])
@requires(*WORKING, roles=ROLES)
def step(request: HttpRequest, claim_id: int, step: str) -> HttpResponse:
    """This function shows what a step will do, and does it."""
    viewer = viewer_of(request)
    claim = claim_get(viewer, claim_id)
    stated = OF_COUNTY.get(step) if claim.paid_by == Keeper.COUNTY else None
    stated = stated or STEPS.get(step)
    if stated is None or (request.method == "GET" and not may_step(viewer, claim, step)):
        raise Http404
    form = _form(request, stated, claim)
    if request.method == "POST" and (form is None or form.is_valid()):
        try:
            stated.call(
                viewer=viewer, claim_id=claim_id, version=version_posted(request), at=timezone.now(),
                **(form.cleaned_data if form else {}),
            )  # fmt: skip
        except ClaimStale as error:
            return _overtaken(request, error, claim, form)
        except Refusal as refusal:
            if form is None or refusal.is_absent:
                raise
            refusal_add(form, refusal)
        else:
            messages.success(request, stated.done)
            return redirect("insurance:claim", claim_id)
    response = confirm_page(
        request, title=f"{stated.title}：{claim.household_name}", happens=stated.happens(claim), button=stated.button,
        back=reverse("insurance:claim", args=[claim_id]), hidden={"version": claim.version}, form=form,
    )  # fmt: skip
    response.status_code = 422 if form is not None and form.errors else 200
    return response


def _form(request: HttpRequest, stated: Step, claim: Claim) -> Form | None:
    posted = request.POST if request.method == "POST" else None
    if stated.form is None:
        return None
    if stated.form is PayeeForm:
        with acting_as(SYSTEM):
            members = members_of(SYSTEM, claim.household_id, timezone.localdate())
        others = [member for member in members if member.person_id != claim.payee_id]
        people = [(str(member.person_id), f"{member.name}（{member.relationship_label}）") for member in others]
        return PayeeForm(posted, people=[("", "请选择" if people else "这一户没有别的人"), *people])
    if stated.form is AccountForm:
        return AccountForm(posted, initial={"account_name": claim.payee_name})
    if stated.form is PayForm:
        return PayForm(posted, initial={"on": timezone.localdate()})
    return stated.form(posted)


def _overtaken(request: HttpRequest, error: ClaimStale, claim: Claim, form: Form | None) -> HttpResponse:
    seen = version_posted(request)
    theirs = [
        Happened(event.at, event.text, "", event.actor)
        for event in claim.events.filter(claim_version__gt=seen).order_by("pk")
    ]
    return overtaken_page(
        request, error=error, theirs=theirs, mine=typed_lines(form) if form else [], label="看这件理赔",
        back=reverse("insurance:claim", args=[claim.pk]),
    )  # fmt: skip
