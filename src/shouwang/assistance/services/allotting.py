"""A person allots a part of a pledge to a need; it is delivered with proof, or cancelled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from shouwang.assistance.models import Allotment, Need, Pledge
from shouwang.assistance.rules.giving import (
    AllotmentSettled,
    AmountMissing,
    DayWrong,
    DoesNotSuit,
    GivingNotFound,
    NeedMet,
    PledgeOver,
    PledgeSpent,
    ProofMissing,
    WhyMissing,
    amount_text,
    is_suitable,
    may_state,
    needs_matched,
)
from shouwang.assistance.selectors.giving import offered_of, wanted_of
from shouwang.assistance.services.pledges import pledge_locked
from shouwang.audit.services import entry_append
from shouwang.funds.selectors import commitment_of
from shouwang.funds.services import Benefit, Payee, PaymentRequest, grant_record, payment_request
from shouwang.kit.dates import SHANGHAI
from shouwang.kit.papers import Ready
from shouwang.kit.texts import numbers_refuse
from shouwang.office.services import paper_keep
from shouwang.people.access import StaleWrite, Viewer

PAID, CANCELLED = "PAID", "CANCELLED"


class NotYetPaid(DoesNotSuit):
    """Money of the ledger is delivered once the bank has paid it."""

    sentence = "这笔钱由资金支付，银行付出以后由县级防贫中心登记送达。"


def allotment_make(
    *, viewer: Viewer, pledge_id: int, version: int, need_id: int, quantity: int, at: datetime
) -> Allotment:
    """This function allots a part of a pledge to a need, with the reasons that the rules give for it.

    Raises GivingNotFound, PledgeOver, StaleWrite, DoesNotSuit, AmountMissing, PledgeSpent, NeedMet. More than is left
    is refused by the database too.
    """
    on = at.astimezone(SHANGHAI).date()
    if quantity <= 0:
        raise AmountMissing
    with transaction.atomic():
        pledge = pledge_locked(viewer, pledge_id, version)
        need = Need.objects.select_for_update().filter(viewer.q(), pk=need_id, withdrawn_at__isnull=True).first()
        if need is None:
            raise GivingNotFound
        if pledge.expires_on is not None and pledge.expires_on < on:
            raise PledgeOver
        if quantity > pledge.left:
            raise PledgeSpent(amount_text(pledge.left, form=pledge.form, unit=pledge.unit))
        if quantity > need.left:
            raise NeedMet(amount_text(need.left, form=need.form, unit=need.unit))
        offered, wanted = offered_of(pledge), wanted_of(need)
        if not is_suitable(offered, wanted, on=on):
            raise DoesNotSuit
        match = needs_matched(offered, [wanted], on=on)[0]
        made = Allotment.objects.create(
            slot=need.slot, household_id=need.household_id, pledge=pledge, need=need, quantity=quantity,
            reasons=list(match.reasons), decided_at=at, decided_by=viewer.label[:200],
        )  # fmt: skip
        Pledge.objects.filter(pk=pledge.pk).update(version=pledge.version + 1)
        _audit(viewer, "allotment.add", made, at, {"pledge": pledge.pk, "need": need.pk, "quantity": quantity})
    return made


def _locked(viewer: Viewer, allotment_id: int, version: int) -> Allotment:
    found = Allotment.objects.select_for_update().filter(viewer.q(), pk=allotment_id).first()
    if found is None or not may_state(viewer):
        raise GivingNotFound
    if found.state != Allotment.State.ALLOTTED:
        raise AllotmentSettled
    if found.version != version:
        raise StaleWrite("这次分配")
    return found


def allotment_cancel(*, viewer: Viewer, allotment_id: int, version: int, reason: str, at: datetime) -> Allotment:
    """This function takes an allotment back; what it held is left in the pledge again.

    Raises GivingNotFound, AllotmentSettled (delivered, or being paid), WhyMissing, StaleWrite.
    """
    reason = reason.strip()[:200]
    numbers_refuse(reason)
    if not reason:
        raise WhyMissing
    with transaction.atomic():
        found = _locked(viewer, allotment_id, version)
        if found.commitment_id is not None and not _is_freed(viewer, found):
            raise AllotmentSettled("这笔钱已经送去支付，请先在资金里取消待支付款项。")
        found.state, found.cancelled_reason = Allotment.State.CANCELLED, reason
        found.version += 1
        found.save()
        _audit(viewer, "allotment.cancel", found, at, {"reason": reason})
    return found


def _is_freed(viewer: Viewer, allotment: Allotment) -> bool:
    """This function tells whether what was set aside to pay an allotment was freed again, for good."""
    owed = commitment_of(viewer, _ref(allotment))
    return owed is not None and owed.state == CANCELLED


def allotment_pay(*, viewer: Viewer, allotment_id: int, version: int, payee: Payee, at: datetime) -> Allotment:
    """This function has money that came to us paid to the household, out of the account it lies in.

    Raises GivingNotFound, AllotmentSettled, DoesNotSuit (not received by us), StaleWrite, and what `funds` refuses.
    """
    with transaction.atomic():
        found = _locked(viewer, allotment_id, version)
        pledge = Pledge.objects.get(pk=found.pledge_id)
        if pledge.account_id is None or pledge.organisation_id != viewer.organisation_id:
            raise DoesNotSuit("这笔捐款没有入本单位的账，由捐赠人直接给户。")
        if found.commitment_id is not None:
            raise AllotmentSettled
        owed = payment_request(
            viewer=viewer,
            request=PaymentRequest(
                source_ref=_ref(found), organisation_id=pledge.organisation_id, slot=found.slot,
                household_id=found.household_id, purpose=pledge.purpose_name, amount_fen=found.quantity,
                ground=f"社会捐助：{pledge.giver}"[:200], approved_on=found.decided_at.astimezone(SHANGHAI).date(),
                payee=payee, account_id=pledge.account_id,
            ),
            at=at,
        )  # fmt: skip
        found.commitment_id = owed.pk
        found.version += 1
        found.save(update_fields=["commitment_id", "version"])
        _audit(viewer, "allotment.pay", found, at, {"commitment": owed.pk})
    return found


def _ref(allotment: Allotment) -> str:
    return f"allotment:{allotment.pk}"


@dataclass(frozen=True)
class Arrival:
    """That an allotment arrived: the day, what was seen, the proof (one photo or receipt; none of what a bank paid)."""

    on: date
    result: str
    papers: Sequence[Ready]

    def __post_init__(self) -> None:
        numbers_refuse(self.result)


def allotment_deliver(*, viewer: Viewer, allotment_id: int, version: int, arrival: Arrival, at: datetime) -> Allotment:
    """This function records that an allotment arrived, with its proof; the benefit is a grant of the giver.

    Things count at the value the giver stated. Money of the ledger is a payment already: `funds` records its grant.
    Raises GivingNotFound, AllotmentSettled, DayWrong, ProofMissing, NotYetPaid, StaleWrite.
    """
    on = at.astimezone(SHANGHAI).date()
    with transaction.atomic():
        found = _locked(viewer, allotment_id, version)
        if not found.decided_at.astimezone(SHANGHAI).date() <= arrival.on <= on:
            raise DayWrong("送达日期不能早于分配那天，也不能晚于今天。")
        pledge = Pledge.objects.get(pk=found.pledge_id)
        if pledge.account_id is not None:
            owed = commitment_of(viewer, _ref(found))
            if owed is None or owed.state != PAID:
                raise NotYetPaid
        elif not arrival.papers:
            raise ProofMissing
        else:
            found.grant_id = _grant(viewer, found, pledge, arrival.on, at)
        if arrival.papers:
            found.paper_id = paper_keep(viewer=viewer, ready=arrival.papers[0], slot=found.slot, at=at).pk
        found.state, found.delivered_on, found.delivered_at = Allotment.State.DELIVERED, arrival.on, at
        found.delivered_by, found.result = viewer.label[:200], arrival.result.strip()[:300]
        found.version += 1
        found.save()
        _audit(viewer, "allotment.deliver", found, at, {"on": arrival.on.isoformat(), "grant": found.grant_id})
    return found


def _grant(viewer: Viewer, allotment: Allotment, pledge: Pledge, on: date, at: datetime) -> int:
    what = pledge.purpose_name
    if pledge.form == "THINGS":
        what = f"{pledge.item} {allotment.quantity:,} {pledge.unit}（折价）"
    grant = grant_record(
        viewer=viewer, slot=allotment.slot, household_id=allotment.household_id, case_id=allotment.need.case_id,
        benefit=Benefit(
            payer_name=pledge.giver, payer_organisation_id=None, purpose=f"社会捐助：{what}"[:120],
            amount_fen=allotment.quantity * (pledge.value_fen or 1), unit="ONCE", standing="REPORTED", from_date=on,
        ),
        source_ref=_ref(allotment), at=at,
    )  # fmt: skip
    return int(grant.pk)


def _audit(viewer: Viewer, action: str, allotment: Allotment, at: datetime, after: dict[str, Any]) -> None:
    entry_append(
        viewer=viewer, action=action, subject_type="assistance.Allotment", subject_id=allotment.pk, slot=allotment.slot,
        at=at, after=after,
    )  # fmt: skip
