"""Reads of rounds."""

from shouwang.rounds.selectors.rounds import (
    Coverage,
    PlaceLine,
    SweepOption,
    coverage_by,
    coverage_of,
    round_get,
    rounds_unseen,
    rounds_visible_to,
    sweeps_offered,
    village_get,
    villages_of,
    visit_get,
    visits_of,
)

__all__ = [
    "Coverage",
    "PlaceLine",
    "SweepOption",
    "coverage_by",
    "coverage_of",
    "round_get",
    "rounds_unseen",
    "rounds_visible_to",
    "sweeps_offered",
    "village_get",
    "villages_of",
    "visit_get",
    "visits_of",
]
