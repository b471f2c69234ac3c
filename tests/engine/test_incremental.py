"""A run after a run gives what a full run gives, from the households that something has touched."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.engine.populations import policy_of, populations, written

from shouwang.engine import SnapshotError, screen
from shouwang.engine.casebook import Rows, snapshot_of
from shouwang.engine.incremental import HANDLED_FILE, OUTCOMES_FILE, Previous, WhyFull

DAYS = (date(2020, 6, 29), date(2020, 6, 30), date(2020, 7, 1), date(2021, 1, 2))
FILES = ("warnings.parquet", "household_facts.parquet", OUTCOMES_FILE, HANDLED_FILE, "run.json")


def evidence(rows: list[dict[str, Any]]) -> pa.Table:
    """Evidence that has been handled, as the engine takes it."""
    return pa.Table.from_pylist(rows, schema=pa.schema([("household_key", pa.int64()), ("table", pa.string()),
                                                        ("key", pa.int64())]))  # fmt: skip


def changed_rows(rows: Rows, drawn: Any, households: int = 12) -> tuple[Rows, set[int]]:
    """Some households' rows as another draw has them."""
    other, chosen = drawn
    merged: Rows = {}
    for table, listed in rows.items():
        kept = [row for row in listed if row["household_key"] not in chosen]
        taken = [row for row in other[table] if row["household_key"] in chosen]
        key = {"person": "person_key", "spending": "event_key", "status": "status_key"}.get(table)
        merged[table] = kept + [{**row, key: row[key] + 1000} if key else row for row in taken]
    return merged, chosen


@dataclass
class TwoRuns:
    """A population, what becomes of it, whom that touches, what was dealt with, and the days of the runs."""

    first: tuple[Rows, list[dict[str, Any]]]
    other: tuple[Rows, list[dict[str, Any]]]
    chosen: set[int]
    dealt: tuple[bool, bool]
    days: list[date]


TWO_RUNS = st.builds(
    TwoRuns,
    first=populations(),
    other=populations(),
    chosen=st.sets(st.integers(1, 12), max_size=4),
    dealt=st.tuples(st.booleans(), st.booleans()),
    days=st.lists(st.sampled_from(DAYS), min_size=2, max_size=2).map(sorted),
)


@pytest.mark.parametrize("place", ["xingtai", "hengshui"])
@pytest.mark.parametrize("is_listed", [True, False])
@settings(max_examples=3, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=TWO_RUNS)
def test_a_run_after_a_run_is_a_full_run(place: str, is_listed: bool, drawn: TwoRuns) -> None:
    followed_like_a_full_run(place, is_listed, drawn)


@pytest.mark.full
@pytest.mark.parametrize("place", ["xingtai", "hengshui"])
@pytest.mark.parametrize("is_listed", [True, False])
@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=TWO_RUNS)
def test_many_runs_after_a_run_are_full_runs(place: str, is_listed: bool, drawn: TwoRuns) -> None:
    followed_like_a_full_run(place, is_listed, drawn)


def followed_like_a_full_run(place: str, is_listed: bool, drawn: TwoRuns) -> None:
    other, days = drawn.other, drawn.days
    before, handled = drawn.first
    then, now = (
        evidence(rows) if is_dealt else None for rows, is_dealt in zip((handled, other[1]), drawn.dealt, strict=True)
    )
    after, touched = changed_rows(before, (other[0], drawn.chosen))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part, rows in (("before", before), ("after", after)):
            (folder / part).mkdir()
            snapshot_of(rows, folder / part)
        screen(folder / "before", policy_of(place, days[0]), on=days[0], facts="warned", with_outcomes=True,
               handled=then, out=folder / "one")  # fmt: skip
        given_ = {"changed": sorted(touched)} if is_listed else {"snapshot": folder / "before"}
        policy = policy_of(place, days[1])
        screen(folder / "after", policy, on=days[1], facts="warned", out=folder / "next", handled=now,
               previous=Previous(folder / "one", **given_))  # fmt: skip
        screen(folder / "after", policy, on=days[1], facts="warned", with_outcomes=True, out=folder / "full",
               handled=now)  # fmt: skip
        for file in FILES:
            assert (folder / "next" / file).read_bytes() == (folder / "full" / file).read_bytes(), file


def test_a_run_that_kept_no_outcomes_cannot_be_followed(tmp_path: Path) -> None:
    folder = written(tmp_path / "s", household=[{"household_key": 1, "village_code": 131102001001}])
    policy = policy_of("hengshui")
    screen(folder, policy, on=policy.on, facts="warned", out=tmp_path / "one")
    with pytest.raises(SnapshotError, match="缺少 outcomes"):
        screen(folder, policy, on=policy.on, facts="warned", previous=Previous(tmp_path / "one", changed=[]))


def ill(key: int, fen: int) -> dict[str, Any]:
    day = date(2020, 5, 1)
    return {"event_key": key * 10, "household_key": key, "cause": "ILLNESS", "event_date": day, "self_paid_fen": fen}


def two_ill(folder: Path, *more: dict[str, Any]) -> Path:
    house = [{"household_key": key, "village_code": 131102001001, "poverty_status": "NEVER", "is_low_income": True,
              "is_exit_unstable": False} for key in (1, 2, 3)]  # fmt: skip
    return written(folder, household=house, spending=[ill(1, 2_000_000), ill(2, 2_000_000), *more])


def test_evidence_that_is_no_longer_handled_warns_again_though_no_row_changed(tmp_path: Path) -> None:
    folder, policy = two_ill(tmp_path / "s"), policy_of("hengshui")
    dealt = evidence([{"household_key": 1, "table": "spending", "key": 10}])
    first = screen(folder, policy, on=policy.on, facts="warned", with_outcomes=True, handled=dealt, out=tmp_path / "1")
    assert first.warnings.column("household_key").to_pylist() == [2]
    again = screen(folder, policy, on=policy.on, facts="warned", previous=Previous(tmp_path / "1", snapshot=folder))
    assert again.warnings.column("household_key").to_pylist() == [1, 2]
    assert again.followed is not None
    assert (again.followed.touched, again.followed.by) == (1, {"HANDLED": 1})


def test_a_run_tells_whom_something_touched_and_by_what(tmp_path: Path) -> None:
    policy = policy_of("hengshui")
    before, after = two_ill(tmp_path / "s"), two_ill(tmp_path / "t", ill(3, 1))
    screen(before, policy, on=policy.on, facts="warned", with_outcomes=True, out=tmp_path / "1")
    told = screen(after, policy, on=policy.on, facts="warned", previous=Previous(tmp_path / "1", snapshot=before))
    assert told.followed is not None
    assert (told.followed.why_full, told.followed.touched, told.followed.by) == (None, 1, {"ROWS": 1})
    same = screen(before, policy, on=policy.on, facts="warned", previous=Previous(tmp_path / "1", snapshot=before))
    assert same.followed is not None
    assert (same.followed.touched, same.followed.by) == (0, {})


@pytest.mark.parametrize(
    ("place", "day", "listed", "why"),
    [
        ("xingtai", date(2020, 6, 30), [], WhyFull.POLICY),
        ("hengshui", date(2020, 6, 29), [], WhyFull.EARLIER_DAY),
        ("hengshui", date(2020, 6, 30), None, WhyFull.UNLISTED),
        ("hengshui", date(2020, 7, 1), [], None),
    ],
)
def test_a_run_says_why_it_screened_everybody(
    tmp_path: Path, place: str, day: date, listed: list[int] | None, why: WhyFull | None
) -> None:
    folder, policy = two_ill(tmp_path / "s"), policy_of("hengshui")
    screen(folder, policy, on=policy.on, facts="warned", with_outcomes=True, out=tmp_path / "1")
    told = screen(folder, policy_of(place, day), on=day, facts="warned", previous=Previous(tmp_path / "1", listed))
    assert told.followed is not None
    assert told.followed.why_full is why
