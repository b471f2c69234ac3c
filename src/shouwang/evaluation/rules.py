"""What a measure did to income: households that got it beside like ones that did not, before and after.

Matched differences in differences: each helped household is compared with its nearest unhelped ones of the very same
group (kind of watched household, cause), by what they earned of each kind and who they were before the help; what
differs is how much more its income changed than theirs. The difference that imperfect matches leave is taken off by a
regression among the unhelped; the interval is Abadie and Imbens' (2006, 2011), which the bootstrap does not replace for
matching. Amounts in yuan; numbers are floats here, for they are estimates and never paid.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Z95 = 1.959963984540054
NEIGHBOURS = 3
ROWS = 64  # compared at a time


@dataclass(frozen=True)
class Unit:
    """One household. `group` must be the same to be compared; `before` are facts of the time before the help, by which
    likeness is judged; `change` is income after less income before, by kind and in all, in the order of the caller.
    """

    group: tuple[str, ...]
    before: tuple[float, ...]
    change: tuple[float, ...]
    is_helped: bool


@dataclass(frozen=True)
class Estimate:
    """How much more the income of the helped changed, in yuan a head and year, with a 95 % interval."""

    effect: float
    low: float
    high: float

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves out zero: only then is it called an effect."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True)
class Comparison:
    """The estimates in the order of `Unit.change`. `helped` were compared, `unmatched` had nobody like them.

    `balance`: by how much the facts before of the helped differ from those of the matched, in standard deviations, at
    most over all facts. `before_helped` and `before_matched` are means in the order of `Unit.before`; changes of the
    matched are those that the regression expects of households that were before just like the helped.
    """

    helped: int
    unhelped: int
    unmatched: int
    balance: float
    before_helped: tuple[float, ...]
    before_matched: tuple[float, ...]
    changes_helped: tuple[float, ...]
    changes_matched: tuple[float, ...]
    estimates: tuple[Estimate, ...]


def _nearest(helped: Floats, others: Floats, k: int) -> npt.NDArray[np.int64]:
    """This function returns for each row the k nearest rows of others, ties by order."""
    found = [
        np.argsort(((part[:, None, :] - others[None, :, :]) ** 2).sum(axis=2), axis=1, kind="stable")[:, :k]
        for part in (helped[begin : begin + ROWS] for begin in range(0, len(helped), ROWS))
    ]
    return np.concatenate(found)


def _fitted(x: Floats, y: Floats) -> Floats:
    """This function returns the coefficients (constant first) of y on x, ridged a little so that it always stands."""
    design = np.column_stack([np.ones(len(x)), x])
    penalty = np.eye(design.shape[1]) * 1e-6 * len(x)
    penalty[0, 0] = 0
    return np.asarray(np.linalg.solve(design.T @ design + penalty, design.T @ y))


def effect_compare(units: Sequence[Unit], *, least: int, neighbours: int = NEIGHBOURS) -> Comparison | None:
    """This function compares the helped with like ones; None where fewer than `least` on either side can be compared.

    A group needs more unhelped households than neighbours are taken; helped ones of other groups are `unmatched`.
    """
    groups: dict[tuple[str, ...], tuple[list[Unit], list[Unit]]] = {}
    for unit in units:
        groups.setdefault(unit.group, ([], []))[0 if unit.is_helped else 1].append(unit)
    usable = [pair for pair in groups.values() if pair[0] and len(pair[1]) > neighbours]
    unmatched = sum(len(pair[0]) for pair in groups.values()) - sum(len(pair[0]) for pair in usable)
    helped_count, unhelped_count = sum(len(pair[0]) for pair in usable), sum(len(pair[1]) for pair in usable)
    if not usable or helped_count < max(least, 2) or unhelped_count < least:
        return None
    every = np.array([unit.before for pair in usable for side in pair for unit in side], dtype=float)
    centre, spread = every.mean(axis=0), every.std(axis=0)
    spread = np.where(spread > 0, spread, 1.0)
    parts = [_group_compare(*pair, centre=centre, spread=spread, k=neighbours) for pair in usable]
    each = np.concatenate([part[0] for part in parts])
    noise = sum(part[1] for part in parts)
    gap = np.concatenate([part[2] for part in parts]).mean(axis=0)
    changed = np.concatenate([part[3] for part in parts]).mean(axis=0)
    effect = each.mean(axis=0)
    before = np.array([unit.before for pair in usable for unit in pair[0]], dtype=float).mean(axis=0)
    # The variance given the facts before, and that of the effect between households, as for the effect on the helped.
    spread_of = ((each - effect) ** 2).sum(axis=0) / (helped_count * (helped_count - 1))
    variance = spread_of + noise / helped_count**2
    error = Z95 * np.sqrt(np.maximum(variance, 0))
    return Comparison(
        helped=helped_count,
        unhelped=unhelped_count,
        unmatched=unmatched,
        balance=float(np.abs(gap).max()) if gap.size else 0.0,
        before_helped=tuple(before),
        before_matched=tuple(before - gap * spread),
        changes_helped=tuple(changed),
        changes_matched=tuple(changed - effect),
        estimates=tuple(Estimate(float(e), float(e - r), float(e + r)) for e, r in zip(effect, error, strict=True)),
    )


def _group_compare(
    helped: Sequence[Unit], unhelped: Sequence[Unit], *, centre: Floats, spread: Floats, k: int
) -> tuple[Floats, Floats, Floats, Floats]:
    """This function returns of one group: each helped household's difference, the noise that the reuse of matches adds
    (summed), the facts before that the matches miss, and the helped households' changes."""
    x1 = (np.array([unit.before for unit in helped], dtype=float) - centre) / spread
    x0 = (np.array([unit.before for unit in unhelped], dtype=float) - centre) / spread
    y1 = np.array([unit.change for unit in helped], dtype=float)
    y0 = np.array([unit.change for unit in unhelped], dtype=float)
    near = _nearest(x1, x0, k)
    slope = _fitted(x0, y0)[1:] if len(unhelped) > x0.shape[1] + k else np.zeros((x0.shape[1], y0.shape[1]))
    gaps = x1 - x0[near].mean(axis=1)
    differences = y1 - y0[near].mean(axis=1) - gaps @ slope
    # How noisy each unhelped household is, by its own nearest other; how often each was taken.
    own = _nearest(x0, x0, 2)
    other = np.where(own[:, 0] == np.arange(len(x0)), own[:, 1], own[:, 0])
    sigma = ((y0 - y0[other]) - (x0 - x0[other]) @ slope) ** 2 / 2
    taken = np.bincount(near.ravel(), minlength=len(x0)).astype(float)
    weight = taken * (taken - 1) / k**2
    # What the regression does not know of its slope, times how far the matches are off in all.
    off = gaps.sum(axis=0)
    moment = x0 - x0.mean(axis=0)
    lever = float(off @ np.linalg.pinv(moment.T @ moment) @ off)
    return differences, (weight[:, None] * sigma).sum(axis=0) + lever * sigma.mean(axis=0), gaps, y1
