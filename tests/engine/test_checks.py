"""The checks over a snapshot: three states of an imported column, counts, order, refusals; both evaluators agree."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.engine.populations import DAYS, MAYBE, ON, policy_of, populations, written

from shouwang.engine.casebook import Rows, snapshot_of, table_of
from shouwang.engine.checkbook import differences
from shouwang.engine.checks import CheckResult, check, check_explain
from shouwang.engine.errors import RuleFailure, SnapshotError
from shouwang.engine.shape import shape_of
from shouwang.engine.steps.checks import check_steps
from shouwang.kit.codes import Education, Labour, Measure, Relationship, Risk, StudentStatus
from shouwang.rulebook.check_program import checks_compile
from shouwang.rulebook.checks import Check, Over
from shouwang.rulebook.values import Provision, Source

VILLAGE = 130529103201
HOUSE = {"household_key": 1, "village_code": VILLAGE}


def rule(over: str, when: str, key: str = "tried", on_unknown: str = "report") -> Provision[Check]:
    value = Check.model_validate(
        {"over": over, "when": when, "on_unknown": on_unknown, "owner": "village", "action": "改正"}
    )
    return Provision(key, key, value, "", Source(document="试"), None, "", "", "", ON, None)


def found(folder: Path, *rules: Provision[Check], **more: Any) -> CheckResult:
    return check(folder, policy_of("national"), on=ON, extra=rules, **more)


def keys(result: CheckResult, rule_key: str = "tried") -> list[tuple[int | None, int | None]]:
    return [(row["household_key"], row["person_key"]) for row in result.hits.to_pylist() if row["rule_key"] == rule_key]


def named(tmp_path: Path) -> Path:
    return written(
        tmp_path / "s",
        household=[{**HOUSE, "household_key": number} for number in (1, 2, 3, 4)],
        person=[{"person_key": 10, "household_key": 1}, {"person_key": 20, "household_key": 2}],
        named=[
            {"household_key": 1, "name": "耕地", "value": "3.5"},
            {"household_key": 2, "name": "耕地", "value": ""},
            {"household_key": 3, "name": "耕地", "value": None},
            {"household_key": 4, "name": "别的", "value": "9"},
            {"household_key": 1, "person_key": 10, "name": "学历", "value": " "},
        ],
    )


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("named('耕地') = ''", [2, 3]),
        ("empty(named('耕地'))", [2, 3]),
        ("filled(named('耕地'))", [1]),
        ("named('耕地') is null", [4]),
        ("known(named('耕地'))", [1, 2, 3]),
        ("number(named('耕地')) >= 3.5", [1]),
        ("number(named('耕地')) > 3.5", []),
        ("number(named('别的')) = 9", [4]),
    ],
)
def test_an_empty_cell_and_a_missing_column_are_told_apart(tmp_path: Path, when: str, expected: list[int]) -> None:
    assert keys(found(named(tmp_path), rule("household", when))) == [(key, None) for key in expected]


def test_a_column_of_a_person_is_not_one_of_her_household(tmp_path: Path) -> None:
    folder = named(tmp_path)
    assert keys(found(folder, rule("person", "named('学历') = ''"))) == [(1, 10)]
    assert keys(found(folder, rule("household", "named('学历') = ''"))) == []
    assert keys(found(folder, rule("person", "household_named('耕地') = ''"))) == [(2, 20)]
    assert keys(found(folder, rule("household", "members(named('学历') = '') > 0"))) == [(1, None)]


def test_a_filled_cell_of_another_row_goes_before_an_empty_one(tmp_path: Path) -> None:
    rows = [{"household_key": 1, "name": "耕地", "value": value} for value in ("", "2", None)]
    folder = written(tmp_path / "s", household=[HOUSE], named=rows)
    assert keys(found(folder, rule("household", "named('耕地') = '2'"))) == [(1, None)]


def test_csv_keeps_the_empty_cell(tmp_path: Path) -> None:
    (tmp_path / "household.csv").write_text(f"household_key,village_code\n1,{VILLAGE}\n", encoding="utf-8")
    (tmp_path / "named.csv").write_text("household_key,person_key,name,value\n1,,耕地,\n", encoding="utf-8")
    assert keys(found(tmp_path, rule("household", "named('耕地') = ''"))) == [(1, None)]


def test_a_member_is_counted_only_where_the_condition_is_known_to_hold(tmp_path: Path) -> None:
    people = [
        {"person_key": number, "household_key": 1, "labour": labour} for number, labour in enumerate(["NONE", None])
    ]
    folder = written(tmp_path / "s", household=[HOUSE], person=people)
    assert keys(found(folder, rule("household", "members(labour = 'NONE') = 1"))) == [(1, None)]
    assert keys(found(folder, rule("person", "members(not known(labour)) = 1"))) == [(1, 0), (1, 1)]
    assert keys(found(folder, rule("village", "persons(labour = 'NONE') = 0.5 * person_count"))) == [(None, None)]


def test_an_undecided_row_is_a_hit_only_where_the_rule_says_so(tmp_path: Path) -> None:
    folder = written(tmp_path / "s", household=[HOUSE])
    quiet = found(folder, rule("household", "is_low_income"))
    assert keys(quiet) == []
    assert next(one for one in quiet.report["rules"] if one["key"] == "tried")["undecided"] == 1
    loud = found(folder, rule("household", "is_low_income", on_unknown="hit"))
    (row,) = [row for row in loud.hits.to_pylist() if row["rule_key"] == "tried"]
    assert row["is_undecided"]


def test_a_missing_table_of_measures_is_unknown_and_an_empty_one_is_none(tmp_path: Path) -> None:
    folder = written(tmp_path / "s", household=[HOUSE])
    without = found(folder, rule("household", "measure_count = 0"))
    assert (keys(without), without.report["missing_tables"].count("measure")) == ([], 1)
    pq.write_table(table_of("measure", []), folder / "measure.parquet")
    assert keys(found(folder, rule("household", "measure_count = 0"))) == [(1, None)]


def test_a_hit_is_explained_from_the_facts_it_kept(tmp_path: Path) -> None:
    folder = written(tmp_path / "s", household=[HOUSE], measure=[{"household_key": 1, "kind": "SOCIAL"}])
    tried = rule("household", "measure_count = 1 and not has(measures, 'HEALTH')")
    result = found(folder, tried)
    (row,) = [row for row in result.hits.to_pylist() if row["rule_key"] == "tried"]
    import json

    compiled = checks_compile(policy_of("national"), (tried,)).rule("tried")
    assert compiled is not None
    explained = check_explain(compiled, json.loads(row["facts"]), on=ON)
    assert explained.result is True
    assert "已落实的帮扶措施数等于1（1 与 1）：成立" in [line.strip("　") for line in explained.lines()]


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    folder = named(tmp_path)
    for name in ("a", "b"):
        found(folder, rule("person", "known(age) is false or true", key="all"), out=tmp_path / name)
    for file in ("check_hits.parquet", "check_villages.parquet", "check.json"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()
    assert sorted(path.name for path in (tmp_path / "a").iterdir()) == [
        "check.json", "check_hits.parquet", "check_villages.parquet",
    ]  # fmt: skip


def test_a_failed_check_leaves_nothing(tmp_path: Path) -> None:
    folder = written(tmp_path / "s", household=[HOUSE], risk=[{"household_key": 1, "risk": "FATE"}])
    with pytest.raises(SnapshotError, match="FATE"):
        found(folder, out=tmp_path / "o")
    assert list((tmp_path / "o").iterdir()) == []


def test_a_policy_of_another_day_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RuleFailure, match="2020-06-30"):
        check(tmp_path, policy_of("national"), on=date(2020, 7, 1))


def test_every_step_of_the_checks_can_be_written_for_spark() -> None:
    policy = policy_of("national")
    for name, query in check_steps(checks_compile(policy), shape_of(policy, on=ON)).items():
        assert query.sql(dialect="spark"), name


CONDITIONS = {
    "person": [
        "student_status is not null and labour <> 'NONE'",
        "age between 6 and 17 and has_dropped_out",
        "known(education) <> known(student_status)",
        "number(named('栏')) * 2 > age",
        "named('栏') = '' or household_named('栏') is null",
        "months_after(birth_date, 216) > today() and members(relationship = 'HEAD') <> 1",
        "days_after(birth_date, 30) <= days_ago(9) and is_watched",
        "own_wage_income > yuan(1000.01) or has(own_statuses, 'DIBAO')",
    ],
    "household": [
        "members(labour in ('LOST', 'NONE')) = member_count and is_without_labour is not true",
        "removed_date <= months_after(identified_date, 2) and has(removals, 'HELP')",
        "measure_count = 0 or first_measure_date > months_ago(2)",
        "has(open_risks, 'ILLNESS') and not has(measures, 'HEALTH', 'SAFETY_NET')",
        "filled(named('栏')) and number(named('栏')) < 10.5",
        "members(age < 18 and named('栏') = '') > 0",
        "per_capita_net_income < line('national') and members(work_months > 0) > 0",
        "household_type = 'MARGINAL' and last_measure_date is null",
    ],
    "village": [
        "households(is_watched and measure_count = 0) >= 0.5 * watched_count",
        "persons(not known(labour)) > 0.1 * person_count",
        "households(members(age >= 60) > 0) > 1",
        "household_count > person_count or persons(members(relationship = 'HEAD') = 0) > 0",
    ],
}
CELLS = st.sampled_from(["", " ", None, "3", "10.5", "-2.0001", "1.00000", "十", "１２", "0012", "9999999999999"])


@st.composite
def recorded(draw: st.DrawFn) -> Rows:
    """A population with everything the checks read beside."""
    rows, _ = draw(populations())
    for house in rows["household"]:
        house |= {
            "watch_type": draw(st.sampled_from(["MARGINAL", "SUDDEN", None])),
            "identified_date": draw(st.one_of(st.none(), DAYS)),
            "removed_date": draw(st.one_of(st.none(), DAYS)),
            "is_without_labour": draw(MAYBE),
        }
    births = st.one_of(st.none(), st.dates(date(1940, 1, 1), date(2020, 7, 1)), st.just(date(2004, 2, 29)))
    for person in rows["person"]:
        person |= {
            "relationship": draw(st.sampled_from([*Relationship, None])),
            "labour": draw(st.sampled_from([*Labour, None])),
            "student_status": draw(st.sampled_from([StudentStatus.PRIMARY, None])),
            "education": draw(st.sampled_from([Education.JUNIOR, None])),
            "birth_date": draw(births),
            "has_dropped_out": draw(MAYBE),
            "work_months": draw(st.sampled_from([0, 3, None])),
        }
    house = st.integers(1, len(rows["household"]))
    person_keys = [row["person_key"] for row in rows["person"]]
    owner = {row["person_key"]: row["household_key"] for row in rows["person"]}

    def of_somebody(row: dict[str, Any]) -> dict[str, Any]:
        key = draw(st.sampled_from([None, *person_keys]))
        return row | ({"person_key": key, "household_key": owner[key]} if key is not None else {})

    risk = {"household_key": house, "risk": st.sampled_from(Risk), "removed_date": st.one_of(st.none(), DAYS),
            "from_date": st.one_of(st.none(), DAYS), "removal": st.sampled_from(["HELP", "SELF", None])}  # fmt: skip
    measure = {"household_key": house, "kind": st.sampled_from(Measure), "from_date": st.one_of(st.none(), DAYS)}
    cell = {"household_key": house, "name": st.sampled_from(["栏", "别"]), "value": CELLS}
    rows["risk"] = draw(st.lists(st.fixed_dictionaries(risk), min_size=1, max_size=15))
    rows["measure"] = draw(st.lists(st.fixed_dictionaries(measure), min_size=1, max_size=15))
    rows["named"] = [of_somebody(row) for row in draw(st.lists(st.fixed_dictionaries(cell), max_size=25))]
    rows["status"] = [of_somebody(row) for row in rows["status"]]
    rows["income"] = [of_somebody(row) for row in rows["income"]]
    return rows


@settings(max_examples=5, suppress_health_check=[HealthCheck.too_slow])
@given(rows=recorded())
def test_duckdb_and_the_scalar_evaluator_agree_on_every_row(rows: Rows) -> None:
    agree_on_every_row(rows)


@pytest.mark.full
@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow])
@given(rows=recorded())
def test_duckdb_and_the_scalar_evaluator_agree_on_very_many_rows(rows: Rows) -> None:
    agree_on_every_row(rows)


def agree_on_every_row(rows: Rows) -> None:
    extra = tuple(
        rule(over, when, key=f"{over}_{number}")
        for over, conditions in CONDITIONS.items()
        for number, when in enumerate(conditions)
    )
    policy = policy_of("national")
    with tempfile.TemporaryDirectory() as name:
        snapshot_of(rows, Path(name))
        result = check(Path(name), policy, on=ON, extra=extra, with_rows=True)
    assert [sentence for _, _, sentence in differences(result, checks_compile(policy, extra), on=ON)] == []
    assert result.rows is not None
    assert result.rows[Over.PERSON].num_rows == len(rows["person"])


@settings(max_examples=6, suppress_health_check=[HealthCheck.too_slow])
@given(rows=recorded())
def test_the_dearest_counts_are_those_of_the_plainest_reading(rows: Rows) -> None:
    counted_as_plainly_read(rows)


@pytest.mark.full
@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow])
@given(rows=recorded())
def test_the_dearest_counts_of_many_are_those_of_the_plainest_reading(rows: Rows) -> None:
    counted_as_plainly_read(rows)


def counted_as_plainly_read(rows: Rows) -> None:
    """Counts of members and states of a cell by plain Python over the drawn rows, not over what the steps gathered."""
    extra = (rule("household", "members(labour in ('LOST', 'NONE')) = member_count", key="idle"),
             rule("household", "named('栏') = ''", key="blank"))  # fmt: skip
    with tempfile.TemporaryDirectory() as name:
        snapshot_of(rows, Path(name))
        result = found(Path(name), *extra)
    idle, blank = [], []
    for house in rows["household"]:
        key = house["household_key"]
        people = [row for row in rows["person"] if row["household_key"] == key]
        if all(row["labour"] in ("LOST", "NONE") for row in people):
            idle.append(key)
        cells = [row["value"] for row in rows["named"]
                 if row["household_key"] == key and row.get("person_key") is None and row["name"] == "栏"]  # fmt: skip
        if cells and all(not (cell or "").strip(" ") for cell in cells):
            blank.append(key)
    assert sorted(key for key, _ in keys(result, "idle")) == idle
    assert sorted(key for key, _ in keys(result, "blank")) == blank
