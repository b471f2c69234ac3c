"""The list an insurer hands in: a line an item of a claim's loss; and the same list to be filled in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.utils import timezone

from shouwang.audit.services import entry_append
from shouwang.insurance.errors import ListLineWrong, ListPurposeMissing, ListTooLong, ListUnreadable
from shouwang.insurance.models import Claim, ClaimItem
from shouwang.insurance.rules import State
from shouwang.insurance.selectors import claims_visible_to, pool_get
from shouwang.insurance.services.assessing import Item
from shouwang.insurance.services.printing import LIST_LIMIT
from shouwang.kit.codes import Risk
from shouwang.kit.errors import Refusal
from shouwang.kit.money import fen_parse
from shouwang.kit.sheets import Cell, workbook_bytes, yuan_cell
from shouwang.kit.tables import TableLimits, cell_text, heading_find, tables_open
from shouwang.kit.texts import numbers_refuse
from shouwang.people.access import Viewer
from shouwang.rulebook.ladders import OFFSETS

MOST_LINES = 400_000
MOST_RECEIPT = 40  # characters: cut, two invoices would look like one
AMOUNTS = {"evidence": "凭证金额", "claimed": "申报金额", "assessed": "核定金额"}
FIELDS = {
    "claim": "理赔号", "version": "版本", "household": "户主", "person": "谁出的事", "cause": "原因", "on": "发生日期",
    "name": "项目", "receipt": "票据号", "evidence": "凭证金额（元）", "claimed": "申报金额（元）",
    "assessed": "核定金额（元）", "note": "核减的理由", **{kind: f"{label}（元）" for kind, label in OFFSETS.items()},
}  # fmt: skip
KNOWN = {heading: name for name, heading in FIELDS.items()} | {
    "理赔编号": "claim",
    "发票号": "receipt",
    "票据号码": "receipt",
}
NEEDED = {"claim", "name", *AMOUNTS}


@dataclass
class Listed:
    """What a list says of one claim, from its first line on: the loss by item, what others paid.

    `version` is the claim's when the list was taken out, None where the list has no such column; `household` the name
    of its head, to be held against the claim's, empty where it is not told.
    """

    claim_id: int
    row: int
    version: int | None = None
    household: str = ""
    items: list[Item] = field(default_factory=list)
    offsets: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Left:
    """A line or a claim that is left out, and why."""

    claim_id: int | None
    row: int | None
    reason: str


def list_read(content: bytes, *, name: str, limits: TableLimits | None = None) -> tuple[dict[int, Listed], list[Left]]:
    """This function reads a list (XLSX or CSV): what it says by claim, and what cannot be read, a claim as a whole.

    Raises ListUnreadable, and `TableRefusal`s.
    """
    found: dict[int, Listed] = {}
    wrong: dict[int, Left] = {}
    left: list[Left] = []
    lines = 0
    for row, texts in _lines(content, name=name, limits=limits):
        lines += 1
        if lines > MOST_LINES:
            raise ListUnreadable(MOST_LINES)
        number = texts["claim"].removeprefix("#")
        if not _is_number(number):
            left.append(Left(None, row, f"第 {row} 行：理赔号“{texts['claim'][:20]}”看不懂。"))
            continue
        listed = found.setdefault(int(number), Listed(int(number), row))
        try:
            _line(listed, row, texts)
        except Refusal as refusal:
            wrong.setdefault(listed.claim_id, Left(listed.claim_id, row, refusal.message))
    if not lines:
        raise ListUnreadable(MOST_LINES)
    return {pk: one for pk, one in found.items() if pk not in wrong}, [*left, *wrong.values()]


def _lines(content: bytes, *, name: str, limits: TableLimits | None) -> Iterator[tuple[int, dict[str, str]]]:
    with tables_open(content, name=name, limits=limits) as sheets:
        for sheet in sheets:
            heading = heading_find(sheet, known=KNOWN, minimum=len(NEEDED))
            if heading is None or not set(heading.fields) >= NEEDED:
                continue
            fields = dict(heading.fields)
            for row, cells in sheet.rows:
                texts = {key: cell_text(cells[at]).strip() if at < len(cells) else "" for key, at in fields.items()}
                # A line of the list that was not filled in says nothing.
                if any(texts.get(key) for key in ("name", *AMOUNTS, *OFFSETS)):
                    yield row, texts


def _line(listed: Listed, row: int, texts: Mapping[str, str]) -> None:
    """This function adds one line to what is known of its claim; raises ListLineWrong, PersonalNumberInText."""
    version = texts.get("version", "")
    if version and not _is_number(version):
        raise ListLineWrong(row, f"版本“{version[:20]}”看不懂，请照下载的清单留着。")
    listed.version = int(version) if version else listed.version
    listed.household = texts.get("household", "") or listed.household
    for kind, label in OFFSETS.items():
        if texts.get(kind):
            fen = _amount(row, label, texts[kind])
            if listed.offsets.setdefault(kind, fen) != fen:
                raise ListLineWrong(row, f"{label}与这件的另一行不一样，别人已付的每种写一次。")
    if not texts["name"]:
        if any(texts[key] for key in AMOUNTS):
            raise ListLineWrong(row, "没有写项目。")
        return
    numbers_refuse(texts["name"], texts.get("note", ""))
    if len(texts.get("receipt", "")) > MOST_RECEIPT:
        raise ListLineWrong(row, f"票据号太长，最多 {MOST_RECEIPT} 个字。")
    amounts = {key: _amount(row, label, texts[key]) for key, label in AMOUNTS.items()}
    listed.items.append(
        Item(
            texts["name"], amounts["claimed"], amounts["evidence"], amounts["assessed"], texts.get("receipt", ""),
            texts.get("note", ""),
        )
    )  # fmt: skip


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 15


def _amount(row: int, label: str, text: str) -> int:
    try:
        return fen_parse(text)
    except Refusal as refusal:
        raise ListLineWrong(row, f"{label}“{text[:20]}”：{refusal.message}") from refusal


def open_list(*, viewer: Viewer, pool_id: int, purpose: str, at: datetime) -> tuple[str, bytes]:
    """This function returns name and content of the list of a pool's open claims, to be filled in; the act is logged.

    Raises PoolNotFound, ListPurposeMissing, ListTooLong, PersonalNumberInText.
    """
    pool = pool_get(viewer, pool_id)
    if not purpose.strip():
        raise ListPurposeMissing
    numbers_refuse(purpose)
    claims = claims_visible_to(viewer).filter(pool=pool, state=State.OPEN).order_by("pk")
    rows = claims.count()
    if rows > LIST_LIMIT:
        raise ListTooLong(rows, LIST_LIMIT)
    items: dict[int, list[ClaimItem]] = {}
    for item in ClaimItem.objects.filter(claim__in=claims.order_by()).order_by("pk"):
        items.setdefault(item.claim_id, []).append(item)
    mark = f"{viewer.label} {timezone.localtime(at):%Y-%m-%d %H:%M} {purpose.strip()[:40]}"
    lines = (cells for claim in claims.iterator() for cells in _cells(claim, items.get(claim.pk, [])))
    content = workbook_bytes([("待定损", list(FIELDS.values()), lines)], mark=mark)
    entry_append(
        viewer=viewer, action="pool.export", subject_type="insurance.Pool", subject_id=pool.pk, slot=pool.slot, at=at,
        purpose=purpose.strip()[:200], after={"rows": rows, "list": "open"},
    )  # fmt: skip
    return f"{pool.name}待定损清单_{timezone.localdate(at):%Y%m%d}.xlsx", content


def _cells(claim: Claim, items: list[ClaimItem]) -> Iterator[list[Cell]]:
    """This function yields a line an item of the claim, one to be filled in where there is none yet."""
    head: list[Cell] = [
        str(claim.pk), str(claim.version), claim.household_name, claim.person_name or "全家",
        str(Risk(claim.cause).label), f"{claim.event_on:%Y-%m-%d}",
    ]  # fmt: skip
    offsets: list[Cell] = [yuan_cell(claim.offsets.get(kind)) for kind in OFFSETS]
    for number, item in enumerate(items):
        amounts: list[Cell] = [yuan_cell(fen) for fen in (item.evidence_fen, item.claimed_fen, item.assessed_fen)]
        others: list[Cell] = offsets if number == 0 else [None] * len(OFFSETS)
        yield [*head, item.name, item.receipt, *amounts, item.note, *others]
    if not items:
        yield [*head, "", "", None, None, None, "", *offsets]
