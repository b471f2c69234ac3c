"""Back-test: a policy and candidates for it, run over past snapshots, judged by what became of the households.

Each snapshot is what was known on its day: what arrived later stands only in later ones, so nothing is foreseen.
Nothing counts as handled, because a candidate would have had other cases; a warned household rests instead.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from shouwang.engine.errors import SnapshotError
from shouwang.engine.hindsight import Flags, Past, hindsight
from shouwang.engine.scores import Hardship, Hindsight, Terms, enough_check
from shouwang.engine.whatif import whatif
from shouwang.rulebook.policy import Policy

Progress = Callable[[int, int], None]
Candidates = Callable[[date], Sequence[Policy]]  # the policy as it stands, then its variants, on a day


@dataclass(frozen=True)
class Moment:
    """One past snapshot: its day, its files, and the salt by which its keys become those of the hardships."""

    on: date
    folder: Path
    cache: Path
    salt: int = 0


@dataclass(frozen=True)
class Backtest:
    """The scores, the snapshots they rest on by day and digest, and the digests of the policies a snapshot."""

    found: Hindsight
    snapshots: tuple[tuple[date, str], ...]
    policies: tuple[tuple[str, ...], ...]
    households: int  # of the last snapshot


def _quiet(done: int, total: int) -> None:
    """This function tells nobody how far the work is."""


def backtest(
    moments: Sequence[Moment], candidates: Candidates, hardships: Sequence[Hardship], *, until: date,
    terms: Terms | None = None, progress: Progress = _quiet,
) -> Backtest:  # fmt: skip
    """This function runs candidates over past snapshots, all of them in one pass a snapshot, and scores each.

    `until` is the day to which hardships are known. Raises Refusal when the snapshots span too few months.
    """
    terms = terms or Terms()
    moments = sorted(moments, key=lambda moment: moment.on)
    enough_check([moment.on for moment in moments], terms)
    rows: list[list[tuple[pa.Array, pa.Array]]] = []  # a snapshot, a candidate: households and causes
    digests, policies, households = [], [], 0
    for number, moment in enumerate(moments):
        progress(number, len(moments))
        base, *variants = candidates(moment.on)
        found = whatif(moment.folder, base, variants, cache=moment.cache)
        rows.append([_warned(table, moment.salt) for table in (found.base, *found.variants)])
        digests.append((moment.on, found.digest))
        policies.append(tuple(policy.digest for policy in (base, *variants)))
        households = found.households
    progress(len(moments), len(moments))
    if len({len(of_snapshot) for of_snapshot in rows}) > 1:
        raise SnapshotError("每个快照要用同样多的方案。")
    past, flags = _indexed([moment.on for moment in moments], rows, hardships, until, terms)
    return Backtest(hindsight(past, flags), tuple(digests), tuple(policies), households)


def _warned(table: pa.Table, salt: int) -> tuple[pa.Array, pa.Array]:
    keys = table.column("household_key").to_numpy() ^ salt
    return pa.array(keys), table.column("cause").combine_chunks()


def _indexed(
    days: list[date], rows: list[list[tuple[pa.Array, pa.Array]]], hardships: Sequence[Hardship], until: date,
    terms: Terms,
) -> tuple[Past, list[Flags]]:  # fmt: skip
    """This function numbers all households and causes that are warned of anywhere."""
    every = [keys.to_numpy() for of_snapshot in rows for keys, _ in of_snapshot]
    households = np.unique(np.concatenate(every)) if every else np.array([], dtype=np.int64)
    causes = tuple(sorted({cause for one in rows for _, column in one for cause in column.unique().to_pylist()}))
    past = Past(tuple(days), until, households, causes, tuple(hardships), terms)
    known = pa.array(causes, pa.string())
    flags = []
    for candidate in range(len(rows[0])):
        parts = [of_snapshot[candidate] for of_snapshot in rows]
        flags.append(
            Flags(
                household=np.searchsorted(households, np.concatenate([keys.to_numpy() for keys, _ in parts])),
                cause=np.concatenate([_places(column, known) for _, column in parts]),
                snapshot=np.repeat(np.arange(len(parts)), [len(keys) for keys, _ in parts]),
            )
        )
    return past, flags


def _places(column: pa.Array, known: pa.Array) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.asarray(pc.index_in(column, known).to_numpy(zero_copy_only=False), dtype=np.int64)
