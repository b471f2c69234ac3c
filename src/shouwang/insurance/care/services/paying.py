"""A settlement is paid: by the office, which tells us, or through the county's own ledger; as the pack says."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction

from shouwang.funds.services import Benefit, Payee, PaymentRequest, grant_record, payment_request
from shouwang.insurance.care.errors import CareDocumentMissing, CarePayDay, CarePayeeUnregistered
from shouwang.insurance.care.models import CareBill, CareInsured, CareLine
from shouwang.insurance.care.rules import BillState
from shouwang.insurance.care.services.common import bill_locked, bill_saved
from shouwang.insurance.care.services.insuring import today_of
from shouwang.kit.money import yuan_text
from shouwang.kit.texts import numbers_refuse
from shouwang.people.access import SYSTEM, Viewer, acting_as
from shouwang.people.selectors import organisations_by_ids

PURPOSE = "长期护理"


def bill_pay(
    *,
    viewer: Viewer,
    bill_id: int,
    version: int,
    on: date,
    reference: str,
    at: datetime,
    account_number: str = "",
    bank: str = "",
) -> CareBill:
    """This function records that the office has paid an agreed bill, or asks the county's ledger to pay it.

    Each registered client's part is a Grant once (`care:<bill>:<insured>`): REPORTED where the office pays; where the
    county does, a commitment in its ledger to the provider, whose account is then needed, and every client must be of
    the register. Raises CarePayDay, CareDocumentMissing, CarePayeeUnregistered, and what funds refuses.
    """
    numbers_refuse(reference)
    with transaction.atomic():
        bill = bill_locked(viewer=viewer, bill_id=bill_id, version=version, step="pay")
        if not today_of(bill.filed_at) <= on <= today_of(at):
            raise CarePayDay
        if not reference.strip():
            raise CareDocumentMissing("付款凭证号")
        lines = [line for line in _lines(bill) if line.paid_fen]
        with acting_as(SYSTEM):
            people = CareInsured.objects.in_bulk([line.insured_id for line in lines])
        if bill.paid_by == "COUNTY":
            for line in lines:
                _ask(viewer, bill, line, people[line.insured_id], Payee(
                    bill.provider_name, account_number, bank, relation="GUARDIAN"), on, at)  # fmt: skip
        else:
            _tell(viewer, bill, [(line, people[line.insured_id]) for line in lines], on, at)
        bill.state, bill.paid_on, bill.reference = BillState.PAID, on, reference.strip()[:60]
        word = "已付" if bill.paid_by == "OFFICE" else "已交县里资金账户支付"
        said = f"{word} {yuan_text(bill.settled_fen or 0)} 元给{bill.provider_name}"
        return bill_saved(bill, viewer=viewer, at=at, what="pay", text=said, before="AGREED",
                          paid_fen=bill.settled_fen)  # fmt: skip


def _lines(bill: CareBill) -> list[CareLine]:
    last = bill.settlements.order_by("-number").first()
    return list(last.lines.order_by("pk")) if last is not None else []


def _tell(
    viewer: Viewer, bill: CareBill, parts: Iterable[tuple[CareLine, CareInsured]], on: date, at: datetime
) -> None:  # fmt: skip
    """This function records clients' parts as benefits of their households; one not in the register has none here."""
    office = organisations_by_ids({bill.office_id}).get(bill.office_id)
    payer = office.name[:120] if office else viewer.organisation_name
    with acting_as(SYSTEM):
        for line, who in parts:
            if who.household_id is None:
                continue
            grant_record(
                viewer=viewer, slot=who.slot, household_id=who.household_id, person_id=who.person_id,
                benefit=Benefit(
                    payer_name=payer, payer_organisation_id=bill.office_id, purpose=f"{PURPOSE}（{bill.month:%Y-%m}）",
                    amount_fen=line.paid_fen, unit="ONCE", standing="REPORTED", from_date=on,
                ),
                source_ref=f"care:{bill.pk}:{who.pk}", at=at,
            )  # fmt: skip


def _ask(
    viewer: Viewer, bill: CareBill, line: CareLine, who: CareInsured, payee: Payee, on: date, at: datetime
) -> None:  # fmt: skip
    if who.household_id is None:
        raise CarePayeeUnregistered(who.name)
    payment_request(
        viewer=viewer,
        request=PaymentRequest(
            source_ref=f"care:{bill.pk}:{who.pk}", organisation_id=viewer.organisation_id or 0, slot=who.slot,
            household_id=who.household_id, person_id=who.person_id, purpose=PURPOSE, amount_fen=line.paid_fen,
            ground=f"{bill.month:%Y-%m} {PURPOSE}结算，{bill.provider_name}", approved_on=on, payee=payee,
        ),
        at=at,
    )  # fmt: skip
