"""Who falls into hardship in a panel, and when: the household's purse, month by month.

A household falls in the first month at whose end its purse is empty: savings and credit at the start, plus what usual
income leaves after ordinary living, minus the wages and harvests that failed and all it paid itself, also what no file
holds. A part of a cost falls due at once, the rest in the months after. No line, amount or list of any policy enters.
Nobody is helped: the panel shows what happens without.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shouwang.synth import events, shape
from shouwang.synth.blocks import Block
from shouwang.synth.draws import Bools, Floats, Ints, lognormal_fen
from shouwang.synth.shocks import CAUSES, DISASTER, EMPLOYMENT, STUDY, Shocks

MEMORY_MONTHS = 12  # how far back the cause of a fall is looked for
_OF_SPENDING = np.array([CAUSES.index(name) if name in CAUSES else -1 for name in events.SPENDING_CAUSES])
OTHER = len(CAUSES)


@dataclass
class Falls:
    """The fallen: household, month of the panel, cause (OTHER: no shock's), what was missing at the month's end."""

    household: Ints
    month: Ints
    cause: Ints
    lacking: Ints


@dataclass
class Losses:
    """What shocks cost households, in fen: a row a household and month, by cause."""

    by_cause: list[Floats]  # in the order of CAUSES, then everything else

    @property
    def total(self) -> Floats:
        """All causes together."""
        return np.sum(self.by_cause, axis=0)


def losses_count(
    block: Block, shocks: Shocks, spending: dict[str, Ints], month_of: Ints, *, usual: Bools, at_work: Bools,
    harvest: Floats, months: tuple[int, ...],
) -> Losses:  # fmt: skip
    """This function adds up what each month cost each household.

    `spending` holds the rows of the panel with the shock of each, −1 for those of ordinary life; `month_of` the month
    of each; `usual` and `at_work` who would have worked and who did, `harvest` the share reaped, `months` the calendar.
    """
    shape_ = (block.kin.count, len(months))
    by_cause = [np.zeros(shape_) for _ in range(len(CAUSES) + 1)]
    # School fees that are no shock are what the household saves for: part of ordinary living.
    is_planned = (spending["shock"] < 0) & (_OF_SPENDING[spending["cause"]] == STUDY)
    hidden = np.array([*shape.HIDDEN_SHARE.values(), 0.0])
    of_shock = np.append(shocks.cause, OTHER)[spending["shock"]]  # −1 takes the one at the end
    cause = np.where(spending["shock"] >= 0, of_shock, _OF_SPENDING[spending["cause"]])
    cause = np.where(cause < 0, OTHER, cause)
    paid = spending["self_paid"] * (1 + np.where(spending["shock"] >= 0, hidden[cause], 0.0)) * ~is_planned
    for number in range(len(by_cause)):
        of = cause == number
        np.add.at(by_cause[number], (spending["household"][of], month_of[of]), paid[of])
        by_cause[number] = _fallen_due(by_cause[number])
    _wages(block, shocks, usual & ~at_work, by_cause)
    reaped = _reaped_in(months)[None, :] * block.means.business[:, None]
    by_cause[DISASTER] += reaped * (1 - harvest)
    return Losses(by_cause)


def _fallen_due(paid: Floats) -> Floats:
    """This function spreads costs over the months in which they fall due: a part at once, the rest evenly after."""
    due = paid * shape.PAID_AT_ONCE
    part = (1 - shape.PAID_AT_ONCE) / shape.PAID_LATER_MONTHS
    for later in range(1, shape.PAID_LATER_MONTHS + 1):
        due[:, later:] += paid[:, :-later] * part
    return due


def _wages(block: Block, shocks: Shocks, lost: Bools, by_cause: list[Floats]) -> None:
    """This function charges lost wages to the cause that last struck the worker; without one the job itself is gone."""
    workers = block.means.workers
    household, wage = block.kin.household[workers], block.means.wage_month[workers].astype(np.float64)
    cause = np.full((block.kin.people, lost.shape[1]), EMPLOYMENT, dtype=np.int64)
    order = np.argsort(shocks.month, kind="stable")
    for row in order[shocks.person[order] >= 0].tolist():
        cause[shocks.person[row], shocks.month[row] :] = shocks.cause[row]
    for index in range(lost.shape[1]):
        some = np.flatnonzero(lost[:, index])
        why = cause[workers[some], index]
        for number in range(len(by_cause)):
            of = some[why == number]
            np.add.at(by_cause[number][:, index], household[of], wage[of])


def _reaped_in(months: tuple[int, ...]) -> Floats:
    return np.array([{6: 0.45, 10: 0.55}.get(month, 0.0) for month in months])


def falls_find(rng: np.random.Generator, block: Block, losses: Losses) -> Falls:
    """This function follows each purse from the end of the first month and returns the first time it is empty."""
    net = np.maximum(block.means.net, 0).astype(np.float64)
    savings = net * np.where(
        block.standing.is_watched,
        lognormal_fen(rng, *shape.SAVINGS_YEARS_POOR, block.kin.count),
        lognormal_fen(rng, *shape.SAVINGS_YEARS, block.kin.count),
    ) / 100  # fmt: skip
    credit = net * rng.uniform(*shape.CREDIT_SHARE, block.kin.count)
    left = net * (1 - shape.LIVING_SHARE) / 12
    total = losses.total
    total[:, 0] = 0.0
    months = np.arange(total.shape[1])
    purse = (savings + credit)[:, None] + left[:, None] * months[None, :] - np.cumsum(total, axis=1)
    is_empty = purse < 0
    fallen = np.flatnonzero(is_empty.any(axis=1))
    month = is_empty[fallen].argmax(axis=1)
    return Falls(
        household=fallen,
        month=month,
        cause=_causes(losses, fallen, month),
        lacking=np.ceil(-purse[fallen, month]).astype(np.int64),
    )


def _causes(losses: Losses, household: Ints, month: Ints) -> Ints:
    """This function returns what cost each household most in the year to its fall."""
    sums = np.stack([np.cumsum(one[household], axis=1) for one in losses.by_cause])
    rows = np.arange(len(household))
    start = month - MEMORY_MONTHS
    before = np.where(start >= 0, sums[:, rows, np.maximum(start, 0)], 0.0)
    return np.asarray((sums[:, rows, month] - before).argmax(axis=0), dtype=np.int64)
