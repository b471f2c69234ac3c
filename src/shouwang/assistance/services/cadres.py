"""Who may look after a household, and how many of them at most; one who is named by two at once is counted in turn."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import date

from django.db import connection

from shouwang.assistance.models import Contact
from shouwang.assistance.rules.contacts import CADRES, CadreMissing, CadreUnknown, TooManyHouseholds
from shouwang.kit.locks import Lock
from shouwang.kit.texts import numbers_refuse
from shouwang.people.access import SYSTEM, Kind, acting_as
from shouwang.people.selectors import appointment_by_id, organisations_by_ids
from shouwang.rulebook.contacts import ContactRule

COUNTY = 10**6


@dataclass(frozen=True)
class Cadre:
    """Who looks after a household: somebody who signs in here, somebody of an organisation of ours, or of another."""

    appointment_id: int | None = None
    organisation_id: int | None = None
    name: str = ""
    duty: str = ""
    organisation_name: str = ""

    def __post_init__(self) -> None:
        numbers_refuse(self.name, self.duty, self.organisation_name)


def cadre_turn(cadre: Cadre) -> None:
    """This function lets one household given to a cadre follow the other until the transaction ends.

    Taken before any row is locked: whoever waits for the cadre then holds nothing that another needs.
    """
    key = cadre.appointment_id or zlib.crc32(cadre.name.strip().encode())
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s, %s)", Lock.CADRE.pair(key))


def cadre_named(cadre: Cadre, *, slot: int, on: date) -> Contact:
    """This function returns an unsaved contact that names the cadre; raises CadreMissing, CadreUnknown."""
    if cadre.appointment_id is not None:
        held = appointment_by_id(cadre.appointment_id)
        if held is None or not held.is_in_force(on=on) or Kind(held.organisation.kind) not in CADRES:
            raise CadreUnknown
        # Who does an absent person's desk for some days looks after nobody in the deputy's own name.
        if held.deputy_for_id is not None or not any(lo <= slot <= hi for lo, hi in held.slot_ranges()):
            raise CadreUnknown
        return Contact(
            name=(held.user.name or held.user.username)[:60], duty=cadre.duty.strip()[:60],
            organisation_id=held.organisation_id, organisation_name=held.organisation.name[:120],
            appointment_id=held.pk,
        )  # fmt: skip
    if not cadre.name.strip():
        raise CadreMissing
    if cadre.organisation_id is not None:
        found = organisations_by_ids({cadre.organisation_id}).get(cadre.organisation_id)
        if found is None or not found.is_active or not found.area.lo <= slot <= found.area.hi:
            raise CadreUnknown
        organisation_id, organisation = found.pk, found.name
    elif cadre.organisation_name.strip():
        organisation_id, organisation = None, cadre.organisation_name.strip()
    else:
        raise CadreMissing
    return Contact(
        name=cadre.name.strip()[:60], duty=cadre.duty.strip()[:60], organisation_id=organisation_id,
        organisation_name=organisation[:120],
    )  # fmt: skip


def room_check(made: Contact, rule: ContactRule, *, slot: int) -> None:
    """This function refuses a cadre who has as many households as the pack allows; raises TooManyHouseholds.

    All of them count, those too that the writer may not see. Who is known by name alone is one person within a county.
    """
    if rule.most is None:
        return
    standing = Contact.objects.filter(kind=made.kind, until_date__isnull=True)
    if made.appointment_id is not None:
        mine = standing.filter(appointment_id=made.appointment_id)
    else:
        first = slot // COUNTY * COUNTY
        mine = standing.filter(
            name=made.name, organisation_name=made.organisation_name, appointment_id__isnull=True,
            slot__range=(first, first + COUNTY - 1),
        )  # fmt: skip
    with acting_as(SYSTEM):
        number = mine.count()
    if number >= rule.most:
        raise TooManyHouseholds(made.name, rule.most)
