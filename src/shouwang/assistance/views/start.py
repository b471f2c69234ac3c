"""A household's new entitlement, and a department's file of them."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from shouwang.assistance.contexts import FilePage, StartPage
from shouwang.assistance.errors import (
    EntitlementPayerUnknown,
    EntitlementRunning,
    FileNotOfEntitlements,
    NotRecurring,
)
from shouwang.assistance.forms import FileForm, StartForm
from shouwang.assistance.selectors import entitlements_visible_to, with_standing
from shouwang.assistance.services import Start, entitlement_start, entitlements_take
from shouwang.assistance.views.entitlements import WORKERS, policy_in_force, rows_of
from shouwang.funds.errors import AccountNumberUnreadable
from shouwang.funds.selectors import purposes_to_pay
from shouwang.kit.tables import TableRefusal
from shouwang.people.access import Kind, Viewer, requires
from shouwang.people.selectors import organisations_of_kind
from shouwang.register.selectors import household_card, members_of
from shouwang.rulebook.measures import offers_of
from shouwang.standards.selectors import policy_for
from shouwang.ui.tables import Column, Table

FIELDS = {EntitlementPayerUnknown: "payer", AccountNumberUnreadable: "account_number"}

# On a household's own page the benefit is what names a row.
OWN = (
    Column("name", "项目", phone="title"),
    Column("payer", "发放部门", phone="fact"),
    Column("standing", "状态", phone="fact"),
    Column("worth", "每次", kind="yuan", phone="fact", unit="元"),
    Column("first", "从哪月起", phone="fact"),
)


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
        household=card, form=form, table=Table("这户按期发放的救助", OWN, rows_of(viewer, list(found.order_by("pk"))))
    )
    return render(request, "assistance/start.html", {"page": page}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@requires(Kind.DEPARTMENT, roles=WORKERS)
def take(request: HttpRequest) -> HttpResponse:
    """This function takes a department's file of entitlements, and shows the lines that were not taken."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    policy = policy_in_force(viewer, timezone.localdate())
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
