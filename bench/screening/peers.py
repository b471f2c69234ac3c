"""Who is measured: our engine, the others, and the package each of them needs."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from bench.data import KEYS, TEXTS
from bench.screening.engine_rows import ENGINE_ROWS


@dataclass(frozen=True)
class Peer:
    """One thing that is measured: the files it reads, the package it needs, whose answer it must give."""

    name: str
    folder: str = KEYS
    package: str = ""
    same_as: str = "ours"

    @property
    def is_there(self) -> bool:
        """Whether its package is installed."""
        return not self.package or find_spec(self.package) is not None


PEERS = (
    Peer("ours", same_as=""),
    Peer("hand_written"),
    Peer("hand_written_text", folder=TEXTS),
    Peer("polars", package="polars"),
    Peer("pandas", package="pandas"),
    Peer("openfisca", package="openfisca_core"),
    Peer("zen", package="zen"),
    Peer("scan", same_as=""),
    *(Peer(name, folder=row.folder, same_as=row.same_as) for name, row in ENGINE_ROWS.items()),
)
OTHERS = ("hand_written", "hand_written_text", "polars", "pandas", "openfisca", "zen", "scan")


def work_of(name: str) -> tuple[Callable[..., Any], Callable[..., Any] | None]:
    """This function returns what is timed and what is prepared before the clock, if anything."""
    if name in ENGINE_ROWS:
        return ENGINE_ROWS[name].answer, ENGINE_ROWS[name].prepare
    module = importlib.import_module(f"bench.screening.{name}")
    return module.answer, getattr(module, "prepare", None)
