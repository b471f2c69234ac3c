"""Transfer of a task: another body is proposed, and takes it or declines."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from shouwang.casework.contexts import TransferPage
from shouwang.casework.errors import CaseStale, TaskClosed, TaskNotFound, TransferNotFound, TransferRefused
from shouwang.casework.forms import TransferAnswerForm, TransferForm
from shouwang.casework.models import Task, Transfer
from shouwang.casework.selectors import task_get
from shouwang.casework.selectors.transfers import takers_of, transfer_get
from shouwang.casework.services.tasks import task_closed
from shouwang.casework.services.transferring import (
    transfer_accept,
    transfer_decline,
    transfer_propose,
    transfer_take_back,
)
from shouwang.casework.views.answers import stale, task_ended
from shouwang.people.access import Kind, Role, Viewer, requires
from shouwang.ui.pages import is_resumed, typed_lines

ASKED = (Kind.DEPARTMENT, Kind.INSURER, Kind.TOWNSHIP)
ANSWERING = frozenset({Role.CLERK, Role.LEADER})


@require_http_methods(["GET", "POST"])
@requires(*ASKED, roles=ANSWERING)
def transfer(request: HttpRequest, task_id: int) -> HttpResponse:
    """This function proposes another body for a task of the viewer's organisation."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    try:
        task = task_get(viewer, task_id)
    except TaskNotFound as refusal:
        raise Http404 from refusal
    takers = [(place.pk, place.name) for place in takers_of(task)]
    posted = request.POST if request.method == "POST" else None
    form = TransferForm(posted, takers=takers, initial={"version": task.version})
    if task.state != Task.State.OPEN:
        return _ended(request, viewer, task, task_closed(task), form)
    if posted is not None and not is_resumed(request) and form.is_valid():
        try:
            made = transfer_propose(viewer=viewer, task_id=task_id, at=timezone.now(), **form.cleaned_data)
        except TaskClosed as error:
            return _ended(request, viewer, task, error, form)
        except CaseStale as error:
            return stale(request, error=error, mine=typed_lines(form), resume=request.path)
        except TransferRefused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, f"已提出转给{made.to_organisation.name}，对方接收之前仍由本单位反馈。")
            return redirect("casework:task", task_id)
    status = 422 if form.errors and not is_resumed(request) else 200
    page = TransferPage(title="转给该办的单位", form=form, task=task)
    return render(request, "casework/transfer.html", {"page": page}, status=status)


def _ended(
    request: HttpRequest, viewer: Viewer, task: Task, error: TaskClosed, form: TransferForm
) -> HttpResponse:  # fmt: skip
    mine = typed_lines(form)
    return task_ended(request, error=error, viewer=viewer, task_id=task.pk, case_id=task.case_id, mine=mine)


@require_http_methods(["GET", "POST"])
@requires(*ASKED, roles=ANSWERING)
def answer(request: HttpRequest, transfer_id: int) -> HttpResponse:
    """This function shows a task proposed to the viewer's organisation and takes its answer."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    found = transfer_get(viewer, transfer_id)
    if found.to_organisation_id != viewer.organisation_id:
        raise TransferNotFound
    form = TransferAnswerForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        now = timezone.now()
        if form.cleaned_data["accepts"] == "yes":
            transfer_accept(viewer=viewer, transfer_id=transfer_id, at=now)
            messages.success(request, "已接收，由本单位反馈，期限不变。")
            return redirect("casework:task", found.task_id)
        transfer_decline(viewer=viewer, transfer_id=transfer_id, reason=form.cleaned_data["reason"], at=now)
        messages.success(request, f"没有接收，仍由{found.from_organisation.name}反馈。")
        return redirect("casework:tasks")
    is_open = found.state == Transfer.State.PROPOSED
    status = 422 if request.method == "POST" else 200
    page = TransferPage(title="想转给本单位的任务", form=form if is_open else None, transfer=found)
    return render(request, "casework/transfer.html", {"page": page}, status=status)


@require_POST
@requires(*ASKED, roles=ANSWERING)
def take_back(request: HttpRequest, transfer_id: int) -> HttpResponse:
    """This function takes a proposal of the viewer's organisation back."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    made = transfer_take_back(viewer=viewer, transfer_id=transfer_id, at=timezone.now())
    messages.success(request, "已收回转办，仍由本单位反馈。")
    return redirect("casework:task", made.task_id)
