"""Recording that a measure arrived, or cancelling it."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from shouwang.assistance.contexts import DeliverPage
from shouwang.assistance.forms import DeliveryForm
from shouwang.assistance.models import Measure
from shouwang.assistance.selectors import measure_get, measure_of_task
from shouwang.assistance.services import (
    MeasureSettled,
    MeasureStale,
    may_deliver,
    measure_cancel,
    measure_deliver,
)
from shouwang.kit.codes import Measure as MeasureKind
from shouwang.kit.money import yuan_text
from shouwang.people.access import Kind, Role, Viewer, requires
from shouwang.ui.forms import version_posted
from shouwang.ui.pages import Happened, overtaken_page, typed_lines

PROVIDERS = (Kind.COUNTY_CENTRE, Kind.DEPARTMENT, Kind.TOWNSHIP, Kind.INSURER)
WORKERS = {Role.CLERK, Role.LEADER}


def _initial(measure: Measure) -> dict[str, str]:
    """This function returns what was planned, to be corrected to what arrived."""
    found = {"amount": yuan_text(measure.amount_fen)} if measure.amount_fen else {}
    return found | ({"unit": measure.unit} if measure.unit in {"ONCE", "MONTHLY", "DAILY"} else {})


def _found(viewer: Viewer, measure_id: int) -> Measure:
    measure = measure_get(viewer, measure_id)
    if measure is None:
        raise Http404
    return measure


@require_http_methods(["GET", "POST"])
@requires(*PROVIDERS, roles=WORKERS)
def deliver(request: HttpRequest, measure_id: int) -> HttpResponse:
    """This function records that a measure arrived."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    measure = _found(viewer, measure_id)
    if not may_deliver(measure, viewer):
        raise Http404
    posted = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = DeliveryForm(*posted, today=timezone.localdate(), initial=_initial(measure))
    if request.method == "POST" and measure.state != Measure.State.PLANNED:
        return _overtaken(request, viewer, measure, form)
    if request.method == "POST" and form.is_valid():
        version = version_posted(request)
        try:
            measure_deliver(
                viewer=viewer, measure_id=measure.pk, version=version, delivery=form.delivery(), at=timezone.now()
            )
        except (MeasureStale, MeasureSettled):
            return _overtaken(request, viewer, _found(viewer, measure_id), form)
        messages.success(request, "已登记落实情况，县级防贫中心可以看到。")
        return redirect("assistance:plan", measure.case_id) if viewer.reads_register else redirect("/")
    page = DeliverPage(measure=measure, kind=MeasureKind(measure.kind).label, person="", form=form)
    return render(request, "assistance/deliver.html", {"page": page}, status=422 if form.errors else 200)


def _overtaken(request: HttpRequest, viewer: Viewer, measure: Measure, form: DeliveryForm) -> HttpResponse:
    """This function shows who recorded or cancelled a measure before, beside what was typed."""
    state = Measure.State(measure.state).label
    theirs = []
    if measure.delivered_at:
        theirs = [Happened(measure.delivered_at, state, measure.result, measure.delivered_by)]
    back, label = ("/", "回到工作台")
    if viewer.reads_register:
        back, label = reverse("assistance:plan", args=[measure.case_id]), "看这一户的救助"
    return overtaken_page(
        request, error=MeasureSettled(state), theirs=theirs, mine=typed_lines(form), back=back, label=label
    )


@require_POST
@requires(Kind.COUNTY_CENTRE, roles=WORKERS)
def cancel(request: HttpRequest, measure_id: int) -> HttpResponse:
    """This function cancels a planned measure, with its reason."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    measure = measure_cancel(
        viewer=viewer,
        measure_id=_found(viewer, measure_id).pk,
        version=version_posted(request),
        reason=request.POST.get("reason", ""),
        at=timezone.now(),
    )
    messages.success(request, "已取消这项措施。")
    return redirect("assistance:plan", measure.case_id)


@require_GET
@requires(*PROVIDERS)
def task(request: HttpRequest, task_id: int) -> HttpResponse:
    """This function leads from a delivery task to its measure, readers to the plan it belongs to."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    measure = measure_of_task(viewer, task_id)
    if measure is None:
        raise Http404
    if not may_deliver(measure, viewer):
        return redirect("assistance:plan", measure.case_id)
    return redirect("assistance:deliver", measure.pk)
