"""The rows that were not taken, as a workbook to mend and deliver again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from shouwang.audit.services import entry_append
from shouwang.kit.masks import resident_id_mask
from shouwang.kit.sheets import workbook_bytes
from shouwang.kit.texts import squeezed
from shouwang.people.access import Kind, Viewer
from shouwang.sources.models import FeedImport, FeedRow
from shouwang.sources.rules.headings import Column, Layout
from shouwang.sources.rules.kinds import feed_kind
from shouwang.sources.services.cells import cells_open
from shouwang.sources.services.errors import ImportNotFound
from shouwang.sources.services.uploads import SUBJECT

PURPOSE = "下载没有导入的行"
REASON, PLACE = "没有导入的原因", "原表位置"


def refused_rows_file(*, viewer: Viewer, import_id: int, at: datetime) -> tuple[str, bytes]:
    """This function returns an ASCII file name and a workbook: the file's own headings and rows, reason and place last.

    It is made when asked for and never stored; mended, it can be delivered as it is. The reading is logged.
    """
    taken = FeedImport.objects.filter(pk=import_id, organisation_id=viewer.organisation_id or 0).first()
    if taken is None:
        raise ImportNotFound
    rows = FeedRow.objects.filter(feed_import=taken, organisation_id=viewer.organisation_id or 0)
    rows = rows.exclude(state=FeedRow.State.DECIDED)
    sheets = []
    for body in taken.layout:
        layout = Layout.from_json(body)
        width = max((column.index for column in layout.columns), default=-1) + 1
        texts = [""] * width
        for column in layout.columns:
            texts[column.index] = column.heading
        lines = [
            [*_fitted(cells_open(row), width), f"{row.column}：{row.reason}" if row.column else row.reason,
             f"{row.sheet} 第 {row.row_number} 行"]
            for row in rows.filter(sheet_number=layout.sheet_number).order_by("row_number").iterator(2000)
        ]  # fmt: skip
        if lines:
            sheets.append((layout.sheet or "没有导入的行", [*texts, REASON, PLACE], lines))
    entry_append(
        viewer=viewer, action="feed.refused_read", subject_type=SUBJECT, subject_id=taken.pk, slot=taken.slot, at=at,
        purpose=PURPOSE, after={"rows": sum(len(lines) for _, _, lines in sheets)},
    )  # fmt: skip
    return f"refused-{taken.pk}.xlsx", workbook_bytes(sheets or [("没有导入的行", [REASON], [])])


def _fitted(cells: list[str], width: int) -> list[str]:
    return [*cells[:width], *[""] * (width - len(cells))]


@dataclass(frozen=True)
class Unmatched:
    """Whom a row that matched nobody names: name and masked ID as the file has them."""

    name: str
    masked_id: str


def unmatched_people(
    *, viewer: Viewer, taken: FeedImport, rows: Sequence[FeedRow], at: datetime
) -> dict[int, Unmatched]:
    """This function returns, for a county centre that must check them, whom unmatched rows name; the reading is logged.

    Nobody else gets anything: the department has its own file, the register knows nothing of these people.
    """
    if viewer.kind is not Kind.COUNTY_CENTRE or not rows:
        return {}
    person = feed_kind(taken.feed.kind).person
    fields = {layout.sheet_number: layout.fields for layout in map(Layout.from_json, taken.layout)}
    found = {}
    for row in rows:
        columns, cells = fields.get(row.sheet_number, {}), cells_open(row)
        name, number = _cell(cells, columns.get(person.name)), _cell(cells, columns.get(person.resident_id))
        found[row.pk] = Unmatched(name, resident_id_mask(number))
    entry_append(
        viewer=viewer, action="feed.unmatched_read", subject_type=SUBJECT, subject_id=taken.pk, slot=taken.slot, at=at,
        purpose="核对没有对上的人", after={"rows": len(found)},
    )  # fmt: skip
    return found


def _cell(cells: Sequence[str], column: Column | None) -> str:
    return squeezed(cells[column.index]) if column is not None and column.index < len(cells) else ""
