"""Payments, benefits and the ledger as a workbook: for a purpose, with a watermark, up to so many rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone

from shouwang.audit.services import entry_append
from shouwang.funds.errors import ExportPurposeMissing, ExportTooLong
from shouwang.funds.models import Grant, Payment, Posting
from shouwang.funds.selectors.grants import grants_visible_to
from shouwang.funds.selectors.ledger import accounts_visible_to
from shouwang.funds.selectors.payments import payments_visible_to
from shouwang.kit.sheets import Cell, workbook_bytes, yuan_cell
from shouwang.kit.texts import numbers_refuse
from shouwang.people.access import Viewer
from shouwang.register.selectors import household_cards

LIMIT = 20_000
CHUNK = 1_000


@dataclass(frozen=True)
class Sheet:
    """One kind of list: its name, headings, the rows of a year in a viewer's sight, and a part of them as cells."""

    name: str
    headings: tuple[str, ...]
    rows: Callable[[Viewer, int], QuerySet]
    cells: Callable[[Viewer, list], Iterator[list[Cell]]]


def _day(day: object) -> str:
    return str(day) if day else ""


def _payments(viewer: Viewer, year: int) -> QuerySet[Payment]:
    return payments_visible_to(viewer).filter(batch__made_on__year=year).defer("sealed_account")


def _payment_cells(viewer: Viewer, rows: list[Payment]) -> Iterator[list[Cell]]:
    for row in rows:
        owed = row.commitment
        yield [
            row.batch_id, row.reference, row.payee_name, owed.get_relation_display(), row.bank, row.account_shown,
            yuan_cell(row.amount_fen), owed.purpose, owed.ground, _day(owed.approved_on), _day(row.sent_on),
            _day(row.settled_on), row.get_state_display(), row.reason, row.batch.organisation_name,
        ]  # fmt: skip


def _grants(viewer: Viewer, year: int) -> QuerySet[Grant]:
    return grants_visible_to(viewer).filter(from_date__year=year)


def _grant_cells(viewer: Viewer, rows: list[Grant]) -> Iterator[list[Cell]]:
    cards = household_cards(viewer, {row.household_id for row in rows}) if viewer.reads_register else {}
    for row in rows:
        card = cards.get(row.household_id)
        yield [
            card.number if card else "", card.head_name if card else "", card.place if card else "", row.payer_name,
            row.get_standing_display(), row.purpose, yuan_cell(row.amount_fen), row.get_unit_display(),
            _day(row.from_date), _day(row.until_date), f"已撤销：{row.cancelled_reason}" if row.cancelled_at else "",
        ]  # fmt: skip


def _postings(viewer: Viewer, year: int) -> QuerySet[Posting]:
    ids = accounts_visible_to(viewer).filter(year=year).values("pk")
    return Posting.objects.filter(account_id__in=ids).select_related("entry", "account")


def _posting_cells(viewer: Viewer, rows: list[Posting]) -> Iterator[list[Cell]]:
    for row in rows:
        entry, account = row.entry, row.account
        yield [
            entry.pk, _day(entry.on), entry.get_kind_display(), account.organisation_name,
            account.get_source_display(), account.purpose, account.year, account.get_stage_display(),
            yuan_cell(row.amount_fen), entry.document, entry.note, entry.by,
        ]  # fmt: skip


SHEETS = {
    "payments": Sheet(
        "支付", ("批次", "付款编号", "收款人", "关系", "开户行", "账户", "金额（元）", "用途", "依据", "批准", "送银行",
               "银行结果", "状态", "说明", "付款单位"), _payments, _payment_cells,
    ),
    "grants": Sheet(
        "救助", ("户编号", "户主", "住址", "发放单位", "谁的钱", "用途", "金额（元）", "频次", "从", "到", "撤销"),
        _grants, _grant_cells,
    ),
    "ledger": Sheet(
        "账目", ("分录", "日期", "事项", "单位", "来源", "用途", "年度", "阶段", "金额（元）", "依据", "说明", "经办"),
        _postings, _posting_cells,
    ),
}  # fmt: skip


def money_export(*, viewer: Viewer, what: str, year: int, purpose: str, at: datetime) -> tuple[str, bytes]:
    """This function returns name and content of a workbook of payments, grants or the ledger of a year.

    Raises ExportPurposeMissing, ExportTooLong, PersonalNumberInText.
    """
    if not purpose.strip():
        raise ExportPurposeMissing
    numbers_refuse(purpose)
    sheet = SHEETS[what]
    found = sheet.rows(viewer, year).order_by("pk")
    count = found.count()
    if count > LIMIT:
        raise ExportTooLong(count, LIMIT)
    day = timezone.localdate(at)
    mark = f"{viewer.label} {timezone.localtime(at):%Y-%m-%d %H:%M} {purpose.strip()[:40]}"
    content = workbook_bytes([(sheet.name, sheet.headings, _cells(viewer, sheet, found))], mark=mark)
    entry_append(
        viewer=viewer, action="money.export", subject_type="funds.Account", subject_id=0,
        slot=viewer.ranges[0][0] if viewer.ranges else None, at=at, purpose=purpose.strip()[:200],
        after={"what": what, "year": year, "rows": count},
    )  # fmt: skip
    return f"{year}年{sheet.name}_{day:%Y%m%d}.xlsx", content


def _cells(viewer: Viewer, sheet: Sheet, found: QuerySet) -> Iterator[list[Cell]]:
    last = 0
    while part := list(found.filter(pk__gt=last)[:CHUNK]):
        last = part[-1].pk
        yield from sheet.cells(viewer, part)
