"""Batches: listed, one looked through, checked, released, rejected, sent; its file out and the bank's answer in."""

from __future__ import annotations

from collections import defaultdict

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from shouwang.funds.contexts import BatchesPage, BatchPage
from shouwang.funds.forms import AnswerForm
from shouwang.funds.models import Batch, Payment
from shouwang.funds.rules import STEPS, TREASURY_ROLES
from shouwang.funds.selectors.desk import acts_of, batch_visible, batches_listed, returns_of
from shouwang.funds.selectors.payments import own_step
from shouwang.funds.selectors.waiting import ACTORS, PAYERS, STEP_AT, batches_to_do, tier_of
from shouwang.funds.services import batch_check, batch_hand, batch_reject, batch_release, batch_send, return_read
from shouwang.funds.services.printing import batch_print
from shouwang.funds.views.common import READ, money_tabs
from shouwang.kit.errors import Refusal
from shouwang.people.access import Role, Viewer, requires
from shouwang.ui.files import PDF, file_answer
from shouwang.ui.forms import refusal_add, version_posted
from shouwang.ui.tables import Column, Row, Table, key_page

PEOPLE = {Role.CLERK, Role.LEADER}
OPEN = (Batch.State.DRAFT.value, Batch.State.CHECKED.value, Batch.State.RELEASED.value)
COLUMNS = (
    Column("number", "批次", phone="title"),
    Column("made_on", "制单", kind="day", phone="hidden"),
    Column("payer", "付款单位", phone="hidden"),
    Column("count", "笔数", kind="number"),
    Column("total", "金额", kind="yuan", unit="元"),
    Column("state", "状态", kind="word"),
)


@require_GET
@requires(*READ)
def batches(request: HttpRequest) -> HttpResponse:
    """This function lists the batches in sight, newest first."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    state, is_mine = request.GET.get("state", ""), request.GET.get("mine") == "1"
    found = batches_listed(viewer, state)
    if is_mine and state in (*STEP_AT, Batch.State.RELEASED):
        found = found.filter(pk__in=batches_to_do(viewer, [state])[state])
    page = key_page(found, order=("-pk",), after=request.GET.get("after"))
    rows = [
        Row(
            {
                "number": f"第 {row.pk} 批", "made_on": row.made_on, "payer": row.organisation_name,
                "count": row.count, "total": row.total_fen, "state": row.get_state_display(),
            },
            href=reverse("funds:batch", args=[row.pk]),
        )
        for row in page
    ]  # fmt: skip
    shown = BatchesPage(
        tabs=money_tabs(viewer, "batches"), table=Table("支付批次", COLUMNS, rows, page=page), page=page,
        state=state, is_mine=is_mine, states=[(value, str(label)) for value, label in Batch.State.choices],
    )  # fmt: skip
    return render(request, "funds/batches.html", {"page": shown})


def _found(viewer: Viewer, batch_id: int) -> Batch:
    found = batch_visible(viewer, batch_id)
    if found is None:
        raise Http404
    return found


@require_GET
@requires(*READ)
def batch(request: HttpRequest, batch_id: int) -> HttpResponse:
    """This function shows a batch, who did what with it, and what the viewer may do next."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    return _shown(request, viewer, _found(viewer, batch_id))


def _shown(request: HttpRequest, viewer: Viewer, found: Batch, form: AnswerForm | None = None) -> HttpResponse:
    acts, payments = acts_of(found), list(found.payments.select_related("commitment").order_by("line"))
    step, why_not = _step(viewer, found)
    is_payer = viewer.organisation_id == found.organisation_id and viewer.role in TREASURY_ROLES
    is_out = found.state in (Batch.State.SENT, Batch.State.CLOSED)
    may_answer = is_payer and is_out and viewer.kind in PAYERS
    page = BatchPage(
        batch=found, acts=acts, payments=payments, returns=returns_of(found), step=step, why_not=why_not,
        may_reject=found.state in OPEN and (bool(step) or is_payer), may_send=is_payer and found.state == "RELEASED",
        may_hand=is_payer and is_out, may_answer=may_answer, form=form or (AnswerForm() if may_answer else None),
        counts=_counts(payments),
    )  # fmt: skip
    return render(request, "funds/batch.html", {"page": page}, status=422 if form is not None else 200)


def _step(viewer: Viewer, found: Batch) -> tuple[str, str]:
    """This function returns the step the viewer may take, or in words why she may not."""
    step = STEP_AT.get(found.state)
    if not step or viewer.kind not in ACTORS or viewer.role not in TREASURY_ROLES:
        return "", ""
    mine = own_step(found, viewer)
    if mine is not None:
        return "", f"您已为这一批办过{mine.get_what_display()}，{STEPS[step]}要换人。"
    if not tier_of(found).lets(step, kind=str(viewer.kind), role=str(viewer.role)):
        return "", f"这一批按“{found.tier['name']}”办理，{STEPS[step]}不归本岗位。"
    return step, ""


def _counts(payments: list[Payment]) -> list[tuple[str, int, int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for payment in payments:
        found[payment.state].append(payment.amount_fen)
    return [(str(Payment.State(state).label), len(found[state]), sum(found[state])) for state in Payment.State.values
            if state in found]  # fmt: skip


@require_POST
@requires(*ACTORS, roles=PEOPLE)
def act(request: HttpRequest, batch_id: int) -> HttpResponse:
    """This function takes a step with a batch: check, release, reject, send."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    found, now = _found(viewer, batch_id), timezone.now()
    what, version = request.POST.get("act", ""), version_posted(request)
    if what == "check":
        batch_check(viewer=viewer, batch_id=found.pk, version=version, at=now)
        said = "已复核。请另一人放行。"
    elif what == "release":
        done = batch_release(viewer=viewer, batch_id=found.pk, version=version, at=now)
        said = "已放行，可以送银行。" if done.state == Batch.State.RELEASED else "已放行，还要另一人放行。"
    elif what == "reject":
        reason = request.POST.get("reason", "")
        batch_reject(viewer=viewer, batch_id=found.pk, version=version, reason=reason, at=now)
        said = "已退回作废，款项回到待支付。"
    elif what == "send":
        batch_send(viewer=viewer, batch_id=found.pk, version=version, at=now)
        said = "已记为送银行。现在取出银行文件交给银行。"
    else:
        raise Http404
    messages.success(request, said)
    return redirect("funds:batch", found.pk)


@never_cache
@require_GET
@requires(*READ)
def print_list(request: HttpRequest, batch_id: int) -> HttpResponse:
    """This function hands out the payment list of a batch to print; every time is written down."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    found = _found(viewer, batch_id)
    content = batch_print(viewer=viewer, batch=found, at=timezone.now())
    return file_answer(f"支付清单 第{found.pk}批.pdf", content, media_type=PDF)


@never_cache
@require_POST
@requires(*PAYERS, roles=PEOPLE)
def hand(request: HttpRequest, batch_id: int, form: str) -> HttpResponse:
    """This function hands out the bank's file of a sent batch; every time is written down."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    found = _found(viewer, batch_id)
    name, content = batch_hand(viewer=viewer, batch_id=found.pk, form=form, at=timezone.now())
    return file_answer(name, content, media_type="application/octet-stream")


@require_POST
@requires(*PAYERS, roles=PEOPLE)
def answer(request: HttpRequest, batch_id: int) -> HttpResponse:
    """This function reads the bank's answer to a batch."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    found = _found(viewer, batch_id)
    form = AnswerForm(request.POST, request.FILES)
    if not form.is_valid():
        return _shown(request, viewer, found, form)
    upload = form.cleaned_data["file"]
    try:
        taken = return_read(
            viewer=viewer, batch_id=found.pk, name=upload.name, content=upload.read(), at=timezone.now()
        )
    except Refusal as refusal:
        if refusal.is_absent:
            raise
        refusal_add(form, refusal)
        return _shown(request, viewer, found, form)
    said = f"回盘已读：记了 {taken.taken} 笔"
    if taken.refused or taken.doubtful:
        said += f"，{len(taken.refused)} 行没有采用，{taken.doubtful} 笔结果不明，见下面。"
        messages.warning(request, said)
    else:
        messages.success(request, said + "。")
    return redirect("funds:batch", found.pk)
