"""Objects of the table that come out of the data-quality checks."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from tests.architecture.objects import builds, centre_of
from tests.architecture.objects_work import county_of, policy_ready
from tests.factories.cast import Cast

from shouwang.people.access import SYSTEM, acting_as
from shouwang.people.models import Area
from shouwang.screening.models import CheckExport, CheckHit, CheckRule, CheckRun, CheckTrial
from shouwang.standards.selectors import version_in_force

ON = date(2020, 6, 30)
AT = datetime(2020, 6, 30, 2, tzinfo=UTC)
WRITTEN = {
    "name": "试", "over": "household", "when": "member_count > 9", "on_unknown": "report", "owner": "village",
    "action": "改正", "basis": "试",
}  # fmt: skip


@builds("check_hit")
def check_hit(cast: Cast, place: Area) -> dict[str, Any]:
    county = county_of(cast, place)
    policy_ready(county)
    with acting_as(SYSTEM):
        run = CheckRun.objects.create(
            slot=county.lo, hi=county.hi, area_name=str(county), on=ON, state="DONE", requested_at=AT,
            requested_by="甲", pack_version=version_in_force(slot=county.lo, on=ON),
        )  # fmt: skip
        hit = CheckHit.objects.create(
            slot=place.lo, over="village", rule_key="one_head", rule_name="户主不是正好一人", owner="township",
            action="核对", first_run=run, last_run=run, found_on=ON, facts={"member_count": 2}, state="OPEN",
            household_id=CheckHit.objects.count() + 1,
        )  # fmt: skip
    return {"hit_id": hit.pk}


@builds("check_export")
def check_export(cast: Cast, place: Area) -> dict[str, Any]:
    clerk = centre_of(cast, place)
    with acting_as(SYSTEM):
        made = CheckExport.objects.create(
            slot=place.lo, appointment_id=clerk.appointment_id or 0, purpose="试", requested_at=AT
        )
    return {"export_id": made.pk}


@builds("check_trial")
def check_trial(cast: Cast, place: Area) -> dict[str, Any]:
    with acting_as(SYSTEM):
        made = CheckTrial.objects.create(
            slot=place.lo, hi=place.hi, on=ON, tried_at=AT, tried_by="甲", state="DONE", looked=1, found=0, undecided=0,
            **WRITTEN,
        )  # fmt: skip
    return {"trial_id": made.pk}


@builds("check_rule")
def check_rule(cast: Cast, place: Area) -> dict[str, Any]:
    with acting_as(SYSTEM):
        made = CheckRule.objects.create(
            slot=place.lo, hi=place.hi, key=f"local_{CheckRule.objects.count() + 1}", adopted_on=ON, adopted_at=AT,
            adopted_by="甲", **WRITTEN,
        )  # fmt: skip
    return {"rule_id": made.pk}
