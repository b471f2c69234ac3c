"""What was measured, on the screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.table import Table

from bench.measure import Measured

NOTES = Console(stderr=True)


def step_show(text: str) -> None:
    """This function tells what is being done."""
    NOTES.print(f"  {text}", style="dim")


def results_show(found: Sequence[Measured], ratios: Mapping[str, float], *, title: str) -> None:
    """This function prints medians and ratios."""
    table = Table("", "秒", "处理器秒", "内存 MB", title=title)
    for row in found:
        table.add_row(row.name, f"{row.wall_s:.2f}", f"{row.cpu_s:.2f}", f"{row.rss_mb:,.0f}")
    console = Console(width=None if Console().is_terminal else 120)
    console.print(table)
    for name, ratio in ratios.items():
        console.print(f"{name}: {ratio:.2f}")
