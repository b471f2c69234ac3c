"""Freshness of the departments' data, as the policy expects it."""

from __future__ import annotations

from datetime import date, timedelta

import duckdb

from shouwang.engine.result import FeedState
from shouwang.rulebook.policy import Policy


def feeds_judge(connection: duckdb.DuckDBPyConnection, policy: Policy, *, on: date) -> tuple[FeedState, ...]:
    """This function tells for each delivery the policy expects how old its newest data is on a day."""
    rows = connection.execute(
        "SELECT department, coalesce(kind, ''), max(data_date) FROM feed WHERE data_date <= ? GROUP BY ALL", [on]
    ).fetchall()
    states = []
    for stated in policy.feeds.values():
        feed = stated.value
        days = [day for department, kind, day in rows if department == feed.department and feed.kind in {"", kind}]
        newest = max(days, default=None)
        stale = newest is None or on - newest > timedelta(days=feed.max_age_days)
        states.append(FeedState(feed.department, feed.kind, stated.name, newest, feed.max_age_days, stale))
    return tuple(states)
