"""The bench at a small size: every peer gives our engine's answer."""

from __future__ import annotations

import importlib
from pathlib import Path

import pyarrow as pa
import pytest
from bench.data import KEYS, TEXTS, population_made
from bench.screening.agreement import differences, keyed
from bench.screening.task import task_of

PEERS = {"hand_written": KEYS, "hand_written_text": TEXTS}


@pytest.fixture(scope="module")
def population(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return population_made(tmp_path_factory.mktemp("bench"), 20_000)


def answer(peer: str, folder: Path) -> pa.Table:
    return importlib.import_module(f"bench.screening.{peer}").answer(task_of(folder))


@pytest.fixture(scope="module")
def ours(population: Path) -> pa.Table:
    return answer("ours", population / KEYS)


def test_the_population_gives_warnings_of_most_triggers(ours: pa.Table) -> None:
    assert len(set(ours["trigger_key"].to_pylist())) >= 4


@pytest.mark.parametrize("peer", PEERS)
def test_a_peer_gives_the_engines_answer(peer: str, ours: pa.Table, population: Path) -> None:
    theirs = keyed(answer(peer, population / PEERS[peer]), population)
    assert theirs.num_rows == ours.num_rows > 0
    assert differences(ours, theirs) == []


def test_a_fen_more_is_a_difference(ours: pa.Table) -> None:
    place = ours.column_names.index("measured")
    first = pa.chunked_array([[value + (row == 0) for row, value in enumerate(ours["measured"].to_pylist())]])
    changed = ours.set_column(place, "measured", first)
    assert len(differences(ours, changed)) == 2
