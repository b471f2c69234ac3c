"""A run after a run gives what a full run gives, from the households that something has touched."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.engine.populations import policy_of, populations, written

from shouwang.engine import SnapshotError, screen
from shouwang.engine.casebook import Rows, snapshot_of
from shouwang.engine.incremental import OUTCOMES_FILE, Previous

DAYS = (date(2020, 6, 29), date(2020, 6, 30), date(2020, 7, 1), date(2021, 1, 2))
FILES = ("warnings.parquet", "household_facts.parquet", OUTCOMES_FILE, "run.json")


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


@pytest.mark.parametrize("place", ["xingtai", "hengshui"])
@pytest.mark.parametrize("is_listed", [True, False])
@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    first=populations(),
    other=populations(),
    chosen=st.sets(st.integers(1, 12), max_size=4),
    days=st.lists(st.sampled_from(DAYS), min_size=2, max_size=2).map(sorted),
)
def test_a_run_after_a_run_is_a_full_run(
    place: str, is_listed: bool, first: Any, other: Any, chosen: set[int], days: list[date]
) -> None:
    before, _ = first
    after, touched = changed_rows(before, (other[0], chosen))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part, rows in (("before", before), ("after", after)):
            (folder / part).mkdir()
            snapshot_of(rows, folder / part)
        screen(folder / "before", policy_of(place, days[0]), on=days[0], facts="warned", with_outcomes=True,
               out=folder / "one")  # fmt: skip
        given_ = {"changed": sorted(touched)} if is_listed else {"snapshot": folder / "before"}
        policy = policy_of(place, days[1])
        screen(folder / "after", policy, on=days[1], facts="warned", out=folder / "next",
               previous=Previous(folder / "one", **given_))  # fmt: skip
        screen(folder / "after", policy, on=days[1], facts="warned", with_outcomes=True, out=folder / "full")
        for file in FILES:
            assert (folder / "next" / file).read_bytes() == (folder / "full" / file).read_bytes(), file


def test_a_run_that_kept_no_outcomes_cannot_be_followed(tmp_path: Path) -> None:
    folder = written(tmp_path / "s", household=[{"household_key": 1, "village_code": 131102001001}])
    policy = policy_of("hengshui")
    screen(folder, policy, on=policy.on, facts="warned", out=tmp_path / "one")
    with pytest.raises(SnapshotError, match="缺少 outcomes"):
        screen(folder, policy, on=policy.on, facts="warned", previous=Previous(tmp_path / "one", changed=[]))
