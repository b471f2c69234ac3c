"""What a stored back-test says: names of candidates, the best for some visits, the digest."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from shouwang.engine.score_rows import score_row
from shouwang.engine.scores import Score, Share
from shouwang.oversight.rules.backtests import best_of, digest_of, is_flat, name_of, rows_of


def score(found: int, a_week: float, *, standing: int = 0, lead: tuple[int, int, int] | None = (30, 61, 92)) -> Score:
    return Score(
        found=Share(found, 20), found_late=1, missed=19 - found, lead_days=lead, false=Share(3, 4), early=1, late=0,
        unjudged=2, standing=standing, visits=9, visits_by_snapshot=(standing, 9 - standing), visits_a_week=a_week,
        visits_a_week_most=2 * a_week,
    )  # fmt: skip


def results_of(*scores: Score) -> dict[str, Any]:
    names = ["现行", *(str(number * 1000) for number in range(1, len(scores)))]
    return {
        "value": {"name": "因病启动标准", "unit": "元", "current": "10000", "path": "amounts.x"},
        "candidates": [score_row(name, one) for name, one in zip(names, scores, strict=True)],
    }


def test_the_one_in_force_is_named_so_and_the_others_by_their_value() -> None:
    results = results_of(score(4, 3.0), score(9, 12.0))
    assert [name_of(results, number) for number in range(2)] == ["现行（10,000 元）", "1,000 元"]


def test_a_row_says_share_interval_counts_and_lead() -> None:
    row = rows_of(results_of(score(4, 3.25), score(9, 12.0)), 1)[0]
    assert (row.a_week, row.a_week_most) == ("3.2", "6.5")
    assert (row.found, row.found_interval, row.found_counts) == ("20.0%", "8.1%～41.6%", "4 / 20")
    assert (row.lead, row.late, row.missed) == ("61 天（30～92）", 1, 15)
    assert (row.false, row.false_counts) == ("75.0%", "3 / 4")
    assert [row.is_best for row in rows_of(results_of(score(4, 3.0), score(9, 12.0)), 1)] == [False, True]


@pytest.mark.parametrize(("visits", "number"), [(12.0, 1), (11.9, 0), (3.0, 0), (2.9, None)])
def test_the_best_is_the_one_that_finds_most_within_the_visits(visits: float, number: int | None) -> None:
    assert best_of(results_of(score(4, 3.0), score(9, 12.0)), visits).number == number


def test_the_sentence_names_the_value_its_visits_what_it_finds_and_what_waits_already() -> None:
    said = best_of(results_of(score(4, 3.0), score(9, 12.0, standing=41)), 20.0).sentence
    assert said == (
        "每周最多 20 户，最好的是 1,000 元：每周约 12.0 户；困难发生之前找到 45.0%（25.8%～65.8%）；"
        "一半以上提前 61 天或更早；"
        "另有 41 户一开始就在预警，要先走完，按每周 20 户要走 3 周。"
    )


def test_too_few_visits_are_told_with_the_least_that_some_value_takes() -> None:
    assert best_of(results_of(score(4, 3.0), score(9, 12.0)), 1.0).sentence == (
        "每周 1 户不够：这些数值里最少的也要每周 3.0 户。"
    )


def test_nothing_found_has_no_lead_time() -> None:
    assert rows_of(results_of(score(0, 3.0, lead=None)), None)[0].lead == "—"


def test_values_that_move_nobody_are_told() -> None:
    assert is_flat(results_of(score(4, 3.0), score(4, 3.0)))
    assert not is_flat(results_of(score(4, 3.0), score(9, 12.0)))


def test_the_digest_covers_inputs_and_results() -> None:
    results = results_of(score(4, 3.0))
    first = digest_of({"path": "a"}, results)
    assert first == digest_of({"path": "a"}, results_of(score(4, 3.0)))
    assert len({first, digest_of({"path": "b"}, results), digest_of({"path": "a"}, results_of(score(5, 3.0)))}) == 3


def test_without_any_hardship_to_compare_nothing_is_called_best() -> None:
    empty = replace(score(0, 3.0, lead=None), found=Share(0, 0), missed=0, found_late=0)
    found = best_of(results_of(empty, empty), 20.0)
    assert (found.number, found.sentence) == (None, "没有可以对照的困难，还说不出哪个数值最好。")
    assert rows_of(results_of(empty), None)[0].found_interval == "—"
