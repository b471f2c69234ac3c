"""The rows that were not taken, as a workbook to mend and deliver again."""

from __future__ import annotations

from datetime import datetime

from shouwang.audit.services import entry_append
from shouwang.kit.sheets import workbook_bytes
from shouwang.people.access import Viewer
from shouwang.sources.models import FeedImport, FeedRow
from shouwang.sources.rules.headings import Layout
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
