"""The office that opened a round, or the county centre, ends it; over unseen households only with a reason."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from shouwang.audit.services import entry_append
from shouwang.kit.texts import numbers_refuse
from shouwang.people.access import Kind, StaleWrite, Viewer
from shouwang.rounds.models import Round
from shouwang.rounds.rules import OPENERS, CloseReasonMissing, RoundClosed, RoundNotFound, RoundNotListed
from shouwang.rounds.services.arriving import arrivals_add


def may_close(viewer: Viewer, found: Round) -> bool:
    """This function tells whether a viewer may end a round: the county centre above it, or the township of its own."""
    if viewer.kind not in OPENERS or not viewer.can_see(found.slot):
        return False
    return viewer.kind is Kind.COUNTY_CENTRE or found.organisation_id == viewer.organisation_id


def round_close(*, viewer: Viewer, round_id: int, version: int, reason: str, at: datetime) -> Round:
    """This function ends a round; raises RoundNotFound, RoundClosed, RoundNotListed, CloseReasonMissing, StaleWrite.

    Households that came into its villages meanwhile are counted first.
    """
    reason = reason.strip()[:500]
    numbers_refuse(reason)
    with transaction.atomic():
        found = Round.objects.select_for_update().filter(pk=round_id).first()
        if found is None or not may_close(viewer, found):
            raise RoundNotFound
        if found.closed_at is not None:
            raise RoundClosed("这次排查已经结束。")
        if found.version != version:
            raise StaleWrite("这次排查")
        if found.listed_at is None:
            raise RoundNotListed
        arrivals_add(found, viewer=viewer, at=at)
        villages = found.villages.select_for_update().order_by("slot")
        counts = [(village.households, village.seen) for village in villages]
        unseen = sum(households - seen for households, seen in counts)
        if unseen and not reason:
            raise CloseReasonMissing(unseen)
        found.closed_at, found.closed_by, found.close_reason = at, viewer.label[:200], reason
        found.version += 1
        found.save()
        found.villages.update(is_open=False)
        entry_append(
            viewer=viewer, action="round.close", subject_type="rounds.Round", subject_id=found.pk, slot=found.slot,
            at=at, after={"unseen": unseen, "households": sum(count[0] for count in counts)},
        )  # fmt: skip
    return found
