"""The level on a day, whatever was assessed when; no database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from shouwang.insurance.care.rules import STEPS, BillState, Standing, assessment_on, bill_standing

DAYS = st.dates(date(2020, 1, 1), date(2020, 3, 31))


@dataclass(frozen=True)
class Found:
    pk: int
    level: str
    from_date: date
    until_date: date | None


def found(pk: int, level: str, begins: date, months: int) -> Found:
    return Found(pk, level, begins, begins + timedelta(days=30 * months) if level else None)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["", "SEMI", "FULL"]), DAYS, st.integers(1, 2)), max_size=5), DAYS)
def test_the_last_assessment_begun_counts_or_none_does(rows: list[tuple[str, date, int]], on: date) -> None:
    given_ = [found(pk, *row) for pk, row in enumerate(rows)]
    begun = [one for one in given_ if one.from_date <= on]
    level = assessment_on(given_, on)
    assert level == assessment_on(given_[::-1], on)
    if level is None:
        # Nothing has begun, or the last that has gave no level or has ended.
        assert not begun or any(
            not one.level or one.until_date is None or one.until_date <= on
            for one in begun
            if one.from_date == max(each.from_date for each in begun)
        )
    else:
        assert level.level and level.from_date <= on and level.until_date is not None and on < level.until_date
        assert all((one.from_date, one.pk) <= (level.from_date, level.pk) for one in begun)


def test_a_level_ends_on_its_last_day_and_the_next_begins_on_its_first() -> None:
    one, other = found(1, "SEMI", date(2020, 1, 1), 1), found(2, "FULL", date(2020, 1, 20), 1)
    said = [assessment_on([one, other], date(2020, month, day)) for month, day in ((1, 19), (1, 20), (2, 18), (2, 19))]
    assert said == [one, other, other, None]
    assert assessment_on([one, found(3, "", date(2020, 1, 10), 1)], date(2020, 1, 10)) is None


def test_every_state_but_the_last_ones_has_a_step_out_of_it_and_a_payment_only_follows_agreement() -> None:
    leads = {state for states, _ in STEPS.values() for state in states}
    assert set(BillState.values) - leads == {"REQUESTED", "PAID", "WITHDRAWN"}  # the bank leads out of the first
    assert STEPS["pay"] == (("AGREED",), "payer")


PARTS = st.lists(
    st.builds(Standing, st.sampled_from(["WAITING", "BATCHED", "RETURNED", "PAID"]), st.integers(1, 900)), max_size=5
)


@settings(max_examples=60, deadline=None)
@given(PARTS, st.integers(0, 2))
def test_a_bill_is_paid_once_every_part_is_and_waits_for_its_payer_once_one_was_cancelled(
    parts: list[Standing], cancelled: int
) -> None:
    wanted = len(parts) + cancelled
    found = bill_standing(parts, wanted=wanted, was=("REQUESTED", 0, 0))
    paid = [part for part in parts if part.state == "PAID"]
    assert found.paid_fen == sum(part.amount_fen for part in paid)
    if wanted:
        assert (found.state == "PAID") == (len(paid) == wanted)
        assert (found.state == "AGREED") == (cancelled > 0)
    assert ("退回" in found.waits) == any(part.state == "RETURNED" for part in parts)
