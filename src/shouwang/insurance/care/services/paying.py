"""A settlement is paid: by the office, which tells us, or through the county's own ledger; as the pack says.

The ledger is asked once for each client's part (`care:<bill>:<insured>`, again only after that was cancelled); nobody
calls back: the collector looks what became of the parts, and the bill is paid once the bank has paid them all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta

from django.db import transaction

from shouwang.funds.selectors import RequestStanding, request_standings, requests_brought_back
from shouwang.funds.services import Benefit, Payee, PaymentRequest, grant_record, payment_request
from shouwang.insurance.care.errors import CareDocumentMissing, CarePayDay
from shouwang.insurance.care.models import CareBill, CareInsured, CareLine
from shouwang.insurance.care.rules import BillState, Standing, bill_standing, part_ref, part_refs
from shouwang.insurance.care.services.common import bill_locked, bill_saved, today_of
from shouwang.insurance.care.services.linking import insured_link
from shouwang.insurance.care.services.settling import living_check
from shouwang.kit.money import yuan_text
from shouwang.kit.texts import numbers_refuse
from shouwang.people.access import SYSTEM, Viewer, acting_as
from shouwang.people.selectors import organisations_by_ids

PURPOSE = "长期护理"
PROVIDER = "PROVIDER"  # the relation of a payee that is an organisation


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

    Each registered client's part is a Grant once: REPORTED where the office pays; where the county does, an amount owed
    to the provider, whose account is then needed; the part of a client who is not in the register is owed too, but is
    no household's benefit. Parts that were asked for before and not cancelled are left as they stand.

    Raises CarePayDay, CareDocumentMissing, CareDayAfterDeath, CareDayAfterEnd, CareOwnHand, and what funds refuses.
    """
    numbers_refuse(reference)
    with transaction.atomic():
        bill = bill_locked(viewer=viewer, bill_id=bill_id, version=version, step="pay")
        if not today_of(bill.filed_at) <= on <= today_of(at):
            raise CarePayDay
        if not reference.strip():
            raise CareDocumentMissing("付款凭证号" if bill.paid_by == "OFFICE" else "批准付款的文号")
        bill.reference = reference.strip()[:60]
        lines = _lines(bill)
        with acting_as(SYSTEM):
            people = CareInsured.objects.select_for_update().order_by("pk").in_bulk([line.insured_id for line in lines])
            insured_link(people.values(), viewer=viewer, at=at)
            if not bill.payment_asks:  # once money is under way, what was too much is recovered
                living_check(bill.days.filter(is_struck=False, insured_id__in=people), people, is_payment=True)
        if bill.paid_by == "COUNTY" and lines:
            payee = Payee(bill.provider_name, account_number, bank, relation=PROVIDER)
            return _asked(viewer, bill, lines, people, payee, on=on, at=at)
        _tell(viewer, bill, [(line, people[line.insured_id]) for line in lines], on, at)
        bill.state, bill.paid_on, bill.paid_fen = BillState.PAID, on, bill.settled_fen or 0
        said = f"已付 {yuan_text(bill.settled_fen or 0)} 元给{bill.provider_name}"
        return bill_saved(bill, viewer=viewer, at=at, what="pay", text=said, before="AGREED", paid_fen=bill.paid_fen)


def _lines(bill: CareBill) -> list[CareLine]:
    last = bill.settlements.order_by("-number").first()
    return [line for line in last.lines.order_by("pk") if line.paid_fen] if last is not None else []


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
                source_ref=part_ref(bill.pk, who.pk, 1), at=at,
            )  # fmt: skip


def _asked(
    viewer: Viewer, bill: CareBill, lines: list[CareLine], people: dict[int, CareInsured], payee: Payee, *, on: date,
    at: datetime,
) -> CareBill:  # fmt: skip
    living = _living(bill, lines)
    bill.payment_asks += 1
    wanted = [line for line in lines if line.insured_id not in living]
    for line in wanted:
        _ask(viewer, bill, line, people[line.insured_id], payee, on, at)
    fen = sum(line.paid_fen for line in wanted)
    bill.state, bill.payment_said = BillState.REQUESTED, ""
    said = f"申请县里付款 {yuan_text(fen)} 元（{len(wanted)} 人）给{bill.provider_name}"
    return bill_saved(bill, viewer=viewer, at=at, what="request", text=said, before="AGREED", due_fen=fen)


def _ask(
    viewer: Viewer, bill: CareBill, line: CareLine, who: CareInsured, payee: Payee, on: date, at: datetime
) -> None:  # fmt: skip
    payment_request(
        viewer=viewer,
        request=PaymentRequest(
            source_ref=part_ref(bill.pk, line.insured_id, bill.payment_asks),
            organisation_id=viewer.organisation_id or 0, slot=who.slot, household_id=who.household_id,
            person_id=who.person_id, purpose=PURPOSE, amount_fen=line.paid_fen,
            ground=f"{bill.month:%Y-%m} {PURPOSE}结算，{bill.provider_name}", approved_on=on, payee=payee,
        ),
        at=at,
    )  # fmt: skip


def _living(bill: CareBill, lines: Iterable[CareLine]) -> dict[int, RequestStanding]:
    """This function returns where each client's part stands that was asked for and not cancelled, by insured."""
    refs = {ref: line.insured_id for line in lines for ref in part_refs(bill.pk, line.insured_id, bill.payment_asks)}
    found = request_standings(refs)
    return {refs[ref]: standing for ref, standing in found.items() if standing.state != "CANCELLED"}


def bills_follow(*, at: datetime, lookback: timedelta) -> int:
    """This function lets bills that the county pays follow their payments, each in a transaction; returns how many."""
    changed = 0
    with acting_as(SYSTEM):
        ids = _followed(requests_brought_back(since=at - lookback))
    for bill_id in ids:
        with acting_as(SYSTEM):
            bill = CareBill.objects.select_for_update().get(pk=bill_id)
            changed += _follow(bill, at=at)
    return changed


def _followed(brought_back: Collection[str]) -> list[int]:
    """This function returns the bills whose payment is under way, or of which money came back lately."""
    back = {int(parts[1]) for ref in brought_back if (parts := ref.split(":"))[0] == "care"}
    # One that waits for the payer again, because a part was cancelled, may have other parts under way.
    asked = CareBill.objects.filter(payment_asks__gt=0)
    waiting = asked.filter(state__in=[BillState.REQUESTED, BillState.AGREED]).values_list("pk", flat=True)
    return sorted({*waiting, *back})


def _follow(bill: CareBill, *, at: datetime) -> bool:
    """This function brings a locked bill to where its payments stand; True when something changed."""
    lines = _lines(bill)
    if not bill.payment_asks:
        return False
    living = _living(bill, lines)
    parts = [
        Standing(one.state, one.amount_fen, one.recovered_fen, one.paid_on, one.reason)
        for line in lines
        if (one := living.get(line.insured_id)) is not None
    ]
    now = bill_standing(parts, wanted=len(lines), was=(bill.state, bill.paid_fen, bill.recovered_fen))
    before = (bill.state, bill.paid_fen, bill.recovered_fen, bill.payment_said)
    if before == (now.state, now.paid_fen, now.recovered_fen, now.waits):
        return False
    was = bill.state
    bill.state, bill.paid_fen, bill.recovered_fen = now.state, now.paid_fen, now.recovered_fen
    bill.payment_said = now.waits[:200]
    bill.paid_on = (now.paid_on or today_of(at)) if now.state == BillState.PAID else None
    bill_saved(bill, viewer=SYSTEM, at=at, what="track", text=now.said, before=was, paid_fen=now.paid_fen)
    return True
