"""A saved trial, and proposing one of its variants as a new version."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from shouwang.oversight.contexts import ProposePage, TrialPage
from shouwang.oversight.forms import VariantProposalForm
from shouwang.oversight.models import PolicyTrial
from shouwang.oversight.selectors import proposals_of, trial_by_id
from shouwang.oversight.services import variant_propose
from shouwang.oversight.views.lab import READERS
from shouwang.oversight.views.shown import comparison, shown
from shouwang.people.access import Kind, Role, Viewer, requires
from shouwang.standards.services import NothingChanged, StartPassed
from shouwang.ui.forms import key_read

# As in the room of standards: the leading group approves and does not propose.
PROPOSERS = (Kind.COUNTY_CENTRE, Kind.CITY_CENTRE, Kind.PROVINCE)
ROLES = frozenset({Role.CLERK, Role.SUPERVISOR, Role.LEADER})


def _found(viewer: Viewer, trial_id: int) -> PolicyTrial:
    trial = trial_by_id(viewer, trial_id)
    if trial is None:
        raise Http404
    return trial


@require_GET
@requires(*READERS)
def trial(request: HttpRequest, trial_id: int) -> HttpResponse:
    """This function shows a saved trial: all variants side by side, one of them in full."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    found = _found(viewer, trial_id)
    number = key_read(request.GET.get("variant", "")) or 1
    full = shown(found.results, number)
    if full is None:
        raise Http404
    page = TrialPage(
        trial=found,
        results=found.results,
        shown=full,
        comparison=comparison(found.results, number=number),
        proposals=proposals_of(found),
        may_propose=viewer.kind in PROPOSERS and viewer.role in ROLES,
    )
    return render(request, "oversight/trial.html", {"page": page})


@require_http_methods(["GET", "POST"])
@requires(*PROPOSERS, roles=ROLES)
def propose(request: HttpRequest, trial_id: int, number: int) -> HttpResponse:
    """This function proposes a variant from a day; another person approves it on the page of the proposal."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    found = _found(viewer, trial_id)
    full = shown(found.results, number)
    if full is None:
        raise Http404
    form = VariantProposalForm(request.POST if request.method == "POST" else None, on=timezone.localdate())
    if request.method == "POST" and form.is_valid():
        try:
            asked = {name: form.cleaned_data[name] for name in ("valid_from", "document", "clause", "reason")}
            adoption = variant_propose(viewer=viewer, trial=found, number=number, at=timezone.now(), **asked)
        except StartPassed as refusal:
            form.add_error("valid_from", refusal.message)
        except NothingChanged as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "已提出，等另一位负责人批准。")
            return redirect("standards:proposal", adoption.pk)
    page = ProposePage(trial=found, shown=full, form=form)
    return render(request, "oversight/trial_propose.html", {"page": page}, status=422 if form.errors else 200)
