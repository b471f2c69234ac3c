"""The facts that the requirements of an exit read beside those of a screening, for the households of `facts`."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from sqlglot import exp

from shouwang.engine.shape import Shape
from shouwang.engine.sqltext import sql_tree
from shouwang.engine.steps.checks import record_columns, record_steps
from shouwang.rulebook.exit_facts import OWN_FACTS
from shouwang.rulebook.facts import Kind
from shouwang.rulebook.windows import months_before

# Help counts from the day of identification on; what ran on then counts too, what had ended before does not.
_MEASURES = """
SELECT
  measure.household_key,
  list_sort(list_distinct(list(kind))) AS watch_measures,
  count(*) AS watch_measure_count
FROM measure
JOIN household ON household.household_key = measure.household_key
WHERE kind IS NOT NULL AND from_date <= :today AND (from_date >= identified_date OR until_date > identified_date)
GROUP BY measure.household_key
"""

_UNPRICED = """
SELECT household_key, count(*) AS unpriced_spending_count
FROM spending
WHERE event_date >= :spending_from AND event_date < :spending_until
  AND coalesce(self_paid_fen, gross_fen - reimbursed_fen) IS NULL
GROUP BY household_key
"""

_SIGNED = """
SELECT
  household_key, month, amount_fen,
  CASE kind WHEN 'COST' THEN -amount_fen WHEN 'CLAIMS' THEN 0 ELSE amount_fen END AS signed_fen
FROM income
WHERE month < :last
"""

_WITHIN = "month >= :first AND month < :last"
_SUM = "coalesce(sum(signed_fen) FILTER (WHERE :within), 0)"
_KNOWN = """
count(*) FILTER (WHERE :within) > 0 AND count(*) FILTER (WHERE :again) = count(amount_fen) FILTER (WHERE :once_more)
"""


def steady_spans(shape: Shape) -> list[tuple[date, date]]:
    """This function returns the spans of the incomes that are compared, the latest first; none without the window.

    One ends with every month of the window `steady_income`, and one before it begins: so many months lie between the
    first and the last.
    """
    if not shape.has_span("steady_income"):
        return []
    (first, last), (begin, end) = shape.span("income"), shape.span("steady_income")
    months = (end.year - begin.year) * 12 + end.month - begin.month
    return [(months_before(first, k), months_before(last, k)) for k in range(months + 1)]


def steady_step(shape: Shape) -> exp.Expr:
    """This function returns the lowest net income of the spans, unknown where the records do not reach back so far."""
    spans = steady_spans(shape)
    if not spans:
        return sql_tree("SELECT household_key, CAST(NULL AS BIGINT) AS steady_income_fen FROM household")
    within = [sql_tree(_WITHIN, first=first, last=last) for first, last in spans]
    known = [sql_tree(_KNOWN, within=one.copy(), again=one.copy(), once_more=one.copy()) for one in within]
    sums = [sql_tree(_SUM, within=one.copy()) for one in within]
    lowest = sums[0] if len(sums) == 1 else exp.Least(this=sums[0], expressions=sums[1:])
    reaches = sql_tree("min(month) <= :first", first=spans[-1][0])
    amount = exp.Case().when(exp.and_(reaches, *known), exp.cast(lowest, "BIGINT"))
    return (
        exp.select(exp.column("household_key"), exp.alias_(amount, "steady_income_fen"))
        .from_("exit_signed").group_by("household_key")
    )  # fmt: skip


def exit_steps(shape: Shape, *, missing: Collection[str] = ()) -> dict[str, exp.Expr]:
    """This function returns the steps by name, the last `exit_facts`: `facts` with all that an exit reads beside it.

    `missing` names the tables that the snapshot does not have; what they would tell is unknown, not "none".
    """
    start, end = shape.span("spending")
    return {
        **record_steps(shape),
        "exit_measures": sql_tree(_MEASURES, today=shape.on),
        "exit_unpriced": sql_tree(_UNPRICED, spending_from=start, spending_until=end),
        "exit_signed": sql_tree(_SIGNED, last=shape.span("income")[1]),
        "exit_steady": steady_step(shape),
        "exit_facts": _joined_step(missing),
    }


def _joined_step(missing: Collection[str]) -> exp.Expr:
    query = (
        exp.select("facts.*", *record_columns("risk", missing), *record_columns("measure", missing))
        .select(*(_own(key, missing) for key in OWN_FACTS if OWN_FACTS[key].kind is not Kind.PER_HEAD))
        .from_("facts")
    )
    for table in ("check_risks", "check_measures", "exit_measures", "exit_unpriced", "exit_steady"):
        query = query.join(table, on=f"{table}.household_key = facts.household_key", join_type="left")
    return query.order_by("facts.household_key")


_TABLES = {"steady_income": "exit_steady", "unpriced_spending_count": "exit_unpriced"}


def _own(key: str, missing: Collection[str]) -> exp.Expr:
    fact = OWN_FACTS[key]
    column: exp.Expr = exp.column(fact.column, table=_TABLES.get(key, "exit_measures"))
    if fact.default is not None and not (key.startswith("watch_") and "measure" in missing):
        spare = exp.Array(expressions=[]) if fact.kind is Kind.SET else exp.convert(fact.default)
        column = exp.Coalesce(this=column, expressions=[spare])
    return exp.alias_(column, fact.column)
