"""Rows that wait without a pair, because a decision had placed them and was undone, are asked about again."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from shouwang.kit.dates import SHANGHAI
from shouwang.people.access import Viewer, acting_as
from shouwang.sources.models import FeedRow
from shouwang.sources.rules.kinds import feed_kind
from shouwang.sources.services.matching import RowMatcher
from shouwang.sources.services.pairs import PairsToAsk, pairs_ask
from shouwang.sources.services.reading import import_load
from shouwang.sources.services.taking import row_reread


def rows_ask_again(*, import_id: int, row_ids: Collection[int], viewer: Viewer, at: datetime) -> int:
    """This function puts pairs of those rows that have none into the queue; returns how many rows got some.

    `viewer` is the import's worker.
    """
    taken, on = import_load(import_id), at.astimezone(SHANGHAI).date()
    kind = feed_kind(taken.feed.kind)
    with acting_as(viewer):
        rows = list(
            FeedRow.objects.select_related("feed_import").filter(
                pk__in=row_ids, feed_import=taken, state=FeedRow.State.UNMATCHED, pairs__isnull=True
            )
        )
        matcher = RowMatcher(viewer, kind=kind, on=on, organisation_id=taken.organisation_id)
        subjects = [matcher.subject(row_reread(row, kind=kind, on=on)[1]) for row in rows]
        outcomes = matcher.match_subjects(subjects) if rows else []
        asked = [
            PairsToAsk(row, subject, outcome.offers)
            for row, subject, outcome in zip(rows, subjects, outcomes, strict=True)
            if outcome.offers
        ]
        pairs_ask(taken, asked)
    return len(asked)
