"""Freshness of the departments' data, as the policy expects it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

import duckdb
from sqlglot import exp

from shouwang.engine.result import FeedState
from shouwang.engine.sqltext import DIALECT, sql_tree
from shouwang.rulebook.policy import Policy

_NEWEST = """
SELECT department, coalesce(kind, '') AS kind, max(data_date) AS newest
FROM feed
WHERE data_date <= :today
GROUP BY department, coalesce(kind, '')
"""


def newest_step(on: date) -> exp.Expr:
    """This function returns the query of the newest delivery of each department and kind that was there on a day."""
    return sql_tree(_NEWEST, today=on)


def feed_states(rows: Iterable[tuple[str, str, date]], policy: Policy, *, on: date) -> tuple[FeedState, ...]:
    """This function tells for each delivery the policy expects how old its newest data is; rows of `newest_step`."""
    found = list(rows)
    states = []
    for stated in policy.feeds.values():
        feed = stated.value
        days = [day for department, kind, day in found if department == feed.department and feed.kind in {"", kind}]
        newest = max(days, default=None)
        stale = newest is None or on - newest > timedelta(days=feed.max_age_days)
        states.append(FeedState(feed.department, feed.kind, stated.name, newest, feed.max_age_days, stale))
    return tuple(states)


def feeds_judge(connection: duckdb.DuckDBPyConnection, policy: Policy, *, on: date) -> tuple[FeedState, ...]:
    """This function tells for each delivery the policy expects how old its newest data is on a day."""
    return feed_states(connection.execute(newest_step(on).sql(dialect=DIALECT)).fetchall(), policy, on=on)
