"""The insured: the list, and one person's page."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from shouwang.insurance.care.contexts import OverBill, PeoplePage, PersonPage
from shouwang.insurance.care.models import CareInsured, CareLine, CarePlan
from shouwang.insurance.care.rules import Asked, assessment_on
from shouwang.insurance.care.selectors import (
    insured_get,
    insured_visible_to,
    overpaid_days,
    plans_visible_to,
)
from shouwang.insurance.care.services.common import audited
from shouwang.insurance.care.views.common import PEOPLE_READERS, frame_or_none, role_of, viewer_of
from shouwang.insurance.contexts import Way
from shouwang.people.access import Viewer, requires
from shouwang.people.selectors import organisations_by_ids
from shouwang.ui.tables import key_page


@require_GET
@requires(*PEOPLE_READERS)
def people(request: HttpRequest) -> HttpResponse:
    """This function lists the insured in sight, the latest first; by whole name where one is asked for."""
    viewer = viewer_of(request)
    if not role_of(viewer, frame_or_none(viewer, timezone.localdate())):
        raise Http404
    name = request.GET.get("name", "").strip()[:60]
    found = insured_visible_to(viewer).order_by()
    if name:
        found = found.filter(name=name)
    page = key_page(found, order=("-id",), after=request.GET.get("after"))
    return render(request, "insurance/care/people.html", {"page": PeoplePage(page, name)})


@require_GET
@requires(*PEOPLE_READERS)
def person(request: HttpRequest, insured_id: int) -> HttpResponse:
    """This function shows somebody insured, and logs that she was read."""
    viewer, today = viewer_of(request), timezone.localdate()
    found = insured_get(viewer, insured_id)
    audited(viewer, "care_insured.read", found, timezone.now(), purpose="查看护理参保人")
    role = role_of(viewer, frame_or_none(viewer, today))
    return render(request, "insurance/care/person.html", {"page": _page(viewer, found, role, today)})


def _page(viewer: Viewer, found: CareInsured, role: str, today: date) -> PersonPage:
    assessments = list(found.assessments.order_by("-from_date", "-pk"))
    level = assessment_on(assessments, today)
    waiting = found.applications.filter(state=Asked.OPEN).first()
    plans = list(plans_visible_to(viewer).filter(insured=found))
    is_over = found.died_on is not None or (found.ended_on is not None and found.ended_on <= today)
    ways = []
    if role == "office" and not is_over:
        if level is not None:
            ways.append(Way("安排护理", reverse("insurance:care_plan", args=[found.pk]), not plans))
        if waiting is None:
            ways.append(Way("登记重新评定申请", reverse("insurance:care_again", args=[found.pk]), level is None))
        else:
            ways.append(Way("撤回申请", reverse("insurance:care_withdraw", args=[waiting.pk])))
        ways.append(Way("登记去世或停保", reverse("insurance:care_end", args=[found.pk])))
    if role == "assessor" and waiting is not None:
        ways.append(Way("登记评定结果", reverse("insurance:care_assess", args=[waiting.pk]), is_main=True))
    latest: dict[int, CareLine] = {}  # a bill settled anew counts by its last settlement
    for line in found.lines.select_related("settlement__bill").order_by("-settlement__bill__month", "-pk")[:48]:
        latest.setdefault(line.settlement.bill_id, line)
    last = assessments[0] if assessments else None
    return PersonPage(
        insured=found, level=level, lapsed=last if level is None and last is not None and last.level else None,
        facts=_facts(viewer, found), waiting=waiting, assessments=assessments, plans=plans, lines=list(latest.values()),
        overpaid=_over(found), ways=ways, may_end_plans=role == "office", today=today,
        closed=_closed(plans),
    )  # fmt: skip


def _closed(plans: Iterable[CarePlan]) -> set[int]:
    """This function returns which providers of some plans give no care any more."""
    found = organisations_by_ids({plan.provider_id for plan in plans})
    return {pk for pk, one in found.items() if not one.is_active}


def _over(found: CareInsured) -> list[OverBill]:
    """This function lists the bills that somebody's days after the end were settled in, and what is to be done."""
    days = list(overpaid_days(found))
    bills = {day.bill_id: day.bill for day in days if day.bill is not None}
    said = {"SETTLED": "要退回重核", "AGREED": "要退回重核", "REQUESTED": "付清以后追回", "PAID": "要追回"}
    return [
        OverBill(bill, sum(day.bill_id == pk for day in days), said.get(bill.state, "要核减"))
        for pk, bill in bills.items()
    ]


def _facts(viewer: Viewer, found: CareInsured) -> list[tuple[str, ...]]:
    may_look = viewer.reads_register and found.household_id is not None
    home = reverse("desks:household", args=[found.household_id]) if may_look else ""
    rows: list[tuple[str, ...]] = [
        ("身份证号", found.id_shown),
        ("参保人群", found.group_name, f"{found.from_date:%Y-%m-%d} 起参保"),
        ("住在", found.place, "农户登记里有" if found.person_id else "农户登记里没有，按身份证号登记", home),
    ]
    if found.died_on:
        rows.append(("去世", f"{found.died_on:%Y-%m-%d}", found.end_reason))
    elif found.ended_on:
        rows.append(("不再参保", f"{found.ended_on:%Y-%m-%d} 起", found.end_reason))
    return rows
