"""Every case of every pack comes out the same by DuckDB, Spark and the scalar evaluator, and as it expects."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from tests.engine.populations import SOURCE, policy_of, written

from shouwang.engine.casebook import cases_run
from shouwang.engine.spark import casebook
from shouwang.engine.spark.casebook import EnginesDiffer, both, both_areas, both_checked

pytestmark = pytest.mark.full


@pytest.mark.parametrize("place", SOURCE.places)
def test_every_case_comes_out_the_same_by_all_three(small_spark: Any, place: str) -> None:
    report = cases_run(
        SOURCE, place=place, engine=both(small_spark), areas=both_areas(small_spark), checked=both_checked(small_spark),
        name="DuckDB、Spark",
    )  # fmt: skip
    assert report.count > 0
    assert report.failures == ()


def _wrong(table: pa.Table, column: str, value: Any) -> pa.Table:
    number = table.column_names.index(column)
    return table.set_column(number, table.schema.field(column), pa.array([value] * table.num_rows, table.schema.field(
        column).type))  # fmt: skip


def test_a_difference_between_the_engines_is_told_with_its_household(
    small_spark: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One household, whose income a faulty Spark counts one fen too high."""
    house = {"household_key": 7, "village_code": 131102001001, "poverty_status": "POOR"}
    income = {"household_key": 7, "month": date(2020, 3, 1), "kind": "WAGE", "amount_fen": 100}
    folder = written(tmp_path / "in", household=[house], income=[income])
    real = casebook.spark_screen

    def faulty(*given: Any, **more: Any) -> Any:
        result = real(*given, **more)
        object.__setattr__(result, "facts_held", _wrong(result.facts, "net_income_fen", 101))
        return result

    monkeypatch.setattr(casebook, "spark_screen", faulty)
    policy = policy_of("hengshui")
    with pytest.raises(EnginesDiffer, match="户 7 的事实的“net_income_fen”：DuckDB 得 100，Spark 得 101"):
        both(small_spark)(folder, policy, on=policy.on, with_outcomes=True)
