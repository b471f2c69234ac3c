"""DuckDB and the scalar evaluator agree, on random conditions, random facts and random populations."""

from __future__ import annotations

import tempfile
from datetime import date, timedelta
from fractions import Fraction
from operator import eq, ge, gt, le, lt, ne
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlglot import exp
from tests.engine.agreeing import areas_agree, households_agree
from tests.engine.drawn import RUN_DAYS, packs, policy_of_pack
from tests.engine.drawn import populations as full_populations
from tests.engine.populations import KINDS, ON, policy_of, populations

from shouwang.engine import screen
from shouwang.engine.casebook import Rows, snapshot_of, table_of
from shouwang.engine.explanation import typed_facts
from shouwang.rulebook.conditions import Scope, condition_parse, evaluate, expression_parse
from shouwang.rulebook.conditions.emit import Emitter
from shouwang.rulebook.facts import FACTS, TYPE_FACTS, Kind
from shouwang.rulebook.program import program_compile
from shouwang.rulebook.windows import months_before

_ARROW = {
    Kind.MONEY: pa.int64(),
    Kind.PER_HEAD: pa.int64(),
    Kind.NUMBER: pa.int64(),
    Kind.DATE: pa.date32(),
    Kind.TEXT: pa.string(),
    Kind.BOOL: pa.bool_(),
    Kind.SET: pa.list_(pa.string()),
}
SMALL = ["net_income", "recent_net_income", "illness_self_paid", "previous_net_income"]
HEADS = ["per_capita_net_income", "recent_per_capita_net_income", "previous_per_capita_net_income"]
SCHEMA = pa.schema([(fact.column, _ARROW[fact.kind]) for fact in FACTS.values() if fact.key not in TYPE_FACTS])
RATES = st.sampled_from(["1.5", "0.25", "3", "0", "1.333", "2.0001"])


def _value(kind: Kind, codes: tuple[str, ...]) -> st.SearchStrategy[Any]:
    match kind:
        case Kind.MONEY:
            near = [
                line * heads + fen for line in (374_700, 400_000, 562_050) for heads in (1, 3) for fen in (-1, 0, 1)
            ]
            wide = st.one_of(st.integers(-(10**7), 10**7), st.integers(-(10**17), 10**17))
            return st.one_of(st.sampled_from([*near, 0, -1, 1_000_000, None]), wide)
        case Kind.NUMBER:
            return st.sampled_from([1, 2, 3, 4, 7, 0, None])
        case Kind.DATE:
            return st.one_of(st.none(), st.dates(date(2018, 1, 1), date(2021, 1, 1)))
        case Kind.TEXT:
            return st.one_of(st.none(), st.sampled_from([str(code) for code in codes] or ["A"]))
        case Kind.BOOL:
            return st.sampled_from([True, False, None])
        case Kind.SET:
            return st.lists(st.sampled_from(KINDS), unique=True, max_size=3).map(sorted)
    return st.none()


ROWS = st.lists(
    st.fixed_dictionaries(
        {
            fact.column: _value(fact.kind, fact.values) if fact.key != "village_code"
            else st.sampled_from([130529103201, 130503101001])
            for fact in FACTS.values() if fact.key not in TYPE_FACTS
            and (fact.key in {*SMALL, "member_count", "labour_count", "village_code", "poverty_status", "is_low_income",
                              "statuses", "removed_date", "is_exit_unstable"})
        }
    ),
    min_size=6, max_size=12,
)  # fmt: skip


def _numbers() -> st.SearchStrategy[tuple[str, str]]:
    """Pairs of expressions of one numeric kind."""
    money = st.one_of(
        st.sampled_from(SMALL),
        st.integers(0, 99_999).map(lambda yuan: f"yuan({yuan}.{yuan % 100:02d})"),
        st.sampled_from(["amount('start_illness')", "amount('start_disaster')"]),
        st.tuples(RATES, st.sampled_from(SMALL)).map(lambda pair: f"{pair[0]} * {pair[1]}"),
        st.tuples(st.sampled_from(SMALL), st.sampled_from(SMALL)).map(lambda pair: f"({pair[0]} - {pair[1]})"),
        st.sampled_from(SMALL).map(lambda name: f"coalesce({name}, 0)"),
        st.tuples(st.sampled_from(SMALL), RATES).map(lambda pair: f"member_count * {pair[1]} * {pair[0]}"),
        st.sampled_from(SMALL).map(lambda name: f"-{name}"),
    )
    heads = st.one_of(
        st.sampled_from(HEADS),
        st.sampled_from(["line('national')", "line('national', -1)", "line('national', -2)"]),
        st.tuples(RATES, st.sampled_from(HEADS)).map(lambda pair: f"{pair[0]} * {pair[1]}"),
        RATES.map(lambda rate: f"{rate} * line('national', -1)"),
        st.sampled_from(HEADS).map(lambda name: f"({name} + 0.5 * line('national', -1))"),
        st.sampled_from(HEADS).map(lambda name: f"labour_count * {name}"),
    )
    counts = st.one_of(
        st.sampled_from(["member_count", "labour_count", "member_count - labour_count", "0.5 * member_count"]),
        st.integers(0, 9).map(str),
        st.sampled_from(["amount('monitoring_multiple')", "coalesce(labour_count, 0)", "1.5"]),
    )
    return st.one_of(*(st.tuples(side, side) for side in (money, heads, counts)))


COMPARED = st.tuples(_numbers(), st.sampled_from(["<", "<=", ">", ">=", "=", "<>"])).map(
    lambda drawn: f"{drawn[0][0]} {drawn[1]} {drawn[0][1]}"
)
ATOMS = st.one_of(
    COMPARED,
    COMPARED,
    st.sampled_from(
        [
            "is_low_income",
            "poverty_status = 'POOR'",
            "poverty_status <> 'POOR'",
            "poverty_status in ('NEVER', 'EXITED')",
            "poverty_status not in ('NEVER')",
            "has(statuses, 'DIBAO', 'CAR')",
            "removed_date <= months_ago(6)",
            "removed_date > DATE '2020-01-01'",
            "removed_date = days_ago(15)",
            "net_income is null",
            "per_capita_net_income is not null",
            "known(per_capita_net_income)",
            "is_low_income is true",
            "(net_income > yuan(0)) is false",
            "coalesce(is_exit_unstable, false)",
            "member_count between 2 and 4",
            "net_income between yuan(0) and amount('start_illness')",
            "is_low_income = is_exit_unstable",
        ]
    ),
)
CONDITIONS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: "(" + " and ".join(parts) + ")"),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: "(" + " or ".join(parts) + ")"),
        inner.map(lambda part: f"not ({part})"),
    ),
    max_leaves=6,
)
Drawn = tuple[Rows, list[dict[str, Any]]]  # a population, and evidence that has been handled
CONNECTION = duckdb.connect()
SCOPE = Scope({key: fact for key, fact in FACTS.items() if key not in TYPE_FACTS}, policy_of("xingtai"))


def _by_duckdb(sql: exp.Expr, rows: list[dict[str, Any]]) -> list[Any]:
    facts = pa.Table.from_pylist([{name: row.get(name) for name in SCHEMA.names} for row in rows], schema=SCHEMA)
    CONNECTION.register("facts", facts)
    query = exp.select(exp.alias_(sql, "result")).from_("facts").sql(dialect="duckdb")
    return [row[0] for row in CONNECTION.execute(query).fetchall()]


@settings(max_examples=150, deadline=None)
@given(text=CONDITIONS, rows=ROWS)
def test_a_condition_gives_the_same_by_duckdb_and_by_hand(text: str, rows: list[dict[str, Any]]) -> None:
    node = condition_parse(text, SCOPE)
    assert _by_duckdb(Emitter(on=ON).sql(node), rows) == [evaluate(node, row, on=ON) for row in rows]


@settings(max_examples=100, deadline=None)
@given(
    fact=st.sampled_from(HEADS),
    rate=RATES,
    op=st.sampled_from(["<", "<=", ">", ">=", "=", "<>"]),
    offset=st.integers(-2, 0),
    near=st.lists(st.tuples(st.integers(1, 9), st.integers(-2, 2), st.booleans()), min_size=6, max_size=12),
)
def test_a_per_head_comparison_agrees_within_two_fen_of_the_line(
    fact: str, rate: str, op: str, offset: int, near: list[tuple[int, int, bool]]
) -> None:
    line = {0: 400_000, -1: 374_700, -2: 353_500}[offset]
    of = FACTS[FACTS[fact].of].column
    rows = []
    for heads, delta, is_multiplied in near:
        total = Fraction(rate) * line * (heads if is_multiplied else 1)
        rows.append({of: int(total) + delta, "member_count": heads, "village_code": 130529103201})
    node = condition_parse(f"{fact} {op} {rate} * line('national', {offset})", SCOPE)
    by_hand = [evaluate(node, row, on=ON) for row in rows]
    assert _by_duckdb(Emitter(on=ON).sql(node), rows) == by_hand
    limits = [Fraction(rate) * line * row["member_count"] for row in rows]
    plain = {"<": lt, "<=": le, ">": gt, ">=": ge, "=": eq, "<>": ne}[op]
    assert by_hand == [plain(row[of], limit) for row, limit in zip(rows, limits, strict=True)]


@settings(max_examples=60, deadline=None)
@given(pair=_numbers(), rows=ROWS)
def test_a_shown_number_is_rounded_down_the_same_way(pair: tuple[str, str], rows: list[dict[str, Any]]) -> None:
    node = expression_parse(pair[0], SCOPE)
    exact = [evaluate(node, row, on=ON) for row in rows]
    floored = [None if value is None else value.numerator // value.denominator for value in exact]
    if any(value is not None and abs(value) >= 2**63 for value in floored):
        return
    assert _by_duckdb(Emitter(on=ON).floored(node), rows) == floored


def _income(rows: Rows, key: int, on: date) -> int | None:
    """Net income by the plainest reading of the definition."""
    end = on.replace(day=1)
    start = months_before(end, 12)
    mine = [row for row in rows["income"] if row["household_key"] == key and start <= row["month"] < end]
    if all(row["kind"] == "CLAIMS" for row in mine) or any(row["amount_fen"] is None for row in mine):
        return None
    sign = {"CLAIMS": 0, "COST": -1}
    return sum(sign.get(row["kind"], 1) * row["amount_fen"] for row in mine)


def _rigid(rows: Rows, handled: list[dict[str, Any]], key: int, on: date) -> int:
    """Rigid spending of 衡水 by the plainest reading of the pack."""
    done = {(row["household_key"], row["key"]) for row in handled}
    start = months_before(on, 12) + timedelta(days=1)
    total = 0
    for row in rows["spending"]:
        if row["household_key"] != key or (key, row["event_key"]) in done or row["cause"] == "OTHER":
            continue
        if start <= row["event_date"] <= on:
            paid = row["self_paid_fen"]
            if paid is None and None not in (row["gross_fen"], row["reimbursed_fen"]):
                paid = row["gross_fen"] - row["reimbursed_fen"]
            total += paid or 0
    return total


@pytest.mark.parametrize("place", ["xingtai", "hengshui", "national"])
@settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=populations())
def test_a_population_is_judged_the_same_by_duckdb_and_by_hand(place: str, drawn: Drawn) -> None:
    judged_the_same(place, drawn)


@pytest.mark.full
@pytest.mark.parametrize("place", ["xingtai", "hengshui", "national"])
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=populations())
def test_many_populations_are_judged_the_same_by_duckdb_and_by_hand(place: str, drawn: Drawn) -> None:
    judged_the_same(place, drawn)


def judged_the_same(place: str, drawn: Drawn) -> None:
    rows, handled = drawn
    policy = policy_of(place)
    with tempfile.TemporaryDirectory() as name:
        snapshot_of(rows, Path(name))
        result = screen(Path(name), policy, on=ON, handled=table_of("handled", handled), with_outcomes=True)
    assert result.outcomes is not None
    outcomes = {row["household_key"]: row for row in result.outcomes.to_pylist()}
    facts = result.facts.to_pylist()
    assert [row["household_key"] for row in facts] == [row["household_key"] for row in rows["household"]]
    for row in facts:
        key = row["household_key"]
        typed = typed_facts(policy, row, on=ON)
        assert (typed["household_type"], typed["is_type_unknown"]) == (row["household_type"], row["is_type_unknown"])
        for rule in program_compile(policy).triggers:
            by_hand = evaluate(rule.result, typed, on=ON)
            assert by_hand is (outcomes[key][rule.stated.key] if key in outcomes else False), rule.stated.key
        assert row["net_income_fen"] == _income(rows, key, ON)
        assert row["member_count"] == sum(person["household_key"] == key for person in rows["person"])
        if place == "hengshui":
            assert row["rigid_self_paid_fen"] == _rigid(rows, handled, key, ON)


@settings(max_examples=4, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(pack=packs(), drawn=full_populations(), on=RUN_DAYS)
def test_a_drawn_pack_says_the_same_by_duckdb_and_by_hand(pack: dict[str, Any], drawn: Drawn, on: date) -> None:
    says_the_same(pack, drawn, on)


@pytest.mark.full
@settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(pack=packs(), drawn=full_populations(), on=RUN_DAYS)
def test_many_drawn_packs_say_the_same_by_duckdb_and_by_hand(pack: dict[str, Any], drawn: Drawn, on: date) -> None:
    says_the_same(pack, drawn, on)


def says_the_same(pack: dict[str, Any], drawn: Drawn, on: date) -> None:
    policy, (rows, handled) = policy_of_pack(pack, on), drawn
    result = households_agree(policy, rows, handled)
    areas_agree(policy, rows, result.facts)
    with tempfile.TemporaryDirectory() as name:
        snapshot_of(rows, Path(name))
        sifted = screen(Path(name), policy, on=on, handled=table_of("handled", handled), facts="warned")
    assert sifted.warnings.equals(result.warnings)
