"""The measurement as a whole: everybody's answer first, then the rounds, then medians and ratios."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from bench.data import KEYS
from bench.measure import Measured, Ratio, median_of, process_run, rounds_run
from bench.screening.agreement import differences, keyed
from bench.screening.peers import OTHERS, Peer
from bench.screening.sample import SAMPLED, households_count, sampled

WORK = "bench.screening.work"
Show = Callable[[str], None]
RATIOS = (
    *(Ratio(f"screening/{name}", "screening/ours", f"screening/{name}") for name in OTHERS),
    Ratio("what_if/full_run", "screening/what_if", "screening/ours"),
    Ratio("what_if_twenty/full_run", "screening/what_if_twenty", "screening/ours"),
    Ratio("facts_made/full_run", "screening/facts_made", "screening/ours"),
    Ratio("first_sight/full_run", "screening/first_sight", "screening/ours"),
    Ratio("next_day/full_run", "screening/next_day", "screening/next_day_full"),
)


class AnswersDifferError(Exception):
    """A peer does not say what our engine says; the message names it and some of the rows."""


@dataclass(frozen=True)
class Compared:
    """What was compared: warnings in our answer, and everybody who gave the same."""

    warnings: int
    same: tuple[str, ...]


def answers_compare(population: Path, peers: Sequence[Peer], show: Show) -> Compared:
    """This function lets everybody answer once, untimed; raises AnswersDifferError when one answers otherwise."""
    answers: dict[str, pa.Table] = {}
    same = []
    with tempfile.TemporaryDirectory(prefix="shouwang-answers-") as name:
        for peer in peers:
            show(f"= {peer.name}")
            file = Path(name) / f"{peer.name}.parquet"
            process_run(WORK, peer.name, population / peer.folder, file)
            answers[peer.name] = pq.read_table(file)
            if peer.same_as:
                expected = answers[peer.same_as]
                if peer.name == SAMPLED:
                    expected = sampled(expected, population / KEYS)
                _agree(peer, expected, keyed(answers[peer.name], population))
                same.append(peer.name)
    return Compared(answers["ours"].num_rows, tuple(same))


def _agree(peer: Peer, expected: pa.Table, found: pa.Table) -> None:
    rows = differences(expected, found)
    if rows or not found.num_rows:
        said = "; ".join(rows) or "no warning at all"
        raise AnswersDifferError(f"{peer.name}: {found.num_rows} rows, expected {expected.num_rows}: {said}")


def measured(population: Path, peers: Sequence[Peer], *, rounds: int, show: Show) -> list[Measured]:
    """This function measures everybody and returns the medians; a sample's seconds are scaled to all households."""
    commands = {peer.name: (WORK, peer.name, population / peer.folder) for peer in peers}
    told = rounds_run(commands, rounds=rounds, show=show)
    return [_median(name, rows, population) for name, rows in told.items()]


def _median(name: str, rows: Sequence[dict[str, Any]], population: Path) -> Measured:
    judged = rows[0].get("judged")
    times = households_count(population / KEYS) / judged if judged else 1.0
    return median_of(f"screening/{name}", rows, times=times)
