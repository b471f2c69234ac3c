"""Households that come into a village while a round runs belong to it: added each night, and before the round ends."""

from __future__ import annotations

from datetime import datetime

from shouwang.audit.services import entry_append
from shouwang.people.access import SYSTEM, Viewer, acting_as
from shouwang.register.selectors import households_of_villages
from shouwang.rounds.models import Round, RoundVisit

ROWS = 5000


def arrivals_list(*, at: datetime) -> int:
    """This function adds to every running round the households that came since it was listed; returns how many."""
    with acting_as(SYSTEM):
        running = list(
            Round.objects.filter(closed_at__isnull=True, listed_at__isnull=False).values_list("pk", flat=True)
        )
    count = 0
    for round_id in running:
        with acting_as(SYSTEM):
            found = Round.objects.select_for_update().get(pk=round_id)
            if found.closed_at is None:
                count += arrivals_add(found, viewer=SYSTEM, at=at)
    return count


def arrivals_add(found: Round, *, viewer: Viewer, at: datetime) -> int:
    """This function adds the households that came into a round's villages, in the caller's scope; returns how many.

    The caller has locked the round. Who moved from one of its villages to another stays where it was listed.
    """
    villages = list(found.villages.select_for_update().filter(is_open=True).order_by("slot"))
    homes = households_of_villages(viewer, [village.slot for village in villages])
    listed = set(RoundVisit.objects.filter(round=found).values_list("household_id", flat=True))
    came = {village: [pk for pk in homes.get(village.slot, ()) if pk not in listed] for village in villages}
    came = {village: ids for village, ids in came.items() if ids}
    visits = [RoundVisit(round=found, slot=at_.slot, household_id=pk) for at_, ids in came.items() for pk in ids]
    RoundVisit.objects.bulk_create(visits, batch_size=ROWS)
    for village, ids in came.items():
        village.households += len(ids)
        village.save(update_fields=["households"])
    if visits:
        entry_append(
            viewer=viewer, action="round.arrive", subject_type="rounds.Round", subject_id=found.pk, slot=found.slot,
            at=at, after={"households": len(visits)},
        )  # fmt: skip
    return len(visits)
