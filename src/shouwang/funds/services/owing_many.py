"""Many approved amounts of one organisation and purpose set aside at once, each once under its name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone

from shouwang.audit.services import entry_append
from shouwang.funds.errors import PayerUnknown
from shouwang.funds.models import LIMIT_FEN, Account, Commitment, Entry
from shouwang.funds.selectors.ledger import accounts_visible_to
from shouwang.funds.services.accounts import Money, account_open
from shouwang.funds.services.grants import AmountNotSane
from shouwang.funds.services.ledger import Movement, entries_post
from shouwang.funds.services.owing import PaymentRequest, commitment_prepare, commitment_same
from shouwang.kit.locks import Lock
from shouwang.people.access import Viewer


@dataclass(frozen=True)
class AskedMany:
    """How many amounts were set aside anew, their sum, and how many found no money; the rest stood already."""

    made: int
    total_fen: int
    short: int


def payments_request(
    *, viewer: Viewer, requests: Sequence[PaymentRequest], about: str, at: datetime
) -> AskedMany:  # fmt: skip
    """This function sets approved amounts of one organisation and purpose aside, as `payment_request` does one.

    What finds no account that holds enough is left, and asked for when it is asked again. One audit row tells of all of
    them (`about` names the act). Raises PayerUnknown, AmountNotSane, AccountNumberUnreadable, CommitmentTaken,
    HouseholdUnknown, and NotEnoughMoney where somebody else took the money meanwhile.
    """
    if not requests:
        return AskedMany(0, 0, 0)
    if any(not 0 < request.amount_fen < LIMIT_FEN for request in requests):
        raise AmountNotSane
    with transaction.atomic():
        accounts = _accounts(viewer, requests[0])
        found = Commitment.objects.filter(source_ref__in=[request.source_ref for request in requests])
        standing = {row.source_ref: row for row in found}
        for request in requests:
            if request.source_ref in standing:
                commitment_same(standing[request.source_ref], request)
        left = {account.pk: account.balance_fen for account in accounts}
        rows, short = [], 0
        for request in (one for one in requests if one.source_ref not in standing):
            account = next((one for one in accounts if left[one.pk] >= request.amount_fen), None)
            if account is None:
                short += 1
                continue
            left[account.pk] -= request.amount_fen
            rows.append(commitment_prepare(viewer, request, account, request.payee.number, at))
        Commitment.objects.bulk_create(rows)
        _move(viewer, rows, accounts, at=at)
        total = sum(row.amount_fen for row in rows)
        if rows:
            entry_append(
                viewer=viewer, action="commitment.add", subject_type="funds.Commitment", subject_id=0,
                slot=accounts[0].slot, at=at, after={"commitments": len(rows), "amount_fen": total, "about": about},
            )  # fmt: skip
    return AskedMany(len(rows), total, short)


def _accounts(viewer: Viewer, request: PaymentRequest) -> list[Account]:
    """This function returns the accounts to take from, the oldest first; who asks for many there waits in turn."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [Lock.PAYER.key(request.organisation_id)])
    own = accounts_visible_to(viewer).filter(
        organisation_id=request.organisation_id, purpose=request.purpose, stage=Account.Stage.AVAILABLE
    )
    found = list(own.order_by("year", "pk"))
    if not found:
        raise PayerUnknown
    return found


def _move(viewer: Viewer, rows: Sequence[Commitment], accounts: Sequence[Account], *, at: datetime) -> None:
    """This function moves what is owed from what is available to what is set aside, one entry an amount."""
    used = {row.account_id for row in rows}
    held = {
        one.pk: account_open(
            viewer=viewer, organisation_id=one.organisation_id, stage="COMMITTED", at=at,
            money=Money(one.source, one.purpose, one.year),
        )
        for one in accounts if one.pk in used
    }  # fmt: skip
    movements = [
        Movement(
            key=f"commitment:{row.source_ref}:{Entry.Kind.COMMIT.lower()}", kind=Entry.Kind.COMMIT,
            slot=row.account.slot, on=timezone.localdate(at), document=row.ground,
            lines=((row.account_id, -row.amount_fen), (held[row.account_id].pk, row.amount_fen)),
        )
        for row in rows
    ]  # fmt: skip
    entries_post(viewer=viewer, movements=movements, at=at)
