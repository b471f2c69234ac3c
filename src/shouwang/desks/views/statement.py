"""The household's statement: what the state holds of it and has paid; opens only with a PIN an officer handed over."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST

from shouwang.audit.services import entry_append
from shouwang.casework.selectors import case_get
from shouwang.desks.contexts import StatementPage
from shouwang.desks.selectors import household
from shouwang.desks.selectors.statement import statement_sheet
from shouwang.funds.rules import ref_first
from shouwang.insurance.care.selectors import household_care_months
from shouwang.office.services.prints import pdf_print
from shouwang.people.access import acting_as
from shouwang.public.pages import public_page
from shouwang.public.selectors import granted_to
from shouwang.public.services import Opened, PassGone, pass_open
from shouwang.register.selectors import household_file
from shouwang.ui.files import PDF, file_answer

TEMPLATE = Path(__file__).resolve().parents[1] / "data" / "statement.typ"
READ, PRINTED = "农户凭密码查看自己家", "农户凭密码打印自己家的对账单"


@require_POST
@public_page
def statement(request: HttpRequest) -> HttpResponse:
    """This function shows the household of an opened receipt what is registered and paid, and logs that it was read."""
    carried, now = request.POST.get("opened", "")[:300], timezone.now()
    opened = _opened(carried)
    with acting_as(opened.viewer):
        return render(request, "desks/statement.html", {"page": _page(opened, carried, now, READ)})


@require_POST
@public_page
def statement_print(request: HttpRequest) -> HttpResponse:
    """This function hands the same statement out as a sheet to print, and logs it."""
    carried, now = request.POST.get("opened", "")[:300], timezone.now()
    opened = _opened(carried)
    with acting_as(opened.viewer):
        page = _page(opened, carried, now, PRINTED)
    content = pdf_print(TEMPLATE, statement_sheet(page), title="救助资金对账单", head=page.file.card.place, at=now)
    return file_answer("救助资金对账单.pdf", content, media_type=PDF)


def _opened(carried: str) -> Opened:
    """This function opens a receipt again; raises PassGone, also where its PIN was not handed over by an officer."""
    opened = pass_open(carried)
    if not opened.is_given or opened.case_id is None:
        raise PassGone
    return opened


def _page(opened: Opened, carried: str, at: datetime, purpose: str) -> StatementPage:
    viewer, on = opened.viewer, timezone.localdate(at)
    case = case_get(viewer, opened.case_id or 0)
    file = household_file(viewer, case.household_id, on)
    granted = granted_to(receipt_id=opened.receipt_id, pin_at=opened.pin_at)
    care = household_care_months(case.household_id)
    known = {ref for line in granted for ref in line.refs} | {ref for line in care for ref in line.refs}
    grants = household.grants(viewer, case.household_id)
    names = {member.person_id: member.name for member in file.members}
    entry_append(
        viewer=viewer, action="household.read", subject_type="register.Household", subject_id=case.household_id,
        slot=opened.slot, at=at, purpose=purpose,
    )  # fmt: skip
    return StatementPage(
        file=file,
        on=on,
        granted=granted,
        # What was paid through our own accounts stands above with its way, care with its days; here is the rest.
        money=[
            (part, part.totals(on))
            for part in household.money([grant for grant in grants if ref_first(grant.source_ref) not in known])
        ],
        measures=household.measure_lines(household.measures(viewer, case.household_id), grants, names),
        care=care,
        opened=carried,
    )
