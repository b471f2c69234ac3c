"""Results of a trial drawn: the same for a trial in the making and for a saved one."""

from __future__ import annotations

from shouwang.oversight.contexts.lab import Comparison, Shown
from shouwang.oversight.rules.results import per_week
from shouwang.oversight.rules.tables import (
    GROUPS,
    DiffRow,
    Results,
    bars_of,
    compare_rows,
    diff_rows,
    ladder_rows,
    pools_used,
    variant_name,
)
from shouwang.ui.charts import BarChart, Series

BARS = 14  # areas drawn; the table holds all


def _by_area(rows: list[DiffRow]) -> BarChart | None:
    moved = [row for row in rows if row.added_households or row.dropped_households][:BARS]
    if not moved:
        return None
    series = [
        Series("增加", [row.added_households for row in moved]),
        Series("减少", [row.dropped_households for row in moved]),
    ]
    drawn = [one for one in series if any(one.values)]
    said = "和".join(one.name for one in drawn)
    more = "" if len(moved) < BARS else f"（变动最多的 {BARS} 处）"
    return BarChart(
        key="by-area", title=f"{said}的预警户，按辖区{more}", head="辖区", names=[row.name for row in moved],
        series=drawn,
    )  # fmt: skip


def shown(results: Results, number: int) -> Shown | None:
    """This function returns a variant (from 1) in full, None when there is no such variant."""
    if not 1 <= number <= len(results["variants"]):
        return None
    told, base = results["variants"][number - 1], results["base"]
    groups = [(key, title, diff_rows(results, number, key)) for key, title in GROUPS.items()]
    load = {"officers": results["officers"], "weeks": results["weeks"]}
    return Shown(
        number=number,
        name=variant_name(told["changes"]),
        changes=told["changes"],
        total=told["total"],
        paid=told["paid"],
        paid_fen=told["paid_fen"],
        base_paid_fen=base["paid_fen"],
        uncovered=told["uncovered"],
        undecided=told["undecided"],
        per_week=per_week(told["total"]["variant_households"], **load),
        base_per_week=per_week(base["households"], **load),
        groups=groups,
        ladders=ladder_rows(results, number),
        pools=pools_used(results, number),
        chart=_by_area(groups[0][2]),
    )


def comparison(results: Results, *, number: int = 0) -> Comparison:
    """This function returns all variants side by side; `number` is the one shown in full."""
    rows = compare_rows(results, shown=number)
    head, bars = bars_of(results)
    chart = BarChart(
        key="variants", title=f"预警户，按{head}", head=head, names=[name for name, _ in bars],
        series=[Series("预警户", [households for _, households in bars])],
    )  # fmt: skip
    return Comparison(rows, chart if len(rows) > 2 else None)
