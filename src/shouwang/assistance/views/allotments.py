"""What was allotted to households: listed by what waits, paid, delivered, confirmed by the household, taken back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from shouwang.assistance.contexts.giving import AllotmentLine, AllotmentsPage, ArrivalPage, GiftConfirmPage
from shouwang.assistance.forms.giving import ArrivalForm, GiftConfirmForm, PayForm, WhyForm
from shouwang.assistance.models import Allotment
from shouwang.assistance.rules.giving import STATERS, amount_text, may_state
from shouwang.assistance.selectors.giving import (
    allotment_get,
    allotments_denied,
    allotments_out,
    allotments_unasked,
    confirmations_of_gift,
    thanks_late,
    unthanked,
    words_by_gift,
)
from shouwang.assistance.services import (
    allotment_cancel,
    allotment_confirm,
    allotment_deliver,
    allotment_pay,
)
from shouwang.assistance.views.common import READERS, viewer_of
from shouwang.funds.selectors import commitments_visible_to
from shouwang.kit.errors import Refusal
from shouwang.office.services import FileGone, paper_open
from shouwang.people.access import Kind, Viewer, requires
from shouwang.register.selectors import household_cards
from shouwang.ui.files import paper_answer
from shouwang.ui.forms import refusal_add, version_posted
from shouwang.ui.tables import KeyPage, key_page


def _late(viewer: Viewer) -> QuerySet[Allotment]:
    slot = viewer.ranges[0][0] if viewer.ranges else 0
    return thanks_late(viewer, slot, timezone.localdate())


# The lists of what waits: title, the rows, and the order in which they stand.
LISTS: Mapping[str, tuple[str, Callable[[Viewer], QuerySet[Allotment]], str]] = {
    "out": ("分配了没送达", allotments_out, "pk"),
    "unasked": ("送达了没问农户", allotments_unasked, "delivered_on"),
    "denied": ("农户说没收到", allotments_denied, "delivered_on"),
    "unthanked": ("送达了没致谢", unthanked, "delivered_on"),
    "late": ("致谢逾期", _late, "delivered_on"),
}


@require_GET
@requires(*READERS)
def allotments(request: HttpRequest) -> HttpResponse:
    """This function lists the allotments that wait for something."""
    viewer = viewer_of(request)
    show = request.GET.get("show", "")
    show = show if show in LISTS else "out"
    title, rows, order = LISTS[show]
    found = key_page(rows(viewer), order=(order,), after=request.GET.get("after"))
    page = AllotmentsPage(title, show, allotment_lines(viewer, list(found.rows)), found)
    return render(request, "assistance/allotments.html", {"page": page})


def allotment_lines(viewer: Viewer, rows: list[Allotment]) -> list[AllotmentLine]:
    """This function returns allotments as pages show them: for whom, how much, what may be done."""
    cards = household_cards(viewer, {row.household_id for row in rows})
    words = words_by_gift(viewer, [row.pk for row in rows])
    owed = {row.commitment_id for row in rows if row.commitment_id}
    states = {one.pk: one for one in commitments_visible_to(viewer).filter(pk__in=owed)} if owed else {}
    lines = []
    for row in rows:
        is_out = row.state == Allotment.State.ALLOTTED
        state = states.get(row.commitment_id or 0)
        by_us = row.pledge.account_id is not None
        acts = is_out and may_state(viewer)
        lines.append(
            AllotmentLine(
                row, cards.get(row.household_id),
                amount_text(row.quantity, form=row.pledge.form, unit=row.pledge.unit) + row.pledge.item,
                state.get_state_display() if state else "",
                acts and by_us and not row.commitment_id and row.pledge.organisation_id == viewer.organisation_id,
                acts and (not by_us or (state is not None and state.state == "PAID")),
                acts and (not row.commitment_id or (state is not None and state.state == "CANCELLED")),
                words.get(row.pk),
                may_state(viewer) and row.state == Allotment.State.DELIVERED,
            )
        )  # fmt: skip
    return lines


def _allotment(viewer: Viewer, allotment_id: int) -> Allotment:
    found = allotment_get(viewer, allotment_id)
    if found is None or not may_state(viewer):
        raise Http404
    return found


@require_http_methods(["GET", "POST"])
@requires(*STATERS)
def deliver(request: HttpRequest, allotment_id: int) -> HttpResponse:
    """This function records that an allotment arrived, with its proof."""
    viewer = viewer_of(request)
    found = _allotment(viewer, allotment_id)
    is_posted = request.method == "POST"
    form = ArrivalForm(
        request.POST if is_posted else None, request.FILES if is_posted else None,
        is_paid=found.pledge.account_id is not None, initial={"on": timezone.localdate()},
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            allotment_deliver(
                viewer=viewer, allotment_id=allotment_id, version=version_posted(request), arrival=form.arrival(),
                at=timezone.now(),
            )  # fmt: skip
        except Refusal as refusal:
            refusal_add(form, refusal)
        else:
            messages.success(request, "送达已登记。")
            return redirect("assistance:household_needs", found.household_id)
    page = ArrivalPage(allotment_lines(viewer, [found])[0], form, is_pay=False)
    return render(request, "assistance/arrival.html", {"page": page}, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
@requires(Kind.COUNTY_CENTRE)
def pay(request: HttpRequest, allotment_id: int) -> HttpResponse:
    """This function has allotted money paid out of the ledger."""
    viewer = viewer_of(request)
    found = _allotment(viewer, allotment_id)
    form = PayForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            allotment_pay(
                viewer=viewer, allotment_id=allotment_id, version=version_posted(request), payee=form.payee(),
                at=timezone.now(),
            )  # fmt: skip
        except Refusal as refusal:
            refusal_add(form, refusal)
        else:
            messages.success(request, "已列入待支付款项，银行付出以后登记送达。")
            return redirect("assistance:pledge", found.pledge_id)
    page = ArrivalPage(allotment_lines(viewer, [found])[0], form, is_pay=True)
    return render(request, "assistance/arrival.html", {"page": page}, status=422 if form.is_bound else 200)


@require_POST
@requires(*STATERS)
def cancel(request: HttpRequest, allotment_id: int) -> HttpResponse:
    """This function takes an allotment back."""
    viewer = viewer_of(request)
    found = _allotment(viewer, allotment_id)
    why = WhyForm(request.POST, auto_id=f"why{allotment_id}_%s")
    if why.is_valid():
        try:
            allotment_cancel(
                viewer=viewer, allotment_id=allotment_id, version=version_posted(request),
                reason=why.cleaned_data["reason"], at=timezone.now(),
            )  # fmt: skip
        except Refusal as refusal:
            if refusal.is_absent:
                raise Http404 from refusal
            refusal_add(why, refusal)
        else:
            messages.success(request, "分配已取消，数量退回这笔捐赠。")
            return redirect("assistance:household_needs", found.household_id)
    line = replace(allotment_lines(viewer, [found])[0], why_form=why, may_cancel=True)
    page = AllotmentsPage("取消分配", "cancel", [line], KeyPage([line], None, is_first=True))
    return render(request, "assistance/allotments.html", {"page": page}, status=422)


@require_http_methods(["GET", "POST"])
@requires(*STATERS)
def confirm(request: HttpRequest, allotment_id: int) -> HttpResponse:
    """This function takes down whether the household got what was delivered."""
    viewer, today = viewer_of(request), timezone.localdate()
    found = _allotment(viewer, allotment_id)
    form = GiftConfirmForm(request.POST if request.method == "POST" else None, today=today)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            made = allotment_confirm(
                viewer=viewer, allotment_id=allotment_id, is_received=said["is_received"] == "yes",
                told_by=said["told_by"], note=said["note"], on=said["on"], at=timezone.now(),
            )  # fmt: skip
        except Refusal as refusal:
            refusal_add(form, refusal)
        else:
            more = "" if made.is_received else "请送到以后再问一次。"
            messages.success(request, f"已记下农户的话。{more}")
            return redirect("assistance:household_needs", found.household_id)
    page = GiftConfirmPage(allotment_lines(viewer, [found])[0], form, confirmations_of_gift(viewer, allotment_id))
    return render(request, "assistance/gift_confirm.html", {"page": page}, status=422 if form.is_bound else 200)


@never_cache
@require_GET
@requires(*READERS)
def proof(request: HttpRequest, allotment_id: int) -> HttpResponse:
    """This function hands out the paper that proves a delivery; the look is logged."""
    viewer = viewer_of(request)
    found = allotment_get(viewer, allotment_id)
    if found is None or found.paper_id is None:
        raise Http404
    try:
        shown = paper_open(
            viewer=viewer, paper_id=found.paper_id, at=timezone.now(), purpose=f"捐赠分配 {found.pk} 的签收单"
        )
    except FileGone as refusal:
        raise Http404 from refusal
    return paper_answer(shown.name, shown.content, media_type=shown.media_type)
