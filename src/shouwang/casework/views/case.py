"""The page of one case: now, then the evidence and answers, then everything that happened."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from shouwang.casework.contexts import Action, CaseHead, CasePage
from shouwang.casework.models import Case
from shouwang.casework.selectors import case_decisions, case_timeline, may_close
from shouwang.casework.selectors.clocks import pauses_allowed
from shouwang.casework.selectors.doubles import has_others_open
from shouwang.casework.selectors.flags import case_flags, may_look
from shouwang.casework.selectors.papers import attachments_of_case
from shouwang.casework.selectors.procedures import procedure_for
from shouwang.casework.services import may_join
from shouwang.casework.views import ACTING_ROLES, ACTORS, READERS, STUDIERS
from shouwang.casework.views.heads import (
    address,
    case_evidence,
    case_head,
    case_shown,
    earlier_cases,
    task_lines,
)
from shouwang.casework.views.paper_lines import paper_lines
from shouwang.people.access import Kind, Role, Viewer, requires
from shouwang.rulebook.workflow import Act

# What the main action is called, by the act that the stage waits for.
LABELS = {
    Act.AMEND: "补充情况", Act.CHECK: "核实上报", Act.DISPATCH: "送核查", Act.REVIEW: "综合研判",
    Act.DECIDE: "会商决定", Act.HELP: "安排救助", Act.VISIT: "登记回访", Act.SETTLE: "决定下一步",
    Act.APPRAISE: "登记评议", Act.NOTICE: "办理公示",
}  # fmt: skip


@require_GET
@requires(*READERS)
def case(request: HttpRequest, case_id: int) -> HttpResponse:
    """This function shows one case."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    on = timezone.localdate()
    found = case_shown(viewer, case_id, on)
    head = case_head(viewer, found, on)
    brought = paper_lines(viewer, attachments_of_case(viewer, case_id))
    page = CasePage(
        head=head,
        main=main_action(head),
        others=_others(viewer, head),
        evidence=case_evidence(viewer, found),
        tasks=task_lines(viewer, found, on),
        decisions=case_decisions(found),
        timeline=case_timeline(found),
        pack_name=f"{found.pack_version.name}（{timezone.localdate(found.pack_version.loaded_at):%Y-%m-%d} 版）",
        pack_href=address("standards:version", found.pack_version_id),
        papers=brought,
        earlier=earlier_cases(viewer, found, on),
        flags=case_flags(found, on=on, viewer=viewer),
        may_look=may_look(viewer, found),
        may_attach=found.is_open and viewer.kind in ACTORS and viewer.role in ACTING_ROLES,
        may_renew=found.is_open and viewer.kind is Kind.COUNTY_CENTRE and viewer.role in (Role.CLERK, Role.LEADER),
    )
    return render(request, "casework/case.html", {"page": page})


def main_action(head: CaseHead) -> Action | None:
    """This function returns the one thing this viewer does next on a case, or None."""
    if not head.action.may_act or head.action.act not in LABELS:
        return None
    act = Act(head.action.act)
    routes = {Act.DISPATCH: "casework:dispatch", Act.HELP: "assistance:plan", Act.VISIT: "evaluation:visit",
              Act.NOTICE: "casework:notice"}  # fmt: skip
    href = address(routes.get(act, "casework:judge"), head.case.pk)
    return Action(LABELS[act], href) if href else None


def may_see_notice(case: Case) -> bool:
    """This function tells whether a case is or was to be posted."""
    return any(stage.act == Act.NOTICE for stage in procedure_for(case).stages.values())


def _others(viewer: Viewer, head: CaseHead) -> list[Action]:
    others = []
    if head.action.may_act and head.action.act == Act.ANSWERS and "early" in head.action.moves:
        others.append(Action("不再等候", reverse("casework:judge", args=[head.case.pk])))
    if may_see_notice(head.case) and not (head.action.may_act and head.action.act == Act.NOTICE):
        others.append(Action("公示", reverse("casework:notice", args=[head.case.pk])))
    household = address("desks:household", head.case.household_id)
    if household and head.card:
        others.append(Action("户档案", household))
    if viewer.kind in STUDIERS:
        others.append(Action("综合研判材料", reverse("casework:study", args=[head.case.pk])))
    if pauses_allowed(viewer, head.case) and (head.case.due_on or head.case.paused_until):
        label = "恢复计时" if head.case.paused_until else "暂停计时"
        others.append(Action(label, reverse("casework:pause", args=[head.case.pk])))
    if head.case.is_open and viewer.kind in ACTORS and viewer.role in ACTING_ROLES:
        others.append(Action("申报回避", reverse("casework:recuse", args=[head.case.pk])))
        if viewer.kind is Kind.COUNTY_CENTRE:
            others.append(Action("谁回避了", reverse("casework:recusals", args=[head.case.pk])))
    if head.case.is_open and may_join(viewer):
        if has_others_open(viewer, head.case):
            others.append(Action("这户还有别的案件，是不是一回事", reverse("casework:join", args=[head.case.pk])))
        others.append(Action("线索归错了", reverse("casework:part", args=[head.case.pk])))
    if may_close(viewer, head.case):
        others.append(Action("途中结案", reverse("casework:close", args=[head.case.pk])))
    return others
