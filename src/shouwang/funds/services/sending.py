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
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Way:
    """Payments whose money goes from one stage to another, under each payment's key."""

    payments: Sequence[Payment]
    kind: str
    name: str
    out: str
    into: str


def payments_move(viewer: Viewer, *ways: Way, at: datetime) -> None:
    """This function moves the money of payments, one entry each, whatever their ways in one statement.

    So all accounts are locked at once and in their order: way after way, an answer that pays some and returns others
    would hold the first way's accounts while it waits for those of the next, and a batch on its way out the reverse.
    """
    accounts: dict[tuple[int, str], Account] = {}
    movements, on = [], timezone.localdate(at)
    for way in ways:
        for payment in way.payments:
            account = payment.commitment.account
            for stage in (way.out, way.into):
                if (account.pk, stage) not in accounts:
                    accounts[account.pk, stage] = stage_account(viewer, account, stage, at)
            lines = (
                (accounts[account.pk, way.out].pk, -payment.amount_fen),
                (accounts[account.pk, way.into].pk, payment.amount_fen),
            )
            movements.append(
                Movement(
                    key=f"payment:{payment.reference}:{way.name}", kind=way.kind, slot=account.slot, on=on,
                    payment_id=payment.pk, lines=lines,
                )
            )  # fmt: skip
    entries_post(viewer=viewer, movements=movements, at=at)


def _own(viewer: Viewer, batch: Batch) -> None:
    if treasurer_check(viewer) != batch.organisation_id:
        raise BatchNotFound


def batch_send(*, viewer: Viewer, batch_id: int, version: int, at: datetime) -> Batch:
    """This function marks a released batch as sent, once; from here on its money is in transit.

    Raises BatchNotFound, BatchNotThere, BatchAltered, StaleWrite, ClockBack, NotMoneyWork.
    """
    with transaction.atomic():
        batch = batch_locked(viewer, batch_id, version, at=at)
        _own(viewer, batch)
        if batch.state != Batch.State.RELEASED:
            raise BatchNotThere(batch.get_state_display())
        payments = list(batch.payments.select_related("commitment__account").order_by("line"))
        if checksum_of(payments) != batch.checksum:
            raise BatchAltered
        payments_move(viewer, Way(payments, Entry.Kind.SEND, "send", "COMMITTED", "TRANSIT"), at=at)
        batch.payments.update(state=Payment.State.SENT, sent_on=timezone.localdate(at))
        events_add(payments, Payment.State.SENT, viewer, at)
        batch.state, batch.sent_at, batch.version = Batch.State.SENT, at, batch.version + 1
        batch.save(update_fields=["state", "sent_at", "version"])
        act_add(viewer, batch, BatchAct.What.SEND, at=at)
    return batch


def batch_hand(*, viewer: Viewer, batch_id: int, form: str, at: datetime) -> tuple[str, bytes]:
    """This function returns name and content of a sent batch's file for the bank (`csv`, `xlsx`); each time is logged.

    Raises BatchNotFound, BatchNotThere, BatchAltered, ClockBack.
    """
    with transaction.atomic():
        batch = batch_locked(viewer, batch_id, at=at)
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
