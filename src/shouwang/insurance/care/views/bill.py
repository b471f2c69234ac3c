"""One month's bill: its settlement, its days, its steps; computed again; printed and as a workbook."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from shouwang.insurance.care import services
from shouwang.insurance.care.contexts import BillPage, CareReplayPage, ClientDays
from shouwang.insurance.care.errors import CareNotSettled, CareOwnHand
from shouwang.insurance.care.forms import BillPayForm, CountyPayForm, ReasonForm
from shouwang.insurance.care.models import CareBill
from shouwang.insurance.care.rules import BillState
from shouwang.insurance.care.selectors import READ_PEOPLE, bill_get
from shouwang.insurance.care.services.common import audited
from shouwang.insurance.care.services.printing import bill_pdf, bill_workbook
from shouwang.insurance.care.views.common import READERS, ROLES, frame_or_none, role_of, viewer_of
from shouwang.insurance.contexts import Way
from shouwang.kit.errors import Refusal
from shouwang.kit.money import yuan_text
from shouwang.kit.sheets import XLSX
from shouwang.people.access import Kind, Viewer, requires
from shouwang.ui.files import PDF, file_answer
from shouwang.ui.forms import refusal_add, version_posted
from shouwang.ui.pages import confirm_page

ACTORS = (Kind.DEPARTMENT, Kind.COUNTY_CENTRE, Kind.INSURER, Kind.CARE_PROVIDER)
NEXT = {
    "FILED": "经办机构核对各天，不该算的核减，然后结算",
    "SETTLED": "护理机构确认，或者提异议",
    "DISPUTED": "由没有经手过上一次结算的人重新核减、重新结算",
    "AGREED": "付款",
    "REQUESTED": "县里按支付批次付，银行付清以后算付完",
}
LABELS = {
    "check": "结算", "correct": "重新结算", "agree": "确认结算", "pay": "登记付款", "dispute": "提异议",
    "reopen": "退回重核", "withdraw": "撤回账单",
}  # fmt: skip


def _found(viewer: Viewer, bill_id: int) -> CareBill:
    if not role_of(viewer, frame_or_none(viewer, timezone.localdate())):
        raise Http404
    return bill_get(viewer, bill_id)


@require_GET
@requires(*READERS)
def bill(request: HttpRequest, bill_id: int) -> HttpResponse:
    """This function shows one bill, and logs that it was read."""
    viewer = viewer_of(request)
    found = _found(viewer, bill_id)
    audited(viewer, "care_bill.read", found, timezone.now(), purpose="查看护理账单")
    return render(request, "insurance/care/bill.html", {"page": bill_page(viewer, found)})


def bill_page(
    viewer: Viewer, found: CareBill, *, form: Form | None = None, ticked: Collection[int] = ()
) -> BillPage:  # fmt: skip
    """This function returns a bill's page for a viewer; `form` and `ticked` days are those of a refused check."""
    settlements = list(found.settlements.order_by("-number"))
    last = settlements[0] if settlements else None
    reads_people = viewer.kind in READ_PEOPLE or viewer.organisation_id in (found.office_id, found.provider_id)
    days = list(found.days.select_related("plan").order_by("plan__insured_name", "plan_id", "on"))
    clients: dict[int, list[Any]] = {}
    for day in days:
        clients.setdefault(day.plan_id, []).append(day)
    return BillPage(
        bill=found, steps=_steps(found), next=NEXT.get(found.state, ""), not_mine=_not_mine(viewer, found),
        ways=_ways(viewer, found),
        settlement=last, lines=list(last.lines.order_by("insured_name", "pk")) if last and reads_people else [],
        earlier=settlements[1:],
        clients=[
            ClientDays(
                rows[0].plan.insured_name, rows[0].plan.mode_name, rows,
                sum(row.charge_fen for row in rows if not row.is_struck), sum(row.is_struck for row in rows),
            )
            for rows in clients.values()
        ],
        struck=sum(day.is_struck for day in days), may_strike=_is_mine(viewer, found, "strike"),
        strike_form=form or ReasonForm(), ticked=ticked, events=list(found.events.order_by("-pk")),
        reads_people=reads_people,
    )  # fmt: skip


def _steps(found: CareBill) -> list[tuple[str, str, str]]:
    if found.state == BillState.WITHDRAWN:
        return []
    order = [("FILED", "申报"), ("SETTLED", "核对结算"), ("AGREED", "机构确认"), ("PAID", "付款")]
    place = {"FILED": 1, "DISPUTED": 1, "SETTLED": 2, "AGREED": 3, "REQUESTED": 3, "PAID": 4}[found.state]
    return [
        (label, "done" if number < place else "now" if number == place else "next", "")
        for number, (_, label) in enumerate(order)
    ]


def _is_mine(viewer: Viewer, found: CareBill, step: str) -> bool:
    return services.may_step(viewer, found, step) and not services.is_own_hand(viewer, found, step)


def _not_mine(viewer: Viewer, found: CareBill) -> str:
    """This function says why the viewer, though of the right body, leaves the next step to somebody else."""
    own = [step for step in ("correct", "pay") if services.may_step(viewer, found, step)]
    barred = next((step for step in own if services.is_own_hand(viewer, found, step)), "")
    return CareOwnHand(barred).message if barred else ""


def _label(found: CareBill, step: str) -> str:
    return "申请县里付款" if step == "pay" and found.paid_by == "COUNTY" else LABELS[step]


def _ways(viewer: Viewer, found: CareBill) -> list[Way]:
    fits = [step for step in LABELS if _is_mine(viewer, found, step)]
    main = next((step for step in ("check", "correct", "agree", "pay") if step in fits), "")
    return [
        Way(_label(found, step), reverse("insurance:care_step", args=[found.pk, step]), step == main) for step in fits
    ]


@dataclass(frozen=True)
class Step:
    """One step: what will happen, its form, and the service that does it."""

    happens: Callable[[CareBill], list[str]]
    form: type[Form] | None
    call: Callable[..., CareBill]
    done: str


STEPS: dict[str, Step] = {
    "check": Step(
        lambda bill: [f"按政策结算 {bill.days.filter(is_struck=False).count()} 天，核减的不算。", "交护理机构确认。"],
        None, services.bill_check, "已结算，等机构确认。",
    ),
    "correct": Step(
        lambda bill: [f"现在算 {bill.days.filter(is_struck=False).count()} 天，重新结算。", "上一次的结算留着。"],
        ReasonForm, services.bill_correct, "已重新结算，等机构确认。",
    ),
    "agree": Step(
        lambda bill: [f"同意按 {yuan_text(bill.settled_fen or 0)} 元结算。", "确认以后不能再提异议。"],
        None, services.bill_agree, "已确认，等付款。",
    ),
    "reopen": Step(
        lambda bill: ["这次结算作废，各天重新核对、重新结算，再交机构确认。", "去世或停保以后的日子自动核减。"],
        ReasonForm, services.bill_reopen, "已退回重核。",
    ),
    "dispute": Step(
        lambda bill: ["经办机构由另一个人重新核对。"], ReasonForm, services.bill_dispute, "已提异议。",
    ),
    "withdraw": Step(
        lambda bill: ["这份账单不再办理，各天可以更正，然后重新申报。"], ReasonForm, services.bill_withdraw, "已撤回。",
    ),
    "pay": Step(
        lambda bill: [
            f"{bill.provider_name} {yuan_text((bill.settled_fen or 0) - bill.paid_fen)} 元。",
            "农户登记里有的人，记入他家得到的救助。"
            if bill.paid_by == "OFFICE"
            else "从县里的资金账户留出，按支付批次付给护理机构；农户登记里没有的人也一样付。",
        ],
        BillPayForm, services.bill_pay, "已登记。",
    ),
}  # fmt: skip


@require_http_methods(["GET", "POST"])
@requires(*ACTORS, roles=ROLES)
def step(request: HttpRequest, bill_id: int, step: str) -> HttpResponse:
    """This function shows what a step of a bill will do, and does it."""
    viewer = viewer_of(request)
    stated = STEPS.get(step)
    found = _found(viewer, bill_id)
    if stated is None or not services.is_body_of(viewer, found, step):
        raise Http404
    if request.method == "GET" and not services.may_step(viewer, found, step):
        raise Http404
    form = _form(request, stated, found)
    if request.method == "POST" and (form is None or form.is_valid()):
        try:
            stated.call(
                viewer=viewer, bill_id=bill_id, version=version_posted(request), at=timezone.now(),
                **(form.cleaned_data if form else {}),
            )  # fmt: skip
        except Refusal as refusal:
            if form is None:
                raise
            refusal_add(form, refusal)
        else:
            messages.success(request, stated.done)
            return redirect("insurance:care_bill", bill_id)
    label = _label(found, step)
    response = confirm_page(
        request, title=f"{label}：{found.provider_name} {found.month:%Y-%m}", happens=stated.happens(found),
        button=label, back=reverse("insurance:care_bill", args=[bill_id]), hidden={"version": found.version},
        form=form,
    )  # fmt: skip
    response.status_code = 422 if form is not None and form.errors else 200
    return response


def _form(request: HttpRequest, stated: Step, found: CareBill) -> Form | None:
    if stated.form is None:
        return None
    posted = request.POST if request.method == "POST" else None
    if stated.form is BillPayForm:
        kind = CountyPayForm if found.paid_by == "COUNTY" else BillPayForm
        return kind(posted, initial={"on": timezone.localdate()})
    return stated.form(posted)


@require_POST
@requires(*ACTORS, roles=ROLES)
def strike(request: HttpRequest, bill_id: int) -> HttpResponse:
    """This function strikes the ticked days of a bill, or lets those that were struck stand again."""
    viewer = viewer_of(request)
    found = _found(viewer, bill_id)
    form = ReasonForm(request.POST)
    ticked = [int(text) for text in request.POST.getlist("day") if text.isascii() and text.isdigit() and len(text) < 18]
    if not ticked:
        form.add_error(None, "请先勾选要核减或恢复的日子。")
    if form.is_valid():
        try:
            services.days_strike(
                viewer=viewer, bill_id=bill_id, version=version_posted(request), day_ids=ticked,
                reason=form.cleaned_data["reason"], at=timezone.now(),
            )  # fmt: skip
        except Refusal as refusal:
            if refusal.is_absent and not services.may_step(viewer, found, "strike"):
                raise
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "已记下，结算按剩下的日子算。")
            return redirect("insurance:care_bill", bill_id)
    if not services.may_step(viewer, found, "strike"):
        raise Http404
    page = bill_page(viewer, found, form=form, ticked=set(ticked))
    return render(request, "insurance/care/bill.html", {"page": page}, status=422)


@require_GET
@requires(*READERS)
def replay(request: HttpRequest, bill_id: int) -> HttpResponse:
    """This function computes a bill's settlement again and shows what comes out otherwise."""
    viewer = viewer_of(request)
    _found(viewer, bill_id)
    found = services.settlement_replay(viewer=viewer, bill_id=bill_id, at=timezone.now())
    return render(request, "insurance/care/replay.html", {"page": CareReplayPage(found)})


@require_GET
@requires(*READERS)
def printed(request: HttpRequest, bill_id: int, form: str) -> HttpResponse:
    """This function hands out the month's statement as a PDF or a workbook; the export is logged."""
    viewer, now = viewer_of(request), timezone.now()
    found = _found(viewer, bill_id)
    page = bill_page(viewer, found)
    if page.settlement is None:
        raise CareNotSettled
    makers = {"pdf": (bill_pdf, PDF), "xlsx": (bill_workbook, XLSX)}
    if form not in makers:
        raise Http404
    make, media = makers[form]
    audited(viewer, "care_bill.export", found, now, purpose=f"护理结算表（{form}）")
    name = f"护理结算表 {found.provider_name} {found.month:%Y-%m}.{form}"
    return file_answer(name, make(found, page.settlement, page.lines, at=now), media_type=media)
