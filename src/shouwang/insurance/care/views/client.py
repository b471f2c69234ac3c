"""A provider's client: the month day by day; days logged and taken back; the month billed."""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from datetime import date, timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from shouwang.insurance.care import services
from shouwang.insurance.care.contexts import ClientPage, FilePage, MonthCell, MonthLine
from shouwang.insurance.care.forms import DaysForm, FileForm, TakeBackForm
from shouwang.insurance.care.models import CareDay, CarePlan
from shouwang.insurance.care.selectors import bills_visible_to, days_of_month, plan_get
from shouwang.insurance.care.views.common import ROLES, month_read, viewer_of
from shouwang.kit.dates import month_last, months_add
from shouwang.kit.errors import Refusal
from shouwang.kit.money import yuan_plain
from shouwang.people.access import Kind, Viewer, requires
from shouwang.ui.forms import refusal_add


@require_http_methods(["GET", "POST"])
@requires(Kind.CARE_PROVIDER, roles=ROLES)
def client(request: HttpRequest, plan_id: int) -> HttpResponse:
    """This function shows a client's month, and logs days of service or takes them back."""
    viewer, today = viewer_of(request), timezone.localdate()
    plan = plan_get(viewer, plan_id)
    month = month_read(request.GET.get("month", ""), otherwise=min(today, _last(plan, today)))
    posted = request.POST if request.method == "POST" else None
    is_back = posted is not None and "take_back" in posted
    form = DaysForm(posted if not is_back else None, initial=_initial(viewer, plan, month, today))
    back_form = TakeBackForm(posted if is_back else None, prefix="back")
    bound = back_form if is_back else form
    if posted is not None and bound.is_valid():
        call = services.days_take_back if is_back else services.days_log
        try:
            call(viewer=viewer, plan_id=plan.pk, at=timezone.now(), **bound.cleaned_data)
        except Refusal as refusal:
            refusal_add(bound, refusal)
        else:
            messages.success(request, "已撤销。" if is_back else "已登记。")
            address = reverse("insurance:care_client", args=[plan.pk])
            return redirect(f"{address}?month={bound.cleaned_data['first']:%Y-%m}")
    days = list(days_of_month(viewer, month, plan_id=plan.pk))
    stand = [day for day in days if not day.is_struck]
    is_billed = bills_visible_to(viewer).filter(month=month).exclude(state="WITHDRAWN").exists()
    page = ClientPage(
        plan=plan, month=month, before=months_add(month, -1), after=months_add(month, 1),
        weeks=_weeks(plan, month, days, today), days=len(stand), charged_fen=sum(day.charge_fen for day in stand),
        is_billed=is_billed, form=None if is_billed else form, back_form=None if is_billed or not stand else back_form,
    )  # fmt: skip
    return render(request, "insurance/care/client.html", {"page": page}, status=422 if bound.errors else 200)


def _last(plan: CarePlan, today: date) -> date:
    until = min(plan.until_date or plan.covered_until, plan.covered_until)
    return max(plan.from_date, until - timedelta(days=1)) if until <= today else today


def _initial(viewer: Viewer, plan: CarePlan, month: date, today: date) -> dict[str, object]:
    """This function fills in the days that are not logged yet, and the charge of the last day that was."""
    last = min(month_last(month), today, _last(plan, today))
    logged = days_of_month(viewer, month, plan_id=plan.pk).filter(is_struck=False).order_by("-on").first()
    first = max(month, plan.from_date)
    if logged is not None:
        first = logged.on + timedelta(days=1)
    before = CareDay.objects.filter(plan=plan, is_struck=False).order_by("-on").first()
    charge = yuan_plain(before.charge_fen) if before is not None else None
    return {"first": first, "last": last, "charge_fen": charge} if first <= last else {"charge_fen": charge}


def _weeks(plan: CarePlan, month: date, days: Iterable[CareDay], today: date) -> list[list[MonthCell]]:
    by_day: dict[date, CareDay] = {}
    for day in days:
        if day.on not in by_day or not day.is_struck:
            by_day[day.on] = day
    return [
        [_cell(plan, on, by_day.get(on), today) if on.month == month.month else MonthCell(None) for on in week]
        for week in calendar.Calendar().monthdatescalendar(month.year, month.month)
    ]


def _cell(plan: CarePlan, on: date, day: CareDay | None, today: date) -> MonthCell:
    if day is not None and day.is_struck:
        return MonthCell(on, "struck", f"不算：{day.struck_reason}", day.charge_fen)
    if day is not None:
        return MonthCell(on, "logged", "已登记", day.charge_fen)
    if not plan.holds_on(on):
        return MonthCell(on, "out", "不在安排里")
    return MonthCell(on, "free", "没有登记" if on <= today else "")


@require_http_methods(["GET", "POST"])
@requires(Kind.CARE_PROVIDER, roles=ROLES)
def file(request: HttpRequest, month: str) -> HttpResponse:
    """This function shows what a month's days come to, and files its bill."""
    viewer, today = viewer_of(request), timezone.localdate()
    first = month_read(month, otherwise=today)
    scheme = services.frame_of(viewer, first).scheme
    form = FileForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            bill = services.bill_file(viewer=viewer, filing=form.filing(first), at=timezone.now())
        except Refusal as refusal:
            refusal_add(form, refusal)
        else:
            messages.success(request, "已申报，等经办机构核对。")
            return redirect("insurance:care_bill", bill.pk)
    lines: dict[int, MonthLine] = {}
    for day in days_of_month(viewer, first).filter(is_struck=False, bill__isnull=True):
        had = lines.get(day.plan_id)
        href = f"{reverse('insurance:care_client', args=[day.plan_id])}?month={first:%Y-%m}"
        lines[day.plan_id] = MonthLine(
            day.plan.insured_name, day.plan.mode_name, (had.days if had else 0) + 1,
            (had.charged_fen if had else 0) + day.charge_fen, href,
        )  # fmt: skip
    due = scheme.bill_due(first)
    page = FilePage(first, due, today > due, list(lines.values()), sum(one.days for one in lines.values()),
                    sum(one.charged_fen for one in lines.values()), form)  # fmt: skip
    return render(request, "insurance/care/file.html", {"page": page}, status=422 if form.errors else 200)
