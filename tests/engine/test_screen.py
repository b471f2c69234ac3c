"""One screening: what it writes, what it names as missing, what it refuses."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest
import sqlglot
from tests.engine.populations import ON, policy_of, written

from shouwang.engine import RuleFailure, SnapshotError, manifest_write, screen
from shouwang.engine import run as runs
from shouwang.engine.casebook import table_of

LOW = {"household_key": 1, "village_code": 130529103201, "poverty_status": "NEVER", "is_low_income": True,
       "is_exit_unstable": False}  # fmt: skip
ILL = {"event_key": 11, "household_key": 1, "cause": "ILLNESS", "event_date": date(2020, 3, 1),
       "self_paid_fen": 2_000_000, "detail": "胃癌"}  # fmt: skip
PERSON = {"person_key": 1, "household_key": 1, "labour": "ORDINARY"}


def screened(folder: Path, place: str = "hengshui", **more: Any) -> Any:
    return screen(folder, policy_of(place), on=ON, **more)


@pytest.fixture
def snapshot(tmp_path: Path) -> Path:
    return written(tmp_path / "snapshot", household=[LOW], person=[PERSON], spending=[ILL])


def test_a_warning_carries_all_that_a_replay_needs(snapshot: Path, tmp_path: Path) -> None:
    policy = policy_of("xingtai")
    result = screen(snapshot, policy, on=ON, out=tmp_path / "out")
    (row,) = pq.read_table(tmp_path / "out" / "warnings.parquet").to_pylist()
    assert (row["household_key"], row["village_code"], row["type_key"]) == (1, 130529103201, "MARGINAL")
    assert (row["trigger_key"], row["cause"], row["measured"], row["threshold"]) == (
        "illness",
        "ILLNESS",
        2000000,
        800000,
    )
    assert row["evidence"] == [{"table": "spending", "key": 11}]
    assert (row["pack"], row["policy_digest"], row["snapshot_digest"]) == ("xingtai", policy.digest, result.digest)
    assert row["clause"] == "因病启动预警：25 项大病病种"
    assert row["mark"] == "demo"
    assert [found["key"] for found in json.loads(row["parameters"])] == ["start_illness"]
    assert row["on"] == ON
    facts = json.loads(row["facts"])
    (stored,) = pq.read_table(tmp_path / "out" / "household_facts.parquet").to_pylist()
    assert facts == stored


def test_missing_tables_are_empty_and_named(tmp_path: Path) -> None:
    result = screened(written(tmp_path / "s", household=[LOW]))
    assert result.missing_tables == ("person", "income", "spending", "status", "named", "feed")
    assert result.warnings.num_rows == 0
    assert result.facts.to_pylist()[0]["net_income_fen"] is None


def test_missing_columns_are_unknown_and_named(tmp_path: Path) -> None:
    (tmp_path / "household.csv").write_text("household_key,village_code\n1,131102001001\n")
    result = screened(tmp_path)
    assert "household.poverty_status" in result.missing_columns
    assert result.facts.to_pylist()[0]["is_type_unknown"] is True


def test_a_folder_without_households_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SnapshotError, match="没有 household 表"):
        screened(tmp_path)
    with pytest.raises(SnapshotError, match="找不到目录"):
        screened(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("table", "text", "said"),
    [
        ("household", "household_key,poverty_status\n1,NEVER\n", "缺少必需的列“village_code”"),
        ("household", "household_key,village_code,poverty_status\n1,131102001001,RICH\n", "不认识的代码“RICH”"),
        ("household", "household_key,village_code\n1,131102001001\n1,131102001001\n", "出现了不止一次"),
        ("household", "household_key,village_code\n一,131102001001\n", "有 1 格读不懂，应为整数"),
    ],
)
def test_a_table_that_cannot_be_read_is_one_sentence(tmp_path: Path, table: str, text: str, said: str) -> None:
    (tmp_path / f"{table}.csv").write_text(text, encoding="utf-8")
    with pytest.raises(SnapshotError, match=said):
        screened(tmp_path)


def test_a_damaged_file_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "household.parquet").write_bytes(b"PAR1 not really")
    with pytest.raises(SnapshotError, match="读不出来"):
        screened(tmp_path)


def test_csv_and_parquet_give_the_same(snapshot: Path, tmp_path: Path) -> None:
    texts = tmp_path / "texts"
    texts.mkdir()
    with duckdb.connect() as connection:
        for file in snapshot.glob("*.parquet"):
            connection.read_parquet(str(file)).write_csv(str(texts / f"{file.stem}.csv"))
    one, other = screened(snapshot), screened(texts)
    columns = [name for name in one.warnings.column_names if name != "snapshot_digest"]
    assert one.warnings.num_rows == 1
    assert one.warnings.select(columns).equals(other.warnings.select(columns))
    assert one.facts.to_pylist() == other.facts.to_pylist()


def test_register_and_feeds_may_stand_apart(snapshot: Path, tmp_path: Path) -> None:
    feeds = tmp_path / "feeds"
    feeds.mkdir()
    (snapshot / "spending.parquet").rename(feeds / "spending.parquet")
    assert screened(snapshot).warnings.num_rows == 0
    assert screened(snapshot, feeds_dir=feeds).warnings.num_rows == 1


def test_one_folder_named_twice_is_read_once(snapshot: Path) -> None:
    result = screened(snapshot, feeds_dir=snapshot)
    assert result.facts.to_pylist()[0]["rigid_self_paid_fen"] == 2_000_000
    assert result.digest == screened(snapshot).digest


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    households = [{**LOW, "household_key": key} for key in range(3000, 0, -1)]
    events = [{**ILL, "event_key": key, "household_key": 1 + key % 3000} for key in range(1, 9000)]
    folder = written(tmp_path / "s", household=households, spending=events)
    for name in ("one", "two"):
        screened(folder, out=tmp_path / name)
    for file in ("warnings.parquet", "household_facts.parquet", "run.json"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()
    keys = pq.read_table(tmp_path / "one" / "warnings.parquet")["household_key"].to_pylist()
    assert keys == sorted(keys)
    assert len(keys) == 3000


def test_stale_and_missing_feeds_are_named(tmp_path: Path) -> None:
    feeds = [
        {"department": "medical_insurance", "kind": "inpatient", "data_date": date(2020, 5, 16)},
        {"department": "civil_affairs", "kind": "dibao", "data_date": date(2020, 5, 15)},
        {"department": "education", "kind": "fees", "data_date": date(2020, 7, 1)},
    ]
    result = screened(written(tmp_path / "s", household=[LOW], feed=feeds))
    assert {feed.department: feed.data_date for feed in result.stale} == {
        "education": None,  # data of a day to come says nothing about this one
        "emergency": None,
        "civil_affairs": date(2020, 5, 15),
    }
    assert all("不能据此认为没有预警" in feed.sentence for feed in result.stale)


def test_handled_evidence_does_not_warn_again(snapshot: Path) -> None:
    handled = table_of("handled", [{"household_key": 1, "table": "spending", "key": 11}])
    assert screened(snapshot, handled=handled).warnings.num_rows == 0


def test_evidence_handled_for_another_household_is_not_handled(snapshot: Path) -> None:
    handled = table_of("handled", [{"household_key": 2, "table": "spending", "key": 11}])
    assert screened(snapshot, handled=handled).warnings.num_rows == 1


def test_evidence_handled_twice_counts_once(snapshot: Path) -> None:
    handled = table_of("handled", [{"household_key": 1, "table": "spending", "key": 11}] * 2)
    assert screened(snapshot, handled=handled).facts.to_pylist()[0]["self_paid_all_fen"] == 2_000_000


def test_late_rows_of_days_to_come_change_nothing(tmp_path: Path) -> None:
    later = {**ILL, "event_key": 12, "event_date": date(2020, 7, 1)}
    result = screened(written(tmp_path / "s", household=[LOW], spending=[ILL, later]))
    assert result.warnings.to_pylist()[0]["measured"] == 2_000_000


def test_a_manifest_that_does_not_agree_is_refused(snapshot: Path) -> None:
    manifest = manifest_write(snapshot, on=ON)
    assert manifest["counts"] == {"household": 1, "person": 1, "spending": 1}
    assert screened(snapshot).digest == manifest["digest"]
    (snapshot / "spending.parquet").write_bytes((snapshot / "person.parquet").read_bytes())
    with pytest.raises(SnapshotError, match="与清单不符"):
        screened(snapshot)


def test_a_policy_of_another_day_is_refused(snapshot: Path) -> None:
    with pytest.raises(RuleFailure, match="不能用来筛查 2020-07-01"):
        screen(snapshot, policy_of("hengshui"), on=date(2020, 7, 1))


def test_an_error_inside_a_rule_fails_the_run_and_leaves_nothing(
    snapshot: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    overflow = "SELECT household_key, CAST(170141183460469231731687303715884105727 AS HUGEINT) * 2 AS x FROM facts"
    monkeypatch.setattr(runs, "outcome_step", lambda *_, **__: sqlglot.parse_one(overflow, dialect="duckdb"))
    with pytest.raises(RuleFailure, match="本次筛查作废"):
        screened(snapshot, out=tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_sums_beyond_what_a_column_holds_fail_the_run(tmp_path: Path) -> None:
    events = [{**ILL, "event_key": key, "self_paid_fen": 2**62} for key in (1, 2)]
    with pytest.raises(SnapshotError, match="读不懂的值"):
        screened(written(tmp_path / "s", household=[LOW], spending=events))


def test_a_table_may_be_a_folder_of_parquet_files(snapshot: Path) -> None:
    part = snapshot / "spending" / "county=130529"
    part.mkdir(parents=True)
    (snapshot / "spending.parquet").rename(part / "part-0.parquet")
    assert screened(snapshot).warnings.num_rows == 1


def test_several_conditions_of_one_cause_are_one_warning(tmp_path: Path) -> None:
    flood = {**ILL, "cause": "DISASTER", "detail": "洪涝"}
    status = {"status_key": 5, "household_key": 1, "kind": "HOUSE_DAMAGED", "from_date": date(2020, 6, 1)}
    result = screened(written(tmp_path / "s", household=[LOW], spending=[flood], status=[status]), "xingtai")
    (row,) = result.warnings.to_pylist()
    assert row["trigger_keys"] == ["disaster", "house_damaged"]
    assert row["evidence"] == [{"table": "spending", "key": 11}, {"table": "status", "key": 5}]


def test_a_held_warning_is_there_with_its_reason(tmp_path: Path) -> None:
    status = {"status_key": 5, "household_key": 1, "kind": "DRUG_USE", "from_date": date(2020, 1, 1)}
    result = screened(written(tmp_path / "s", household=[LOW], spending=[ILL], status=[status]), "xingtai")
    (row,) = result.warnings.to_pylist()
    assert row["is_held"] is True
    assert "吸毒" in row["hold_reason"]
    assert result.run["held"] == 1


def test_imported_columns_can_be_used_by_rules(tmp_path: Path) -> None:
    named = [{"household_key": 1, "name": "危房等级", "value": "C级"}]
    result = screened(written(tmp_path / "s", household=[LOW], named=named))
    assert result.facts.to_pylist()[0]["named_values"] == ["危房等级=C级"]


def _spill(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_finished_run_leaves_three_files(snapshot: Path, tmp_path: Path) -> None:
    screened(snapshot, out=tmp_path / "out")
    assert sorted(path.name for path in _spill(tmp_path / "out")) == [
        "household_facts.parquet", "run.json", "warnings.parquet",
    ]  # fmt: skip
