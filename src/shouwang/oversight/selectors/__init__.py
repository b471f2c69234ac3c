"""Reads of oversight: joins what the rooms below show."""

from shouwang.oversight.selectors.backtests import Past, backtest_by_key, backtests_visible_to, pasts_visible_to
from shouwang.oversight.selectors.lab import (
    area_of_run,
    areas_in,
    draft_of,
    proposals_of,
    trial_by_id,
    trials_visible_to,
    versions_for,
)
from shouwang.oversight.selectors.screen import LISTED, LOWEST, AreaLamps, Screen, area_shown, screen_of

__all__ = [
    "LISTED",
    "LOWEST",
    "AreaLamps",
    "Past",
    "Screen",
    "area_of_run",
    "area_shown",
    "areas_in",
    "backtest_by_key",
    "backtests_visible_to",
    "draft_of",
    "pasts_visible_to",
    "proposals_of",
    "screen_of",
    "trial_by_id",
    "trials_visible_to",
    "versions_for",
]
