"""Pages of runs."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from shouwang.kit.codes import Risk
from shouwang.kit.money import amount_text
from shouwang.office.selectors import progress_by_id
from shouwang.people.access import Kind, Role, Viewer, requires
from shouwang.register.selectors import household_cards
from shouwang.screening.contexts import RunPage, RunsPage, WarningRow
from shouwang.screening.forms import RunForm
from shouwang.screening.models import Run, Warning
from shouwang.screening.rules import TOUCHED_BY, WHY_FULL
from shouwang.screening.selectors import runs_visible_to, storms_waiting, warnings_held, warnings_visible_to
from shouwang.screening.services import run_request, storm_waiting

READERS = (Kind.COUNTY_CENTRE, Kind.LEADING_GROUP, Kind.CITY_CENTRE, Kind.PROVINCE, Kind.AUDIT)
STARTERS = (Kind.COUNTY_CENTRE, Kind.CITY_CENTRE, Kind.PROVINCE)
SHOWN = 50


def _may_start(viewer: Viewer) -> bool:
    return viewer.kind in STARTERS and viewer.role in (Role.CLERK, Role.LEADER, Role.SUPERVISOR)


def _page(request: HttpRequest, form: RunForm | None, *, status: int = 200) -> HttpResponse:
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    runs_found = list(runs_visible_to(viewer)[:SHOWN])
    waiting = [run.progress_id for run in runs_found if run.state in (Run.State.WAITING, Run.State.RUNNING)]
    progress = [found for pk in waiting if pk and (found := progress_by_id(viewer, pk))]
    return render(
        request,
        "screening/list.html",
        {
            "page": RunsPage(
                runs_found, form, under_way=progress, held=warnings_held(viewer).count(), storms=storms_waiting(viewer)
            )
        },
        status=status,
    )


@require_GET
@requires(*READERS)
def runs(request: HttpRequest) -> HttpResponse:
    """This function lists the runs over the viewer's areas."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    form = RunForm(viewer=viewer, today=timezone.localdate()) if _may_start(viewer) else None
    return _page(request, form)


@require_POST
@requires(*STARTERS, roles={Role.CLERK, Role.LEADER, Role.SUPERVISOR})
def start(request: HttpRequest) -> HttpResponse:
    """This function hands a new run to the worker."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    form = RunForm(request.POST, viewer=viewer, today=timezone.localdate())
    if not form.is_valid():
        return _page(request, form, status=422)
    run = run_request(viewer=viewer, area_id=form.cleaned_data["area"], on=form.cleaned_data["on"], at=timezone.now())
    messages.success(request, "已开始筛查，完成后预警会自动转成个案。")
    return redirect("screening:run", run.pk)


def warning_rows(viewer: Viewer, warnings: list[Warning]) -> list[WarningRow]:
    """This function joins warnings with what the register shows of their households."""
    cards = household_cards(viewer, [warning.household_id for warning in warnings])
    rows = []
    for warning in warnings:
        card = cards.get(warning.household_id)
        rows.append(
            WarningRow(
                warning=warning,
                household=card.head_name if card else "（已迁出）",
                place=card.place if card else "",
                measured=amount_text(warning.measured, warning.unit),
                threshold=amount_text(warning.threshold, warning.unit),
                cause=Risk(warning.cause).label if warning.cause in set(Risk) else warning.cause,
            )
        )
    return rows


@require_GET
@requires(*READERS)
def run(request: HttpRequest, run_id: int) -> HttpResponse:
    """This function shows one run: what it read, what it found, what it could not know."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    found = runs_visible_to(viewer).filter(pk=run_id).first()
    if found is None:
        raise Http404
    warnings = warnings_visible_to(viewer).filter(run=found)
    shown = list(warnings[:SHOWN])
    ids = found.compared["ids"] if found.compared else []
    cards = household_cards(viewer, ids) if ids else {}
    page = RunPage(
        run=found,
        progress=progress_by_id(viewer, found.progress_id) if found.progress_id else None,
        rows=warning_rows(viewer, shown),
        more=max(0, warnings.count() - SHOWN) if len(shown) == SHOWN else 0,
        why_full=WHY_FULL.get(found.why_full, ""),
        touched=[(label, found.touched_by[key]) for key, label in TOUCHED_BY.items() if found.touched_by.get(key)],
        differing=[(pk, cards[pk].head_name if pk in cards else "（已迁出）") for pk in ids],
        storm_waiting=storm_waiting(found).count() if found.storm else 0,
        may_settle=viewer.kind is Kind.COUNTY_CENTRE and viewer.role in (Role.CLERK, Role.LEADER),
    )
    return render(request, "screening/run.html", {"page": page})
