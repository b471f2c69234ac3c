"""Everyone's desk: what waits for me, what is late, what came back."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from shouwang.desks.contexts import DeskPage
from shouwang.desks.rules import Link
from shouwang.desks.selectors import around, work
from shouwang.desks.selectors.board import BOARD_READERS
from shouwang.desks.selectors.ways import address
from shouwang.people.access import ROLE_LABELS, Kind, Role, Viewer, requires

REPORTERS = (Kind.VILLAGE, Kind.TOWNSHIP, Kind.COUNTY_CENTRE)
WORKERS = (Role.OFFICER, Role.CLERK, Role.LEADER)
# The one thing each kind does most; the officer's stands large on the phone.
MAIN = {
    Kind.VILLAGE: ("填预警信息登记表", "sources:report"),
    Kind.TOWNSHIP: ("填预警信息登记表", "sources:report"),
    Kind.COUNTY_CENTRE: ("填预警信息登记表", "sources:report"),
    Kind.LEADING_GROUP: ("进入会商", "casework:meeting"),
    Kind.DEPARTMENT: ("上传数据表", "sources:feeds"),
    Kind.CARE_PROVIDER: ("登记服务", "insurance:care"),
    Kind.CITY_CENTRE: ("看大屏", "oversight:screen"),
    Kind.PROVINCE: ("看大屏", "oversight:screen"),
}
# They look on; no pack gives them a step.
WATCHING = (Kind.CITY_CENTRE, Kind.PROVINCE, Kind.AUDIT)
MAY: dict[Kind, tuple[Role, ...]] = {
    **dict.fromkeys(REPORTERS, WORKERS),
    Kind.LEADING_GROUP: (Role.LEADER,),
    Kind.DEPARTMENT: (Role.CLERK, Role.LEADER),
}
# Where those without work of their own begin.
OVERVIEW = (
    ("全部案件", "casework:list", "按县、按灯、按环节查"),
    ("部门数据", "sources:feeds", "各县各部门的数据到了哪一天"),
    ("政策标准", "standards:list", "各地执行的政策版本"),
)
WAYS: dict[Kind, tuple[tuple[str, str, str], ...]] = {
    Kind.CITY_CENTRE: OVERVIEW,
    Kind.PROVINCE: OVERVIEW,
    Kind.AUDIT: (
        ("操作日志", "audit:index", "谁在什么时候做了什么"),
        ("全部案件", "casework:list", "逐案看核查、决定和救助"),
        ("大屏", "oversight:screen", "各乡镇的灯"),
        ("政策标准", "standards:list", "执行的政策版本和来源"),
    ),
    Kind.OPERATOR: (
        ("机构和人员", "people:index", "设机构、任职、发一次性链接"),
        ("第二重验证", "people:factors", "丢了验证器的，两人经手重置"),
        ("通知方式", "office:channels", "群机器人、邮件、短信网关，发了没有"),
        ("工作日历", "standards:calendar", "录入公布的放假和调休"),
        ("操作日志", "audit:index", "谁在什么时候做了什么"),
    ),
}
NOT_FOR = {
    Role.ADMINISTRATOR: {"audit:index"},
    Role.SECURITY: {"people:index", "standards:calendar", "office:channels"},
}


@require_GET
@requires()
def desk(request: HttpRequest) -> HttpResponse:
    """This function shows the desk of the acting appointment."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    on = timezone.localdate()
    watches = viewer.kind in WATCHING
    has_work = viewer.kind not in (Kind.OPERATOR, Kind.SYSTEM, *WATCHING)
    is_officer = viewer.kind is Kind.VILLAGE and viewer.role in WORKERS
    page = DeskPage(
        name=viewer.organisation_name,
        role=f"{viewer.name} · {ROLE_LABELS[viewer.role]}",
        main=_main(viewer),
        waiting=work.waiting(viewer, on) if has_work else None,
        late=work.late(viewer, on) if has_work or watches else None,
        returned=work.returned(viewer, on) if has_work else None,
        reports=around.reports(viewer, on) if is_officer else (),
        all_reports=address("sources:reports_mine") if is_officer else "",
        lamps=around.lamps(viewer, on),
        to_look_at=around.to_look_at(viewer),
        stale=around.stale_feeds(viewer, on) if viewer.kind is Kind.COUNTY_CENTRE else (),
        feeds=around.own_feeds(viewer, on),
        under_way=around.under_way(viewer),
        ways=_ways(viewer, on),
        is_officer=is_officer,
        board_href=address("desks:board") if viewer.kind in BOARD_READERS else "",
    )
    return render(request, "desks/desk.html", {"page": page})


def _main(viewer: Viewer) -> Link | None:
    """This function returns the main action of a kind, None where the viewer's role may not do it."""
    label, name = MAIN.get(viewer.kind, ("", ""))
    if viewer.role not in MAY.get(viewer.kind, tuple(Role)):
        return None
    href = address(name) if name else ""
    return Link(label, href) if href else None


def _ways(viewer: Viewer, on: date) -> list[Link]:
    hidden = NOT_FOR.get(viewer.role, set())
    found = [Link(label, address(name), note) for label, name, note in WAYS.get(viewer.kind, ()) if name not in hidden]
    if around.has_care(viewer, on):
        found.append(Link("长期护理", address("insurance:care"), "评定申请、护理安排、每月结算"))
    return [link for link in found if link.href]
