"""A pack version is in force where two people put it, from the day they chose."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from tests.factories.cast import Cast

from shouwang.people.access import SYSTEM, Viewer, acting_as
from shouwang.standards.models import Adoption, PackVersion
from shouwang.standards.selectors import NoPolicyInForce, policy_for, version_in_force
from shouwang.standards.services import (
    AdoptionBySamePerson,
    AlreadySettled,
    AreaNotYours,
    pack_load,
    version_adopt,
    version_propose,
)

PACKS = Path(__file__).resolve().parents[2] / "packs"
AT = datetime(2020, 6, 1, 2, tzinfo=UTC)
DAY = date(2020, 6, 1)

pytestmark = pytest.mark.django_db


def loaded(place: str = "xingtai") -> PackVersion:
    with acting_as(SYSTEM):
        return pack_load(viewer=SYSTEM, place=place, packs_dir=PACKS, on=DAY, at=AT)


def proposed(viewer: Viewer, area_id: int, *, from_: date = DAY, place: str = "xingtai") -> Adoption:
    version = loaded(place)
    with acting_as(viewer):
        return version_propose(
            viewer=viewer, version_id=version.pk, area_id=area_id, valid_from=from_, document="邢防贫〔2020〕1号", at=AT
        )


def test_the_same_text_gives_the_same_version() -> None:
    assert loaded().pk == loaded().pk


def test_a_version_holds_the_packs_it_extends_and_no_cases() -> None:
    folders = {name.split("/")[0] for name in loaded().files}
    assert {"national", "xingtai"} <= folders
    assert "hengshui" not in folders
    assert not [name for name in loaded().files if "/cases/" in name]


def test_a_proposal_alone_is_not_in_force(cast: Cast) -> None:
    proposed(cast.county, cast.places.county.pk)
    with pytest.raises(NoPolicyInForce):
        version_in_force(slot=cast.slot, on=DAY)


def test_who_proposed_may_not_adopt(cast: Cast) -> None:
    adoption = proposed(cast.county, cast.places.county.pk)
    with acting_as(cast.county), pytest.raises(AdoptionBySamePerson):
        version_adopt(viewer=cast.county, adoption_id=adoption.pk, at=AT)


def test_a_second_person_puts_it_in_force_from_its_day_on(cast: Cast) -> None:
    adoption = proposed(cast.county, cast.places.county.pk)
    with acting_as(cast.leader):
        version_adopt(viewer=cast.leader, adoption_id=adoption.pk, at=AT)
    version, policy = policy_for(slot=cast.slot, on=DAY)
    assert (version.place, policy.place) == ("xingtai", "xingtai")
    with pytest.raises(NoPolicyInForce):
        version_in_force(slot=cast.slot, on=date(2020, 5, 31))


def test_an_adoption_is_settled_once(cast: Cast) -> None:
    adoption = proposed(cast.county, cast.places.county.pk)
    with acting_as(cast.leader):
        version_adopt(viewer=cast.leader, adoption_id=adoption.pk, at=AT)
        with pytest.raises(AlreadySettled):
            version_adopt(viewer=cast.leader, adoption_id=adoption.pk, at=AT)


def test_the_neighbouring_county_can_neither_propose_nor_adopt_here(cast: Cast) -> None:
    with pytest.raises(AreaNotYours):
        proposed(cast.neighbour, cast.places.county.pk)
    adoption = proposed(cast.county, cast.places.county.pk)
    with acting_as(cast.neighbour), pytest.raises(AreaNotYours):
        version_adopt(viewer=cast.neighbour, adoption_id=adoption.pk, at=AT)


def test_the_narrower_area_and_the_later_day_win(cast: Cast) -> None:
    for viewer, leader, area, place, from_ in (
        (cast.city, SYSTEM, cast.places.city, "hebei", date(2020, 1, 1)),
        (cast.county, cast.leader, cast.places.county, "xingtai", date(2020, 3, 1)),
    ):
        adoption = proposed(viewer, area.pk, from_=from_, place=place)
        with acting_as(leader):
            version_adopt(viewer=leader, adoption_id=adoption.pk, at=AT)
    assert version_in_force(slot=cast.slot, on=date(2020, 2, 29)).place == "hebei"
    assert version_in_force(slot=cast.slot, on=date(2020, 3, 1)).place == "xingtai"
    assert version_in_force(slot=cast.neighbour_slot, on=date(2020, 3, 1)).place == "hebei"
