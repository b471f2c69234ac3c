"""One task: the question, what of the household it needs, the answer. Nothing else of the household is shown."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from shouwang.casework.contexts import TaskPage
from shouwang.casework.errors import CaseStale, FigureRefused, TaskClosed, TaskNotFound
from shouwang.casework.forms import AnswerForm, WithdrawForm
from shouwang.casework.models import Answer, Case, Task
from shouwang.casework.selectors import case_get, figure_lines, task_get, task_kind
from shouwang.casework.selectors.papers import attachments_visible_to
from shouwang.casework.selectors.shown import FactGroup, household_shown, task_case
from shouwang.casework.selectors.transfers import transfers_of_task
from shouwang.casework.services import task_answer, task_withdraw
from shouwang.casework.services.tasks import DELIVER, task_closed
from shouwang.casework.views import ACTING_ROLES, ANSWERERS
from shouwang.casework.views.answers import stale, task_ended
from shouwang.casework.views.heads import address, days_late
from shouwang.casework.views.paper_lines import paper_lines
from shouwang.people.access import Kind, Role, Viewer, requires
from shouwang.rulebook.workflow import Task as TaskKind
from shouwang.ui.forms import version_posted
from shouwang.ui.pages import confirm_page, is_resumed, typed_lines


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
    if form is not None and found.state != Task.State.OPEN:
        return _ended(request, viewer, found, task_closed(found), form)
    version = version_posted(request) if request.method == "POST" else found.version
    if request.method == "POST" and form is not None and not is_resumed(request) and form.is_valid():
        try:
            task_answer(
                viewer=viewer,
                task_id=task_id,
                version=version,
                meets=form.cleaned_data["meets"] == "yes",
                reasons=form.cleaned_data["reasons"],
                figures=form.figures,
                ready=form.cleaned_data["papers"],
                at=timezone.now(),
            )
        except TaskClosed as error:
            return _ended(request, viewer, found, error, form)
        except CaseStale as error:
            return stale(request, error=error, mine=typed_lines(form), resume=request.path)
        except FigureRefused as refusal:
            form.add_error(f"figure_{refusal.field}", refusal.message)
        else:
            messages.success(request, "已反馈给县级防贫中心。")
            return redirect("casework:tasks")
    status = 422 if form is not None and form.errors and not is_resumed(request) else 200
    page = _page(viewer, found, case, kind, form, on)
    return render(request, "casework/task.html", {"page": page}, status=status)


def _form(request: HttpRequest, viewer: Viewer, found: Task, kind: TaskKind) -> AnswerForm | None:
    """This function returns the form of who may answer; of a task that has ended, what was posted to it too late."""
    is_over = found.state != Task.State.OPEN and request.method != "POST"
    if is_over or viewer.role not in (Role.CLERK, Role.LEADER):
        return None
    posted = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    return AnswerForm(*posted, kind=kind, initial={"version": found.version})


def _ended(request: HttpRequest, viewer: Viewer, found: Task, error: TaskClosed, form: Form) -> HttpResponse:
    mine = typed_lines(form)
    return task_ended(request, error=error, viewer=viewer, task_id=found.pk, case_id=found.case_id, mine=mine)


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
        papers=paper_lines(viewer, attachments_visible_to(viewer).filter(task=found).order_by("pk")),
        transfers=list(transfers_of_task(found)),
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
    if found.state != Task.State.OPEN:
        return _ended(request, viewer, found, task_closed(found), form)
    if request.method == "POST" and form.is_valid():
        try:
            task_withdraw(
                viewer=viewer,
                task_id=task_id,
                version=version_posted(request),
                reason=form.cleaned_data["reason"],
                at=timezone.now(),
            )
        except TaskClosed as error:
            return _ended(request, viewer, found, error, form)
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
