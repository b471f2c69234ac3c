"""Solvency against known truth: a published triangle, and invented pools whose rest is known."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from shouwang.oversight.rules.solvency import (
    SCENARIOS,
    ClaimFact,
    PoolFact,
    chain_ladder,
    delay_fit,
    solvency,
    triangle_of,
)

TERM, UNTIL, ON = date(2020, 1, 1), date(2021, 1, 1), date(2020, 8, 27)
# Taylor and Ashe (1983), incremental; the chain ladder's reserve for it is 18,680,856 (Mack 1993).
TAYLOR_ASHE = """
357848 766940 610542 482940 527326 574398 146342 139950 227229 67948
352118 884021 933894 1183289 445745 320996 527804 266172 425046
290507 1001799 926219 1016654 750816 146923 495992 280405
310608 1108250 776189 1562400 272482 352053 206286
443160 693190 991983 769488 504851 470639
396132 937085 847498 805037 705960
440832 847631 1131398 1063269
359480 1061648 1443370
376686 986608
344014
"""


def pool_of(seed: int, *, rate: float = 12.0) -> tuple[list[ClaimFact], int]:
    """An invented term of a pool seen on 27 August: its claims as known then, and what is truly still to be paid."""
    random = np.random.default_rng(seed)
    known, rest = [], 0
    for day in range((UNTIL - TERM).days):
        for _ in range(random.poisson(rate / 30)):
            event = TERM + timedelta(days=day)
            report = event + timedelta(days=int(random.exponential(40)))
            fen = 0 if random.random() < 0.15 else int(random.lognormal(13.2, 0.7))
            if event > ON or report > ON:
                rest += fen
                continue
            is_ended = report + timedelta(days=int(random.exponential(30))) <= ON
            known.append(ClaimFact(event, report, fen if is_ended else None, fen if is_ended else 0, None))
            rest += 0 if is_ended else fen
    return known, rest


def test_a_published_triangle_comes_out_as_published() -> None:
    rows = [[float(cell) for cell in line.split()] for line in TAYLOR_ASHE.split("\n") if line]
    square = np.array([row + [0.0] * (10 - len(row)) for row in rows])
    found = chain_ladder(np.cumsum(square, axis=1))
    assert round(found.to_come.sum()) == 18_680_856
    assert [round(one, 4) for one in found.factors[:3]] == [3.4906, 1.7473, 1.4574]


def test_what_is_beyond_the_triangle_is_not_read() -> None:
    known = np.array([[4.0, 6.0, 6.0], [5.0, 9.0, 0.0], [2.0, 0.0, 0.0]])
    other = np.where(known == 0, 99.0, known)
    assert chain_ladder(known).ultimates.tolist() == chain_ladder(other).ultimates.tolist()
    assert delay_fit(known, np.ones(3)).rate == delay_fit(other, np.ones(3)).rate


def test_a_quiet_last_period_still_has_claims_to_come() -> None:
    """A chain ladder by itself says none; the delay of the others says that they are only not told yet."""
    known = np.array([[2.0, 8.0, 10.0], [2.0, 8.0, 0.0], [0.0, 0.0, 0.0]])
    fit = delay_fit(known, np.ones(3))
    assert chain_ladder(known).to_come[2] == 0
    assert fit.rate == pytest.approx(18 / 2.0)  # 18 reports of periods told to 1, 0.8 and 0.2
    assert fit.shares.tolist() == pytest.approx([0.2, 0.6, 0.2])


def test_the_triangle_counts_by_period_and_delay() -> None:
    facts = [ClaimFact(ON, ON, 1), ClaimFact(ON - timedelta(29), ON, 1), ClaimFact(ON - timedelta(30), ON, 1),
             ClaimFact(ON - timedelta(60), ON - timedelta(59), 1), ClaimFact(ON - timedelta(90), ON, 1)]  # fmt: skip
    assert triangle_of(facts, on=ON, size=3).tolist() == [[0, 1, 1], [0, 1, 1], [2, 2, 2]]


def covered(seeds: range, *, rounds: int) -> float:
    inside = 0
    for seed in seeds:
        facts, rest = pool_of(seed)
        total = solvency(facts, PoolFact(TERM, UNTIL, 10**9), on=ON, seed=seed, rounds=rounds,
                         scenarios=SCENARIOS[:1]).outlooks[0].total  # fmt: skip
        inside += total.low <= rest <= total.high
    return inside / len(seeds)


def test_the_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    assert 0.8 <= covered(range(40), rounds=250) <= 1.0


@pytest.mark.full
def test_the_interval_holds_the_truth_nine_times_in_ten() -> None:
    assert 0.87 <= covered(range(1_000, 1_400), rounds=500) <= 0.93


def test_a_mean_told_by_few_claims_is_off_for_all_that_are_to_come() -> None:
    """Twenty ended claims with half their mean as spread tell it to ±1.645 · 0.5 / √20, however many are still open."""
    ended = [ClaimFact(TERM, TERM, fen, fen) for fen in [1_000, 3_000] * 10]
    for many in (2_000, 4_000):
        found = solvency([*ended, *[ClaimFact(ON, ON, None)] * many], PoolFact(TERM, UNTIL, 10**9), on=ON, rounds=1_000)
        reported = found.reported_fen
        assert (reported.high - reported.low) / reported.mean == pytest.approx(2 * 1.645 * 0.5 / 20**0.5, rel=0.15)
        assert reported.mean == pytest.approx(2_000 * many, rel=0.02)


def test_the_same_seed_gives_the_same_answer_and_worse_times_cost_more() -> None:
    facts, _ = pool_of(7)
    pool = PoolFact(TERM, UNTIL, 60_000_000)
    first, again = (solvency(facts, pool, on=ON, seed=3, rounds=500) for _ in range(2))
    assert first == again
    usual, more, dearer, blow = first.outlooks
    assert usual.total.middle < more.total.middle < blow.total.high
    assert usual.total.middle < dearer.total.middle
    assert usual.dry_share <= usual.short_share
    assert usual.top_up_fen == max(0, usual.total.high - pool.has_fen)
    assert len(usual.path) == first.periods_left == 5


def test_a_rich_pool_never_runs_dry_and_an_empty_one_does() -> None:
    facts, _ = pool_of(5)
    rich = solvency(facts, PoolFact(TERM, UNTIL, 10**12), on=ON, rounds=200)
    poor = solvency(facts, PoolFact(TERM, UNTIL, 0), on=ON, rounds=200)
    assert {one.short_share for one in rich.outlooks} == {0.0}
    assert {one.top_up_fen for one in rich.outlooks} == {0}
    assert {one.dry_share for one in poor.outlooks} == {1.0}


def test_before_any_claim_and_after_the_term_it_still_answers() -> None:
    empty = solvency([], PoolFact(TERM, UNTIL, 100), on=TERM, rounds=50)
    assert (empty.is_rough, empty.outlooks[0].total.high, empty.outlooks[0].short_share) == (True, 0, 0.0)
    facts, _ = pool_of(5)
    after = solvency(facts, PoolFact(TERM, UNTIL, 100), on=UNTIL + timedelta(days=90), rounds=50)
    assert after.periods_left == 0
    assert after.outlooks[0].total.high > 0  # what was open is still to be paid
