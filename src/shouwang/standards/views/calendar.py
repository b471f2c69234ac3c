"""The calendar of working days: what is published, and the form for the next year."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from shouwang.people.access import Kind, Role, requires
from shouwang.standards.contexts import CalendarPage
from shouwang.standards.forms import CalendarForm
from shouwang.standards.selectors import calendar_in_force, calendar_years
from shouwang.standards.services import CalendarRefused, calendar_record, days_read


@require_http_methods(["GET", "POST"])
@requires(Kind.OPERATOR, roles={Role.ADMINISTRATOR})
def calendar(request: HttpRequest) -> HttpResponse:
    """This function shows until when days off are known, and records the next year."""
    last = calendar_in_force().last
    form = CalendarForm(request.POST if request.method == "POST" else None, initial={"year": last.year + 1})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            recorded = calendar_record(
                viewer=request.viewer,  # type: ignore[attr-defined]
                year=given["year"],
                days_off=days_read(given["days_off"], field="days_off"),
                working_weekends=days_read(given["working_weekends"], field="working_weekends"),
                source=given["source"],
                at=timezone.now(),
            )
        except CalendarRefused as refused:
            form.add_error(refused.field or None, refused.message)
        else:
            messages.success(request, f"已录入 {recorded.year} 年的日历。推算的期限今夜按它重算。")
            return redirect("standards:calendar")
    page = CalendarPage(last=last, years=calendar_years(), form=form)
    return render(request, "standards/calendar.html", {"page": page}, status=422 if form.errors else 200)
