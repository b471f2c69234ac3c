"""Recurring entitlements: the list of a month, one of them with its changes, a household's new one, what was found."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from shouwang.assistance.contexts import (
    EntitlementPage,
    EntitlementsPage,
    FilePage,
    FindingLine,
    MonthLine,
    StartPage,
)
from shouwang.assistance.errors import (
    ChangeOutOfOrder,
    EntitlementPayerUnknown,
    EntitlementRunning,
    FileNotOfEntitlements,
    FindingSettled,
    NotRecurring,
)
from shouwang.assistance.forms import ChangeForm, FileForm, PayeeForm, SettleForm, StartForm
from shouwang.assistance.models import Entitlement, EntitlementFinding
from shouwang.assistance.selectors import (
    change_holding,
    entitlement_get,
    entitlements_visible_to,
    findings_open,
    findings_visible_to,
    month_sum,
    payees_of,
    with_standing,
    works_visible_to,
)
from shouwang.assistance.services import (
    FOLLOWS,
    RUNNERS,
    Start,
    entitlement_change,
    entitlement_finding_settle,
    entitlement_payee_change,
    entitlement_start,
    entitlements_take,
    month_ref,
    month_request,
)
from shouwang.funds.errors import AccountNumberUnreadable
from shouwang.funds.selectors import purposes_to_pay, request_standings
from shouwang.funds.services import Commitment
from shouwang.kit.errors import Refusal
from shouwang.kit.tables import TableRefusal
from shouwang.office.selectors import progress_visible_to
from shouwang.people.access import Kind, Role, Viewer, requires
from shouwang.people.selectors import organisations_of_kind
from shouwang.register.selectors import household_card, household_cards, members_of
from shouwang.rulebook.measures import offers_of
from shouwang.rulebook.policy import Policy
from shouwang.standards.selectors import policy_for
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


FIELDS = {EntitlementPayerUnknown: "payer", AccountNumberUnreadable: "account_number"}
RELATIONS = {one.value: one.label for one in Commitment.OF_HOUSEHOLD}
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
    found = with_standing(entitlements_visible_to(viewer), month=month)
    page = key_page(found, order=("pk",), after=request.GET.get("after"))
    findings = findings_open(viewer)
    may_run = viewer.kind in RUNNERS and viewer.role in WORKERS
    works = list(works_visible_to(viewer)[:5])
    open_ = [work.progress_id for work in works if work.finished_at is None and work.progress_id]
    context = EntitlementsPage(
        month=month, sum=month_sum(viewer, month=month), works=works,
        under_way=progress_visible_to(viewer).filter(pk__in=open_).first() if open_ else None,
        table=Table("按期发放的救助", COLUMNS, _rows(viewer, list(page.rows)), page=page),
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


def _policy(viewer: Viewer, month: date) -> Policy:
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
    may_pay = may and bool(found.purpose) and found.payer_organisation_id == viewer.organisation_id
    if request.method == "POST" and "payee" in request.POST and not may_pay:
        raise Http404
    holds = changes[0] if changes else change_holding(found, month=today)
    allowed = FOLLOWS[holds.what] if holds is not None else ()
    posted = request.POST if request.method == "POST" else None
    is_payee = posted is not None and "payee" in posted
    form = ChangeForm(None if is_payee else posted, allowed=allowed, today=today) if may else None
    payee_form = PayeeForm(posted if is_payee else None, prefix="payee") if may_pay else None
    if is_payee and payee_form is not None and payee_form.is_valid():
        try:
            entitlement_payee_change(
                viewer=viewer, entitlement_id=found.pk, version=version_posted(request), payee=payee_form.payee(),
                reason=payee_form.cleaned_data["reason"], at=timezone.now(),
            )  # fmt: skip
        except AccountNumberUnreadable as refusal:
            payee_form.add_error("account_number", refusal.message)
        else:
            messages.success(request, "已换账户，下次记发放时按新账户付。")
            return redirect("assistance:entitlement", found.pk)
    if request.method == "POST" and not is_payee and form is not None and form.is_valid():
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
        changes=changes, months=_months(found), form=form, 
        payees=[(row, RELATIONS.get(row.relation, "")) for row in payees_of(found)] if found.purpose else [],
        payee_form=payee_form,
    )  # fmt: skip
    status = 422 if any(one is not None and one.errors for one in (form, payee_form)) else 200
    return render(request, "assistance/entitlement.html", {"page": page}, status=status)


def _months(found: Entitlement) -> list[MonthLine]:
    """This function returns the last two years of an entitlement, with its payments where the centre pays it."""
    rows = list(found.due.order_by("-month")[:24])
    standings = request_standings([month_ref(found.pk, row.month) for row in rows]) if found.purpose else {}
    return [MonthLine(row.month, row.amount_fen, standings.get(month_ref(found.pk, row.month))) for row in rows]


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
    purposes = purposes_to_pay(viewer) if viewer.kind is Kind.COUNTY_CENTRE else []
    own = [(str(viewer.organisation_id), f"{viewer.organisation_name}（本中心）")] if purposes else []
    departments = [(str(one.pk), one.name) for one in organisations_of_kind(slot=card.slot, kind=Kind.DEPARTMENT)]
    form = StartForm(
        request.POST if request.method == "POST" else None, today=today, people=people,
        offers=[(stated.key, stated.name) for stated in offers_of(policy) if stated.value.months],
        payers=[*own, *departments],
        own=own[0][0] if own else "", purposes=purposes,
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        begun = Start(
            household_id=household_id, slot=card.slot, offer=data["offer"],
            payer_organisation_id=int(data["payer"]), amount_fen=data["amount"], month=data["month"],
            person_id=int(data["person"]) if data["person"] else None, reason=data["reason"], **form.paid(),
        )  # fmt: skip
        try:
            made = entitlement_start(viewer=viewer, policy=policy, start=begun, at=timezone.now())
        except (EntitlementRunning, NotRecurring, EntitlementPayerUnknown, AccountNumberUnreadable) as refusal:
            form.add_error(FIELDS.get(type(refusal), "offer"), refusal.message)
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
