"""One household alone gives the facts and the warnings that a full run gives it."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from tests.engine.populations import ON, policy_of, populations

from shouwang.engine import screen
from shouwang.engine.casebook import Rows, snapshot_of, table_of
from shouwang.engine.single import household_screen


@pytest.mark.parametrize("place", ["xingtai", "hengshui"])
@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=populations(households=4))
def test_one_household_is_judged_as_a_full_run_judges_it(place: str, drawn: tuple[Rows, list[dict[str, Any]]]) -> None:
    rows, evidence = drawn
    policy, handled = policy_of(place), table_of("handled", evidence)
    with tempfile.TemporaryDirectory() as name:
        snapshot_of(rows, Path(name))
        full = screen(Path(name), policy, on=ON, handled=handled)
        warnings = full.warnings.to_pylist()
        for row in full.facts.to_pylist():
            key = row["household_key"]
            one = household_screen([Path(name)], policy, household_key=key, digest=full.digest, handled=handled)
            assert one is not None
            mine = [warning for warning in warnings if warning["household_key"] == key]
            assert list(one.warnings) == mine
            assert all(json.loads(warning["facts"]) == one.facts for warning in mine)
            assert {name: one.facts[name] for name in ("household_key", "net_income_fen", "household_type")} == {
                name: row[name] for name in ("household_key", "net_income_fen", "household_type")
            }
            assert one.feeds == full.feeds


def test_a_household_the_snapshot_does_not_know_is_none(tmp_path: Path) -> None:
    snapshot_of({"household": [{"household_key": 1, "village_code": 131102001001}]}, tmp_path)
    assert household_screen([tmp_path], policy_of("hengshui"), household_key=2, digest="") is None
