"""Tables of assistance."""

from shouwang.assistance.models.measures import Aid, Measure

__all__ = ["Aid", "Measure"]
