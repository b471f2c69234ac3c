"""The proposal that a watched household's risk be removed: what the register says of the conditions, and why now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from shouwang.casework.errors import NeverRemoved, NotWatched, RemovalRuns, RemovalUnwritten
from shouwang.casework.rules import REMOVAL_WAYS
from shouwang.casework.selectors import household_requirements
from shouwang.evaluation.contexts import RemovalPage, WayLine
from shouwang.evaluation.forms import RemovalForm
from shouwang.evaluation.services import HelpMissing, NotYet, removal_propose
from shouwang.kit.codes import WatchType
from shouwang.people.access import Kind, Role, Viewer, requires
from shouwang.register.errors import HouseholdNotFound
from shouwang.register.selectors import household_card, state_on
from shouwang.rulebook.requirements import Requirement, nearest_first
from shouwang.standards.selectors import NoPolicyInForce, policy_for

PROPOSERS = (Kind.VILLAGE, Kind.TOWNSHIP, Kind.COUNTY_CENTRE)
WORKERS = frozenset({Role.OFFICER, Role.CLERK, Role.LEADER})


@require_http_methods(["GET", "POST"])
@requires(*PROPOSERS, roles=WORKERS)
def removal(request: HttpRequest, household_id: int) -> HttpResponse:
    """This function shows what a removal requires of a household and proposes it."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    try:
        card = household_card(viewer, household_id)
    except HouseholdNotFound:
        raise Http404 from None
    if card is None:
        raise Http404
    form = RemovalForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            case = removal_propose(viewer=viewer, household_id=household_id, at=timezone.now(), **form.cleaned_data)
        except (HelpMissing, NotYet, NotWatched, NeverRemoved, RemovalRuns, RemovalUnwritten) as refusal:
            form.add_error("way" if isinstance(refusal, HelpMissing) else None, refusal.message)
        else:
            messages.success(request, "已提出风险消除，由乡镇入户核查。")
            return redirect("casework:case", case.pk)
    page = _page(viewer, card, form)
    status = 422 if request.method == "POST" else 200
    return render(request, "evaluation/removal.html", {"page": page}, status=status)


def _page(viewer: Viewer, card: object, form: RemovalForm) -> RemovalPage:
    on = timezone.localdate()
    household_id, slot = card.id, card.slot  # type: ignore[attr-defined]
    state = state_on(viewer, household_id, on)
    watched = state.watch_type if state is not None and state.removed_date is None else None
    why_not = "" if watched else NotWatched.sentence
    if state is not None and watched and state.is_without_labour:
        why_not = NeverRemoved.sentence
    found: dict[str, list[Requirement]] = {}
    try:
        _, policy = policy_for(slot=slot, on=on)
        if not why_not:
            found = {
                way: household_requirements(household_id, policy, decides="removal", on=on, way=way)
                for way in REMOVAL_WAYS
            }
    except NoPolicyInForce as refusal:
        why_not = refusal.message
    return RemovalPage(
        household=card,
        watched=WatchType(watched).label if watched else "",
        **_sorted(found),
        form=None if why_not else form,
        why_not=why_not,
    )


def _sorted(found: Mapping[str, list[Requirement]]) -> dict[str, Any]:
    """This function returns the conditions asked of both ways, those of one way by its name, and the questions."""
    by_way = {way: [one for one in listed if not one.is_asked] for way, listed in found.items()}
    both = set.intersection(*({one.key for one in listed} for listed in by_way.values())) if by_way else set()
    first = next(iter(by_way.values()), [])
    return {
        "met": [one for one in first if one.key in both],
        "ways": [
            WayLine(REMOVAL_WAYS[way], nearest_first(listed), [one for one in listed if one.key not in both])
            for way, listed in by_way.items()
        ],
        "asked": [one for one in next(iter(found.values()), []) if one.is_asked],
    }
