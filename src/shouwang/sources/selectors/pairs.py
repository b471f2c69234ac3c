"""Reads of the queue of pairs and of what was decided."""

from __future__ import annotations

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from shouwang.people.access import Kind, Viewer
from shouwang.sources.models import MatchDecision, MatchPair

WAITING = MatchPair.State.WAITING


def pairs_waiting(viewer: Viewer, *, import_id: int | None = None) -> QuerySet[MatchPair]:
    """This function returns what the county centre has still to decide, the likeliest first, what was put off last.

    Rows that name somebody in the same words are one question; of a row's candidates the likeliest is asked first.
    """
    if viewer.kind is not Kind.COUNTY_CENTRE:
        return MatchPair.objects.none()
    rows = MatchPair.objects.filter(viewer.q(), state=WAITING)
    if import_id is not None:
        rows = rows.filter(feed_import_id=import_id)
    same_words = MatchPair.objects.filter(
        organisation_id=OuterRef("organisation_id"), subject=OuterRef("subject"), state=WAITING
    )
    if import_id is not None:
        same_words = same_words.filter(feed_import_id=import_id)
    asked_already = same_words.filter(person_id=OuterRef("person_id"), pk__lt=OuterRef("pk"))
    likelier = MatchPair.objects.filter(feed_row_id=OuterRef("feed_row_id"), state=WAITING).filter(
        Q(rank__lt=OuterRef("rank"))
    )
    return (
        rows.filter(~Exists(asked_already), ~Exists(likelier))
        .select_related("feed_import__feed", "feed_row")
        .order_by(F("postponed_at").asc(nulls_first=True), F("score").desc(nulls_last=True), "-points", "pk")
    )


def rows_in_same_words(viewer: Viewer, pair: MatchPair) -> int:
    """This function returns how many waiting rows one decision about a pair settles."""
    return MatchPair.objects.filter(
        viewer.q(),
        organisation_id=pair.organisation_id,
        subject=pair.subject,
        person_id=pair.person_id,
        state=WAITING,
    ).count()


def decisions_visible_to(viewer: Viewer) -> QuerySet[MatchDecision]:
    """This function returns the decisions of the viewer's areas, newest first, undone ones included."""
    if viewer.kind not in (Kind.COUNTY_CENTRE, Kind.AUDIT):
        return MatchDecision.objects.none()
    return MatchDecision.objects.filter(viewer.q()).order_by("-pk")
