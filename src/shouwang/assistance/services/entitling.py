"""Recurring entitlements: started, changed, suspended, resumed, ended; each a dated row that is only ever added."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from shouwang.assistance.errors import (
    ChangeOutOfOrder,
    EntitlementNotFound,
    EntitlementPayeeMissing,
    EntitlementPayerUnknown,
    EntitlementRunning,
    EntitlementStale,
    NotPaidByCentre,
    NotRecurring,
    ReasonMissing,
)
from shouwang.assistance.models import Entitlement, EntitlementChange, EntitlementPayee
from shouwang.assistance.selectors import change_holding, entitlements_visible_to
from shouwang.assistance.services.limiting import household_lock, offer_stated
from shouwang.assistance.services.permitting import beginning_refuse, entitlements_refuse
from shouwang.audit.services import entry_append
from shouwang.funds.services import AmountNotSane, Commitment, Payee
from shouwang.kit.masks import account_mask
from shouwang.kit.money import LIMIT_FEN
from shouwang.kit.seal import keyring
from shouwang.kit.texts import numbers_refuse
from shouwang.people.access import Kind, Viewer
from shouwang.people.selectors import organisations_by_ids
from shouwang.rulebook.policy import Policy

What = EntitlementChange.What
# What may follow what holds.
FOLLOWS: dict[str, tuple[str, ...]] = {
    What.START: (What.CHANGE, What.SUSPEND, What.END),
    What.CHANGE: (What.CHANGE, What.SUSPEND, What.END),
    What.RESUME: (What.CHANGE, What.SUSPEND, What.END),
    What.SUSPEND: (What.RESUME, What.END),
    What.END: (What.RESUME,),
}


@dataclass(frozen=True)
class Start:
    """An entitlement to begin: whose, which offer of the policy, paid by whom, how much from which month on.

    What the county centre pays itself names its money by `purpose` and whom it pays.
    """

    household_id: int
    slot: int
    offer: str
    payer_organisation_id: int
    amount_fen: int
    month: date
    person_id: int | None = None
    reason: str = ""
    purpose: str = ""
    payee: Payee | None = None

    def __post_init__(self) -> None:
        numbers_refuse(self.reason)


def _payer(viewer: Viewer, start: Start) -> str:
    found = organisations_by_ids({start.payer_organisation_id}).get(start.payer_organisation_id)
    is_own = viewer.kind is Kind.COUNTY_CENTRE and start.payer_organisation_id == viewer.organisation_id
    if found is None or not found.is_active or not (is_own or Kind(found.kind) is Kind.DEPARTMENT):
        raise EntitlementPayerUnknown
    if is_own and (not start.purpose.strip() or start.payee is None):
        raise EntitlementPayeeMissing
    if not is_own and (start.purpose or start.payee is not None):
        raise NotPaidByCentre
    if not found.area.lo <= start.slot <= found.area.hi:
        raise EntitlementPayerUnknown
    return str(found.name)


def _sane(amount_fen: int | None) -> int:
    if amount_fen is None or not 0 < amount_fen < LIMIT_FEN:
        raise AmountNotSane
    return amount_fen


def entitlement_start(*, viewer: Viewer, policy: Policy, start: Start, at: datetime) -> Entitlement:
    """This function begins an entitlement under a policy's offer.

    Raises EntitlementNotYours, OfferNotInForce, NotRecurring, EntitlementPayerUnknown, EntitlementPayeeMissing,
    NotPaidByCentre, EntitlementRunning, AmountNotSane, AccountNumberUnreadable. What excludes it may be another
    department's, which the viewer does not see: overlaps are found by `entitlements_verify`.
    """
    beginning_refuse(viewer, slot=start.slot, payer_organisation_id=start.payer_organisation_id)
    stated = offer_stated(policy, start.offer)
    months = stated.value.months
    if months is None:
        raise NotRecurring
    payer_name, amount, month = _payer(viewer, start), _sane(start.amount_fen), start.month.replace(day=1)
    with transaction.atomic():
        household_lock(start.household_id)
        same = Entitlement.objects.filter(household_id=start.household_id, person_id=start.person_id, offer=start.offer)
        for standing in same:
            holds = change_holding(standing, month=month)
            if holds is not None and holds.what in EntitlementChange.RUNNING:
                raise EntitlementRunning(standing.name, standing.first_month)
        made = Entitlement.objects.create(
            slot=start.slot, household_id=start.household_id, person_id=start.person_id, offer=start.offer,
            kind=stated.value.kinds[0].value, name=stated.name[:60], months=months, first_month=month,
            payer_organisation_id=start.payer_organisation_id, payer_name=payer_name[:120],
            purpose=start.purpose.strip()[:60], opened_at=at,
            opened_by=viewer.label[:200],
        )  # fmt: skip
        _write(viewer, made, What.START, month=month, amount_fen=amount, reason=start.reason, at=at)
        if start.payee is not None:
            _payee_write(viewer, made, start.payee, reason="", at=at)
    return made


def _payee_write(
    viewer: Viewer, entitlement: Entitlement, payee: Payee, *, reason: str, at: datetime
) -> EntitlementPayee:  # fmt: skip
    if payee.relation not in Commitment.OF_HOUSEHOLD or not payee.name.strip() or not payee.bank.strip():
        raise EntitlementPayeeMissing
    number, reference = payee.number, secrets.token_hex(16)
    row = EntitlementPayee.objects.create(
        entitlement=entitlement, slot=entitlement.slot, organisation_id=entitlement.payer_organisation_id,
        name=payee.name.strip()[:60], relation=payee.relation, bank=payee.bank.strip()[:80], reference=reference,
        sealed_account=keyring().seal(number, context=f"assistance_entitlementpayee:{reference}"),
        account_shown=account_mask(number), reason=reason.strip()[:200], at=at, by=viewer.label[:200],
        user_id=viewer.user_id,
    )  # fmt: skip
    entry_append(
        viewer=viewer, action="entitlement.correct", subject_type="assistance.Entitlement", subject_id=entitlement.pk,
        slot=entitlement.slot, at=at, after={"account": row.account_shown, "relation": row.relation, "reason": reason},
    )  # fmt: skip
    return row


def entitlement_payee_change(
    *, viewer: Viewer, entitlement_id: int, version: int, payee: Payee, reason: str, at: datetime
) -> EntitlementPayee:
    """This function changes whom the county centre pays an entitlement to from the next month recorded on.

    Raises EntitlementNotYours, EntitlementNotFound, EntitlementStale, NotPaidByCentre, ReasonMissing,
    EntitlementPayeeMissing, AccountNumberUnreadable.
    """
    entitlements_refuse(viewer, (Kind.COUNTY_CENTRE,))
    numbers_refuse(reason)
    if not reason.strip():
        raise ReasonMissing
    with transaction.atomic():
        found = _locked(viewer, entitlement_id, version)
        if not found.purpose:
            raise NotPaidByCentre
        if found.payer_organisation_id != viewer.organisation_id:
            raise EntitlementNotFound
        row = _payee_write(viewer, found, payee, reason=reason, at=at)
        found.version += 1
        found.save(update_fields=["version"])
    return row


def _locked(viewer: Viewer, entitlement_id: int, version: int) -> Entitlement:
    found = entitlements_visible_to(viewer).select_for_update().filter(pk=entitlement_id).first()
    if found is None:
        raise EntitlementNotFound
    if found.version != version:
        raise EntitlementStale
    return found


def _write(
    viewer: Viewer, entitlement: Entitlement, what: str, *, month: date, amount_fen: int | None, reason: str,
    at: datetime,
) -> EntitlementChange:  # fmt: skip
    row = EntitlementChange.objects.create(
        entitlement=entitlement, slot=entitlement.slot, organisation_id=entitlement.payer_organisation_id,
        what=What(what), from_month=month, amount_fen=amount_fen, reason=reason.strip()[:200], at=at,
        by=viewer.label[:200], user_id=viewer.user_id,
    )  # fmt: skip
    entry_append(
        viewer=viewer, action=f"entitlement.{what.lower()}", subject_type="assistance.Entitlement",
        subject_id=entitlement.pk, slot=entitlement.slot, at=at,
        after={"from": month.isoformat(), "amount_fen": amount_fen, "offer": entitlement.offer},
    )  # fmt: skip
    return row


def entitlement_change(
    *,
    viewer: Viewer,
    entitlement_id: int,
    version: int,
    what: str,
    month: date,
    at: datetime,
    amount_fen: int | None = None,
    reason: str = "",
) -> EntitlementChange:
    """This function adds a change from a month on; resumed without an amount it is worth what it last was.

    Raises EntitlementNotYours, EntitlementNotFound, EntitlementStale, ChangeOutOfOrder, ReasonMissing, AmountNotSane.
    """
    entitlements_refuse(viewer)
    numbers_refuse(reason)
    if what in {What.SUSPEND, What.END} and not reason.strip():
        raise ReasonMissing
    month = month.replace(day=1)
    with transaction.atomic():
        found = _locked(viewer, entitlement_id, version)
        last = found.changes.order_by("-from_month", "-pk").first()
        if last is None or month < found.first_month:
            raise ChangeOutOfOrder(f"这项救助从 {found.first_month:%Y-%m} 开始，变动不能早于那个月。")
        holds = change_holding(found, month=month) or last
        if month < last.from_month:
            raise ChangeOutOfOrder(f"{last.from_month:%Y-%m} 已有变动（{last.get_what_display()}），不能再往前插。")
        if what not in FOLLOWS[holds.what]:
            raise ChangeOutOfOrder(f"现在是“{holds.get_what_display()}”，不能再{What(what).label}。")
        amount = None
        if what in EntitlementChange.RUNNING:
            amount = _sane(amount_fen if amount_fen is not None else _last_amount(found))
        row = _write(viewer, found, what, month=month, amount_fen=amount, reason=reason, at=at)
        found.version += 1
        found.save(update_fields=["version"])
    return row


def _last_amount(entitlement: Entitlement) -> int | None:
    rows = entitlement.changes.filter(amount_fen__isnull=False).order_by("-from_month", "-pk")
    return rows.values_list("amount_fen", flat=True).first()
