"""A snapshot that contradicts itself is refused before the run: every flaw counted, table and column and keys named."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.engine.populations import ON, policy_of, written

from shouwang.engine import ScreenResult, SnapshotError, screen
from shouwang.engine.factcache import facts_cached
from shouwang.engine.soundness import SnapshotFlawsError

HOUSEHOLDS = [{"household_key": key, "village_code": 131102001001} for key in (1, 2)]
PERSON = {"person_key": 1, "household_key": 1, "labour": "ORDINARY"}
EVENT = {"event_key": 1, "household_key": 1, "cause": "ILLNESS", "event_date": ON, "self_paid_fen": 100}
STATUS = {"status_key": 1, "household_key": 1, "kind": "DIBAO", "from_date": ON}
INCOME = {"household_key": 1, "month": date(2020, 1, 1), "kind": "WAGE", "amount_fen": 100}
Screen = Callable[[Path], ScreenResult]


def by_duckdb(folder: Path) -> ScreenResult:
    return screen(folder, policy_of("hengshui"), on=ON, facts="warned")


@pytest.fixture(params=["duckdb", pytest.param("spark", marks=pytest.mark.full)])
def screened(request: pytest.FixtureRequest) -> Screen:
    if request.param == "duckdb":
        return by_duckdb
    session = request.getfixturevalue("spark")
    from shouwang.engine.spark import spark_screen

    return lambda folder: spark_screen(folder, policy_of("hengshui"), on=ON, session=session, is_small=True)


@pytest.fixture(scope="module")
def spark() -> Any:
    pytest.importorskip("pyspark")
    from shouwang.engine.spark.session import SMALL, session_open

    with session_open("local[2]", settings=SMALL) as session:
        yield session


def flaws_of(screened: Screen, folder: Path) -> tuple[str, ...]:
    with pytest.raises(SnapshotFlawsError, match="没有开始筛查") as caught:
        screened(folder)
    return caught.value.flaws


def several(row: dict[str, Any], *changes: dict[str, Any]) -> list[dict[str, Any]]:
    return [{**row, **change} for change in changes]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ({"household": [*HOUSEHOLDS, HOUSEHOLDS[1]]}, "household 表有 1 个“household_key”出现了不止一次（2）"),
        ({"person": [PERSON, PERSON]}, "person 表有 1 个“person_key”出现了不止一次（1）"),
        ({"spending": [EVENT, EVENT, EVENT]}, "spending 表有 1 个“event_key”出现了不止一次（1）"),
        ({"status": [STATUS, STATUS]}, "status 表有 1 个“status_key”出现了不止一次（1）"),
        (
            {"person": several(PERSON, *({"person_key": key, "household_key": 9} for key in range(1, 8)))},
            "person 表有 7 行的户不在 household 表里（person_key：1、2、3、4、5）",
        ),
        ({"spending": several(EVENT, {"household_key": 3})},
         "spending 表有 1 行的户不在 household 表里（event_key：1）"),
        ({"income": several(INCOME, {"household_key": 3}, {"household_key": 3})},
         "income 表有 2 行的户不在 household 表里（household_key：3、3）"),
        ({"status": several(STATUS, {"household_key": 3})}, "status 表有 1 行的户不在 household 表里（status_key：1）"),
        ({"named": [{"household_key": 3, "name": "车", "value": "有"}]},
         "named 表有 1 行的户不在 household 表里（household_key：3）"),
        ({"person": several(PERSON, {"household_key": None})},
         "person 表的“household_key”列有 1 格是空的（person_key：1）"),
        ({"person": several(PERSON, {"person_key": None})},
         "person 表的“person_key”列有 1 格是空的（household_key：1）"),
        ({"spending": several(EVENT, {"event_date": None})},
         "spending 表的“event_date”列有 1 格是空的（event_key：1）"),
        ({"household": several(HOUSEHOLDS[0], {"village_code": None})},
         "household 表的“village_code”列有 1 格是空的（household_key：1）"),
        ({"person": several(PERSON, {"labour": "STRONG"})}, "person 表的“labour”列有 1 格是不认识的代码“STRONG”"),
    ],
)  # fmt: skip
def test_each_flaw_is_counted_and_named(
    screened: Screen, tmp_path: Path, rows: dict[str, list[dict[str, Any]]], said: str
) -> None:
    found = flaws_of(screened, written(tmp_path / "s", **{"household": HOUSEHOLDS, **rows}))
    assert [flaw.split("，可用的有")[0] for flaw in found] == [said]


def test_all_flaws_are_told_at_once_and_the_rest_counted(screened: Screen, tmp_path: Path) -> None:
    rows = {
        "household": [*HOUSEHOLDS, HOUSEHOLDS[0]],
        "person": [PERSON, PERSON, *several(PERSON, {"person_key": 2, "household_key": 5, "labour": "X"})],
        "spending": [EVENT, EVENT, *several(EVENT, {"event_key": 2, "household_key": 5, "cause": "X"})],
        "status": [STATUS, STATUS, *several(STATUS, {"status_key": 2, "household_key": 5})],
    }
    with pytest.raises(SnapshotFlawsError) as caught:
        screened(written(tmp_path / "s", **rows))
    assert len(caught.value.flaws) == 9
    assert caught.value.message.startswith("快照有 9 处不能用，没有开始筛查：household 表有 1 个")
    assert caught.value.message.endswith("；另有 1 处。")


def test_unknown_is_no_flaw(screened: Screen, tmp_path: Path) -> None:
    rows = {
        "income": several(INCOME, {"amount_fen": None}, {}, {}),
        "spending": several(EVENT, {"self_paid_fen": None}),
    }
    result = screened(written(tmp_path / "s", household=HOUSEHOLDS, **rows))
    assert result.run["households"] == 2


TYPES = [
    ("amount_fen", pa.array([1.5], pa.float64()), "应为整数，有 1 格是 DOUBLE"),
    ("amount_fen", pa.array(["100"], pa.string()), "应为整数，有 1 格是 "),
    ("amount_fen", pa.array([2**63], pa.decimal128(38, 0)), "应为整数，有 1 格是 DECIMAL(38,0)"),
    ("month", pa.array(["2020-01-01"], pa.string()), "应为日期，有 1 格是 "),
    ("kind", pa.array([1], pa.int32()), "应为文字，有 1 格是 INT"),
]


def stored(folder: Path, column: str, values: pa.Array) -> Path:
    folder = written(folder, household=HOUSEHOLDS, income=[INCOME])
    table = pq.read_table(folder / "income.parquet")
    place = table.schema.get_field_index(column)
    pq.write_table(table.set_column(place, column, values), folder / "income.parquet")
    return folder


@pytest.mark.parametrize(("column", "values", "said"), TYPES)
def test_a_column_of_another_type_is_refused_not_rounded(
    screened: Screen, tmp_path: Path, column: str, values: pa.Array, said: str
) -> None:
    (flaw,) = flaws_of(screened, stored(tmp_path / "s", column, values))
    assert flaw.startswith(f"income 表的“{column}”列{said}")


def test_an_amount_beyond_bigint_is_counted(tmp_path: Path) -> None:
    values = pa.array([2**63], pa.decimal128(38, 0))
    assert flaws_of(by_duckdb, stored(tmp_path / "s", "amount_fen", values))[0].endswith("，其中 1 格超出 BIGINT")


def test_a_column_without_values_may_be_of_any_type(screened: Screen, tmp_path: Path) -> None:
    folder = stored(tmp_path / "s", "source", pa.array([None], pa.float64()))
    assert screened(folder).run["households"] == 2


def test_smaller_whole_numbers_are_taken(tmp_path: Path) -> None:
    folder = stored(tmp_path / "s", "amount_fen", pa.array([7], pa.uint16()))
    assert by_duckdb(folder).run["households"] == 2


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("12.50", "income 表的“amount_fen”列有 1 格读不懂，应为整数（“12.50”，household_key：1）"),
        ("1e3", "有 1 格读不懂，应为整数（“1e3”"),
        ("9223372036854775808", "有 1 格读不懂，应为整数（“9223372036854775808”"),
        ("五", "有 1 格读不懂，应为整数（“五”"),
    ],
)
def test_a_cell_of_a_csv_is_refused_not_rounded(tmp_path: Path, cell: str, said: str) -> None:
    (tmp_path / "household.csv").write_text("household_key,village_code\n1,131102001001\n")
    (tmp_path / "income.csv").write_text(
        f"household_key,month,kind,amount_fen\n1,2020-01-01,WAGE,{cell}\n1,2020-02-01,WAGE,\n1,2020-03-01,WAGE, 5 \n"
    )
    (flaw,) = flaws_of(by_duckdb, tmp_path)
    assert said in flaw


def test_the_largest_amount_of_a_csv_is_taken(tmp_path: Path) -> None:
    (tmp_path / "household.csv").write_text("household_key,village_code\n1,131102001001\n")
    (tmp_path / "income.csv").write_text("household_key,month,kind,amount_fen\n1,2020-01-01,WAGE,9223372036854775807\n")
    result = screen(tmp_path, policy_of("hengshui"), on=ON, facts="all")
    assert result.facts.column("wage_income_fen").to_pylist() == [9223372036854775807]


def test_days_and_answers_of_a_csv_are_looked_at_too(tmp_path: Path) -> None:
    (tmp_path / "household.csv").write_text(
        "household_key,village_code,is_low_income,identified_date\n1,131102001001,也许,2020-13-01\n"
    )
    assert [flaw.split("（")[0] for flaw in flaws_of(by_duckdb, tmp_path)] == [
        "household 表的“is_low_income”列有 1 格读不懂，应为是否",
        "household 表的“identified_date”列有 1 格读不懂，应为日期",
    ]


def test_incomes_delivered_twice_are_not_counted_twice(tmp_path: Path) -> None:
    register = written(tmp_path / "register", household=HOUSEHOLDS, income=[INCOME])
    feeds = written(tmp_path / "feeds", income=[INCOME, {**INCOME, "amount_fen": 7}])
    with pytest.raises(SnapshotFlawsError, match="income 表有 1 行在两个目录里各有一份，会重复计算"):
        screen(register, policy_of("hengshui"), on=ON, feeds_dir=feeds)
    other = written(tmp_path / "other", income=[{**INCOME, "amount_fen": 7}])
    assert screen(register, policy_of("hengshui"), on=ON, feeds_dir=other).run["households"] == 2


def test_all_required_columns_that_are_missing_are_named_together(tmp_path: Path) -> None:
    (tmp_path / "household.csv").write_text("household_key,village_code\n1,131102001001\n")
    (tmp_path / "income.csv").write_text("household_key,amount_fen\n1,5\n")
    with pytest.raises(SnapshotError, match="缺少必需的列“month”“kind”"):
        by_duckdb(tmp_path)


def test_a_refused_snapshot_leaves_nothing_and_is_never_remembered_as_sound(tmp_path: Path) -> None:
    folder = written(tmp_path / "s", household=[*HOUSEHOLDS, HOUSEHOLDS[0]])
    for _ in range(2):
        with pytest.raises(SnapshotFlawsError):
            screen(folder, policy_of("hengshui"), on=ON, out=tmp_path / "out")
        with pytest.raises(SnapshotFlawsError):
            facts_cached([folder], policy_of("hengshui"), cache=tmp_path / "cache")
    assert list((tmp_path / "out").iterdir()) == []
    assert list((tmp_path / "cache").iterdir()) == []
    noted = folder / ".checked.json"
    assert not noted.exists() or json.loads(noted.read_text())["passed"] == []
