"""Solvency of a pool: what is reported and not paid, what is not yet reported, what is still to happen. Seeded.

Delays by chain ladder over the time from event to report (Mack 1993), the frequency by Cape Cod (Stanard 1985), as an
over-dispersed Poisson model (Renshaw and Verrall 1998); its uncertainty by parametric bootstrap (England and Verrall
2002); amounts drawn from those of claims that came to an end, their level by bootstrap too (Efron 1979). Formulas and
caveats: docs/algorithms/solvency.md. Fen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
PERIOD_DAYS = 30
MOST_PERIODS = 24
ROUNDS = 2_000
MOST_DRAWS = 1_000_000
MOST_RESAMPLED = 10_000_000
QUANTILES = (0.05, 0.5, 0.95)
FEWEST_ENDED = 20  # below it an estimate is shown as a rough one
LIMIT_FEN = 10**13


@dataclass(frozen=True)
class ClaimFact:
    """One claim: its days, what was decided (`ended_fen`: 0 refused, None not yet), what an open one would be paid.

    `paid_fen` has left the pool already; `open_fen` is None before anything was computed.
    """

    event_on: date
    reported_on: date
    ended_fen: int | None
    paid_fen: int = 0
    open_fen: int | None = None


@dataclass(frozen=True)
class PoolFact:
    """A pool on a day: its term, and what it has or is still to be given of its premium."""

    from_date: date
    until_date: date
    has_fen: int


@dataclass(frozen=True)
class Scenario:
    """How the rest of the term goes: claims and amounts times so much, and claims that one blow adds."""

    key: str
    name: str
    frequency: float = 1.0
    severity: float = 1.0
    blow_periods: float = 0.0  # a blow of as many claims as usually come in so many periods


SCENARIOS = (
    Scenario("usual", "照现在这样"),
    Scenario("more", "多三成", frequency=1.3),
    Scenario("dearer", "每件贵两成", severity=1.2),
    Scenario("blow", "再来一场灾，一次多出三个月的件数", blow_periods=3.0),
)


@dataclass(frozen=True)
class Ladder:
    """A chain ladder: development factors, ultimates by period (oldest first), and what is still to come of each."""

    factors: Floats
    ultimates: Floats
    to_come: Floats


@dataclass(frozen=True)
class Band:
    """An estimate with its 90 % interval."""

    mean: int
    low: int
    middle: int
    high: int


@dataclass(frozen=True)
class Outlook:
    """One scenario come out: money still to be paid of the term, and whether the pool lasts.

    `dry_share` is of the days until the term ends, `short_share` of everything that happens in the term, whenever it is
    paid. `top_up_fen` makes the pool last with `confidence`. `path` is the balance by period: 5 %, half, 95 %.
    """

    scenario: Scenario
    total: Band
    dry_share: float
    short_share: float
    top_up_fen: int
    path: tuple[tuple[int, int, int], ...]

    @property
    def dry_percent(self) -> int:
        """The chance to run dry before the term ends, in whole per cent."""
        return round(100 * self.dry_share)

    @property
    def short_percent(self) -> int:
        """The chance that the term cannot be paid in whole, in whole per cent."""
        return round(100 * self.short_share)


@dataclass(frozen=True)
class Solvency:
    """A pool's solvency on a day."""

    on: date
    claims: int
    ended: int
    open_claims: int
    reported_fen: Band
    unreported: Band  # claims
    unreported_fen: Band
    factors: tuple[float, ...]
    outlooks: tuple[Outlook, ...]
    periods_left: int
    is_rough: bool


def chain_ladder(cumulative: Floats) -> Ladder:
    """This function completes a run-off triangle: rows by period of the event, oldest first, columns by delay.

    f_k = Σ C(i,k+1) / Σ C(i,k) over the rows that know both; what is beyond the triangle is not read. A column of
    nothing develops by 1. Works on one triangle (n, n) or many (…, n, n).
    """
    size = cumulative.shape[-1]
    grown = np.array(cumulative, dtype=float)
    factors = np.ones((*grown.shape[:-2], max(size - 1, 0)))
    for column in range(size - 1):
        known = size - 1 - column
        below = grown[..., :known, column].sum(axis=-1)
        above = grown[..., :known, column + 1].sum(axis=-1)
        factor = np.divide(above, below, out=np.ones_like(above), where=below > 0)
        factors[..., column] = factor
        grown[..., known:, column + 1] = grown[..., known:, column] * factor[..., None]
    latest = np.stack([grown[..., row, size - 1 - row] for row in range(size)], axis=-1)
    ultimates = grown[..., :, size - 1]
    return Ladder(factors, ultimates, ultimates - latest)


def triangle_of(facts: Sequence[ClaimFact], *, on: date, size: int) -> Floats:
    """This function counts claims by period of the event and delay in periods, both counted back from a day.

    Cumulative over the delay. Rows are oldest first; an event older than the triangle is left out.
    """
    counts = np.zeros((size, size))
    for fact in facts:
        event, report = _age(fact.event_on, on), _age(fact.reported_on, on)
        if 0 <= report <= event < size:
            counts[size - 1 - event, event - report] += 1
    return np.cumsum(counts, axis=1)


def _age(day: date, on: date) -> int:
    return (on - day).days // PERIOD_DAYS


@dataclass(frozen=True)
class Fit:
    """How claims are reported: shares by delay in periods, and claims a period of full exposure; one or many."""

    shares: Floats
    rate: Floats

    def means(self, exposure: Floats) -> Floats:
        """This function returns the claims expected by period of the event and delay."""
        found: Floats = self.rate[..., None, None] * exposure[:, None] * self.shares[..., None, :]
        return found


def delay_fit(cumulative: Floats, exposure: Floats) -> Fit:
    """This function fits delay and frequency to a triangle, or to many.

    The delay is the chain ladder's: G_k = G_{k+1} · Σ C(i,k) / Σ C(i,k+1). The frequency is the Cape Cod one, the same
    for every period: Σ C(i, latest) / Σ e(i) · G(latest); so a period without a report yet is not taken for quiet.
    """
    size = cumulative.shape[-1]
    grown = np.ones((*cumulative.shape[:-2], size))
    for column in range(size - 2, -1, -1):
        known = size - 1 - column
        below = cumulative[..., :known, column].sum(axis=-1)
        above = cumulative[..., :known, column + 1].sum(axis=-1)
        ratio = np.divide(below, above, out=np.ones_like(above), where=above > 0)
        grown[..., column] = grown[..., column + 1] * ratio
    latest = sum(cumulative[..., row, size - 1 - row] for row in range(size))
    seen = (exposure * grown[..., ::-1]).sum(axis=-1)
    rate = np.divide(latest, seen, out=np.zeros_like(seen), where=seen > 0)
    return Fit(np.diff(grown, axis=-1, prepend=0.0), rate)


def _dispersion(cumulative: Floats, fitted: Floats) -> float:
    """This function returns the dispersion (Pearson): at least 1, that of a Poisson process."""
    size = cumulative.shape[0]
    seen = np.add.outer(np.arange(size), np.arange(size)) < size
    increments = np.diff(cumulative, axis=1, prepend=0.0)
    fits = seen & (fitted > 0)
    freedom = int(seen.sum()) - (size + 1)
    if freedom < 1:
        return 1.0
    return max(1.0, float(((increments - fitted)[fits] ** 2 / fitted[fits]).sum()) / freedom)


def _drawn(random: np.random.Generator, mean: Floats, dispersion: float) -> Floats:
    """This function draws over-dispersed Poisson counts."""
    return dispersion * random.poisson(mean / dispersion).astype(float)


@dataclass(frozen=True)
class _Draws:
    """What all scenarios share: by round, reported amounts, claims to come of the past by delay, claims a period.

    `level` is by how much a claim may cost more or less in truth than those seen so far, by round.
    """

    reported: Floats
    to_come: Floats
    rate: Floats
    pattern: Floats
    amounts: Floats
    level: Floats
    dispersion: float

    def costs(self, random: np.random.Generator, counts: Floats) -> Floats:
        """This function draws what as many claims as each round has cost."""
        return _sums(random, counts, self.amounts) * self.level


def solvency(
    facts: Sequence[ClaimFact],
    pool: PoolFact,
    *,
    on: date,
    scenarios: Sequence[Scenario] = SCENARIOS,
    confidence: float = 0.95,
    seed: int = 1,
    rounds: int = ROUNDS,
) -> Solvency:
    """This function estimates what a pool has still to pay and whether it lasts, the same for the same seed."""
    random = np.random.default_rng(seed)
    # Events of the term lie further back when the term is over: the triangle reaches to its first day.
    size = min(MOST_PERIODS, max(1, -(-((on - pool.from_date).days + 1) // PERIOD_DAYS)))
    draws = _draw(random, facts, pool, on=on, size=size, rounds=rounds)
    days_left = max(0, (pool.until_date - on).days - 1)
    counts = draws.to_come.sum(axis=1)
    ended = sum(fact.ended_fen is not None for fact in facts)
    return Solvency(
        on=on, claims=len(facts), ended=ended, open_claims=len(facts) - ended, reported_fen=_band(draws.reported),
        unreported=_band(counts), unreported_fen=_band(draws.costs(random, counts)),
        factors=tuple(float(one) for one in chain_ladder(triangle_of(facts, on=on, size=size)).factors),
        outlooks=tuple(
            _outlook(random, one, draws, pool, days_left=days_left, confidence=confidence) for one in scenarios
        ),
        periods_left=-(-days_left // PERIOD_DAYS), is_rough=ended < FEWEST_ENDED or size < 3,
    )  # fmt: skip


def _exposure(pool: PoolFact, *, on: date, size: int) -> Floats:
    """This function returns how much of each period lies in the term, oldest first."""
    days = np.zeros(size)
    for age in range(size):
        first, last = on - timedelta(days=(age + 1) * PERIOD_DAYS - 1), on - timedelta(days=age * PERIOD_DAYS)
        inside = (min(last, pool.until_date - timedelta(days=1)) - max(first, pool.from_date)).days + 1
        days[size - 1 - age] = max(0, inside)
    return days / PERIOD_DAYS


def _draw(
    random: np.random.Generator,
    facts: Sequence[ClaimFact],
    pool: PoolFact,
    *,
    on: date,
    size: int,
    rounds: int,
) -> _Draws:
    ended = np.array([float(fact.ended_fen) for fact in facts if fact.ended_fen is not None])
    known = [fact for fact in facts if fact.ended_fen is None]
    cumulative, exposure = triangle_of(facts, on=on, size=size), _exposure(pool, on=on, size=size)
    fitted = delay_fit(cumulative, exposure).means(exposure)
    dispersion = _dispersion(cumulative, fitted)
    later = np.add.outer(np.arange(size), np.arange(size)) - size
    # Parametric bootstrap: triangles as they might have come, each fitted anew, then what is to come drawn.
    again = _drawn(random, np.broadcast_to(np.where(later < 0, fitted, 0.0), (rounds, size, size)), dispersion)
    refit = delay_fit(np.cumsum(again, axis=2), exposure)
    coming = _drawn(random, np.where(later < 0, 0.0, refit.means(exposure)), dispersion)
    # By how many periods from now the reports come: the diagonals below the last one that is known.
    to_come = np.stack([(coming * (later == k)).sum(axis=(1, 2)) for k in range(max(size - 1, 1))], axis=1)
    amounts = ended if len(ended) else np.array([float(fact.open_fen) for fact in known if fact.open_fen is not None])
    if not len(amounts):
        amounts = np.zeros(1)
    level = _level(random, amounts, rounds)
    reported = _reported(random, facts, amounts, level)
    return _Draws(reported, to_come, refit.rate, refit.shares, amounts, level, dispersion)


def _level(random: np.random.Generator, amounts: Floats, rounds: int) -> Floats:
    """This function returns, by round, the mean of the amounts drawn anew with replacement over their mean.

    The mean of a few claims is not the true one, and all claims to come would be off alike. Where that were very many
    draws, the mean is a normal one (central limit).
    """
    mean, size = float(amounts.mean()), len(amounts)
    if mean <= 0:
        return np.ones(rounds)
    if size * rounds > MOST_RESAMPLED:
        spread = float(amounts.std()) / mean / size**0.5
        return np.clip(1.0 + spread * random.standard_normal(rounds), 0.0, None)
    found: Floats = random.choice(amounts, (rounds, size)).mean(axis=1) / mean
    return found


def _reported(random: np.random.Generator, facts: Sequence[ClaimFact], amounts: Floats, level: Floats) -> Floats:
    """This function draws what reported claims are still to be paid: as decided, else as computed, else as others were.

    A share of those that are not decided is refused, as many as were so far (drawn from its beta distribution: a few
    decisions do not tell it exactly); what was paid in advance is off.
    """
    rounds = len(level)
    decided = [fact.ended_fen for fact in facts if fact.ended_fen is not None]
    refused = sum(fen == 0 for fen in decided)
    granted = random.beta(len(decided) - refused + 1, refused, rounds) if refused else np.ones(rounds)
    total = np.zeros(rounds)
    for fact in facts:
        if fact.ended_fen is not None:
            total += max(0, fact.ended_fen - fact.paid_fen)
            continue
        if fact.open_fen is None:
            drawn = random.choice(amounts, rounds) * level
        else:
            drawn = np.where(random.random(rounds) < granted, float(fact.open_fen), 0.0)
        total += np.clip(drawn - fact.paid_fen, 0.0, None)
    return total


def _sums(random: np.random.Generator, counts: Floats, amounts: Floats) -> Floats:
    """This function adds up as many drawn amounts as each round has claims.

    Where that were very many draws, each sum is a normal one of the same mean and variance (central limit).
    """
    whole = np.rint(counts).astype(int)
    if whole.sum() > MOST_DRAWS:
        spread = np.sqrt(whole) * amounts.std()
        return np.clip(whole * amounts.mean() + spread * random.standard_normal(len(whole)), 0.0, None)
    drawn = random.choice(amounts, int(whole.sum()))
    ends = np.cumsum(whole)
    sums = np.concatenate([[0.0], np.cumsum(drawn)])
    found: Floats = sums[ends] - sums[ends - whole]
    return found


def _outlook(
    random: np.random.Generator,
    scenario: Scenario,
    draws: _Draws,
    pool: PoolFact,
    *,
    days_left: int,
    confidence: float,
) -> Outlook:
    rounds, left = len(draws.reported), -(-days_left // PERIOD_DAYS)
    steps = max(left, 1)
    out = np.zeros((rounds, steps + 1))  # the last column: paid after the term
    out[:, 0] += draws.reported  # what is reported has its price already
    for later in range(draws.to_come.shape[1]):
        part = draws.costs(random, draws.to_come[:, later]) * scenario.severity
        out[:, min(later, steps)] += part
    for step in range(left):
        share = min(1.0, (days_left - step * PERIOD_DAYS) / PERIOD_DAYS)
        mean = draws.rate * scenario.frequency * share
        if step == 0:
            mean = mean + draws.rate * scenario.blow_periods
        counts = np.rint(_drawn(random, mean, draws.dispersion))
        for delay in range(draws.pattern.shape[1]):
            told = random.binomial(counts.astype(int), np.clip(_rest(draws.pattern, delay), 0.0, 1.0)).astype(float)
            counts -= told
            out[:, min(step + delay, steps)] += draws.costs(random, told) * scenario.severity
        out[:, steps] += draws.costs(random, counts) * scenario.severity
    balance = pool.has_fen - np.cumsum(out[:, :steps], axis=1)
    total = out.sum(axis=1)
    path = np.quantile(balance, QUANTILES, axis=0).T
    need = float(np.quantile(total, confidence)) - pool.has_fen
    return Outlook(
        scenario=scenario, total=_band(total), dry_share=float((balance.min(axis=1) < 0).mean()),
        short_share=float((total > pool.has_fen).mean()), top_up_fen=max(0, round(min(need, LIMIT_FEN))),
        path=tuple((round(low), round(middle), round(high)) for low, middle, high in path),
    )  # fmt: skip


def _rest(pattern: Floats, delay: int) -> Floats:
    """This function returns the chance that a claim not told before is told with this delay."""
    left = 1.0 - pattern[:, :delay].sum(axis=1)
    share: Floats = np.divide(pattern[:, delay], left, out=np.ones(len(left)), where=left > 1e-12)
    return share


def _band(values: Floats) -> Band:
    low, middle, high = np.quantile(values, QUANTILES)
    return Band(round(float(values.mean())), round(float(low)), round(float(middle)), round(float(high)))
