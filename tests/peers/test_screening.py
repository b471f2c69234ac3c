"""The bench at a small size: every peer gives our engine's answer, and the command says what it measured."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from bench.data import KEYS, population_made
from bench.measure import ROOT
from bench.screening.agreement import differences, keyed
from bench.screening.peers import PEERS, Peer, work_of
from bench.screening.sample import SAMPLED, sampled
from bench.screening.task import task_of

COMPARED = [peer for peer in PEERS if peer.same_as]


@pytest.fixture(scope="module")
def population(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return population_made(tmp_path_factory.mktemp("bench"), 20_000)


@pytest.fixture(scope="module")
def answers() -> dict[str, pa.Table]:
    return {}


def answer(name: str, population: Path, answers: dict[str, pa.Table]) -> pa.Table:
    if name not in answers:
        peer = next(peer for peer in PEERS if peer.name == name)
        task = task_of(population / peer.folder)
        work, prepare = work_of(name)
        answers[name] = work(task, *((prepare(task),) if prepare else ()))
    return answers[name]


def test_the_population_gives_warnings_of_most_triggers(population: Path, answers: dict[str, pa.Table]) -> None:
    assert len(set(answer("ours", population, answers)["trigger_key"].to_pylist())) >= 4


@pytest.mark.parametrize("peer", COMPARED, ids=lambda peer: peer.name)
def test_a_peer_gives_the_same_answer(peer: Peer, population: Path, answers: dict[str, pa.Table]) -> None:
    if not peer.is_there:
        pytest.skip(f"{peer.package} is not installed: tools/extra bench")
    expected = answer(peer.same_as, population, answers)
    if peer.name == SAMPLED:
        expected = sampled(expected, population / KEYS)
    found = keyed(answer(peer.name, population, answers), population)
    assert found.num_rows > 0
    assert differences(expected, found) == []


def test_the_next_day_differs_from_the_day_before(population: Path, answers: dict[str, pa.Table]) -> None:
    assert differences(answer("ours", population, answers), answer("next_day_full", population, answers))


def test_a_fen_more_is_a_difference(population: Path, answers: dict[str, pa.Table]) -> None:
    ours = answer("ours", population, answers)
    place = ours.column_names.index("measured")
    more = pa.array([value + (row == 0) for row, value in enumerate(ours["measured"].to_pylist())])
    assert len(differences(ours, ours.set_column(place, "measured", more))) == 2


def bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "shouwang", "bench", "screening", *arguments]
    return subprocess.run(command, cwd=ROOT, env={"PYTHONPATH": str(ROOT / "src")}, capture_output=True, text=True)


def test_the_command_writes_medians_and_ratios(tmp_path: Path) -> None:
    file = tmp_path / "result.json"
    done = bench("--people", "2000", "--rounds", "1", "--only", "hand_written,polars,what_if", "--json", str(file))
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    names = {row["name"] for row in result["results"]}
    assert {"screening/ours", "screening/hand_written", "screening/what_if"} <= names
    for row in result["results"]:
        assert set(row) == {"name", "wall_s", "cpu_s", "rss_mb"}
        assert min(row["wall_s"], row["cpu_s"], row["rss_mb"]) > 0
    seconds = {row["name"]: row["wall_s"] for row in result["results"]}
    ratio = seconds["screening/ours"] / seconds["screening/hand_written"]
    assert result["ratios"]["screening/hand_written"] == pytest.approx(ratio, rel=0.01)
    assert ("screening/polars" in names) != ("polars" in result["skipped"])
    assert "hand_written" in result["same_answer"]


def test_an_unknown_name_is_refused_with_the_names_there_are() -> None:
    done = bench("--people", "2000", "--only", "nobody")
    assert done.returncode != 0
    assert "没有名为 nobody 的" in done.stderr
    assert "hand_written" in done.stderr
