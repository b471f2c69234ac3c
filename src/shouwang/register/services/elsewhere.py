"""Whether an ID is taken, asked across all counties without telling anybody where (design §6, Looks).

The look goes through the system's scope and comes back as one of three answers: free, in sight of the asker, or
"needs checking by the county"; in the last case the common superior of both places gets the pair.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from shouwang.kit.seal import keyring
from shouwang.people.access import SYSTEM, Viewer, acting_as
from shouwang.register.errors import RegisteredHere
from shouwang.register.models import Identifier, RegistrationConflict
from shouwang.register.rules import common_area
from shouwang.register.selectors.scope import places_of

BATCH = 5000


@dataclass(frozen=True)
class Taken:
    """Who holds an ID; for services only, never for a page."""

    person_id: int
    slot: int
    identifier_id: int


def resident_ids_taken(blinds: Collection[bytes]) -> dict[bytes, Taken]:
    """This function returns who holds IDs, by blind index, across all counties; only services may call it."""
    found: dict[bytes, Taken] = {}
    wanted = list(blinds)
    with acting_as(SYSTEM):
        for start in range(0, len(wanted), BATCH):
            rows = Identifier.objects.filter(
                blind__in=wanted[start : start + BATCH],
                kind="RESIDENT_ID",
                superseded_at__isnull=True,
                valid_to__isnull=True,
            )
            for pk, blind, person_id, slot in rows.values_list("pk", "blind", "person_id", "slot"):
                found[bytes(blind)] = Taken(person_id, slot, pk)
    return found


def resident_id_taken(number: str) -> Taken | None:
    """This function returns who holds an ID, across all counties; only services may call it."""
    blind = keyring().blind("resident_id", number)
    return resident_ids_taken([blind]).get(blind)


def refuse_in_sight(viewer: Viewer, taken: Taken) -> None:
    """This function refuses an ID whose holder the viewer sees anyway, naming the village; raises RegisteredHere."""
    if viewer.reads_register and viewer.can_see(taken.slot):
        raise RegisteredHere(f"在{places_of({taken.slot})[taken.slot]}")


def conflict_open(
    *,
    viewer: Viewer,
    taken: Taken,
    slot: int,
    at: datetime,
    name: str = "",
    relationship: str = "",
    household_id: int | None = None,
    source_ref: str | None = None,
) -> None:
    """This function leaves the pair for the common superior; the one who caused it cannot read it."""
    lo, hi = common_area(taken.slot, slot)
    with acting_as(SYSTEM):
        RegistrationConflict.objects.bulk_create(
            [
                RegistrationConflict(
                    lo=lo,
                    hi=hi,
                    person_id=taken.person_id,
                    slot_there=taken.slot,
                    slot_here=slot,
                    household_here_id=household_id,
                    relationship=relationship,
                    name_here=name,
                    source_ref=source_ref,
                    opened_by=viewer.label[:200],
                    opened_by_organisation_id=viewer.organisation_id,
                    opened_at=at,
                )
            ],
            ignore_conflicts=True,
        )
