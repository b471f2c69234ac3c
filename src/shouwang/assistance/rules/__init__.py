"""Pure rules of assistance."""

from shouwang.assistance.rules.entitlements import REF, month_ref
from shouwang.assistance.rules.measures import (
    FIGURE_OF_UNIT,
    PROVIDER_KINDS,
    measure_suggested,
    standing_of,
)

__all__ = ["FIGURE_OF_UNIT", "PROVIDER_KINDS", "REF", "measure_suggested", "month_ref", "standing_of"]
