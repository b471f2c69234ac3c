"""To the bank: a batch is marked sent first, then its file is handed out, the same every time.

Killed between the two, the batch stands as sent and its file is made again from the same rows: same references, same
amounts, same checksum. No payment ever goes out under a second reference before the bank or two people say that the
first came to nothing.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from shouwang.funds.errors import BatchAltered, BatchNotFound, BatchNotThere
from shouwang.funds.models import Account, Batch, BatchAct, Entry, Payment
from shouwang.funds.services.accounts import Money, account_open, treasurer_check
from shouwang.funds.services.batches import act_add, batch_locked, checksum_of, events_add
from shouwang.funds.services.ledger import Movement, entries_post
from shouwang.kit.money import yuan_plain
from shouwang.kit.seal import keyring
from shouwang.kit.sheets import cell_safe, workbook_bytes
from shouwang.people.access import Viewer

HEADINGS = ("序号", "付款编号", "收款人", "开户行", "账号", "金额")


def stage_account(viewer: Viewer, account: Account, stage: str, at: datetime) -> Account:
    """This function returns the account in which money of an account stands in another stage."""
    money = Money(account.source, account.purpose, account.year)
    return account_open(viewer=viewer, organisation_id=account.organisation_id, money=money, stage=stage, at=at)


def payments_move(
    viewer: Viewer, payments: Sequence[Payment], *, kind: str, name: str, out: str, into: str, at: datetime
) -> None:
    """This function moves the money of payments from one stage to another, one entry each under the payment's key."""
    accounts: dict[tuple[int, str], Account] = {}
    for account in {payment.commitment.account for payment in payments}:
        for stage in (out, into):
            accounts[account.pk, stage] = stage_account(viewer, account, stage, at)
    on = timezone.localdate(at)
    movements = [
        Movement(
            key=f"payment:{payment.reference}:{name}", kind=kind, slot=payment.commitment.account.slot, on=on,
            payment_id=payment.pk,
            lines=(
                (accounts[payment.commitment.account_id, out].pk, -payment.amount_fen),
                (accounts[payment.commitment.account_id, into].pk, payment.amount_fen),
            ),
        )
        for payment in payments
    ]  # fmt: skip
    entries_post(viewer=viewer, movements=movements, at=at)


def _own(viewer: Viewer, batch: Batch) -> None:
    if treasurer_check(viewer) != batch.organisation_id:
        raise BatchNotFound


def batch_send(*, viewer: Viewer, batch_id: int, version: int, at: datetime) -> Batch:
    """This function marks a released batch as sent, once; from here on its money is in transit.

    Raises BatchNotFound, BatchNotThere, BatchAltered, StaleWrite, NotMoneyWork.
    """
    with transaction.atomic():
        batch = batch_locked(viewer, batch_id, version)
        _own(viewer, batch)
        if batch.state != Batch.State.RELEASED:
            raise BatchNotThere(batch.get_state_display())
        payments = list(batch.payments.select_related("commitment__account").order_by("line"))
        if checksum_of(payments) != batch.checksum:
            raise BatchAltered
        payments_move(viewer, payments, kind=Entry.Kind.SEND, name="send", out="COMMITTED", into="TRANSIT", at=at)
        batch.payments.update(state=Payment.State.SENT, sent_on=timezone.localdate(at))
        events_add(payments, Payment.State.SENT, viewer, at)
        batch.state, batch.sent_at, batch.version = Batch.State.SENT, at, batch.version + 1
        batch.save(update_fields=["state", "sent_at", "version"])
        act_add(viewer, batch, BatchAct.What.SEND, at=at)
    return batch


def batch_hand(*, viewer: Viewer, batch_id: int, form: str, at: datetime) -> tuple[str, bytes]:
    """This function returns name and content of a sent batch's file for the bank (`csv`, `xlsx`); each time is logged.

    Raises BatchNotFound, BatchNotThere, BatchAltered.
    """
    with transaction.atomic():
        batch = batch_locked(viewer, batch_id)
        _own(viewer, batch)
        if batch.state not in (Batch.State.SENT, Batch.State.CLOSED):
            raise BatchNotThere(batch.get_state_display())
        payments = list(batch.payments.order_by("line"))
        if checksum_of(payments) != batch.checksum:
            raise BatchAltered
        act_add(viewer, batch, BatchAct.What.HAND, at=at, reason=form)
    rows = file_rows(batch, payments)
    name = f"支付批次{batch.pk}-{batch.made_on:%Y%m%d}.{form}"
    return name, (_workbook(rows) if form == "xlsx" else _csv(rows))


def file_rows(batch: Batch, payments: Sequence[Payment]) -> list[tuple[str, ...]]:
    """This function returns the lines of the bank's file, the last with count, total and checksum of those before."""
    ring = keyring()
    numbers = [ring.open(each.sealed_account, context=f"funds_payment:{each.reference}") for each in payments]
    lines = [
        (str(each.line), each.reference, each.payee_name, each.bank, number, yuan_plain(each.amount_fen))
        for each, number in zip(payments, numbers, strict=True)
    ]
    return [*lines, ("合计", f"{batch.count} 笔", "校验码", file_checksum(lines), "", yuan_plain(batch.total_fen))]


def file_checksum(lines: Sequence[Sequence[str]]) -> str:
    """This function returns the SHA-256 of the file's lines, cells joined by commas and lines by line feeds."""
    return hashlib.sha256("\n".join(",".join(line) for line in lines).encode()).hexdigest()


def _csv(rows: Sequence[Sequence[str]]) -> bytes:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(HEADINGS)
    writer.writerows([cell_safe(cell) for cell in row] for row in rows)
    return buffer.getvalue().encode("utf-8-sig")


def _workbook(rows: Sequence[Sequence[str]]) -> bytes:
    return workbook_bytes([("支付", HEADINGS, rows)])
