"""What the page of the forms' burden shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shouwang.oversight.selectors.burden import Burden


@dataclass(frozen=True)
class BurdenPage:
    """Whose areas, and the forms by channel."""

    area: str
    lines: Sequence[Burden]

    @property
    def forms(self) -> int:
        """How many forms there are in all."""
        return sum(line.forms for line in self.lines)

    @property
    def questions(self) -> int:
        """How many questions the counted forms asked together."""
        return round(sum((line.asked or 0) * line.counted for line in self.lines))
