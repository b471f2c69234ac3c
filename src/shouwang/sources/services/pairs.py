"""The queue of pairs: a row that matching left to people, beside each person it may mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shouwang.kit.seal import keyring
from shouwang.sources.models import FeedImport, FeedRow, MatchPair
from shouwang.sources.rules.matching import Offer
from shouwang.sources.rules.subjects import Subject
from shouwang.sources.services.matching import subject_mark


@dataclass(frozen=True)
class PairsToAsk:
    """One row set aside, whom it names, and whom to compare with it, the likeliest first."""

    row: FeedRow
    subject: Subject
    offers: Sequence[Offer]


def _context(row_id: int, person_id: int) -> str:
    return f"sources_matchpair:{row_id}:{person_id}"


def pairs_ask(taken: FeedImport, asked: Sequence[PairsToAsk]) -> None:
    """This function puts the pairs of saved rows into the queue, within the caller's transaction."""
    ring = keyring()
    MatchPair.objects.bulk_create(
        MatchPair(
            feed_import=taken, feed_row=each.row, organisation_id=taken.organisation_id, slot=offer.person.slot,
            person_id=offer.person.person_id, subject=subject_mark(each.subject),
            sealed_subject=ring.seal(
                each.subject.as_text(), context=_context(each.row.pk, offer.person.person_id)
            ),
            agreements=offer.agreement.as_json(), points=offer.agreement.points, rank=rank,
        )
        for each in asked
        for rank, offer in enumerate(each.offers, start=1)
    )  # fmt: skip


def subject_open(pair: MatchPair) -> Subject:
    """This function returns whom the row of a pair names."""
    context = _context(pair.feed_row_id, pair.person_id)
    return Subject.from_text(keyring().open(bytes(pair.sealed_subject), context=context))
