"""The way of a case through 邢台's four steps, and who may take each step."""

from __future__ import annotations

from tests.factories.casework import case_make
from tests.factories.cast import Cast


def test_the_straight_way_ends_green(cast: Cast) -> None:
    case = case_make(cast, upto="closed").case
    assert (case.outcome, case.end_name) == ("HELPED", "风险消除")
