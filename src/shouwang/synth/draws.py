"""Random draws: one stream for every purpose and block, so that a change in one leaves the others alone."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


def stream(seed: int, *path: str | int) -> np.random.Generator:
    """This function returns the generator of one purpose, the same for the same seed and path everywhere."""
    name = "/".join(str(step) for step in path).encode()
    words = np.frombuffer(hashlib.sha256(name).digest(), dtype="<u4")
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, *words.tolist()])))


def pick(rng: np.random.Generator, weights: Sequence[float], size: int) -> Ints:
    """This function draws indexes with the given weights."""
    edges = np.cumsum(np.asarray(weights, dtype=np.float64))
    drawn = np.searchsorted(edges, rng.random(size) * edges[-1], side="right")
    return np.minimum(drawn, len(edges) - 1).astype(np.int64)


def chance(rng: np.random.Generator, probability: float | Floats, size: int) -> Bools:
    """This function draws true with the given probability, one for all or one each."""
    return np.asarray(rng.random(size) < probability)


def lognormal_fen(rng: np.random.Generator, median_yuan: float | Floats, spread: float, size: int) -> Ints:
    """This function draws amounts in fen around a median given in yuan."""
    return np.asarray(np.rint(np.exp(rng.normal(0.0, spread, size)) * median_yuan * 100), dtype=np.int64)


def one_in_group(rng: np.random.Generator, groups: Ints, eligible: Bools, count: int) -> Ints:
    """This function picks at random one eligible row of every group; -1 for a group without any."""
    rows = np.flatnonzero(eligible)
    order = rows[rng.permutation(len(rows))]
    chosen = np.full(count, -1, dtype=np.int64)
    chosen[groups[order]] = order
    return chosen
