"""What a sweep says of paper forms and of letters."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from shouwang.rulebook.sweeps import Sweep, assess_within, clocks_from

PAPER = Sweep(channels=("PAPER",), by=("village",), clocks_from="dated")
LETTER = Sweep.model_validate(
    {"channels": ["LETTER", "MEDIA"], "by": ["county"], "assess": {"days": 3, "unit": "calendar_day"}}
)


def test_clocks_run_from_entering_unless_the_channels_sweep_says_the_papers_date() -> None:
    assert clocks_from([LETTER, PAPER], "PAPER") == "dated"
    assert clocks_from([LETTER, PAPER], "LETTER") == "entered"
    assert clocks_from([], "PAPER") == "entered"


def test_what_came_is_judged_within_the_days_of_its_channel() -> None:
    found = assess_within([PAPER, LETTER], "MEDIA")
    assert found is not None
    assert (found.days, found.unit) == (3, "calendar_day")
    assert assess_within([PAPER, LETTER], "PAPER") is None


@pytest.mark.parametrize("days", [0, 91])
def test_days_are_between_one_and_ninety(days: int) -> None:
    with pytest.raises(ValidationError):
        Sweep.model_validate({"channels": ["LETTER"], "by": ["county"], "assess": {"days": days}})
