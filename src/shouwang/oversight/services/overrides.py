"""Overridden flags as a workbook, with its purpose in the log."""

from __future__ import annotations

from datetime import datetime

from shouwang.audit.services import entry_append
from shouwang.casework.selectors import looks_asked
from shouwang.kit.errors import Refusal
from shouwang.kit.sheets import workbook_bytes
from shouwang.kit.texts import numbers_refuse
from shouwang.oversight.selectors.overrides import HEADINGS, look_sheet
from shouwang.people.access import Viewer

LIMIT = 5_000


class ReportPurposeMissing(Refusal):
    """A list of cases leaves the house for a stated purpose only."""

    sentence = "请写明导出的用途，它会记入审计日志。"


class ReportTooLong(Refusal):
    """The list is too long for one workbook."""

    def __init__(self, rows: int) -> None:
        super().__init__(f"共 {rows:,} 条，一个文件最多 {LIMIT:,} 条。请先按核实提示或结论筛选再导出。")


def overrides_export(*, viewer: Viewer, verdict: str, key: str, purpose: str, at: datetime) -> bytes:
    """This function returns the workbook of the looks that a page lists; raises ReportPurposeMissing, ReportTooLong."""
    if not purpose.strip():
        raise ReportPurposeMissing
    numbers_refuse(purpose)
    looks = looks_asked(viewer, verdict=verdict, key=key).order_by("-pk")
    rows = looks.count()
    if rows > LIMIT:
        raise ReportTooLong(rows)
    content = workbook_bytes([("放行的核实提示", HEADINGS, look_sheet(viewer, looks))])
    entry_append(
        viewer=viewer, action="flag.export", subject_type="casework.FlagLook", subject_id=0,
        slot=viewer.ranges[0][0] if viewer.ranges else None, at=at, purpose=purpose.strip()[:200],
        after={"rows": rows, "verdict": verdict, "flag": key},
    )  # fmt: skip
    return content
