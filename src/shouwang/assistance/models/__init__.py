"""Tables of assistance."""

from shouwang.assistance.models.measures import Aid, Confirmation, Measure, Primary, Proof

__all__ = ["Aid", "Confirmation", "Measure", "Primary", "Proof"]
