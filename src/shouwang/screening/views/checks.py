"""The page of the data-quality checks: rules with their hits, runs, trend a village."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from shouwang.office.selectors import progress_by_id
from shouwang.people.access import READS_REGISTER, Kind, Role, Viewer, requires
from shouwang.people.selectors import areas_visible_to
from shouwang.register.selectors import places_of
from shouwang.rulebook.values import MARKS
from shouwang.screening.contexts import CheckRuleRow, ChecksPage, Choice, TrendPage
from shouwang.screening.models import CheckRun
from shouwang.screening.rules import COUNTY, is_local, over_label, owner_label
from shouwang.screening.selectors import (
    check_runs_visible_to,
    check_trend,
    local_rules_visible_to,
    rule_counts,
)
from shouwang.screening.services import check_request

READERS = tuple(sorted(READS_REGISTER - {Kind.SYSTEM}))
STARTERS = (Kind.COUNTY_CENTRE, Kind.CITY_CENTRE, Kind.PROVINCE)
STARTING_ROLES = frozenset({Role.CLERK, Role.LEADER, Role.SUPERVISOR})
WRITING_ROLES = frozenset({Role.CLERK, Role.LEADER})
RUNS_SHOWN = 8


def may_settle(viewer: Viewer) -> bool:
    """This function tells whether the viewer writes rules and accepts hits: the county centre's clerks and leaders."""
    return viewer.kind is Kind.COUNTY_CENTRE and viewer.role in WRITING_ROLES


def _counties(viewer: Viewer) -> list[tuple[int, str]]:
    return [(area.pk, str(area)) for area in areas_visible_to(viewer, level=COUNTY)[:300]]


def _rows(viewer: Viewer, last: CheckRun | None) -> list[CheckRuleRow]:
    """This function joins the rules of the last run with the hits that stand in the viewer's areas."""
    counts = {found.rule_key: found for found in rule_counts(viewer)}
    rules = {rule["key"]: rule for rule in last.rules} if last else {}
    rows = []
    for key in [*rules, *(key for key in counts if key not in rules)]:
        found, rule = counts.get(key), rules.get(key, {})
        owner = rule.get("owner") or (found.owner if found else "")
        rows.append(
            CheckRuleRow(
                key=key,
                name=rule.get("name") or (found.rule_name if found else key),
                about=over_label(rule.get("over") or (found.over if found else "")),
                owner=owner_label(owner),
                mark=MARKS.get(rule.get("mark") or (found.mark if found else ""), ""),
                open=found.open if found else 0,
                accepted=found.accepted if found else 0,
                mended=found.mended if found else 0,
                undecided=rule.get("undecided"),
                is_local=is_local(key),
            )
        )
    return sorted(rows, key=lambda row: -row.open)


@require_GET
@requires(*READERS)
def checks(request: HttpRequest) -> HttpResponse:
    """This function lists the rules with their numbers and the last runs."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    runs = list(check_runs_visible_to(viewer)[:RUNS_SHOWN])
    last = next((run for run in runs if run.state == CheckRun.State.DONE), None)
    waiting = [run.progress_id for run in runs if run.state in (CheckRun.State.WAITING, CheckRun.State.RUNNING)]
    rows = _rows(viewer, last)
    may_start = viewer.kind in STARTERS and viewer.role in STARTING_ROLES
    page = ChecksPage(
        rules=rows,
        runs=runs,
        under_way=[found for pk in waiting if pk and (found := progress_by_id(viewer, pk))],
        last=last,
        open=sum(row.open for row in rows),
        accepted=sum(row.accepted for row in rows),
        mended=sum(row.mended for row in rows),
        counties=_counties(viewer) if may_start else [],
        local=list(local_rules_visible_to(viewer)[:50]),
        may_write=may_settle(viewer),
        may_settle=may_settle(viewer),
    )
    return render(request, "screening/checks.html", {"page": page})


@require_POST
@requires(*STARTERS, roles=STARTING_ROLES)
def start(request: HttpRequest) -> HttpResponse:
    """This function hands a run of the checks to the worker, as of today."""
    area = request.POST.get("area", "")
    check_request(
        viewer=request.viewer,  # type: ignore[attr-defined]
        area_id=int(area) if area.isascii() and area.isdigit() and len(area) < 19 else 0,
        on=timezone.localdate(),
        at=timezone.now(),
    )
    messages.success(request, "已开始核查，完成后结果列在这里。")
    return redirect("screening:checks")


@require_GET
@requires(*READERS)
def trend(request: HttpRequest) -> HttpResponse:
    """This function shows the villages with most hits, run by run."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    done = check_runs_visible_to(viewer).filter(state=CheckRun.State.DONE)
    asked, rule = request.GET.get("county", ""), request.GET.get("rule", "")[:60]
    if asked.isascii() and asked.isdigit() and len(asked) < 13:
        done = done.filter(slot=int(asked))
    run = done.first()
    if run is None:
        return render(request, "screening/check_trend.html", {"page": None})
    found = check_trend(viewer, run, rule=rule)
    places = places_of({slot for slot, _ in found.villages})
    counties = {one.slot: one.area_name for one in check_runs_visible_to(viewer)[:300]}
    page = TrendPage(
        county=run.area_name,
        runs=found.runs,
        rows=[(f"{slot:012d}", places.get(slot, ""), numbers) for slot, numbers in found.villages],
        totals=found.totals,
        rule=rule,
        rules=[Choice(one["key"], one["name"], one["key"] == rule) for one in run.rules],
        counties=sorted(counties.items()),
        slot=run.slot,
    )
    return render(request, "screening/check_trend.html", {"page": page})
