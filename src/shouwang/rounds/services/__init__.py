"""Writes of rounds. Each is one transaction with its audit entry; refusals are in `rounds.rules`."""

from shouwang.rounds.services.arriving import arrivals_list
from shouwang.rounds.services.closing import may_close, round_close
from shouwang.rounds.services.marking import finding_report, visits_mark
from shouwang.rounds.services.opening import round_list, round_open, rounds_resume

__all__ = [
    "arrivals_list",
    "finding_report",
    "may_close",
    "round_close",
    "round_list",
    "round_open",
    "rounds_resume",
    "visits_mark",
]
