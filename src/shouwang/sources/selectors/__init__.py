"""Reads of sources: clues and department feeds."""

from shouwang.sources.selectors.clues import (
    ClueNotFound,
    clue_get,
    clues_of_household,
    clues_reported_by,
    clues_uncollected,
    clues_visible_to,
    clues_waiting,
)
from shouwang.sources.selectors.feeds import (
    Freshness,
    ImportNotFound,
    feed_freshness,
    import_get,
    imports_visible_to,
    rows_set_aside,
)
from shouwang.sources.selectors.interface_keys import clue_sent, interface_keys_visible_to

__all__ = [
    "ClueNotFound",
    "Freshness",
    "ImportNotFound",
    "clue_get",
    "clue_sent",
    "clues_of_household",
    "clues_reported_by",
    "clues_uncollected",
    "clues_visible_to",
    "clues_waiting",
    "feed_freshness",
    "import_get",
    "imports_visible_to",
    "interface_keys_visible_to",
    "rows_set_aside",
]
