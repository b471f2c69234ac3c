"""The return visit of a case."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from shouwang.assistance.selectors import measures_of_case
from shouwang.casework.selectors import case_get, case_stage_action
from shouwang.evaluation.contexts import VisitPage
from shouwang.evaluation.forms import VisitForm
from shouwang.evaluation.selectors import visits_of_case
from shouwang.evaluation.services import visit_record
from shouwang.kit.codes import Measure as MeasureKind
from shouwang.people.access import Kind, Viewer, requires
from shouwang.register.selectors import household_card
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


@require_http_methods(["GET", "POST"])
@requires(*READERS)
def visit(request: HttpRequest, case_id: int) -> HttpResponse:
    """This function shows a case's visits and records one."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    case = case_get(viewer, case_id)
    action = case_stage_action(viewer, case)
    may_visit = action.may_act and action.act == Act.VISIT.value
    form = (
        VisitForm(request.POST if request.method == "POST" else None, today=timezone.localdate()) if may_visit else None
    )
    if form is not None and request.method == "POST" and form.is_valid():
        version = request.POST.get("version", "")
        finding = form.finding()
        visit_record(
            viewer=viewer,
            case_id=case.pk,
            version=int(version) if version.isdecimal() and len(version) < 10 else 0,
            finding=finding,
            at=timezone.now(),
        )
        messages.success(
            request, "已登记，风险已消除，案件亮绿灯。" if finding.is_risk_gone else "已登记，请继续处置。"
        )
        return redirect("casework:case", case.pk)
    page = VisitPage(
        case=case,
        household=household_card(viewer, case.household_id),
        visits=list(visits_of_case(viewer, case.pk)),
        helped=[
            (MeasureKind(measure.kind).label, f"{measure.summary} · {measure.provider_name} · {measure.delivered_on}")
            for measure in measures_of_case(viewer, case.pk)
            if measure.state == "DELIVERED"
        ],
        form=form,
        why_not="" if may_visit else action.why_not,
    )
    return render(request, "evaluation/visit.html", {"page": page}, status=422 if form and form.errors else 200)
