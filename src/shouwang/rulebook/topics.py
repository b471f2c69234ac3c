"""The registry of topics. A topic is one module that ends in a `Topic`; adding one here is all it takes."""

from __future__ import annotations

from shouwang.rulebook import (
    care,
    causes,
    checks,
    clocks,
    contacts,
    exits,
    feeds,
    flags,
    funds,
    giving,
    household_types,
    insurance,
    lines,
    lists,
    measures,
    notice,
    public,
    sevens,
    similar,
    sweeps,
    teams,
    triggers,
    visits,
    watch,
    windows,
    workflow,
)
from shouwang.rulebook.topic import Topic

TOPICS: dict[str, Topic] = {
    topic.key: topic
    for topic in (
        lines.LINES,
        lines.AMOUNTS,
        lists.TOPIC,
        causes.TOPIC,
        windows.TOPIC,
        household_types.TOPIC,
        triggers.TOPIC,
        flags.TOPIC,
        feeds.TOPIC,
        exits.TOPIC,
        measures.TOPIC,
        sweeps.TOPIC,
        insurance.TOPIC,
        notice.TOPIC,
        public.TOPIC,
        similar.TOPIC,
        checks.TOPIC,
        watch.TOPIC,
        teams.TOPIC,
        workflow.TOPIC,
        clocks.TOPIC,
        funds.TOPIC,
        care.TOPIC,
        contacts.TOPIC,
        sevens.TOPIC,
        giving.TOPIC,
        visits.TOPIC,
    )
}
