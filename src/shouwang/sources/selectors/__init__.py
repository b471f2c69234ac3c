"""Reads of sources: clues and department feeds."""

from shouwang.sources.selectors.clues import (
    ClueNotFound,
    clue_get,
    clues_of_household,
    clues_reported_by,
    clues_uncollected,
    clues_visible_to,
)

__all__ = [
    "ClueNotFound",
    "clue_get",
    "clues_of_household",
    "clues_reported_by",
    "clues_uncollected",
    "clues_visible_to",
]
