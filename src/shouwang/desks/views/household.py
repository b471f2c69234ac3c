"""一户一档: now, then the facts, then everything that ever happened; departments see what their live task opens."""

from __future__ import annotations

from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from shouwang.audit.services import entry_append
from shouwang.casework.selectors import events_of_household
from shouwang.desks.contexts import GrantedPage, HouseholdPage
from shouwang.desks.rules import Link
from shouwang.desks.selectors import granted, household, recurring
from shouwang.desks.selectors.timeline import timeline
from shouwang.desks.selectors.ways import address
from shouwang.evaluation.selectors import after_removal
from shouwang.people.access import READS_REGISTER, Kind, Role, Viewer, requires
from shouwang.register.errors import HouseholdNotFound
from shouwang.register.selectors import HouseholdFile, household_file, state_on
from shouwang.screening.selectors import feeds_stale_for
from shouwang.sources.selectors import clues_of_household

READERS = (*sorted(READS_REGISTER - {Kind.SYSTEM}), Kind.DEPARTMENT, Kind.INSURER)
REPORTERS = (Kind.VILLAGE, Kind.TOWNSHIP, Kind.COUNTY_CENTRE)
SCREENERS = (Kind.COUNTY_CENTRE, Kind.LEADING_GROUP, Kind.CITY_CENTRE, Kind.PROVINCE, Kind.AUDIT)  # read runs
WORKERS = (Role.OFFICER, Role.CLERK, Role.LEADER)
SHOWN = 60


@require_GET
@requires(*READERS)
def household_page(request: HttpRequest, household_id: int) -> HttpResponse:
    """This function shows the file of a household to whom may read it, and logs that it was read."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    on = timezone.localdate()
    if not viewer.reads_register:
        return _granted(request, viewer, household_id)
    try:
        file = household_file(viewer, household_id, on)
    except HouseholdNotFound:
        raise Http404 from None
    page = _page(viewer, file)
    _log(viewer, household_id, slot=file.card.slot)
    return render(request, "desks/household.html", {"page": page})


def _page(viewer: Viewer, file: HouseholdFile) -> HouseholdPage:
    household_id, on = file.card.id, file.on
    events = events_of_household(viewer, household_id)
    cases = household.case_lines(viewer, household_id, events, on)
    warnings = household.warning_lines(viewer, household_id)
    grants = household.grants(viewer, household_id)
    measures = household.measures(viewer, household_id)
    clues = list(clues_of_household(viewer, household_id))
    entries = timeline(known=file.timeline, clues=clues, events=events, warnings=warnings, grants=grants,
                       measures=measures, after_removal=after_removal(viewer, household_id))  # fmt: skip
    names = {member.person_id: member.name for member in file.members}
    pending = [f"{clue.get_channel_display()}（{clue.get_cause_display()}）已收到，一分钟内转成案件。"
               for clue in clues if clue.collected_case_id is None]  # fmt: skip
    pending += [f"系统筛查发现“{line.title}”，按政策先由人核实：{line.hold}" for line in warnings if line.hold]
    return HouseholdPage(
        file=file,
        on=on,
        now=[line for line in cases if line.is_open],
        closed=[line for line in cases if not line.is_open],
        pending=pending,
        main=_main(viewer, file),
        others=_others(viewer, file),
        warnings=warnings,
        screened=None if warnings else feeds_stale_for(file.card.slot),
        money=[(part, part.totals(on)) for part in household.money(grants)],
        payments=household.payment_lines(viewer, household_id),
        pay_hrefs=household.pay_hrefs(viewer, household_id),
        measures=household.measure_lines(measures, grants, names),
        claims=household.claim_lines(viewer, household_id),
        entitlements=recurring.entitlement_lines(viewer, household_id, names, on),
        begin=recurring.begin_href(viewer, file.card.id) if file.card.ended_on is None else "",
        care=recurring.care_lines(viewer, household_id, on),
        visits=household.visit_lines(viewer, household_id),
        timeline=entries[:SHOWN],
        older=entries[SHOWN:],
        why_no_warning=address("screening:reasons", household_id) if viewer.kind in SCREENERS else "",
    )


def _main(viewer: Viewer, file: HouseholdFile) -> Link | None:
    if viewer.kind not in REPORTERS or viewer.role not in WORKERS or file.card.ended_on is not None:
        return None
    return Link("填预警信息登记表", address("sources:report_household", file.card.id))


def _others(viewer: Viewer, file: HouseholdFile) -> list[Link]:
    help_links = [
        Link("联系人", address("assistance:household_contacts", file.card.id)),
        Link("“几个一”", address("assistance:household_sevens", file.card.id)),
        Link("需求", address("assistance:household_needs", file.card.id)),
    ]
    if viewer.kind not in REPORTERS or viewer.role not in WORKERS:
        return help_links
    label = "对登记信息提出异议" if viewer.kind is Kind.VILLAGE else "更正登记信息"
    links = [Link(label, address("register:facts", file.card.id))]
    links += removal_links(viewer, file.card.id, file.on)
    return [link for link in (*links, *help_links) if link.href]


def removal_links(viewer: Viewer, household_id: int, on: date) -> list[Link]:
    """This function returns the way to a removal for a watched household, and to what follows for a removed one."""
    state = state_on(viewer, household_id, on)
    if state is None:
        return []
    if state.removed_date is not None and state.removed_date <= on:
        return [Link("过渡期走访和回退", address("evaluation:transition", household_id))]
    return [Link("提出风险消除", address("evaluation:removal", household_id))] if state.watch_type else []


def _granted(request: HttpRequest, viewer: Viewer, household_id: int) -> HttpResponse:
    """This function shows what the live tasks of a department or the insurer open; without one there is no page."""
    tasks = granted.granted_tasks(viewer, household_id, timezone.localdate())
    if not tasks:
        raise Http404
    page = GrantedPage(name=tasks[0].row.name, place=tasks[0].row.place, tasks=tasks)
    _log(viewer, household_id, slot=tasks[0].slot)
    return render(request, "desks/granted.html", {"page": page})


def _log(viewer: Viewer, household_id: int, *, slot: int) -> None:
    entry_append(
        viewer=viewer, action="household.read", subject_type="register.Household", subject_id=household_id, slot=slot,
        at=timezone.now(), purpose="查看一户一档",
    )  # fmt: skip
