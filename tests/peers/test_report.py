"""The page of the engine's figures says what is reached and what is not."""

from __future__ import annotations

import pytest
from tests.bench import engine

FOUND = {
    "rounds": 5,
    "skipped": ["pandas"],
    "results": [
        {"name": "screening/ours", "wall_s": 2.2, "cpu_s": 4.4, "rss_mb": 900.0},
        {"name": "screening/hand_written", "wall_s": 2.0, "cpu_s": 4.0, "rss_mb": 500.0},
    ],
    "ratios": {"screening/hand_written": 1.1, "screening/polars": 1.01},
    "ratios_cpu": {"screening/hand_written": 1.1, "screening/polars": 0.9},
}


@pytest.mark.parametrize(
    ("wall", "cpu", "said"),
    [(1.1, 1.1, "reached"), (1.11, 1.11, "**not reached**"), (1.1, 1.11, "by the clock only"),
     (1.11, 1.1, "by processor seconds only")],
)  # fmt: skip
def test_a_ratio_is_reached_only_by_clock_and_processor(wall: float, cpu: float, said: str) -> None:
    assert engine._both({"wall_s": wall, "cpu_s": cpu}, 1.1) == said


def test_every_measured_ratio_has_its_line() -> None:
    lines = engine._verdicts(FOUND)
    assert [line[0] for line in lines] == [
        "full run ÷ best hand-written query on the same files", "full run ÷ Polars",
    ]  # fmt: skip
    assert [line[-1] for line in lines] == ["reached", "by processor seconds only"]


def test_the_table_names_who_was_left_out() -> None:
    lines = engine._table(FOUND)
    assert "| screening/hand_written | 2.00 | 4.00 | 500 | 1.10 | 1.10 |" in lines
    assert "| screening/ours | 2.20 | 4.40 | 900 |  |  |" in lines
    assert "Not installed, so left out: pandas." in lines
