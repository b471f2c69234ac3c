"""Objects of the table that belong to insurance: claims with a paper, a pool, the insurer's task."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from tests.architecture.objects import builds
from tests.architecture.objects_work import walk
from tests.factories.cast import Cast
from tests.factories.insurance import head_of, photo

from shouwang.casework.models import Task
from shouwang.insurance import services
from shouwang.insurance.models import Claim, ClaimPaper, Pool, SettleWork
from shouwang.insurance.services import Event, Opening
from shouwang.people.access import SYSTEM, acting_as
from shouwang.people.models import Area

# No ladder and no pool of the demo values asks for papers of this kind.
OTHER = "其他材料"


@builds("pool")
def pool(cast: Cast, place: Area) -> dict[str, Any]:
    viewer, first = cast.county, timezone.localdate().replace(month=1, day=1)
    with acting_as(SYSTEM):
        known = Pool.objects.filter(slot=cast.places.county.lo).first()
    if known is not None:
        return {"pool_id": known.pk}
    walk(cast, cast.places.village, upto="dispatch")  # the policy is in force
    with acting_as(viewer):
        made = services.pool_open(viewer=viewer, at=timezone.now(), opening=Opening(
            "fund", first, None, cast.insurer.organisation_id or 0, "巨合 1 号", tender="巨招 1 号"))  # fmt: skip
    return {"pool_id": made.pk}


@builds("settle_work")
def settle_work(cast: Cast, place: Area) -> dict[str, Any]:
    made = pool(cast, place)["pool_id"]
    with acting_as(SYSTEM):
        known = SettleWork.objects.filter(pool_id=made).first()
    if known is None:
        with acting_as(cast.insurer):
            known = services.settle_request(viewer=cast.insurer, pool_id=made, at=timezone.now(), is_queued=False)
    return {"pool_id": made, "work_id": known.pk}


@builds("claim")
def claim(cast: Cast, place: Area) -> dict[str, Any]:
    pool(cast, place)
    case = walk(cast, place, upto="dispatch").case
    viewer, now = cast.county, timezone.now()
    event = Event("ILLNESS", timezone.localdate(), head_of(case.household_id), "住院",
                  type_key="MARGINAL", type_note="入户核查")  # fmt: skip
    with acting_as(viewer):
        made = services.claim_open(viewer=viewer, event=event, at=now, case_id=case.pk)
        services.claim_paper_add(
            viewer=viewer, claim_id=made.pk, version=made.version, kind=OTHER, ready=[photo()], at=now
        )
    return {"claim_id": made.pk}


@builds("claim_paper")
def claim_paper(cast: Cast, place: Area) -> dict[str, Any]:
    made = claim(cast, place)["claim_id"]
    with acting_as(SYSTEM):
        return {"paper_id": ClaimPaper.objects.get(claim_id=made).pk}


@builds("claim_step")
def claim_step(cast: Cast, place: Area) -> dict[str, Any]:
    made = claim(cast, place)["claim_id"]
    with acting_as(SYSTEM):
        assert Claim.objects.get(pk=made).state == "OPEN"
    return {"claim_id": made, "step": "withdraw"}


@builds("payout_task")
def payout_task(cast: Cast, place: Area) -> dict[str, Any]:
    case = walk(cast, place, upto="answers").case
    with acting_as(SYSTEM):
        found = Task.objects.get(case_id=case.pk, organisation_id=cast.insurer.organisation_id)
    return {"task_id": found.pk}
