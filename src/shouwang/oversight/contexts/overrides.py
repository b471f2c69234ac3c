"""What the page of overridden flags shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shouwang.ui.tables import Table


@dataclass(frozen=True)
class OverridesPage:
    """放行的核实提示: who looked at which flag of which case, what she found and why."""

    table: Table
    total: int
    filters: Sequence[tuple[str, str, Sequence[tuple[str, str, bool]]]]
    kept: Mapping[str, str]
    problem: str = ""
