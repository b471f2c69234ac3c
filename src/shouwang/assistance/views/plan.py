"""The help of a case: what is planned, by whom, what has arrived."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from shouwang.assistance.contexts import MeasureRow, PlanPage
from shouwang.assistance.forms import PlanForm, ProviderChoice
from shouwang.assistance.rules import PROVIDER_KINDS, measure_suggested
from shouwang.assistance.selectors import measures_of_case
from shouwang.assistance.services import help_complete, measure_plan
from shouwang.casework.selectors import case_get, case_stage_action
from shouwang.casework.selectors.cases import Case
from shouwang.funds.selectors import grants_by_ids
from shouwang.kit.codes import Measure as MeasureKind
from shouwang.people.access import Kind, Role, Viewer, requires
from shouwang.people.selectors import organisations_of_kind
from shouwang.register.selectors import household_card, members_of
from shouwang.rulebook.workflow import Act

READERS = (
    Kind.VILLAGE,
    Kind.TOWNSHIP,
    Kind.COUNTY_CENTRE,
    Kind.LEADING_GROUP,
    Kind.CITY_CENTRE,
    Kind.PROVINCE,
    Kind.AUDIT,
)


def _people(viewer: Viewer, case: Case) -> list[tuple[str, str]]:
    return [
        (str(member.person_id), f"{member.name}（{member.relationship_label}）")
        for member in members_of(viewer, case.household_id, timezone.localdate())
    ]


def _providers(case: Case, viewer: Viewer) -> list[ProviderChoice]:
    """This function returns who may give help, each with the kind of measure it mostly gives."""
    found = [ProviderChoice(str(viewer.organisation_id), f"{viewer.organisation_name}（本单位）")]
    for kind in PROVIDER_KINDS:
        for place in organisations_of_kind(slot=case.slot, kind=kind):
            measure = measure_suggested(kind=kind, department=place.department)
            label = f"{place.name}（{MeasureKind(measure).label}）" if measure else place.name
            found.append(ProviderChoice(str(place.pk), label, measure))
    return found


def _rows(viewer: Viewer, case: Case, people: dict[str, str]) -> list[MeasureRow]:
    measures = list(measures_of_case(viewer, case.pk))
    grants = grants_by_ids(viewer, [measure.grant_id for measure in measures if measure.grant_id])
    return [
        MeasureRow(
            measure=measure,
            grant=grants.get(measure.grant_id or 0),
            person=people.get(str(measure.person_id), "全家"),
            may_deliver=measure.state == "PLANNED"
            and (
                (viewer.kind is Kind.COUNTY_CENTRE and measure.is_outside)
                or measure.provider_organisation_id == viewer.organisation_id
            ),
        )
        for measure in measures
    ]


@require_http_methods(["GET", "POST"])
@requires(*READERS)
def plan(request: HttpRequest, case_id: int) -> HttpResponse:
    """This function shows the help of a case and plans one more measure."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    case = case_get(viewer, case_id)
    action = case_stage_action(viewer, case)
    may_plan = action.may_act and action.act == Act.HELP.value and viewer.kind is Kind.COUNTY_CENTRE
    people = _people(viewer, case)
    form = None
    if may_plan:
        form = PlanForm(
            request.POST if request.method == "POST" else None, people=people, providers=_providers(case, viewer)
        )
    if form is not None and request.method == "POST" and form.is_valid():
        measure_plan(viewer=viewer, case_id=case.pk, version=None, plan=form.plan(), at=timezone.now())
        messages.success(request, "已安排，落实单位的待办里已经有这一项。")
        return redirect("assistance:plan", case.pk)
    rows = _rows(viewer, case, dict(people))
    waiting = sum(row.measure.state == "PLANNED" for row in rows)
    page = PlanPage(
        case=case,
        household=household_card(viewer, case.household_id),
        rows=rows,
        form=form,
        may_complete=may_plan and not waiting and any(row.measure.state == "DELIVERED" for row in rows),
        waiting=waiting,
    )
    return render(request, "assistance/plan.html", {"page": page}, status=422 if form and form.errors else 200)


@require_POST
@requires(Kind.COUNTY_CENTRE, roles={Role.CLERK, Role.LEADER})
def complete(request: HttpRequest, case_id: int) -> HttpResponse:
    """This function sends a case whose help has arrived on to the return visit."""
    version = request.POST.get("version", "")
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    case = case_get(viewer, case_id)
    help_complete(
        viewer=viewer,
        case_id=case.pk,
        version=int(version) if version.isdecimal() and len(version) < 10 else 0,
        at=timezone.now(),
    )
    messages.success(request, "救助已落实，已转回访。")
    return redirect("casework:case", case.pk)
