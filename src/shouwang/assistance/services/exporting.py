"""The figures of help as a workbook; who took them out, and of where, is in the log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from shouwang.assistance.selectors import MeasureCount
from shouwang.audit.services import entry_append
from shouwang.kit.sheets import Cell, workbook_bytes, yuan_cell
from shouwang.people.access import Viewer

HEADINGS = ("地区", "措施", "类别", "落实（项）", "户数", "人数（每人算一次）", "金额（元）")


def counts_export(
    *,
    viewer: Viewer,
    counts: Sequence[MeasureCount],
    places: Mapping[int, str],
    area_name: str,
    slot: int,
    year: int,
    at: datetime,
) -> bytes:
    """This function returns the counts of an area and year as a workbook; it holds figures, no person."""
    rows: list[list[Cell]] = [
        [
            places.get(one.area, area_name), one.name, one.kind_label, one.times, one.households, one.people,
            yuan_cell(one.amount_fen),
        ]
        for one in counts
    ]  # fmt: skip
    entry_append(
        viewer=viewer, action="measure.export", subject_type="assistance.Measure", subject_id=0, slot=slot, at=at,
        purpose=f"{year} 年帮扶统计", after={"rows": len(rows), "year": year},
    )  # fmt: skip
    return workbook_bytes([(f"{year}年帮扶", HEADINGS, rows)])
