"""The return visit of a case."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from shouwang.assistance.selectors import measures_of_case
from shouwang.casework.selectors import case_get, case_stage_action, happened
from shouwang.casework.selectors.cases import Case
from shouwang.casework.services import CaseStale, stale_of
from shouwang.evaluation.contexts import VisitPage
from shouwang.evaluation.forms import VisitForm
from shouwang.evaluation.selectors import questions_for, visits_of_case
from shouwang.evaluation.services import VisitDay, visit_record
from shouwang.kit.codes import Measure as MeasureKind
from shouwang.people.access import Kind, Viewer, requires
from shouwang.register.selectors import household_card
from shouwang.rulebook.workflow import Act
from shouwang.ui.forms import version_posted
from shouwang.ui.pages import is_resumed, overtaken_page, typed_lines

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
    form = _form(case, request.POST if request.method == "POST" else None) if may_visit else None
    if request.method == "POST" and not is_resumed(request):
        version = version_posted(request)
        if version != case.version:
            return _overtaken(request, case, stale_of(case, version), may_visit=may_visit)
        if form is not None and form.is_valid() and (answer := _recorded(request, case, version, form)):
            return answer
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
    status = 422 if form and form.errors and not is_resumed(request) else 200
    return render(request, "evaluation/visit.html", {"page": page}, status=status)


def _form(case: Case, data: QueryDict | None) -> VisitForm:
    today = timezone.localdate()
    asked, causes = questions_for(case, on=today)
    return VisitForm(data, today=today, asked=asked, causes=causes)


def _recorded(request: HttpRequest, case: Case, version: int, form: VisitForm) -> HttpResponse | None:
    """This function records the visit; None when a day is refused, with the reason beside it."""
    finding = form.finding()
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    try:
        visit = visit_record(viewer=viewer, case_id=case.pk, version=version, finding=finding, at=timezone.now())
    except VisitDay as refusal:
        form.add_error("visited_on", refusal.message)
        return None
    except CaseStale as error:
        return _overtaken(request, case, error, may_visit=False)
    messages.success(request, "已登记，风险已消除，案件亮绿灯。" if visit.is_risk_gone else "已登记，请继续处置。")
    return redirect("casework:case", case.pk)


def _overtaken(request: HttpRequest, case: Case, error: CaseStale, *, may_visit: bool) -> HttpResponse:
    """This function shows who was faster, beside what was typed."""
    return overtaken_page(
        request,
        error=error,
        theirs=happened(error.theirs),
        mine=typed_lines(_form(case, request.POST)),
        back=reverse("casework:case", args=[error.case_id]),
        label="看案件",
        resume=request.path if may_visit else "",
        version=error.version,
    )
