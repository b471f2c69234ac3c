"""A kill or a full disk in the middle of a run: no half-written result is ever taken for a whole one."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from tests.engine.populations import ON, policy_of, written

from shouwang.engine import SnapshotError, screen
from shouwang.engine.factcache import facts_cached
from shouwang.engine.incremental import Previous

FILES = ("warnings.parquet", "household_facts.parquet", "outcomes.parquet")
HOUSEHOLDS = 400


def snapshot(folder: Path, paid: int) -> Path:
    keys = range(1, HOUSEHOLDS + 1)
    return written(
        folder,
        household=[{"household_key": key, "village_code": 131102001001, "poverty_status": "NEVER",
                    "is_exit_unstable": False, "is_low_income": True} for key in keys],
        spending=[{"event_key": key, "household_key": key, "cause": "ILLNESS", "event_date": date(2020, 5, 1),
                   "self_paid_fen": paid + key} for key in keys],
    )  # fmt: skip


@pytest.fixture
def root(tmp_path: Path) -> Path:
    snapshot(tmp_path / "one", 1_500_000)
    snapshot(tmp_path / "other", 1_499_800)
    (tmp_path / "states").mkdir()
    screen(tmp_path / "one", policy_of("hengshui"), on=ON, out=tmp_path / "before", facts="warned", with_outcomes=True)
    return tmp_path


def rows(file: Path) -> list[dict[str, Any]]:
    return pq.read_table(file).to_pylist()  # type: ignore[no-any-return]


def wholes(root: Path, **more: Any) -> list[dict[str, Any]]:
    """What each of the two snapshots gives when nothing goes wrong: report and tables."""
    found = []
    for name in ("one", "other"):
        out = root / f"whole-{name}"
        screen(root / name, policy_of("hengshui"), on=ON, out=out, facts="warned", **(more or {"with_outcomes": True}))
        found.append({"run.json": json.loads((out / "run.json").read_text()), **{f: rows(out / f) for f in FILES}})
    return found


def dying(*arguments: object) -> list[Any]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.engine.dying", *map(str, arguments)], capture_output=True, text=True, check=True,
        timeout=500,
    )  # fmt: skip
    return [json.loads(line) for line in done.stdout.splitlines()]


def finished(state: Path) -> bool:
    return (state / "run.json").exists()


def judged(root: Path, expected: list[dict[str, Any]]) -> tuple[int, int]:
    """Every state is either not finished or one of the two whole results; returns how many of each."""
    done = 0
    states = list((root / "states").iterdir())
    for state in states:
        if finished(state):
            done += 1
            found = {"run.json": json.loads((state / "run.json").read_text()), **{f: rows(state / f) for f in FILES}}
            assert found in expected, state
        else:
            with pytest.raises(SnapshotError, match="不是一次留有逐户结果的筛查"):
                _ = Previous(state).run
    return len(states) - done, done


@pytest.mark.parametrize("kills", [6, pytest.param(60, marks=pytest.mark.full)])
def test_a_run_killed_at_any_moment_is_whole_or_not_there(root: Path, kills: int) -> None:
    dying("killed", root, "screen", kills, kills)
    judged(root, wholes(root))
    again = screen(root / "other", policy_of("hengshui"), on=ON, out=root / "out", facts="warned", with_outcomes=True)
    assert json.loads((root / "out" / "run.json").read_text()) == again.run  # what a kill left does not disturb


@pytest.mark.parametrize("kills", [4, pytest.param(40, marks=pytest.mark.full)])
def test_a_run_that_follows_another_and_is_killed_is_whole_or_not_there(root: Path, kills: int) -> None:
    before = {file: (root / "before" / file).read_bytes() for file in (*FILES, "run.json")}
    expected = wholes(root, previous=Previous(root / "before", snapshot=root / "one"))
    dying("killed", root, "chain", kills, kills)
    judged(root, expected)
    assert before == {file: (root / "before" / file).read_bytes() for file in (*FILES, "run.json")}


@pytest.mark.parametrize("kills", [4, pytest.param(40, marks=pytest.mark.full)])
def test_cached_facts_are_whole_or_not_there(root: Path, kills: int) -> None:
    expected = {}
    for name in ("one", "other"):
        file, _ = facts_cached([root / name], policy_of("hengshui"), cache=root / "whole")
        expected[file.name] = rows(file)
    dying("killed", root, "facts", kills, kills)
    for state in (root / "states").iterdir():
        for file in state.glob("facts-*.parquet"):
            assert rows(file) == expected[file.name]


def test_a_full_disk_leaves_nothing_or_the_result_that_stood(root: Path) -> None:
    screen(root / "one", policy_of("hengshui"), on=ON, out=root / "out", facts="warned", with_outcomes=True)
    limits = [1, 700, 2_000, 4_000, 6_000, 9_000, 10**9]
    said = dying("starved", root, "screen", *limits)
    codes = {line["limit"]: line["code"] for line in said if isinstance(line, dict)}
    assert codes[1] == 1 and codes[10**9] == 0
    assert set(codes.values()) <= {0, 1}  # refused in one sentence, never by a crash
    assert all("结果写不下" in line for line in said if isinstance(line, str)), said
    unfinished, done = judged(root, wholes(root))
    assert (unfinished, done) == (0, len(limits))


def test_a_full_disk_leaves_no_facts_behind(root: Path) -> None:
    said = dying("starved", root, "facts", 1, 2_000, 10**9)
    assert next(line["code"] for line in said if isinstance(line, dict)) == 1
    for state in (root / "states").iterdir():
        assert not list(state.glob("facts-*.parquet"))


def test_the_command_says_in_one_sentence_that_the_disk_is_full(root: Path) -> None:
    limited = (
        "import resource, runpy, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (500, 500)); "
        "sys.argv = ['shouwang', *sys.argv[1:]]; runpy.run_module('shouwang', run_name='__main__')"
    )
    arguments = ("screen", "--register", root / "one", "--feeds", root / "one", "--pack", "hengshui", "--on",
                 "2020-06-30", "--out", root / "out")  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", limited, *map(str, arguments)], capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 1
    assert "写不下" in done.stderr and "Traceback" not in done.stderr
    assert not finished(root / "out")
