"""Incomes: one row a household; unknown when no row lies in the window, or an amount in it is unknown."""

from __future__ import annotations

from sqlglot import exp

from shouwang.engine.shape import Shape
from shouwang.engine.sqltext import sql_tree

_WINDOWED = """
SELECT
  household_key, month, kind, amount_fen,
  month >= :income_from AND month < :income_until AS is_current,
  month >= :recent_from AND month < :recent_until AS is_recent,
  month >= :previous_from AND month < :previous_until AS is_previous
FROM income
WHERE month >= :first AND month < :last
"""

_SUM = "coalesce(sum(amount_fen) FILTER (WHERE :in_window AND kind = :kind), 0)"
_KNOWN = "count(*) FILTER (WHERE :in_window) > 0 AND count(*) FILTER (WHERE :in_window AND amount_fen IS NULL) = 0"
_RESTED = """
SELECT household_key, :this_month - max((key // 100) * 12 + key % 100) AS rested_income_months
FROM handled
WHERE "table" = 'income'
GROUP BY household_key
"""

_GAINS = {"wage_income": "WAGE", "business_income": "BUSINESS", "property_income": "PROPERTY",
          "transfer_income": "TRANSFER"}  # fmt: skip


def _sum(window: str, kind: str) -> exp.Expr:
    return sql_tree(_SUM, in_window=exp.column(window), kind=kind)


def _known(window: str, value: exp.Expr, name: str) -> exp.Expr:
    known = sql_tree(_KNOWN, in_window=exp.column(window))
    return exp.alias_(exp.cast(exp.Case().when(known, value), "BIGINT"), name)


def _net(window: str, kinds: tuple[str, ...]) -> exp.Expr:
    total: exp.Expr = _sum(window, kinds[0])
    for kind in kinds[1:]:
        total = exp.Add(this=total, expression=_sum(window, kind))
    return exp.Sub(this=total, expression=_sum(window, "COST"))


def _kinds(window: str, kinds: tuple[str, ...]) -> exp.Expr:
    total: exp.Expr = exp.Literal.number(0)
    for kind in kinds:
        positive = exp.cast(exp.paren(exp.GT(this=_sum(window, kind), expression=exp.Literal.number(0))), "INTEGER")
        total = exp.Add(this=total, expression=positive)
    return total


def windowed_step(shape: Shape) -> exp.Expr:
    """This function returns the query of the income rows that lie in any window."""
    spans = [shape.span(key) for key in ("income", "recent_income", "previous_income")]
    current, recent, previous = spans
    return sql_tree(
        _WINDOWED,
        income_from=current[0], income_until=current[1],
        recent_from=recent[0], recent_until=recent[1],
        previous_from=previous[0], previous_until=previous[1],
        first=min(start for start, _ in spans), last=max(end for _, end in spans),
    )  # fmt: skip


def incomes_step() -> exp.Expr:
    """This function returns the query that adds up the windowed rows, one row a household."""
    all_kinds, earned = tuple(_GAINS.values()), ("WAGE", "BUSINESS", "PROPERTY")
    now = "is_current"
    columns = [
        exp.column("household_key"),
        *(_known(now, _sum(now, kind), f"{key}_fen") for key, kind in _GAINS.items()),
        _known(now, _sum(now, "COST"), "production_cost_fen"),
        _known(now, _sum(now, "CLAIMS"), "claims_income_fen"),
        _known(now, _net(now, all_kinds), "net_income_fen"),
        _known("is_recent", _net("is_recent", all_kinds), "recent_net_income_fen"),
        _known("is_recent", _net("is_recent", earned), "recent_earned_income_fen"),
        _known("is_previous", _net("is_previous", all_kinds), "previous_net_income_fen"),
        _known(now, _kinds(now, all_kinds), "income_kind_count"),
        _known(now, _kinds(now, earned), "earned_kind_count"),
        exp.alias_(sql_tree("count(*) FILTER (WHERE is_current AND amount_fen IS NULL)"), "income_unknown_count"),
    ]
    return exp.select(*columns).from_("windowed_income").group_by("household_key")


def rested_step(shape: Shape) -> exp.Expr:
    """This function returns the query of the months since income evidence of a household was handled."""
    return sql_tree(_RESTED, this_month=shape.on.year * 12 + shape.on.month)
