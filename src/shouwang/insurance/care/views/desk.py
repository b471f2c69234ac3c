"""The desk of care: for the office, who assesses, the provider, and who reads."""

from __future__ import annotations

from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from shouwang.insurance.care.contexts import BillsPage, CareDeskPage, DeskStat
from shouwang.insurance.care.rules import BillState
from shouwang.insurance.care.selectors import (
    READ_PEOPLE,
    applications_open,
    bill_counts,
    bills_visible_to,
    plans_running,
    reassess_due,
    unbilled_months,
)
from shouwang.insurance.care.services import Frame
from shouwang.insurance.care.views.charts import care_charts
from shouwang.insurance.care.views.common import READERS, frame_or_none, role_of, viewer_of
from shouwang.people.access import Kind, Viewer, requires
from shouwang.ui.tables import key_page

SHOWN = 50


def _bills_href(state: str) -> str:
    return f"{reverse('insurance:care_bills')}?state={state}"


@require_GET
@requires(*READERS)
def desk(request: HttpRequest) -> HttpResponse:
    """This function shows what waits for the viewer in long-term care."""
    viewer, today = viewer_of(request), timezone.localdate()
    frame = frame_or_none(viewer, today)
    role = role_of(viewer, frame)
    pages = {"office": _office, "assessor": _assessor, "provider": _provider, "reader": _reader}
    if role not in pages:
        raise Http404
    return render(request, "insurance/care/desk.html", {"page": pages[role](viewer, frame, today)})


def _office(viewer: Viewer, frame: Frame | None, today: date) -> CareDeskPage:
    assert frame is not None
    counts, asked = bill_counts(viewer), applications_open(viewer)
    due = reassess_due(viewer, today, remind_days=frame.scheme.remind_days)
    number, waits = reassess_due(viewer, today, remind_days=0).count(), (asked.count(), due.count())
    stats = [
        DeskStat(counts["FILED"], "账单等核对", _bills_href("FILED")),
        DeskStat(counts["DISPUTED"], "机构有异议", _bills_href("DISPUTED")),
        DeskStat(counts["AGREED"], "账单等付款", _bills_href("AGREED")),
        DeskStat(waits[1], "要重新评定", "#due", f"已到期 {number} 人" if number else "没有到期的", "人"),
        DeskStat(waits[0], "等评定", "#asked"),
    ]
    waiting = bills_visible_to(viewer).filter(state__in=["FILED", "DISPUTED", "AGREED"])
    return CareDeskPage(
        "office", stats, list(asked[:SHOWN]), list(due[:SHOWN]), bills=list(waiting[:SHOWN]), today=today,
        reads_people=True, charts=care_charts(viewer, today), asked_more=max(0, waits[0] - SHOWN),
        due_more=max(0, waits[1] - SHOWN),
    )  # fmt: skip


def _assessor(viewer: Viewer, frame: Frame | None, today: date) -> CareDeskPage:
    asked = applications_open(viewer)
    number = asked.count()
    return CareDeskPage(
        "assessor", [DeskStat(number, "等评定", "#asked")], list(asked[:SHOWN]), today=today,
        asked_more=max(0, number - SHOWN),
    )  # fmt: skip


def _provider(viewer: Viewer, frame: Frame | None, today: date) -> CareDeskPage:
    counts, plans = bill_counts(viewer), plans_running(viewer, today)
    number = plans.count()
    stats = [
        DeskStat(number, "正在护理的人", "#plans", unit="人"),
        DeskStat(counts["SETTLED"], "结算等您确认", _bills_href("SETTLED")),
        DeskStat(counts["FILED"], "等经办机构核对", _bills_href("FILED")),
        DeskStat(counts["DISPUTED"], "您单位有异议", _bills_href("DISPUTED")),
        DeskStat(counts["AGREED"], "等付款", _bills_href("AGREED")),
    ]
    return CareDeskPage(
        "provider", stats, plans=list(plans.order_by("insured_name", "pk")[:200]), unbilled=unbilled_months(viewer),
        bills=list(bills_visible_to(viewer)[:12]), more=max(0, number - 200), today=today,
        charts=care_charts(viewer, today),
    )  # fmt: skip


def _reader(viewer: Viewer, frame: Frame | None, today: date) -> CareDeskPage:
    counts = bill_counts(viewer)
    stats = [
        DeskStat(counts[state], str(BillState(state).label), _bills_href(state))
        for state in ("FILED", "SETTLED", "DISPUTED", "AGREED", "REQUESTED", "PAID")
        if counts[state] or state != "REQUESTED"  # only where the county pays
    ]
    return CareDeskPage(
        "reader", stats, bills=list(bills_visible_to(viewer)[:SHOWN]), today=today,
        reads_people=viewer.kind in READ_PEOPLE, charts=care_charts(viewer, today),
    )  # fmt: skip


@require_GET
@requires(*READERS)
def bills(request: HttpRequest) -> HttpResponse:
    """This function lists the bills in sight by where they stand, the latest month first."""
    viewer = viewer_of(request)
    if not role_of(viewer, frame_or_none(viewer, timezone.localdate())):
        raise Http404
    counts = bill_counts(viewer)
    asked = request.GET.get("state", "")
    state = asked if asked in BillState.values else ""
    found = bills_visible_to(viewer)
    if state:
        found = found.filter(state=state)
    page = key_page(found.order_by(), order=("-month",), after=request.GET.get("after"))
    address = reverse("insurance:care_bills")
    tabs = [("全部", address, not state, sum(counts.values()))]
    tabs += [
        (str(one.label), f"{address}?state={one.value}", one.value == state, counts[one.value])
        for one in BillState
        if counts[one.value] or one.value == state
    ]
    label = str(BillState(state).label) if state else ""
    return render(
        request, "insurance/care/bills.html", {"page": BillsPage(tabs, page, label, viewer.kind is Kind.CARE_PROVIDER)}
    )
