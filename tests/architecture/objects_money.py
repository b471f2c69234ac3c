"""Objects of the table that are money: accounts, what is owed, batches, payments, of the county centre of a place."""

from __future__ import annotations

from typing import Any

from tests.architecture.objects import builds, centre_of
from tests.architecture.objects_work import county_of, policy_ready
from tests.factories.cast import Cast
from tests.factories.funds import AT, Desk, answer, batched, budget, owed
from tests.factories.people import viewer_make

from shouwang.funds.models import Account, Batch, Payment
from shouwang.funds.services import return_read
from shouwang.people.access import SYSTEM, Kind, Role, acting_as
from shouwang.people.models import Area


def village_of(cast: Cast, place: Area) -> Area:
    at = cast.places
    return place if place.level == 5 else at.village if place.pk == at.county.pk else at.neighbour_village


def money_at(cast: Cast, place: Area) -> Account:
    return budget(centre_of(cast, place), 10_000_00)


def batch_at(cast: Cast, place: Area, *, upto: str) -> Batch:
    county, centre = county_of(cast, place), centre_of(cast, place)
    policy_ready(county)
    money_at(cast, place)
    due = owed(cast, centre, 1_00, slot=village_of(cast, place).lo)
    desk = Desk(
        city=cast.city, maker=centre, third=centre,
        checker=viewer_make(Kind.COUNTY_CENTRE, Role.CLERK, county, organisation_name=centre.organisation_name),
        releaser=viewer_make(Kind.COUNTY_CENTRE, Role.LEADER, county, organisation_name=centre.organisation_name),
    )  # fmt: skip
    return batched(desk, due, upto=upto, at=AT)


@builds("money_account")
def money_account(cast: Cast, place: Area) -> dict[str, Any]:
    return {"account_id": money_at(cast, place).pk}


@builds("commitment")
def commitment(cast: Cast, place: Area) -> dict[str, Any]:
    money_at(cast, place)
    return {"commitment_id": owed(cast, centre_of(cast, place), 1_00, slot=village_of(cast, place).lo).pk}


@builds("payment_batch")
def payment_batch(cast: Cast, place: Area) -> dict[str, Any]:
    return {"batch_id": batch_at(cast, place, upto="draft").pk}


@builds("sent_batch")
def sent_batch(cast: Cast, place: Area) -> dict[str, Any]:
    return {"batch_id": batch_at(cast, place, upto="sent").pk}


@builds("payment")
def payment(cast: Cast, place: Area) -> dict[str, Any]:
    batch, centre = batch_at(cast, place, upto="sent"), centre_of(cast, place)
    with acting_as(centre):
        return_read(
            viewer=centre, batch_id=batch.pk, name="回盘.csv", content=answer(batch, results={1: "不明"}), at=AT
        )
    with acting_as(SYSTEM):
        return {"payment_id": Payment.objects.get(batch=batch).pk}
