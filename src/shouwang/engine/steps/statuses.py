"""Statuses and imported columns: the codes a household's members hold on the day, one row a household."""

from __future__ import annotations

from sqlglot import exp

from shouwang.engine.shape import Shape
from shouwang.engine.sqltext import sql_tree

_DATED = """
SELECT
  status.household_key, status_key, kind,
  from_date <= :today AND (until_date IS NULL OR until_date > :today) AS is_active,
  from_date >= :spending_from AND from_date < :spending_until AND handled.key IS NULL AS is_new,
  handled.key IS NOT NULL AS is_handled
FROM status
LEFT JOIN handled
  ON handled."table" = 'status' AND handled.household_key = status.household_key AND handled.key = status_key
WHERE from_date <= :today
"""

_STATUSES = """
SELECT
  household_key,
  coalesce(list_sort(list_distinct(list(kind) FILTER (WHERE is_active))), []) AS statuses,
  coalesce(list_sort(list_distinct(list(kind) FILTER (WHERE is_new))), []) AS new_statuses,
  count(*) FILTER (WHERE is_active AND kind = 'DIBAO') > 0 AS has_dibao,
  count(*) FILTER (WHERE is_active AND kind = 'TEKUN_DISPERSED') > 0 AS has_tekun_dispersed,
  count(*) FILTER (WHERE is_active AND kind = 'TEKUN_CENTRAL') > 0 AS has_tekun_central
FROM dated_status
GROUP BY household_key
"""

_NAMED = """
SELECT household_key, list_sort(list_distinct(list(name || '=' || value))) AS named_values
FROM named
WHERE name IS NOT NULL AND value IS NOT NULL
GROUP BY household_key
"""


def dated_step(shape: Shape) -> exp.Expr:
    """This function returns the query of status rows that have begun, with what they are on the day."""
    start, end = shape.span("spending")
    return sql_tree(_DATED, today=shape.on, spending_from=start, spending_until=end)


def statuses_step() -> exp.Expr:
    """This function returns the query that gathers the codes, one row a household."""
    return sql_tree(_STATUSES)


def named_step() -> exp.Expr:
    """This function returns the query that gathers the imported columns as name=value, one row a household."""
    return sql_tree(_NAMED)
