"""What means one thing in DuckDB's words means the same in Spark's."""

from __future__ import annotations

from datetime import date

import pytest
import sqlglot

from shouwang.engine import RuleFailure
from shouwang.engine.shape import shape_of
from shouwang.engine.spark.dialect import spark_sql, spark_type
from shouwang.engine.steps.facts import steps, typed_step
from shouwang.engine.steps.rules import evidence_step, flags_step, hits_step, outcome_step, tally_step, warnings_step
from shouwang.rulebook import PackSource, load_policy, packs_directory
from shouwang.rulebook.program import program_compile

SOURCE = PackSource.from_directory(packs_directory())


def spark_of(text: str) -> str:
    return spark_sql(sqlglot.parse_one(text, dialect="duckdb"))


@pytest.mark.parametrize(
    ("duckdb", "spark"),
    [
        ("SELECT sum(a) FILTER (WHERE b) FROM t", "SELECT SUM(CAST((a) AS DECIMAL(38, 0))) FILTER(WHERE b) FROM t"),
        ("SELECT CAST(a AS HUGEINT) FROM t", "SELECT CAST(a AS DECIMAL(38, 0)) FROM t"),
        ("SELECT list_has_any(a, ['X']) FROM t", "SELECT ARRAYS_OVERLAP(a, ARRAY('X')) FROM t"),
        ("SELECT a // 100 FROM t", "SELECT a DIV 100 FROM t"),
        (
            "SELECT CAST(a AS HUGEINT) // b FROM t",
            "SELECT CAST(((CAST(a AS DECIMAL(38, 0))) - (CAST(a AS DECIMAL(38, 0))) % (b)) / (b) AS DECIMAL(38, 0)) "
            "FROM t",
        ),
        (
            "SELECT list(a ORDER BY b, c) FROM t",
            "SELECT transform(array_sort(collect_list(STRUCT(b AS key_0, c AS key_1, a AS value))), "
            "item -> item.value) FROM t",
        ),
        (
            "SELECT list(a ORDER BY b) FILTER (WHERE c) FROM t",
            "SELECT transform(array_sort(collect_list(STRUCT(b AS key_0, a AS value)) FILTER(WHERE c)), "
            "item -> item.value) FROM t",
        ),
        ("SELECT to_json(f) FROM t AS f", "SELECT to_json(struct(f.*), map('ignoreNullFields', 'false')) FROM t AS f"),
    ],
)
def test_a_difference_is_written_out(duckdb: str, spark: str) -> None:
    assert spark_of(duckdb).casefold() == spark.casefold()


@pytest.mark.parametrize("text", ["SELECT list(a) FROM t", "SELECT list(a ORDER BY b DESC) FROM t"])
def test_a_list_whose_order_spark_would_lose_is_refused(text: str) -> None:
    with pytest.raises(RuleFailure, match="Spark 引擎"):
        spark_of(text)


@pytest.mark.parametrize("place", SOURCE.places)
def test_every_step_of_every_place_can_be_written_for_spark(place: str) -> None:
    policy = load_policy(SOURCE, place=place, on=date(2020, 6, 30))
    program, shape = program_compile(policy), shape_of(policy, on=policy.on)
    rules = (outcome_step(program, shape, facts="facts"), hits_step(program), evidence_step(program),
             flags_step(program, shape), tally_step(program), warnings_step(),
             typed_step(program, shape, facts="base_facts"))  # fmt: skip
    for query in (*steps(shape).values(), *rules):
        text = spark_sql(query)
        assert "INT128" not in text
        assert "HUGEINT" not in text
        assert "&&" not in text


def test_the_types_of_the_snapshot_have_their_names_in_spark() -> None:
    assert [spark_type(name) for name in ("BIGINT", "VARCHAR", "DATE", "INTEGER")] == [
        "BIGINT",
        "STRING",
        "DATE",
        "INT",
    ]
