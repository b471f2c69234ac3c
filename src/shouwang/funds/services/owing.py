"""What is owed: an approved amount is set aside for a household, corrected, cancelled."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from shouwang.audit.services import entry_append
from shouwang.funds.errors import (
    AccountNumberUnreadable,
    CommitmentBusy,
    CommitmentNotFound,
    CommitmentTaken,
    HouseholdUnknown,
    NotEnoughMoney,
    PayeeOfOtherKind,
    PayerUnknown,
    ReasonNeeded,
)
from shouwang.funds.models import LIMIT_FEN, Account, Commitment, Entry
from shouwang.funds.rules import TREASURY_ROLES
from shouwang.funds.selectors.ledger import accounts_visible_to
from shouwang.funds.selectors.payments import commitments_visible_to
from shouwang.funds.services.accounts import Money, account_open, treasurer_check
from shouwang.funds.services.grants import AmountNotSane
from shouwang.funds.services.ledger import Movement, entries_post
from shouwang.kit.masks import account_mask
from shouwang.kit.seal import keyring
from shouwang.kit.texts import numbers_refuse, squeezed
from shouwang.people.access import StaleWrite, Viewer


def account_digits(text: str) -> str:
    """This function reads the number of a bank account, blanks and hyphens left out; raises AccountNumberUnreadable."""
    digits = squeezed(text).replace("-", "")
    if not (digits.isascii() and digits.isdigit() and 8 <= len(digits) <= 32):
        raise AccountNumberUnreadable
    return digits


@dataclass(frozen=True)
class Payee:
    """Who gets the money: `relation` SELF, MEMBER of the household, GUARDIAN, or an organisation, PROVIDER."""

    name: str
    account_number: str
    bank: str
    relation: str = "SELF"

    @property
    def number(self) -> str:
        """The account's digits; raises AccountNumberUnreadable."""
        return account_digits(self.account_number)


@dataclass(frozen=True)
class PaymentRequest:
    """An approved amount to be paid; `source_ref` names what was approved (`claim:17`) and is asked for once.

    `household_id` None: an organisation is paid for somebody who is not in the register; nobody else is without one.
    `organisation_id` pays. Without `account_id` the payer's oldest account for the purpose that holds enough is used.
    """

    source_ref: str
    organisation_id: int
    slot: int
    household_id: int | None
    purpose: str
    amount_fen: int
    ground: str
    approved_on: date
    payee: Payee
    person_id: int | None = None
    case_id: int | None = None
    account_id: int | None = None


def payment_request(*, viewer: Viewer, request: PaymentRequest, at: datetime) -> Commitment:
    """This function sets an approved amount aside and leaves it to be paid; asked again, it returns what stands.

    Raises PayerUnknown, NotEnoughMoney, AmountNotSane, AccountNumberUnreadable, CommitmentTaken, HouseholdUnknown.
    """
    if not 0 < request.amount_fen < LIMIT_FEN:
        raise AmountNotSane
    number = request.payee.number
    numbers_refuse(request.ground)
    with transaction.atomic():
        standing = Commitment.objects.filter(source_ref=request.source_ref).first()
        if standing is not None:
            return commitment_same(standing, request)
        account = _payer(viewer, request)
        commitment = commitment_prepare(viewer, request, account, number, at)
        made = Commitment.objects.bulk_create([commitment], ignore_conflicts=True)
        found = Commitment.objects.select_for_update().get(source_ref=made[0].source_ref)
        if found.user_id != viewer.user_id or found.made_at != at:
            return commitment_same(found, request)
        _move(viewer, found, account, Entry.Kind.COMMIT, at=at)
        _audit(viewer, "commitment.add", found, at, after={"amount_fen": found.amount_fen, "ref": found.source_ref})
    return found


def commitment_same(standing: Commitment, request: PaymentRequest) -> Commitment:
    """This function returns what stands under a name; raises CommitmentTaken where it is something else."""
    stated = (request.organisation_id, request.household_id, request.amount_fen)
    if (standing.organisation_id, standing.household_id, standing.amount_fen) != stated:
        raise CommitmentTaken
    return standing


def _payer(viewer: Viewer, request: PaymentRequest) -> Account:
    accounts = accounts_visible_to(viewer).filter(
        organisation_id=request.organisation_id, stage=Account.Stage.AVAILABLE
    )
    if request.account_id is not None:
        accounts = accounts.filter(pk=request.account_id)
    else:
        accounts = accounts.filter(purpose=request.purpose)
    found = list(accounts.order_by("year", "pk"))
    if not found:
        raise PayerUnknown
    enough = [account for account in found if account.balance_fen >= request.amount_fen]
    if not enough:
        raise NotEnoughMoney(str(found[-1]), sum(account.balance_fen for account in found))
    return enough[0]


def commitment_prepare(
    viewer: Viewer, request: PaymentRequest, account: Account, number: str, at: datetime
) -> Commitment:
    """This function returns the row of an approved amount, its payee's account sealed; it is not saved.

    Raises HouseholdUnknown where nobody but an organisation could be paid, and is not.
    """
    if request.household_id is None and request.payee.relation != Commitment.Relation.PROVIDER:
        raise HouseholdUnknown
    ring = keyring()
    return Commitment(
        slot=request.slot, organisation_id=request.organisation_id, account=account,
        household_id=request.household_id, person_id=request.person_id, case_id=request.case_id,
        purpose=request.purpose, ground=request.ground.strip()[:200], approved_on=request.approved_on,
        amount_fen=request.amount_fen, source_ref=request.source_ref, payee_name=request.payee.name.strip()[:60],
        relation=Commitment.Relation(request.payee.relation), bank=request.payee.bank.strip()[:80],
        sealed_account=ring.seal(number, context=f"funds_commitment:{request.source_ref}"),
        account_blind=ring.blind("account", number), account_shown=account_mask(number), made_at=at,
        made_by=viewer.label[:200], user_id=viewer.user_id,
    )  # fmt: skip


def _move(viewer: Viewer, commitment: Commitment, account: Account, kind: str, *, at: datetime) -> None:
    money = Money(account.source, account.purpose, account.year)
    held = account_open(viewer=viewer, organisation_id=account.organisation_id, money=money, stage="COMMITTED", at=at)
    sign = 1 if kind == Entry.Kind.COMMIT else -1
    movement = Movement(
        key=f"commitment:{commitment.source_ref}:{kind.lower()}", kind=kind, slot=account.slot,
        lines=((account.pk, -sign * commitment.amount_fen), (held.pk, sign * commitment.amount_fen)),
        on=timezone.localdate(at), document=commitment.ground,
    )  # fmt: skip
    entries_post(viewer=viewer, movements=[movement], at=at)


def _audit(
    viewer: Viewer,
    action: str,
    row: Commitment,
    at: datetime,
    *,
    after: dict[str, Any],
    before: dict[str, Any] | None = None,
) -> None:
    entry_append(
        viewer=viewer, action=action, subject_type="funds.Commitment", subject_id=row.pk, slot=row.slot, at=at,
        purpose=row.ground, before=before, after=after,
    )  # fmt: skip


def _locked(viewer: Viewer, commitment_id: int, version: int) -> Commitment:
    found = (
        commitments_visible_to(viewer)
        .filter(pk=commitment_id, organisation_id=viewer.organisation_id or 0)
        .select_for_update(of=("self",))
        .first()
    )
    if found is None or viewer.role not in TREASURY_ROLES:
        raise CommitmentNotFound
    if found.version != version:
        raise StaleWrite("这笔款项")
    if found.state != Commitment.State.OPEN:
        raise CommitmentBusy
    return found


def payee_correct(
    *, viewer: Viewer, commitment_id: int, version: int, payee: Payee, reason: str, at: datetime
) -> Commitment:
    """This function changes to whom something owed is paid, before it is in a batch.

    Raises CommitmentNotFound, CommitmentBusy, StaleWrite, AccountNumberUnreadable, ReasonNeeded, PayeeOfOtherKind.
    """
    number = payee.number
    numbers_refuse(reason)
    if not reason.strip():
        raise ReasonNeeded
    treasurer_check(viewer)
    ring = keyring()
    with transaction.atomic():
        row = _locked(viewer, commitment_id, version)
        if (row.relation == Commitment.Relation.PROVIDER) != (payee.relation == Commitment.Relation.PROVIDER):
            raise PayeeOfOtherKind
        before = {"account": row.account_shown, "relation": row.relation}
        row.payee_name, row.bank = payee.name.strip()[:60], payee.bank.strip()[:80]
        row.relation = Commitment.Relation(payee.relation)
        row.sealed_account = ring.seal(number, context=f"funds_commitment:{row.source_ref}")
        row.account_blind, row.account_shown = ring.blind("account", number), account_mask(number)
        row.needs_payee = False
        row.version += 1
        row.save()
        after = {"account": row.account_shown, "relation": row.relation, "reason": reason[:300]}
        _audit(viewer, "commitment.correct", row, at, before=before, after=after)
    return row


def commitment_cancel(*, viewer: Viewer, commitment_id: int, version: int, reason: str, at: datetime) -> None:
    """This function frees what was set aside; raises CommitmentNotFound, CommitmentBusy, StaleWrite, ReasonNeeded."""
    numbers_refuse(reason)
    if not reason.strip():
        raise ReasonNeeded
    treasurer_check(viewer)
    with transaction.atomic():
        row = _locked(viewer, commitment_id, version)
        row.state, row.cancelled_at, row.cancelled_reason = Commitment.State.CANCELLED, at, reason.strip()[:300]
        row.version += 1
        row.save()
        _move(viewer, row, row.account, Entry.Kind.FREE, at=at)
        _audit(viewer, "commitment.cancel", row, at, after={"reason": row.cancelled_reason})
