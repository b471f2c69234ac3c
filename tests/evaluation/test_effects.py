"""A matched comparison finds an effect that is there, at its size, and none where there is none."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shouwang.evaluation.rules import Unit, effect_compare


def county(seed: int, *, effect: float, helped: int = 60, unhelped: int = 300) -> list[Unit]:
    """Helped households are poorer and larger before, and the poor catch up by themselves: a plain comparison errs."""
    rng = np.random.default_rng(seed)
    units = []
    for is_helped in [True] * helped + [False] * unhelped:
        wage = rng.normal(9_000 if is_helped else 12_000, 3_000)
        members = float(rng.integers(2, 6))
        kind = "UNSTABLE" if rng.random() < 0.5 else "MARGINAL"
        drift = 4_000 - 0.3 * wage + 200 * members + (500 if kind == "UNSTABLE" else -500)
        gained = rng.normal(effect, abs(effect) / 4) if is_helped else 0.0
        change = drift + rng.normal(0, 1_500) + gained
        units.append(Unit((kind, "ILLNESS"), (wage, members), (change, 0.4 * change), is_helped))
    return units


def test_the_truth_lies_in_the_interval_as_often_as_it_says() -> None:
    covered = clear = 0
    for seed in range(60):
        found = effect_compare(county(seed, effect=2_000), least=20)
        assert found is not None
        covered += found.estimates[0].low <= 2_000 <= found.estimates[0].high
        clear += found.estimates[0].is_clear
    assert covered >= 53  # 95 % of 60 are 57; fewer than 53 have a chance below one in a hundred
    assert clear >= 58


def test_no_effect_is_not_called_one() -> None:
    found = [effect_compare(county(seed, effect=0), least=20) for seed in range(60)]
    called = sum(one.estimates[0].is_clear for one in found if one is not None)
    assert len([one for one in found if one is not None]) == 60
    assert called <= 8  # one in twenty may be; more than 8 of 60 have a chance below one in a hundred


def test_a_plain_comparison_would_have_been_wrong() -> None:
    units = county(1, effect=0, helped=400, unhelped=2_000)
    plain = np.mean([u.change[0] for u in units if u.is_helped]) - np.mean(
        [u.change[0] for u in units if not u.is_helped]
    )
    found = effect_compare(units, least=20)
    assert found is not None
    assert plain > 700  # the poorer would have caught up without help
    assert abs(found.estimates[0].effect) < 300


def test_small_groups_say_nothing_and_strangers_are_counted() -> None:
    units = county(2, effect=2_000, helped=19)
    assert effect_compare(units, least=20) is None
    alone = Unit(("SUDDEN", "STUDY"), (1.0, 2.0), (5.0, 2.0), True)
    found = effect_compare([*county(2, effect=2_000, helped=20), alone], least=20)
    assert found is not None and (found.helped, found.unmatched) == (20, 1)
    assert effect_compare([], least=1) is None


def alike(change: float, *, is_helped: bool = False, before: float = 10.0) -> Unit:
    return Unit(("UNSTABLE", "ILLNESS"), (before,), (change,), is_helped)


def test_effect_and_interval_are_those_worked_out_by_hand() -> None:
    """Two helped households, each with three like ones of its own: 700 − 200 = 500 and 600 − 500 = 100, on average 300.
    No unhelped one is used twice, so that only the spread of 500 and 100 counts: √(200² + 200²)/√2 = 200."""
    own = [alike(change) for change in (100, 200, 300)] + [alike(change, before=20) for change in (400, 500, 600)]
    found = effect_compare([*own, alike(700, is_helped=True), alike(600, is_helped=True, before=20)], least=2)
    assert found is not None
    (only,) = found.estimates
    assert (found.helped, found.unhelped, found.unmatched) == (2, 6, 0)
    assert found.balance == pytest.approx(0)
    assert only.effect == pytest.approx(300)
    assert (only.low, only.high) == pytest.approx((300 - 1.959964 * 200, 300 + 1.959964 * 200), abs=1e-3)
    assert found.changes_helped == pytest.approx((650,)) and found.changes_matched == pytest.approx((350,))
    assert not only.is_clear  # −92 to 692


def test_what_is_used_again_widens_the_interval_as_worked_out_by_hand() -> None:
    """Three helped households share the same three: each is taken three times, so that its noise counts with
    3 · 2 / 3² = 2/3. The noise of each by its nearest other: 100²/2, 100²/2, 200²/2, in all 30,000 · 2/3 = 20,000,
    over 3² households. The differences 300, 400, 500 spread by (100² + 100²) / (3 · 2)."""
    shared = [alike(change) for change in (100, 200, 300)] + [alike(0, before=1_000)]
    found = effect_compare([*shared, *(alike(change, is_helped=True) for change in (500, 600, 700))], least=3)
    assert found is not None
    error = 1.959964 * (20_000 / 6 + 20_000 / 9) ** 0.5
    assert found.estimates[0].effect == pytest.approx(400)
    assert found.estimates[0].high - 400 == pytest.approx(error, abs=1e-3)
    assert found.estimates[0].is_clear  # 400 ± 146


def test_what_no_match_reaches_is_taken_off_by_the_regression() -> None:
    """Incomes grow by twice what was earned before; the helped one earned more than anybody else and got 50 more."""
    line = [alike(2.0 * before, before=before) for before in (0.0, 2.0, 4.0, 6.0, 8.0, 10.0)]
    helped = [alike(2 * 14 + 50, is_helped=True, before=14.0), alike(2 * 14 + 50, is_helped=True, before=14.0)]
    found = effect_compare([*line, *helped], least=2)
    assert found is not None
    assert found.estimates[0].effect == pytest.approx(50, abs=1e-2)
    assert found.before_helped == pytest.approx((14,)) and found.before_matched == pytest.approx((8,))  # 10, 8 and 6
    assert found.balance > 1  # and the page warns that the matches are far off


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.floats(-5_000, 5_000))
def test_a_change_that_all_share_moves_nothing(seed: int, shared: float) -> None:
    units = county(seed, effect=1_000, helped=25, unhelped=60)
    moved = [Unit(u.group, u.before, tuple(c + shared for c in u.change), u.is_helped) for u in units]
    one, other = effect_compare(units, least=20), effect_compare(moved, least=20)
    assert one is not None and other is not None
    assert one.estimates[0].effect == pytest.approx(other.estimates[0].effect, abs=1e-3)
    assert one.estimates[0].high == pytest.approx(other.estimates[0].high, abs=1e-2)
    assert one.helped == 25 and one.changes_helped[0] == pytest.approx(
        float(np.mean([u.change[0] for u in units if u.is_helped]))
    )
