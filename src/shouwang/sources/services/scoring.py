"""Scores for the queue by Splink, where the extra `match` is installed; without it the pairs stay in their rough order.

Splink weighs in a process of its own (`scoring_child`), which is told how each pair agrees and nothing of whom.
"""

from __future__ import annotations

import functools
import importlib.util
import io
import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib import resources
from pathlib import Path
from typing import Any

import pyarrow as pa
import yaml

from shouwang.people.access import acting_as
from shouwang.register.selectors import match_hits, name_shares
from shouwang.sources.models import MatchPair
from shouwang.sources.rules.names import Alike
from shouwang.sources.services.reading import import_load, worker_viewer

CHILD = Path(__file__).with_name("scoring_child.py")
SECONDS = 600
BATCH = 20_000
HIGHEST = 999  # nothing is certain before a person has said so


class ScoringFailed(Exception):  # noqa: N818 - the job fails with it and is seen by the operator
    """The process that scores ended badly; its last words."""


def splink_is_there() -> bool:
    """This function tells whether the extra `match` is installed."""
    return importlib.util.find_spec("splink") is not None


@functools.cache
def model_read() -> dict[str, Any]:
    """This function reads the weights that Splink uses."""
    text = resources.files("shouwang.sources").joinpath("data/matching_model.yaml").read_text(encoding="utf-8")
    return dict(yaml.safe_load(text))


def probabilities(
    levels: Sequence[Mapping[str, str]],
    *,
    words: Sequence[int],
    shares: Sequence[float],
    model: dict[str, Any] | None = None,
) -> list[float]:
    """This function returns for each pair how likely it is one person; raises ScoringFailed.

    `words`: a number that stands for each pair's name; `shares`: how common that name is, of 1.
    """
    weights = model or model_read()
    table = pa.table(
        {
            "pair": pa.array(range(len(levels)), pa.int64()),
            **{field: [level[field] for level in levels] for field in weights["levels"]},
            "word_person": pa.array(words, pa.int64()),
            "word_row": pa.array(
                [word if level["name"] == Alike.SAME else -2 - word for level, word in zip(levels, words, strict=True)],
                pa.int64(),
            ),
            "share": pa.array(shares, pa.float64()),
        }
    )
    buffer = io.BytesIO()
    with pa.ipc.new_stream(buffer, table.schema) as sink:
        sink.write_table(table)
    asked = b"".join(len(part).to_bytes(8, "big") + part for part in (json.dumps(weights).encode(), buffer.getvalue()))
    done = subprocess.run(
        [sys.executable, "-I", str(CHILD)], input=asked, capture_output=True, check=False, timeout=SECONDS
    )
    if done.returncode:
        raise ScoringFailed(done.stderr.decode("utf-8", "replace")[-500:])
    with pa.ipc.open_stream(done.stdout) as stream:
        scored = stream.read_all()
    by_pair = dict(zip(scored["pair"].to_pylist(), scored["score"].to_pylist(), strict=True))
    return [by_pair[number] for number in range(len(levels))]


def pairs_score(*, import_id: int, at: datetime) -> int:
    """This function scores the waiting pairs of an import and ranks each row's anew; returns how many there were."""
    if not splink_is_there():
        return 0
    viewer = worker_viewer(import_load(import_id))
    with acting_as(viewer):
        waiting = MatchPair.objects.filter(feed_import_id=import_id, state=MatchPair.State.WAITING).order_by("pk")
        pairs = list(waiting.only("pk", "feed_row_id", "person_id", "agreements", "points", "rank", "score"))
        for start in range(0, len(pairs), BATCH):
            _score(pairs[start : start + BATCH])
        _rank(pairs)
        MatchPair.objects.bulk_update(pairs, ["score", "rank"], batch_size=1000)
    return len(pairs)


def _score(pairs: list[MatchPair]) -> None:
    people = match_hits(pair.person_id for pair in pairs)
    names = [person.name if (person := people.get(pair.person_id)) else "" for pair in pairs]
    shares = name_shares(set(names), counties={person.slot // 1_000_000 for person in people.values()})
    numbers = {name: number for number, name in enumerate(shares)}
    found = probabilities(
        [pair.agreements for pair in pairs],
        words=[numbers.get(name, -1) for name in names],
        shares=[shares.get(name, 0.001) for name in names],
    )
    for pair, probability in zip(pairs, found, strict=True):
        pair.score = min(HIGHEST, round(probability * 1000))


def _rank(pairs: list[MatchPair]) -> None:
    by_row: dict[int, list[MatchPair]] = defaultdict(list)
    for pair in pairs:
        by_row[pair.feed_row_id].append(pair)
    for rows in by_row.values():
        rows.sort(key=lambda pair: (-(pair.score or 0), -pair.points, pair.person_id))
        for rank, pair in enumerate(rows, start=1):
            pair.rank = rank
