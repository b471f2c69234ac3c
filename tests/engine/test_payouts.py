"""Payments in bulk: the very sums that the scalar ladder gives, claim by claim."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from shouwang.engine.payouts import payout
from shouwang.rulebook import PackSource, Policy, load_policy
from shouwang.rulebook.insurance import Band, Ladder
from shouwang.rulebook.values import Catalogue

PACKS = PackSource.from_directory(Path(__file__).resolve().parents[2] / "packs")
WEIXIAN = load_policy(PACKS, place="weixian", on=date(2020, 6, 1))
CAUSES, TYPES = ("ILLNESS", "STUDY", "DISASTER"), ("LOW_INCOME", "EXIT_UNSTABLE", "OTHER_TYPE")


def table(*rows: tuple[str | None, str, int | None]) -> pa.Table:
    names = {"type_key": pa.string(), "cause": pa.string(), "loss": pa.int64()}
    return pa.table(
        {name: pa.array([row[number] for row in rows], kind) for number, (name, kind) in enumerate(names.items())}
    )


def with_ladders(policy: Policy, ladders: list[Ladder]) -> Policy:
    sample = next(stated for stated in policy.topic("insurance").values() if isinstance(stated.value, Ladder))
    made = tuple((f"l{n}", replace(sample, key=f"l{n}", value=ladder)) for n, ladder in enumerate(ladders))
    topics = {**dict(policy.topics.pairs), "insurance": Catalogue(made)}
    return replace(policy, topics=Catalogue(tuple(topics.items())))


def test_the_published_case_of_weixian_and_its_line_from_both_sides() -> None:
    found = payout(table(("LOW_INCOME", "ILLNESS", 1_800_000)), WEIXIAN)
    assert (found.paid_fen, found.paid, found.uncovered) == (900_000, 1, 0)
    at_line = payout(table(("LOW_INCOME", "ILLNESS", 1_000_000), ("LOW_INCOME", "ILLNESS", 999_999)), WEIXIAN)
    assert (at_line.paid_fen, at_line.paid) == (500_000, 1)
    assert {ladder.key: ladder.covered for ladder in at_line.ladders}["illness_payout"] == 2


def test_what_no_ladder_covers_is_counted_and_paid_nothing() -> None:
    found = payout(table((None, "ILLNESS", 9_000_000), ("LOW_INCOME", "LABOUR", 9_000_000)), WEIXIAN)
    assert (found.paid_fen, found.uncovered) == (0, 2)


def test_an_unknown_loss_is_paid_nothing() -> None:
    found = payout(table(("LOW_INCOME", "ILLNESS", None)), WEIXIAN)
    assert (found.paid_fen, found.paid, found.uncovered) == (0, 0, 0)


def test_a_pack_without_ladders_pays_nothing_and_says_whom_it_leaves() -> None:
    hengshui = load_policy(PACKS, place="hengshui", on=date(2020, 6, 1))
    found = payout(table(("LOW_INCOME", "ILLNESS", 9_000_000)), hengshui)
    assert (found.ladders, found.uncovered, found.paid_fen) == ((), 1, 0)


fens = st.integers(0, 10**9)
shares = st.fractions(0, 1, max_denominator=1000)


@st.composite
def ladders(draw: st.DrawFn) -> Ladder:
    common = {
        "causes": tuple(draw(st.sets(st.sampled_from(CAUSES), min_size=1))),
        "types": tuple(draw(st.sets(st.sampled_from(TYPES)))), "line": draw(fens), "deductible": draw(fens),
        "cap": draw(st.none() | fens), "year_cap": draw(st.none() | fens), "floor": draw(fens), "fixed": None,
        "bands": (),
    }  # fmt: skip
    if draw(st.booleans()):
        return Ladder.model_construct(**{**common, "fixed": draw(fens)})
    starts = [0, *sorted(draw(st.sets(st.integers(1, 10**9), max_size=3)))]
    bands = tuple(Band.model_construct(above=start, share=Fraction(draw(shares))) for start in starts)
    return Ladder.model_construct(**{**common, "bands": bands})


rows = st.tuples(
    st.none() | st.sampled_from(TYPES), st.sampled_from(CAUSES), st.none() | fens | st.integers(0, 2**63 - 1)
)


@settings(max_examples=60, deadline=None)
@given(st.lists(ladders(), min_size=1, max_size=3), st.lists(rows, min_size=1, max_size=12))
def test_in_bulk_as_one_by_one(made: list[Ladder], claims: list[tuple[str | None, str, int | None]]) -> None:
    wanted, uncovered = 0, 0
    for type_key, cause, loss in claims:
        covering = next((one for one in made if one.covers(cause=cause, type_key=type_key)), None)
        uncovered += covering is None
        wanted += covering.payout(loss or 0) if covering else 0
    found = payout(table(*claims), with_ladders(WEIXIAN, made))
    assert (found.paid_fen, found.uncovered) == (wanted, uncovered)
