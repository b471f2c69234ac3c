"""送核查: who is asked what, with the reasons; the suggested ones are ticked."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from shouwang.casework.contexts import CaseHead, DispatchPage, Offer
from shouwang.casework.errors import CaseStale, NothingToSend, NotYourTurn, OrganisationMissing, TaskNotAllowed
from shouwang.casework.models import Case
from shouwang.casework.selectors import stage_for, workflow_for
from shouwang.casework.services import case_dispatch
from shouwang.casework.views import ACTING_ROLES, ACTORS
from shouwang.casework.views.answers import stale
from shouwang.casework.views.heads import case_evidence, case_head, case_shown
from shouwang.kit.texts import PersonalNumberInText
from shouwang.people.access import Kind, Viewer, requires
from shouwang.people.selectors import organisation_for
from shouwang.rulebook.workflow import FIELDS, Act
from shouwang.ui.forms import version_posted
from shouwang.ui.pages import is_resumed


@require_http_methods(["GET", "POST"])
@requires(*ACTORS, roles=ACTING_ROLES)
def dispatch(request: HttpRequest, case_id: int) -> HttpResponse:
    """This function shows whom to ask, and sends the case out."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    on = timezone.localdate()
    found = case_shown(viewer, case_id, on)
    head = case_head(viewer, found, on)
    chosen = request.POST.getlist("tasks") if request.method == "POST" else None
    problem = ""
    if chosen is not None and not is_resumed(request):
        try:
            case_dispatch(
                viewer=viewer,
                case_id=case_id,
                version=version_posted(request),
                tasks=chosen,
                note=request.POST.get("note", ""),
                at=timezone.now(),
            )
        except CaseStale as error:
            # The case is read again: a faster colleague may have changed it while this request was under way.
            now = case_head(viewer, case_shown(viewer, case_id, on), on)
            resume = request.path if _waits(now) and now.action.may_act else ""
            return stale(request, error=error, mine=_mine(request, found, chosen), resume=resume)
        except (NothingToSend, PersonalNumberInText, TaskNotAllowed, OrganisationMissing) as refusal:
            problem = refusal.message
        else:
            messages.success(request, f"已送 {len(set(chosen))} 个单位核查。")
            return redirect("casework:case", case_id)
    if not _waits(head):
        messages.info(request, f"这个案件现在处于“{head.action.stage_name or found.end_name}”，不用送核查。")
        return redirect("casework:case", case_id)
    if not head.action.may_act:
        raise NotYourTurn(stage=head.action.stage_name, who=head.action.who)
    offers = _offers(found, chosen)
    page = DispatchPage(
        head=head,
        suggested=[offer for offer in offers if offer.is_suggested and offer.organisation],
        others=[offer for offer in offers if not offer.is_suggested and offer.organisation],
        missing=[offer for offer in offers if offer.is_suggested and not offer.organisation],
        evidence=case_evidence(viewer, found),
        note=request.POST.get("note", ""),
        problem=problem,
    )
    return render(request, "casework/dispatch.html", {"page": page}, status=422 if problem else 200)


def _waits(head: CaseHead) -> bool:
    return head.action.act == Act.DISPATCH


def _mine(request: HttpRequest, case: Case, chosen: list[str]) -> list[tuple[str, str]]:
    """This function returns what was about to be sent, in words."""
    tasks = workflow_for(case).tasks
    names = "、".join(tasks[key].name for key in chosen if key in tasks)
    return [row for row in (("送核查", names), ("说明", request.POST.get("note", ""))) if row[1]]


def _offers(case: Case, chosen: list[str] | None) -> list[Offer]:
    flow, stage = workflow_for(case), stage_for(case)
    reasons = {suggestion.key: suggestion.why for suggestion in flow.suggested(case.causes)}
    offers = []
    for key in sorted(flow.tasks_of(stage) if stage else (), key=lambda key: key not in reasons):
        kind = flow.tasks[key].value
        organisation = organisation_for(slot=case.slot, kind=Kind(kind.to), department=kind.department)
        due = flow.due(kind.clock, timezone.localdate())
        offers.append(
            Offer(
                key=key,
                name=flow.tasks[key].name,
                kind=kind,
                organisation=organisation.name if organisation else "",
                why=reasons.get(key, ""),
                shows="、".join(FIELDS[field] for field in kind.fields),
                due_on=due.on,
                is_provisional=due.is_provisional,
                is_suggested=key in reasons,
                is_chosen=key in reasons if chosen is None else key in chosen,
            )
        )
    return offers
