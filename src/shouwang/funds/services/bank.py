"""From the bank: an answer file is read, held against what was sent, and taken line by line."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from shouwang.audit.services import entry_append
from shouwang.funds.errors import BatchNotFound, BatchNotThere, ReturnTakenBefore, ReturnUnreadable
from shouwang.funds.models import BankReturn, Batch, Payment
from shouwang.funds.rules import Judged, ReturnLine, Standing, answer_judge
from shouwang.funds.selectors.payments import recovered_fen
from shouwang.funds.services.accounts import treasurer_check
from shouwang.funds.services.batches import batch_locked, events_add
from shouwang.funds.services.settling import payments_settle
from shouwang.kit.errors import Refusal
from shouwang.kit.money import fen_parse
from shouwang.kit.tables import cell_text, heading_find, tables_open
from shouwang.people.access import Viewer

KNOWN = {
    "付款编号": "reference", "金额": "amount", "金额（元）": "amount", "结果": "result", "处理结果": "result",
    "原因": "reason", "失败原因": "reason",
}  # fmt: skip
NEEDED = {"reference", "amount", "result"}
MOST_LINES = 200_000


@dataclass(frozen=True)
class Taken:
    """What came of an answer: how many lines were taken, which were refused, how many payments are doubtful now."""

    taken: int
    refused: tuple[tuple[int, str], ...]
    doubtful: int


def return_lines(content: bytes, *, name: str) -> list[ReturnLine]:
    """This function reads the lines of an answer file (XLSX or CSV); raises ReturnUnreadable and `TableRefusal`s."""
    lines: list[ReturnLine] = []
    is_found = False
    with tables_open(content, name=name) as sheets:
        for sheet in sheets:
            heading = heading_find(sheet, known=KNOWN, minimum=3)
            if heading is None or not set(heading.fields) >= NEEDED:
                continue
            is_found = True
            for number, cells in sheet.rows:
                line = _line(number, cells, dict(heading.fields))
                if line is not None:
                    lines.append(line)
    if not is_found or len(lines) > MOST_LINES:
        raise ReturnUnreadable
    return lines


def _line(number: int, cells: list[object], fields: dict[str, int]) -> ReturnLine | None:
    texts = {
        field: cell_text(cells[column]).removeprefix("'") if column < len(cells) else ""
        for field, column in fields.items()
    }
    if not any(texts.values()) or not texts["reference"] or texts["reference"].endswith("笔"):
        return None  # blank, or the line of totals
    try:
        amount: int | None = fen_parse(texts["amount"])
    except Refusal:
        amount = None
    return ReturnLine(number, texts["reference"], amount, texts["result"].strip(), texts.get("reason", "")[:200])


def return_read(*, viewer: Viewer, batch_id: int, name: str, content: bytes, at: datetime) -> Taken:
    """This function takes the bank's answer to a batch; lines that cannot be trusted are kept with place and reason.

    A sent payment that the answer leaves out or spoils becomes UNKNOWN: it is settled by a later answer or two people.
    Raises BatchNotFound, BatchNotThere, ClockBack, ReturnTakenBefore, ReturnUnreadable.
    """
    lines = return_lines(content, name=name)
    with transaction.atomic():
        batch = batch_locked(viewer, batch_id, at=at)
        if treasurer_check(viewer) != batch.organisation_id:
            raise BatchNotFound
        if batch.state not in (Batch.State.SENT, Batch.State.CLOSED):
            raise BatchNotThere(batch.get_state_display())
        payments = list(batch.payments.select_related("commitment__account").order_by("line"))
        back = recovered_fen(each.pk for each in payments)
        standings = {each.reference: Standing(each.amount_fen, each.state, back.get(each.pk, 0)) for each in payments}
        judged = answer_judge(lines, standings)
        _record(viewer, batch, judged, content, at)
        _doubt(viewer, payments, judged, at)
        payments_settle(viewer, batch, payments, judged.outcomes, at=at)
    return Taken(len(judged.outcomes), tuple(judged.refused), len(judged.doubtful))


def _record(viewer: Viewer, batch: Batch, judged: Judged, content: bytes, at: datetime) -> None:
    digest = hashlib.sha256(content).hexdigest()
    try:
        with transaction.atomic():
            BankReturn.objects.create(
                batch=batch, slot=batch.slot, organisation_id=batch.organisation_id, digest=digest, read_at=at,
                read_by=viewer.label[:200], taken=len(judged.outcomes),
                refused=[{"row": row, "why": why} for row, why in judged.refused],
            )  # fmt: skip
    except IntegrityError:
        raise ReturnTakenBefore from None
    entry_append(
        viewer=viewer, action="bank.answer", subject_type="funds.Batch", subject_id=batch.pk, slot=batch.slot, at=at,
        after={"taken": len(judged.outcomes), "refused": len(judged.refused), "doubtful": len(judged.doubtful),
               "digest": digest},
    )  # fmt: skip


def _doubt(viewer: Viewer, payments: list[Payment], judged: Judged, at: datetime) -> None:
    doubtful = [payment for payment in payments if payment.reference in judged.doubtful]
    for payment in doubtful:
        payment.state, payment.reason = Payment.State.UNKNOWN, judged.doubtful[payment.reference]
    Payment.objects.bulk_update(doubtful, ["state", "reason"], batch_size=2000)
    reasons = {payment.pk: payment.reason for payment in doubtful}
    events_add(doubtful, Payment.State.UNKNOWN, viewer, at, reasons)
