"""What goes wrong inside a rule or in the data ends the run in every engine; no row is skipped, nothing is written."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.engine.populations import ON, policy_of, written

from shouwang.engine import RuleFailure, ScreenResult, SnapshotError, screen
from shouwang.engine.spark import spark_screen
from shouwang.rulebook import PackSource, load_policy

pytestmark = pytest.mark.full
LARGEST = 2**63 - 1
HOUSE = {"household_key": 1, "village_code": 131102001001, "poverty_status": "POOR", "is_exit_unstable": False}
OTHER = {**HOUSE, "household_key": 2}
EVENT = {"household_key": 1, "cause": "STUDY", "event_date": date(2020, 5, 1)}
INCOME = {"household_key": 1, "month": date(2020, 3, 1), "kind": "WAGE"}


@pytest.fixture(params=["duckdb", "spark"])
def engine(request: pytest.FixtureRequest) -> Callable[..., ScreenResult]:
    if request.param == "duckdb":
        return screen
    return partial(spark_screen, session=request.getfixturevalue("small_spark"), is_small=True)


def _refused(engine: Callable[..., ScreenResult], folder: Path, kind: type[Exception], **more: Any) -> str:
    policy = more.get("policy") or policy_of("hengshui")
    with pytest.raises(kind) as caught:
        engine(folder, policy, on=policy.on, out=folder.parent / "out")
    out = folder.parent / "out"
    assert not out.exists() or [path.name for path in out.rglob("*") if not path.name.endswith(".crc")] == []
    return str(caught.value)


@pytest.mark.parametrize(
    ("tables", "kind"),
    [
        ({"income": [{**INCOME, "amount_fen": LARGEST}, {**INCOME, "amount_fen": 1}]}, SnapshotError),
        ({"spending": [{**EVENT, "event_key": n, "self_paid_fen": LARGEST} for n in (1, 2)]}, SnapshotError),
        ({"spending": [{**EVENT, "event_key": 1, "gross_fen": LARGEST, "reimbursed_fen": -1}]}, RuleFailure),
        ({"income": [{**INCOME, "kind": "COST", "amount_fen": -(2**63)}]}, RuleFailure),
    ],
    ids=["income", "spending", "difference", "sign"],
)
def test_a_sum_beyond_64_bits_ends_the_run(
    engine: Callable[..., ScreenResult], tmp_path: Path, tables: dict[str, list[dict[str, Any]]], kind: type[Exception]
) -> None:
    folder = written(tmp_path / "in", household=[HOUSE, OTHER], **tables)
    assert _refused(engine, folder, kind)


def test_the_largest_amount_that_fits_passes(engine: Callable[..., ScreenResult], tmp_path: Path) -> None:
    event = {**EVENT, "event_key": 1, "self_paid_fen": LARGEST}
    folder = written(tmp_path / "in", household=[HOUSE, OTHER], spending=[event])
    (row,) = engine(folder, policy_of("hengshui"), on=ON).warnings.to_pylist()
    assert (row["household_key"], row["measured"]) == (1, LARGEST)


RULE = """
one:
  name: 某项
  values:
    - from: 2014-01-01
      source: 甲文件
      value:
        {{cause: OTHER, on_unknown: report, when: "{when}", measured: "{measured}", threshold: yuan(0),
          evidence: [{{table: household}}]}}
"""


def _ruled(when: str, measured: str) -> Any:
    window = "{from: 2014-01-01, value: {kind: full_months, months: 12}, source: 甲文件}"
    keys = ("income", "recent_income", "previous_income", "spending")
    files = {
        "p/pack.yaml": "name: 某市\ndivision: '1311'\nowner: 测试\n",
        "p/windows.yaml": "".join(f"{key}:\n  name: {key}\n  values: [{window}]\n" for key in keys),
        "p/triggers.yaml": RULE.format(when=when, measured=measured),
    }
    return load_policy(PackSource.from_files(files), place="p", on=ON)


def test_an_error_inside_a_rule_ends_the_run_for_all_households(
    engine: Callable[..., ScreenResult], tmp_path: Path
) -> None:
    """Only the second household's measured value passes 64 bits; the first is not reported without it."""
    incomes = [{**INCOME, "amount_fen": 100}, {**INCOME, "household_key": 2, "amount_fen": LARGEST}]
    folder = written(tmp_path / "in", household=[HOUSE, OTHER], income=incomes)
    policy = _ruled("net_income > yuan(0)", "2 * net_income")
    assert _refused(engine, folder, SnapshotError, policy=policy)
    one = written(tmp_path / "one", household=[HOUSE], income=incomes[:1])
    assert engine(one, policy, on=ON).warnings.num_rows == 1


@pytest.mark.parametrize(("column", "value"), [("cause", "STUDIES"), ("cause", None), ("event_date", None)])
def test_a_cell_that_cannot_stand_is_named_with_its_column(
    engine: Callable[..., ScreenResult], tmp_path: Path, column: str, value: Any
) -> None:
    folder = written(tmp_path / "in", household=[HOUSE], spending=[{**EVENT, "event_key": 1, column: value}])
    assert f"spending 表的“{column}”列有 1 格" in _refused(engine, folder, SnapshotError)


def test_a_household_that_stands_twice_is_named(engine: Callable[..., ScreenResult], tmp_path: Path) -> None:
    folder = written(tmp_path / "in", household=[HOUSE, HOUSE, OTHER])
    assert "“household_key”出现了不止一次（1）" in _refused(engine, folder, SnapshotError)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (pa.table({"household_key": [1], "cause": ["STUDY"], "event_date": [date(2020, 5, 1)]}), "event_key"),
        (
            pa.table({"event_key": ["x1"], "household_key": [1], "cause": ["STUDY"], "event_date": [date(2020, 5, 1)]}),
            "",
        ),
    ],
    ids=["no key", "letters in a key"],
)
def test_a_table_that_cannot_be_read_ends_the_run(
    engine: Callable[..., ScreenResult], tmp_path: Path, table: pa.Table, said: str
) -> None:
    folder = written(tmp_path / "in", household=[HOUSE])
    pq.write_table(table, folder / "spending.parquet")
    assert said in _refused(engine, folder, SnapshotError)
