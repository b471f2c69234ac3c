"""Spending: events under the cause that covers them, and their sums, one row a household."""

from __future__ import annotations

from datetime import date

from sqlglot import exp

from shouwang.engine.shape import Shape
from shouwang.engine.sqltext import sql_tree
from shouwang.kit.codes import SpendingCause

# An unstated self-paid amount is what the bill leaves after reimbursement; where that is unstated too, it is unknown.
_EVENTS = """
SELECT
  spending.household_key, event_key, :counts_as AS cause, :is_rigid AS is_rigid, detail,
  coalesce(self_paid_fen, gross_fen - reimbursed_fen) AS self_paid_fen,
  gross_fen,
  handled.key IS NOT NULL AS is_handled,
  event_date >= :spending_from AND event_date < :spending_until AS is_current,
  event_date >= :year_from AND event_date < :year_until AS is_this_year,
  :is_previous AS is_previous,
  :is_since AS is_since,
  :is_listed AS is_listed
FROM spending
LEFT JOIN handled
  ON handled."table" = 'spending' AND handled.household_key = spending.household_key AND handled.key = event_key
WHERE :wanted
"""

_OPEN = "is_current AND NOT is_handled AND cause = :cause"
_MONEY = "CAST(coalesce(sum(:amount) FILTER (WHERE :which), 0) AS BIGINT)"
_COUNT = "count(*) FILTER (WHERE :which)"
_NAMES = "coalesce(list_sort(list_distinct(list(detail) FILTER (WHERE :which))), [])"


def events_step(shape: Shape) -> exp.Expr:
    """This function returns the query of the events in any window; a listed one has its detail in the cause's list."""
    start, end = shape.span("spending")
    year, tomorrow = date(shape.on.year, 1, 1), max(end, start)
    previous = shape.span("previous_spending") if shape.has_span("previous_spending") else None
    first = min(start, year, *(previous[:1] if previous else ()))
    wanted = sql_tree("event_date >= :first AND event_date < :last", first=first, last=tomorrow)
    since = _since(shape)
    query = sql_tree(
        _EVENTS,
        is_previous=sql_tree("event_date >= :first AND event_date < :last", first=previous[0], last=previous[1])
        if previous else exp.false(),
        is_since=since if since is not None else exp.false(),
        wanted=wanted if since is None else exp.or_(wanted, since.copy()),
        counts_as=_mapped(shape, 1),
        is_rigid=_mapped(shape, 2),
        is_listed=_listed(shape),
        spending_from=start, spending_until=end, year_from=year, year_until=tomorrow,
    )  # fmt: skip
    if since is None or not isinstance(query, exp.Select):
        return query
    return query.join("household", on="household.household_key = spending.household_key", join_type="left")


def _since(shape: Shape) -> exp.Expr | None:
    """This function returns whether an event lies after the household's own date, None where no window asks."""
    if shape.since is None:
        return None
    own = exp.column(shape.since, table="household")
    inside = sql_tree("coalesce(event_date > :own AND event_date <= :today, FALSE)", own=own, today=shape.on)
    return exp.paren(inside)


def _mapped(shape: Shape, part: int) -> exp.Expr:
    if part == 1 and all(row[0] == row[1] for row in shape.causes):
        return exp.column("cause", table="spending")  # every cause counts as itself: nothing to look up
    case = exp.Case()
    for row in shape.causes:
        case = case.when(exp.column("cause", table="spending").eq(row[0]), exp.convert(row[part]))
    return case


def _listed(shape: Shape) -> exp.Expr:
    case = exp.Case()
    for cause, names in (("ILLNESS", shape.serious_diseases), ("STUDY", shape.covered_schools)):
        if names is not None:
            inside = exp.column("detail").isin(*names)
            case = case.when(_mapped(shape, 1).eq(cause), inside)
    return case if case.args.get("ifs") else exp.cast(exp.Null(), "BOOLEAN")


def _money(name: str, amount: str, which: exp.Expr) -> exp.Expr:
    return exp.alias_(sql_tree(_MONEY, amount=exp.column(amount), which=exp.paren(which)), name)


def _count(name: str, which: exp.Expr) -> exp.Expr:
    return exp.alias_(sql_tree(_COUNT, which=exp.paren(which)), name)


def _unpaid(which: exp.Expr) -> exp.Expr:
    return exp.and_(which, exp.column("self_paid_fen").is_(exp.Null()))


def _cause_columns(cause: str) -> list[exp.Expr]:
    low = cause.lower()
    open_ = sql_tree(_OPEN, cause=cause)
    year = sql_tree("is_this_year AND NOT is_handled AND cause = :cause", cause=cause)
    whole = sql_tree("is_current AND cause = :cause", cause=cause)
    return [
        _money(f"{low}_self_paid_fen", "self_paid_fen", open_),
        _money(f"{low}_gross_fen", "gross_fen", open_),
        _count(f"{low}_unknown", _unpaid(open_)),
        _count(f"{low}_event_count", open_),
        _money(f"{low}_self_paid_year_fen", "self_paid_fen", year),
        _money(f"{low}_self_paid_all_fen", "self_paid_fen", whole),
    ]


def _listed_columns(shape: Shape) -> list[exp.Expr]:
    columns: list[exp.Expr] = []
    for cause, prefix, names in (
        ("ILLNESS", "listed_illness", shape.serious_diseases),
        ("STUDY", "covered_study", shape.covered_schools),
    ):
        open_ = sql_tree(_OPEN, cause=cause)
        inside = exp.and_(open_, exp.column("is_listed"))
        unsure = exp.and_(open_, exp.or_(exp.column("detail").is_(exp.Null()), _unpaid(exp.column("is_listed"))))
        if names is None:
            columns += [
                exp.alias_(exp.cast(exp.Null(), "BIGINT"), f"{prefix}_self_paid_fen"),
                exp.alias_(exp.cast(exp.Null(), "BIGINT"), f"{prefix}_unknown"),
            ]
        else:
            columns += [
                _money(f"{prefix}_self_paid_fen", "self_paid_fen", inside),
                _count(f"{prefix}_unknown", unsure),
            ]
    return columns


def _optional_columns(shape: Shape) -> list[exp.Expr]:
    """This function returns the sums over the optional windows; a window that the policy lacks costs nothing."""
    unknown = exp.cast(exp.Null(), "BIGINT")
    previous, since = "previous_self_paid_all_fen", "since_event_self_paid_fen"
    return [
        _money(previous, "self_paid_fen", exp.column("is_previous"))
        if shape.has_span("previous_spending")
        else exp.alias_(unknown.copy(), previous),
        _money(since, "self_paid_fen", sql_tree("is_since AND NOT is_handled"))
        if shape.since
        else exp.alias_(unknown.copy(), since),
    ]


def _largest(shape: Shape) -> exp.Expr:
    """This function returns the rigid cause with the largest sum, the first of them when equal, null without any."""
    sums = {
        cause: sql_tree(_MONEY, amount=exp.column("self_paid_fen"),
                        which=exp.paren(exp.and_(sql_tree(_OPEN, cause=cause), exp.column("is_rigid"))))
        for cause in shape.rigid_causes
    }  # fmt: skip
    case = exp.Case()
    for cause, total in sums.items():
        rivals = [exp.GTE(this=total.copy(), expression=other.copy()) for key, other in sums.items() if key != cause]
        positive = exp.GT(this=total.copy(), expression=exp.Literal.number(0))
        case = case.when(exp.and_(positive, *rivals), exp.Literal.string(cause))
    return exp.alias_(case if sums else exp.cast(exp.Null(), "VARCHAR"), "rigid_cause")


def spendings_step(shape: Shape) -> exp.Expr:
    """This function returns the query that adds up the events, one row a household."""
    rigid = sql_tree("is_current AND NOT is_handled AND is_rigid")
    columns: list[exp.Expr] = [exp.column("household_key")]
    for cause in SpendingCause:
        columns += _cause_columns(cause.value)
    columns += _listed_columns(shape)
    columns += [
        _money("rigid_self_paid_fen", "self_paid_fen", rigid),
        _money("rigid_gross_fen", "gross_fen", rigid),
        _count("rigid_unknown", _unpaid(rigid)),
        _largest(shape),
        _money("self_paid_all_fen", "self_paid_fen", exp.column("is_current")),
        *_optional_columns(shape),
        exp.alias_(sql_tree(_NAMES, which=sql_tree("is_current AND cause = 'ILLNESS'")), "diseases"),
        exp.alias_(sql_tree(_NAMES, which=sql_tree("is_current AND cause = 'STUDY'")), "school_kinds"),
    ]
    return exp.select(*columns).from_("spending_event").group_by("household_key")
