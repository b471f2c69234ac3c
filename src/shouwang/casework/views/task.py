"""One task: the question, what of the household it needs, the answer. Nothing else of the household is shown."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from shouwang.casework.contexts import TaskPage
from shouwang.casework.errors import CaseStale, FigureRefused, TaskNotFound
from shouwang.casework.forms import AnswerForm, WithdrawForm
from shouwang.casework.models import Answer, Case, Task
from shouwang.casework.selectors import case_get, figure_lines, task_get, task_kind
from shouwang.casework.selectors.shown import FactGroup, household_shown, task_case
from shouwang.casework.services import task_answer, task_withdraw
from shouwang.casework.services.tasks import DELIVER
from shouwang.casework.views import ACTING_ROLES, ANSWERERS
from shouwang.casework.views.answers import is_resumed, stale
from shouwang.casework.views.heads import address, days_late
from shouwang.people.access import Kind, Role, Viewer, requires
from shouwang.rulebook.workflow import Task as TaskKind
from shouwang.ui.pages import confirm_page


@require_http_methods(["GET", "POST"])
@requires(*ANSWERERS)
def task(request: HttpRequest, task_id: int) -> HttpResponse:
    """This function shows a task of the viewer's organisation and takes its answer."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    on = timezone.localdate()
    try:
        found = task_get(viewer, task_id)
    except TaskNotFound as refusal:
        raise Http404 from refusal
    delivery = address("assistance:task", task_id) if found.asks == DELIVER else ""
    if delivery and found.state == Task.State.OPEN:
        return redirect(delivery)  # answered where its money is recorded, or the money would be lost
    case = task_case(viewer, found)
    kind = task_kind(case, found)
    form = _form(request, viewer, found, kind)
    if request.method == "POST" and form is not None and not is_resumed(request) and form.is_valid():
        try:
            task_answer(
                viewer=viewer,
                task_id=task_id,
                version=form.cleaned_data["version"],
                meets=form.cleaned_data["meets"] == "yes",
                reasons=form.cleaned_data["reasons"],
                figures=form.figures,
                at=timezone.now(),
            )
        except CaseStale as error:
            return stale(request, error=error, form=form, back=request.path)
        except FigureRefused as refusal:
            form.add_error(f"figure_{refusal.field}", refusal.message)
        else:
            messages.success(request, "已反馈给县级防贫中心。")
            return redirect("casework:tasks")
    status = 422 if form is not None and form.errors and not is_resumed(request) else 200
    page = _page(viewer, found, case, kind, form, on)
    return render(request, "casework/task.html", {"page": page}, status=status)


def _form(request: HttpRequest, viewer: Viewer, found: Task, kind: TaskKind) -> AnswerForm | None:
    if found.state != Task.State.OPEN or viewer.role not in (Role.CLERK, Role.LEADER):
        return None
    return AnswerForm(request.POST if request.method == "POST" else None, kind=kind, initial={"version": found.version})


def _page(viewer: Viewer, found: Task, case: Case, kind: TaskKind, form: AnswerForm | None, on: date) -> TaskPage:
    groups: list[FactGroup] = household_shown(viewer, found, kind, on) if found.state == Task.State.OPEN else []
    answer: Answer | None = getattr(found, "answer", None)
    is_open = found.state == Task.State.OPEN
    name = next((text for group in groups for label, text in group.pairs if label == "户主"), "")
    return TaskPage(
        task=found,
        kind=kind,
        name=name,
        blocks=groups,
        form=form,
        figures=form.bound_figures if form is not None else [],
        answer=answer,
        verdict=(kind.yes if answer.meets else kind.no) if answer else Task.State(found.state).label,
        answer_figures=figure_lines(kind, answer) if answer else [],
        days_late=days_late(found.due_on, on) if is_open else 0,
        warns=is_open and found.warn_on <= on,
        case_href=address("casework:case", found.case_id) if viewer.reads_register else "",
    )


@require_http_methods(["GET", "POST"])
@requires(Kind.COUNTY_CENTRE, roles=ACTING_ROLES)
def withdraw(request: HttpRequest, task_id: int) -> HttpResponse:
    """This function takes a task back from the body it was sent to, asking once."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    found = Task.objects.filter(viewer.q(), pk=task_id).select_related("organisation").first()
    if found is None:
        raise Http404
    case_get(viewer, found.case_id)
    back = reverse("casework:case", args=[found.case_id])
    form = WithdrawForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        version = request.POST.get("version", "")
        task_withdraw(
            viewer=viewer,
            task_id=task_id,
            version=int(version) if version.isascii() and version.isdigit() else 0,
            reason=form.cleaned_data["reason"],
            at=timezone.now(),
        )
        messages.success(request, f"已撤回{found.organisation.name}的任务。")
        return redirect(back)
    return confirm_page(
        request,
        title=f"撤回任务：{found.organisation.name}",
        happens=[f"{found.organisation.name}不再能看到这一户，也不用再反馈。", "撤回记入案件的办理经过。"],
        button="撤回任务",
        back=back,
        hidden={"version": found.version},
        form=form,
    )
