"""Recurring entitlements: the list of a month, one of them with its changes, a household's new one, what was found."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from shouwang.assistance.contexts import EntitlementsPage, FindingLine
from shouwang.assistance.errors import FindingSettled
from shouwang.assistance.forms import SettleForm
from shouwang.assistance.models import Entitlement, EntitlementFinding
from shouwang.assistance.rules import month_ref
from shouwang.assistance.selectors import (
    entitlements_visible_to,
    findings_open,
    findings_visible_to,
    month_sum,
    with_standing,
    works_visible_to,
)
from shouwang.assistance.services import RUNNERS, entitlement_finding_settle, month_request
from shouwang.funds.selectors import request_standings
from shouwang.kit.errors import Refusal
from shouwang.office.selectors import progress_visible_to
from shouwang.people.access import Kind, Role, Viewer, requires
from shouwang.register.selectors import household_cards
from shouwang.rulebook.measures import offers_of
from shouwang.rulebook.policy import Policy
from shouwang.standards.selectors import NoPolicyInForce, policy_for
from shouwang.ui.forms import refusal_add, version_posted
from shouwang.ui.tables import Column, Row, Table, key_page

READERS = (
    Kind.TOWNSHIP, Kind.COUNTY_CENTRE, Kind.LEADING_GROUP, Kind.DEPARTMENT, Kind.CITY_CENTRE, Kind.PROVINCE,
    Kind.AUDIT,
)  # fmt: skip
WORKERS = {Role.CLERK, Role.LEADER}
COLUMNS = (
    Column("household", "农户", phone="title"),
    Column("place", "所在村", phone="hide"),
    Column("name", "项目", phone="fact"),
    Column("payer", "发放部门", phone="hide"),
    Column("standing", "状态", phone="fact"),
    Column("worth", "每次", kind="yuan", phone="fact", unit="元"),
    Column("first", "从哪月起", phone="hide"),
)


def month_read(text: str) -> date | None:
    """This function reads a month as a browser sends it (2020-07), None when it cannot be read."""
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        return None


def rows_of(viewer: Viewer, found: list[Entitlement]) -> list[Row]:
    cards = household_cards(viewer, {row.household_id for row in found})
    rows = []
    for row in found:
        card = cards.get(row.household_id)
        standing = getattr(row, "standing", None)
        cells = {
            "household": card.head_name if card is not None else f"第 {row.pk} 项", "name": row.name,
            "place": card.place if card is not None else "", "payer": row.payer_name,
            "standing": STANDINGS.get(standing or "", "还没开始"), "worth": getattr(row, "worth_fen", None),
            "first": f"{row.first_month:%Y-%m}",
        }  # fmt: skip
        rows.append(Row(cells=cells, href=reverse("assistance:entitlement", args=[row.pk]), key=str(row.pk)))
    return rows


STANDINGS = {"START": "在发", "CHANGE": "在发", "RESUME": "在发", "SUSPEND": "暂停", "END": "已停发"}


@require_GET
@requires(*READERS)
def entitlements(request: HttpRequest) -> HttpResponse:
    """This function lists the viewer's entitlements as they stand in a month, its sum and what was found."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    return _listed(request, viewer)


def _listed(request: HttpRequest, viewer: Viewer, refused: tuple[int, SettleForm] | None = None) -> HttpResponse:
    """This function shows the list; `refused` is the finding whose form comes back with errors, and the form."""
    month = month_read(request.GET.get("month", "")) or timezone.localdate().replace(day=1)
    offers, offer = _offers(viewer, month), request.GET.get("offer", "")
    found = with_standing(entitlements_visible_to(viewer), month=month)
    if offer in dict(offers):
        found = found.filter(offer=offer)
    page = key_page(found, order=("pk",), after=request.GET.get("after"))
    findings = findings_open(viewer)
    may_run = viewer.kind in RUNNERS and viewer.role in WORKERS
    works = list(works_visible_to(viewer)[:5])
    open_ = [work.progress_id for work in works if work.finished_at is None and work.progress_id]
    context = EntitlementsPage(
        month=month, offer=offer, offers=offers, sum=month_sum(viewer, month=month), works=works,
        under_way=progress_visible_to(viewer).filter(pk__in=open_).first() if open_ else None,
        table=Table("按期发放的救助", COLUMNS, rows_of(viewer, list(page.rows)), page=page),
        findings=_finding_lines(viewer, findings[:50], refused, may_settle=may_run), finding_count=findings.count(),
        may_run=may_run,
        may_take=viewer.kind is Kind.DEPARTMENT and viewer.role in WORKERS,
    )  # fmt: skip
    return render(request, "assistance/entitlements.html", {"page": context}, status=422 if refused else 200)


def _finding_lines(
    viewer: Viewer, rows: Iterable[EntitlementFinding], refused: tuple[int, SettleForm] | None, *, may_settle: bool
) -> list[FindingLine]:
    """This function puts household, payment and form beside each finding."""
    found = list(rows)
    cards = household_cards(viewer, {row.entitlement.household_id for row in found})
    standings = request_standings([month_ref(row.entitlement_id, row.month) for row in found if row.amount_fen])
    again = dict([refused] if refused else [])
    return [
        FindingLine(
            row, cards.get(row.entitlement.household_id), standings.get(month_ref(row.entitlement_id, row.month)),
            (again.get(row.pk) or SettleForm(auto_id=f"settle{row.pk}_%s")) if may_settle else None,
        )
        for row in found
    ]  # fmt: skip


def _offers(viewer: Viewer, month: date) -> list[tuple[str, str]]:
    """This function returns what comes by itself under the policy of the viewer's place, none without one."""
    try:
        policy = policy_in_force(viewer, month)
    except NoPolicyInForce:
        return []
    return [(stated.key, stated.name) for stated in offers_of(policy) if stated.value.months]


def policy_in_force(viewer: Viewer, month: date) -> Policy:
    """This function returns the policy of the viewer's place on a day."""
    return policy_for(slot=viewer.ranges[0][0], on=month)[1]


@require_POST
@requires(*RUNNERS, roles=WORKERS)
def run(request: HttpRequest) -> HttpResponse:
    """This function has the worker record a month, and find what cannot be right."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    month = month_read(request.POST.get("month", ""))
    if month is None:
        messages.error(request, "请选择要发放的月份。")
        return redirect("assistance:entitlements")
    try:
        month_request(viewer=viewer, month=month, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"{month:%Y-%m} 在后台记，记完写明结果。")
    return redirect(f"{reverse('assistance:entitlements')}?month={month:%Y-%m}")


@require_POST
@requires(*RUNNERS, roles=WORKERS)
def settle(request: HttpRequest, finding_id: int) -> HttpResponse:
    """This function settles what was found about an entitlement, with what was done."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    if not findings_visible_to(viewer).filter(pk=finding_id).exists():
        raise Http404
    form = SettleForm(request.POST, auto_id=f"settle{finding_id}_%s")
    if not form.is_valid():
        return _listed(request, viewer, (finding_id, form))
    said = form.cleaned_data
    try:
        done = entitlement_finding_settle(
            viewer=viewer, finding_id=finding_id, version=version_posted(request), note=said["note"],
            back_fen=said["back"] or 0, at=timezone.now(),
        )  # fmt: skip
    except FindingSettled as refusal:
        messages.error(request, refusal.message)  # it is listed no more: there is no form to say it beside
    except Refusal as refusal:
        refusal_add(form, refusal)
        return _listed(request, viewer, (finding_id, form))
    else:
        messages.success(request, f"已处理：{done.note}")
    return redirect("assistance:entitlements")
