"""送核查: who is asked what, with the reasons; the suggested ones are ticked."""

from __future__ import annotations

from collections.abc import Collection

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from shouwang.casework.contexts import DispatchPage, Offer
from shouwang.casework.errors import CaseStale, NothingToSend, NotYourTurn
from shouwang.casework.models import Case
from shouwang.casework.selectors import stage_for, workflow_for
from shouwang.casework.services import case_dispatch
from shouwang.casework.views import ACTING_ROLES, ACTORS
from shouwang.casework.views.answers import is_resumed, stale
from shouwang.casework.views.heads import case_evidence, case_head, case_shown
from shouwang.kit.texts import PersonalNumberInText
from shouwang.people.access import Kind, Viewer, requires
from shouwang.people.selectors import organisation_for
from shouwang.rulebook.workflow import FIELDS, Act


@require_http_methods(["GET", "POST"])
@requires(*ACTORS, roles=ACTING_ROLES)
def dispatch(request: HttpRequest, case_id: int) -> HttpResponse:
    """This function shows whom to ask, and sends the case out."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    on = timezone.localdate()
    found = case_shown(viewer, case_id, on)
    head = case_head(viewer, found, on)
    if head.action.act != Act.DISPATCH:
        messages.info(request, f"这个案件现在处于“{head.action.stage_name or found.end_name}”，不用送核查。")
        return redirect("casework:case", case_id)
    chosen = request.POST.getlist("tasks") if request.method == "POST" else None
    problem = ""
    if chosen is not None and not is_resumed(request):
        try:
            case_dispatch(
                viewer=viewer,
                case_id=case_id,
                version=_number(request.POST.get("version", "")),
                tasks=chosen,
                note=request.POST.get("note", ""),
                at=timezone.now(),
            )
        except CaseStale as error:
            names = "、".join(workflow_for(found).tasks[key].name for key in chosen if key in _known(found))
            mine = [("送核查", names), ("说明", request.POST.get("note", ""))]
            return stale(request, error=error, form=None, back=request.path, mine=[row for row in mine if row[1]])
        except (NothingToSend, PersonalNumberInText) as refusal:
            problem = refusal.message
        else:
            messages.success(request, f"已送 {len(set(chosen))} 个单位核查。")
            return redirect("casework:case", case_id)
    elif not head.action.may_act:
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


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


def _known(case: Case) -> Collection[str]:
    return workflow_for(case).tasks.keys()


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
