"""The sieve: the same warnings, tallies and outcomes as the full steps, from fewer facts of fewer households."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlglot import exp
from tests.engine.populations import ON, SOURCE, policy_of, populations

from shouwang.engine import screen
from shouwang.engine.casebook import Rows, snapshot_of, table_of
from shouwang.engine.shape import shape_of
from shouwang.engine.sieve import facts_needed, sieve_build
from shouwang.rulebook.program import program_compile


@pytest.mark.parametrize("place", SOURCE.places)
@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=populations())
def test_the_sieve_finds_what_the_full_steps_find(place: str, drawn: tuple[Rows, list[dict[str, Any]]]) -> None:
    rows, handled = drawn
    policy, done = policy_of(place), table_of("handled", handled)
    with tempfile.TemporaryDirectory() as name:
        snapshot_of(rows, Path(name))
        whole = screen(Path(name), policy, on=ON, handled=done, with_outcomes=True, facts="all")
        sifted = screen(Path(name), policy, on=ON, handled=done, with_outcomes=True, facts="warned")
    assert sifted.warnings.equals(whole.warnings)
    assert sifted.run == whole.run
    assert sifted.outcomes == whole.outcomes
    warned = set(whole.warnings["household_key"].to_pylist())
    assert sifted.facts.to_pylist() == [row for row in whole.facts.to_pylist() if row["household_key"] in warned]


@pytest.mark.parametrize("place", SOURCE.places)
def test_only_facts_that_a_rule_rests_on_are_gathered(place: str) -> None:
    policy = policy_of(place)
    program, shape = program_compile(policy), shape_of(policy, on=ON)
    sieve = sieve_build(program, shape)
    text = " ".join(stage.query.sql(dialect="duckdb") for stage in sieve.stages)
    assert sieve.facts == tuple(fact.key for fact in facts_needed(program))
    assert ("listed_illness_self_paid_fen" in text) is ("listed_illness_self_paid" in sieve.facts)
    assert "new_statuses" in text or "new_statuses" not in sieve.facts


def test_incomes_come_last_and_only_for_households_still_in_question() -> None:
    policy = policy_of("xingtai")
    sieve = sieve_build(program_compile(policy), shape_of(policy, on=ON))
    assert [stage.drops for stage in sieve.stages] == [True] * (len(sieve.stages) - 1) + [False]
    assert sieve.stages[-1].tables == ("income",)
    assert sieve.stages[-2].name in sieve.stages[-1].query.sql()


def test_rows_of_one_window_are_not_asked_again_whether_they_lie_in_it() -> None:
    policy = policy_of("xingtai")
    sieve = sieve_build(program_compile(policy), shape_of(policy, on=ON))
    recent = next(stage for stage in sieve.stages if "income" in stage.tables)
    summed = next(s.this for s in recent.query.find_all(exp.Subquery) if s.alias == "summed_income")
    kept = " ".join(column.sql("duckdb") for column in summed.expressions)
    assert "COUNT(signed_fen) AS recent_known" in kept
    assert "is_recent" not in kept
    assert "current_known" not in kept


def test_facts_that_are_always_there_are_compared_bare_and_with_the_loosest_amount_first() -> None:
    policy = policy_of("xingtai")
    text = sieve_build(program_compile(policy), shape_of(policy, on=ON)).stages[0].query.sql("duckdb")
    assert "COALESCE((listed_illness_self_paid_fen" not in text
    assert "(listed_illness_self_paid_fen >= 800000) AND (listed_illness_self_paid_fen >= CASE" in text


def test_incomes_are_not_read_where_no_rule_asks_for_them() -> None:
    policy = policy_of("hengshui")
    sieve = sieve_build(program_compile(policy), shape_of(policy, on=ON))
    assert {table for stage in sieve.stages for table in stage.tables} == {"spending", "status"}


@given(number=st.integers(0, 3))
@settings(max_examples=4, deadline=None)
def test_all_households_keep_their_facts_without_dropping(number: int) -> None:
    policy = policy_of(SOURCE.places[number % len(SOURCE.places)])
    sieve = sieve_build(program_compile(policy), shape_of(policy, on=ON), drops=False)
    assert len(sieve.stages) == 1
    assert not sieve.stages[0].drops
