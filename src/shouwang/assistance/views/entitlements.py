"""Recurring entitlements: the list of a month, one of them with its changes, a household's new one, what was found."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from shouwang.assistance.contexts import EntitlementPage, EntitlementsPage, FilePage, FindingLine, StartPage
from shouwang.assistance.errors import (
    ChangeOutOfOrder,
    EntitlementPayerUnknown,
    EntitlementRunning,
    FileNotOfEntitlements,
    FindingSettled,
    NotRecurring,
)
from shouwang.assistance.forms import ChangeForm, FileForm, StartForm
from shouwang.assistance.models import Entitlement
from shouwang.assistance.selectors import (
    change_holding,
    entitlement_get,
    entitlements_visible_to,
    findings_open,
    findings_visible_to,
    month_sum,
    runs_visible_to,
    with_standing,
)
from shouwang.assistance.services import (
    FOLLOWS,
    RUNNERS,
    Start,
    entitlement_change,
    entitlement_finding_settle,
    entitlement_start,
    entitlements_run,
    entitlements_take,
)
from shouwang.kit.errors import Refusal
from shouwang.kit.tables import TableRefusal
from shouwang.people.access import Kind, Role, Viewer, requires
from shouwang.people.selectors import organisations_of_kind
from shouwang.register.selectors import household_card, household_cards, members_of
from shouwang.rulebook.measures import excluded_pairs, offers_of
from shouwang.rulebook.policy import Policy
from shouwang.standards.selectors import policy_for
from shouwang.ui.forms import version_posted
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


# On a household's own page the benefit is what names a row.
OWN = (
    Column("name", "项目", phone="title"),
    Column("payer", "发放部门", phone="fact"),
    Column("standing", "状态", phone="fact"),
    Column("worth", "每次", kind="yuan", phone="fact", unit="元"),
    Column("first", "从哪月起", phone="fact"),
)


def month_read(text: str) -> date | None:
    """This function reads a month as a browser sends it (2020-07), None when it cannot be read."""
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        return None


def _rows(viewer: Viewer, found: list[Entitlement]) -> list[Row]:
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
    month = month_read(request.GET.get("month", "")) or timezone.localdate().replace(day=1)
    found = with_standing(entitlements_visible_to(viewer), month=month)
    page = key_page(found, order=("pk",), after=request.GET.get("after"))
    findings = findings_open(viewer)
    cards = household_cards(viewer, {row.entitlement.household_id for row in findings[:50]})
    context = EntitlementsPage(
        month=month, sum=month_sum(viewer, month=month), runs=list(runs_visible_to(viewer)[:5]),
        table=Table("按期发放的救助", COLUMNS, _rows(viewer, list(page.rows)), page=page),
        findings=[FindingLine(row, cards.get(row.entitlement.household_id)) for row in findings[:50]],
        finding_count=findings.count(), may_run=viewer.kind in RUNNERS and viewer.role in WORKERS,
        may_take=viewer.kind is Kind.DEPARTMENT and viewer.role in WORKERS,
    )  # fmt: skip
    return render(request, "assistance/entitlements.html", {"page": context})


def _policy(viewer: Viewer, month: date) -> Policy:
    """This function returns the policy of the viewer's place on a day."""
    return policy_for(slot=viewer.ranges[0][0], on=month)[1]


@require_POST
@requires(*RUNNERS, roles=WORKERS)
def run(request: HttpRequest) -> HttpResponse:
    """This function makes the payments of a month, and finds what cannot be right."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    month = month_read(request.POST.get("month", ""))
    if month is None:
        messages.error(request, "请选择要发放的月份。")
        return redirect("assistance:entitlements")
    at = timezone.now()
    try:
        ran = entitlements_run(viewer=viewer, month=month, pairs=excluded_pairs(_policy(viewer, month)), at=at)
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        news = f"新记 {ran.made:,} 笔。" if ran.made else "没有新的要记，已记过的不会重记。"
        said = f"{month:%Y-%m}：{news}"
        messages.success(request, said + (f"另有 {ran.findings:,} 条待核。" if ran.findings else ""))
    return redirect(f"{reverse('assistance:entitlements')}?month={month:%Y-%m}")


@require_http_methods(["GET", "POST"])
@requires(*READERS)
def entitlement(request: HttpRequest, entitlement_id: int) -> HttpResponse:
    """This function shows one entitlement with its changes and months, and adds a change."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    found = entitlement_get(viewer, entitlement_id)
    if found is None:
        raise Http404
    today = timezone.localdate()
    changes = list(found.changes.order_by("-from_month", "-pk"))
    may = viewer.role in WORKERS and viewer.kind in {*RUNNERS, Kind.TOWNSHIP}
    if request.method == "POST" and not may:
        raise Http404
    holds = changes[0] if changes else change_holding(found, month=today)
    allowed = FOLLOWS[holds.what] if holds is not None else ()
    form = ChangeForm(request.POST if request.method == "POST" else None, allowed=allowed, today=today) if may else None
    if request.method == "POST" and form is not None and form.is_valid():
        data = form.cleaned_data
        try:
            entitlement_change(
                viewer=viewer, entitlement_id=found.pk, version=version_posted(request), what=data["what"],
                month=data["month"], amount_fen=data["amount"], reason=data["reason"], at=timezone.now(),
            )  # fmt: skip
        except ChangeOutOfOrder as refusal:
            form.add_error("month", refusal.message)
        else:
            messages.success(request, "已记下这次变动。")
            return redirect("assistance:entitlement", found.pk)
    page = EntitlementPage(
        entitlement=found, household=household_card(viewer, found.household_id) if viewer.reads_register else None,
        changes=changes, months=list(found.due.order_by("-month")[:24]), form=form,
    )  # fmt: skip
    status = 422 if form is not None and form.errors else 200
    return render(request, "assistance/entitlement.html", {"page": page}, status=status)


@require_http_methods(["GET", "POST"])
@requires(Kind.TOWNSHIP, Kind.COUNTY_CENTRE, roles=WORKERS)
def start(request: HttpRequest, household_id: int) -> HttpResponse:
    """This function begins an entitlement of a household."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    card = household_card(viewer, household_id)
    today = timezone.localdate()
    policy = policy_for(slot=card.slot, on=today)[1]
    members = members_of(viewer, household_id, today)
    people = [(str(one.person_id), f"{one.name}（{one.relationship_label}）") for one in members]
    form = StartForm(
        request.POST if request.method == "POST" else None, today=today, people=people,
        offers=[(stated.key, stated.name) for stated in offers_of(policy) if stated.value.months],
        payers=[(str(one.pk), one.name) for one in organisations_of_kind(slot=card.slot, kind=Kind.DEPARTMENT)],
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        begun = Start(
            household_id=household_id, slot=card.slot, offer=data["offer"],
            payer_organisation_id=int(data["payer"]), amount_fen=data["amount"], month=data["month"],
            person_id=int(data["person"]) if data["person"] else None, reason=data["reason"],
        )  # fmt: skip
        try:
            made = entitlement_start(viewer=viewer, policy=policy, start=begun, at=timezone.now())
        except (EntitlementRunning, NotRecurring, EntitlementPayerUnknown) as refusal:
            form.add_error("payer" if isinstance(refusal, EntitlementPayerUnknown) else "offer", refusal.message)
        else:
            messages.success(request, "已登记，从这个月起按期发放。")
            return redirect("assistance:entitlement", made.pk)
    found = with_standing(entitlements_visible_to(viewer).filter(household_id=household_id), month=today)
    page = StartPage(
        household=card, form=form, table=Table("这户按期发放的救助", OWN, _rows(viewer, list(found.order_by("pk"))))
    )
    return render(request, "assistance/start.html", {"page": page}, status=422 if form.errors else 200)


@require_POST
@requires(*RUNNERS, roles=WORKERS)
def settle(request: HttpRequest, finding_id: int) -> HttpResponse:
    """This function settles what was found about an entitlement, with what was done."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    if not findings_visible_to(viewer).filter(pk=finding_id).exists():
        raise Http404
    try:
        entitlement_finding_settle(
            viewer=viewer, finding_id=finding_id, version=version_posted(request),
            note=request.POST.get("note", ""), at=timezone.now(),
        )  # fmt: skip
    except FindingSettled as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "已处理。")
    return redirect("assistance:entitlements")


@require_http_methods(["GET", "POST"])
@requires(Kind.DEPARTMENT, roles=WORKERS)
def take(request: HttpRequest) -> HttpResponse:
    """This function takes a department's file of entitlements, and shows the lines that were not taken."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    policy = _policy(viewer, timezone.localdate())
    form = FileForm(*((request.POST, request.FILES) if request.method == "POST" else (None, None)))
    taken = None
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            taken = entitlements_take(
                viewer=viewer, policy=policy, name=file.name, content=file.read(), at=timezone.now()
            )  # fmt: skip
        except (FileNotOfEntitlements, TableRefusal) as refusal:
            form.add_error("file", refusal.message)
    names = [stated.name for stated in offers_of(policy) if stated.value.months]
    page = FilePage(form=form, taken=taken, names=names)
    return render(request, "assistance/take.html", {"page": page}, status=422 if form.errors else 200)
