"""Insured persons and the county's register brought together anew: who has come into it since, who has moved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from shouwang.insurance.care.errors import CarePersonDead
from shouwang.insurance.care.models import CareInsured
from shouwang.insurance.care.services.common import audited, today_of
from shouwang.kit.seal import keyring
from shouwang.kit.texts import name_key
from shouwang.people.access import SYSTEM, Viewer, acting_as
from shouwang.register.selectors import PersonHit, deaths_of, homes_of, persons_by_identifier, places_of


def insured_link(people: Iterable[CareInsured], *, viewer: Viewer, at: datetime) -> None:
    """This function links those whom the register of the viewer's county has by now, and follows those who moved.

    Nobody is linked whose name differs there: the office looks at that when the person is taken down. It reads and
    writes as the house, because neither the office nor the payer may read the register.
    """
    everybody = list(people)
    with acting_as(SYSTEM):
        hits = _found([who for who in everybody if who.person_id is None], viewer, at)
        homes = homes_of({who.person_id for who in everybody if who.person_id is not None}, on=today_of(at))
        for who in everybody:
            hit, home = hits.get(who.pk), homes.get(who.person_id or 0)
            if hit is not None:
                who.person_id, who.household_id, who.slot = hit.person_id, hit.household_id, hit.slot
                who.place = places_of({hit.slot})[hit.slot][:200]
            elif home is not None and home != who.household_id:
                who.household_id = home
            else:
                continue
            who.version += 1
            who.save(update_fields=["person_id", "household_id", "slot", "place", "version"])
            audited(viewer, "care_insured.attach", who, at, after={"in_register": True})


def living_refuse(insured: CareInsured) -> None:
    """This function raises CarePersonDead for somebody whose death the office recorded or the register knows."""
    died_on = insured.died_on
    if died_on is None and insured.person_id is not None:
        with acting_as(SYSTEM):
            died_on = deaths_of(SYSTEM, {insured.person_id}).get(insured.person_id)
    if died_on is not None:
        raise CarePersonDead(insured.name, died_on)


def _found(people: Iterable[CareInsured], viewer: Viewer, at: datetime) -> Mapping[int, PersonHit]:
    """This function returns whom the register has by the sealed number, under the same name, in the viewer's areas."""
    ring = keyring()
    texts = {ring.open(who.sealed_id, context=f"insurance_careinsured:{who.reference}"): who for who in people}
    found = persons_by_identifier("RESIDENT_ID", texts, on=today_of(at)) if texts else {}
    return {
        texts[text].pk: hit
        for text, hits in found.items()
        for hit in hits
        if viewer.can_see(hit.slot) and name_key(hit.name) == name_key(texts[text].name)
    }
