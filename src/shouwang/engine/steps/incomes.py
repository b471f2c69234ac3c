"""Incomes: one row a household; unknown when no row lies in the window, or an amount in it is unknown."""

from __future__ import annotations

from collections.abc import Sequence

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

_SUMMED = """
SELECT
  household_key,
  count(signed_fen) FILTER (WHERE is_current) AS current_known,
  count(*) FILTER (WHERE is_current AND amount_fen IS NULL) AS current_unknown,
  count(signed_fen) FILTER (WHERE is_recent) AS recent_known,
  count(*) FILTER (WHERE is_recent AND amount_fen IS NULL) AS recent_unknown,
  count(signed_fen) FILTER (WHERE is_previous) AS previous_known,
  count(*) FILTER (WHERE is_previous AND amount_fen IS NULL) AS previous_unknown,
  coalesce(sum(amount_fen) FILTER (WHERE is_current AND kind = 'WAGE'), 0) AS wage,
  coalesce(sum(amount_fen) FILTER (WHERE is_current AND kind = 'BUSINESS'), 0) AS business,
  coalesce(sum(amount_fen) FILTER (WHERE is_current AND kind = 'PROPERTY'), 0) AS property,
  coalesce(sum(amount_fen) FILTER (WHERE is_current AND kind = 'TRANSFER'), 0) AS transfer,
  coalesce(sum(amount_fen) FILTER (WHERE is_current AND kind = 'COST'), 0) AS cost,
  coalesce(sum(amount_fen) FILTER (WHERE is_current AND kind = 'CLAIMS'), 0) AS claims,
  coalesce(sum(signed_fen) FILTER (WHERE is_current), 0) AS net,
  coalesce(sum(signed_fen) FILTER (WHERE is_recent), 0) AS recent_net,
  coalesce(sum(signed_fen) FILTER (WHERE is_recent AND kind <> 'TRANSFER'), 0) AS recent_earned,
  coalesce(sum(signed_fen) FILTER (WHERE is_previous), 0) AS previous_net
FROM (
  SELECT *, CASE kind WHEN 'COST' THEN -amount_fen WHEN 'CLAIMS' THEN NULL ELSE amount_fen END AS signed_fen
  FROM windowed_income
) AS signed
GROUP BY household_key
"""

# A sum is known when its window holds at least one row of income and every amount in it is known; what an insurer paid
# out is no income, and says nothing of one.
_INCOMES = """
SELECT
  household_key,
  CASE WHEN is_known THEN CAST(wage AS BIGINT) END AS wage_income_fen,
  CASE WHEN is_known THEN CAST(business AS BIGINT) END AS business_income_fen,
  CASE WHEN is_known THEN CAST(property AS BIGINT) END AS property_income_fen,
  CASE WHEN is_known THEN CAST(transfer AS BIGINT) END AS transfer_income_fen,
  CASE WHEN is_known THEN CAST(cost AS BIGINT) END AS production_cost_fen,
  CASE WHEN is_known OR current_unknown = 0 AND claims > 0 THEN CAST(claims AS BIGINT) END AS claims_income_fen,
  CASE WHEN is_known THEN CAST(net AS BIGINT) END AS net_income_fen,
  CASE WHEN recent_known > 0 AND recent_unknown = 0 THEN CAST(recent_net AS BIGINT) END
    AS recent_net_income_fen,
  CASE WHEN recent_known > 0 AND recent_unknown = 0 THEN CAST(recent_earned AS BIGINT) END
    AS recent_earned_income_fen,
  CASE WHEN previous_known > 0 AND previous_unknown = 0 THEN CAST(previous_net AS BIGINT) END
    AS previous_net_income_fen,
  CASE WHEN is_known THEN
    CAST(wage > 0 AS BIGINT) + CAST(business > 0 AS BIGINT) + CAST(property > 0 AS BIGINT)
      + CAST(transfer > 0 AS BIGINT)
  END AS income_kind_count,
  CASE WHEN is_known THEN
    CAST(wage > 0 AS BIGINT) + CAST(business > 0 AS BIGINT) + CAST(property > 0 AS BIGINT)
  END AS earned_kind_count,
  current_unknown AS income_unknown_count
FROM (SELECT *, current_known > 0 AND current_unknown = 0 AS is_known FROM summed_income) AS known
"""

_RESTED = """
SELECT household_key, :this_month - max((key // 100) * 12 + key % 100) AS rested_income_months
FROM handled
WHERE "table" = 'income'
GROUP BY household_key
"""


WINDOW_FLAGS = {"income": "is_current", "recent_income": "is_recent", "previous_income": "is_previous"}
WINDOWS = tuple(WINDOW_FLAGS)


def windowed_step(shape: Shape, *, keys: Sequence[str] = WINDOWS) -> exp.Expr:
    """This function returns the query of the income rows that lie in any window, or in those named."""
    current, recent, previous = (shape.span(key) for key in WINDOWS)
    spans = [shape.span(key) for key in keys]
    return sql_tree(
        _WINDOWED,
        income_from=current[0], income_until=current[1],
        recent_from=recent[0], recent_until=recent[1],
        previous_from=previous[0], previous_until=previous[1],
        first=min(start for start, _ in spans), last=max(end for _, end in spans),
    )  # fmt: skip


def summed_step() -> exp.Expr:
    """This function returns the query that adds up the windowed rows, one row a household."""
    return sql_tree(_SUMMED)


def incomes_step() -> exp.Expr:
    """This function returns the query of the income facts: sums where they are known."""
    return sql_tree(_INCOMES)


def rested_step(shape: Shape) -> exp.Expr:
    """This function returns the query of the months since income evidence of a household was handled."""
    return sql_tree(_RESTED, this_month=shape.on.year * 12 + shape.on.month)
