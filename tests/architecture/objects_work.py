"""Objects of the table that come out of work: policies, runs, warnings, cases, tasks, measures."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime
from typing import Any

from django.utils import timezone
from tests.architecture.objects import builds, centre_of
from tests.factories.casework import AT, Walk, case_make, procedure_of, version_ready
from tests.factories.cast import Cast
from tests.factories.papers import ready_photo
from tests.factories.people import organisation_make
from tests.factories.register import household_make, income_make, spending_make, status_make
from tests.factories.standards import PACKS, policy_adopt

from shouwang.assistance.models import Entitlement, EntitlementFinding, Measure
from shouwang.assistance.services import (
    Delivery,
    Plan,
    Start,
    entitlement_change,
    entitlement_start,
    entitlements_run,
    measure_deliver,
    measure_plan,
    proofs_add,
)
from shouwang.casework.models import Case, Council
from shouwang.casework.services import case_attach
from shouwang.casework.services.councils import CouncilStated, council_call
from shouwang.casework.services.transferring import transfer_propose
from shouwang.people.access import SYSTEM, Kind, acting_as
from shouwang.people.models import Area
from shouwang.register.models import Household
from shouwang.rounds.models import Round, RoundVisit
from shouwang.rounds.services import round_open
from shouwang.screening.models import Run, Warning
from shouwang.screening.services import run_execute, run_request
from shouwang.standards.models import Adoption
from shouwang.standards.selectors import policy_for
from shouwang.standards.services import (
    pack_load,
    revocation_ask,
    revocation_confirm,
    version_adopt,
    version_propose,
)

ON = date(2020, 6, 30)
RUN_AT = datetime(2020, 6, 30, 2, tzinfo=UTC)


def policy_ready(county: Area) -> None:
    """Puts the pack of 邢台 in force for a county, once."""
    with acting_as(SYSTEM):
        known = Adoption.objects.filter(lo=county.lo, adopted_at__isnull=False).exists()
    if not known:
        policy_adopt(county)


def county_of(cast: Cast, place: Area) -> Area:
    at = cast.places
    return at.county if at.county.lo <= place.lo <= at.county.hi else at.neighbour_county


def walk(cast: Cast, place: Area, *, upto: str) -> Walk:
    reporters = (cast.officer, cast.sibling_officer, cast.neighbour_officer)
    reporter = next((viewer for viewer in reporters if viewer.can_see(place.lo)), cast.officer)
    policy_ready(county_of(cast, place))
    return case_make(cast, upto=upto, slot=place.lo if place.level == 5 else None, reporter=reporter)


@builds("pack_version")
def pack_version(cast: Cast, place: Area) -> dict[str, Any]:
    with acting_as(SYSTEM):
        return {
            "version_id": pack_load(
                viewer=SYSTEM, place="xingtai", packs_dir=PACKS, on=timezone.localdate(), at=RUN_AT
            ).pk
        }


@builds("adoption")
def adoption(cast: Cast, place: Area) -> dict[str, Any]:
    clerk = centre_of(cast, place)
    version = pack_version(cast, place)["version_id"]
    with acting_as(clerk):
        proposed = version_propose(
            viewer=clerk, version_id=version, area_id=place.pk, valid_from=date(2021, 1, 1), document="试验", at=RUN_AT
        )
    return {"adoption_id": proposed.pk}


def revoked_at(cast: Cast, place: Area, *, is_confirmed: bool) -> int:
    """A version of days far ahead that the county's centre asks to revoke; a second person may confirm it."""
    clerk = centre_of(cast, place)
    policy_ready(county_of(cast, place))
    version = pack_version(cast, place)["version_id"]
    with acting_as(SYSTEM):
        proposed = version_propose(
            viewer=SYSTEM, version_id=version, area_id=place.pk, valid_from=date(2099, 1, 1), document="试验", at=RUN_AT
        )
        version_adopt(viewer=SYSTEM, adoption_id=proposed.pk, at=RUN_AT)
    with acting_as(clerk):
        asked = revocation_ask(viewer=clerk, adoption_id=proposed.pk, reason="试验", at=RUN_AT)
    if is_confirmed:
        with acting_as(SYSTEM):
            revocation_confirm(viewer=SYSTEM, revocation_id=asked.pk, at=RUN_AT)
    return asked.pk


@builds("revocation")
def revocation(cast: Cast, place: Area) -> dict[str, Any]:
    return {"revocation_id": revoked_at(cast, place, is_confirmed=False)}


@builds("revoked_version")
def revoked_version(cast: Cast, place: Area) -> dict[str, Any]:
    return {"revocation_id": revoked_at(cast, place, is_confirmed=True)}


def run_made(cast: Cast, place: Area) -> Run:
    county, clerk = county_of(cast, place), centre_of(cast, place)
    policy_ready(county)
    with acting_as(clerk):
        made = run_request(viewer=clerk, area_id=county.pk, on=ON, at=RUN_AT, is_queued=False)
    run_execute(run_id=made.pk, at=RUN_AT)
    return made


@builds("run")
def run(cast: Cast, place: Area) -> dict[str, Any]:
    return {"run_id": run_made(cast, place).pk}


def round_made(cast: Cast, place: Area) -> Round:
    """A round of a county's centre over one village, or over all villages of its county."""
    clerk = centre_of(cast, place)
    with acting_as(SYSTEM):
        villages = Area.objects.filter(level=5, is_current=True, lo__gte=place.lo, hi__lte=place.hi)
        slots = list(villages.values_list("lo", flat=True))
    policy_ready(county_of(cast, place))
    household_make(slots[0])
    with acting_as(clerk):
        return round_open(
            viewer=clerk, sweep="disaster", slots=slots, due_on=timezone.localdate(), occasion=f"暴雨 {next(_count)}",
            at=timezone.now(),
        )  # fmt: skip


@builds("round")
def round_(cast: Cast, place: Area) -> dict[str, Any]:
    return {"round_id": round_made(cast, place).pk}


@builds("round_village")
def round_village(cast: Cast, place: Area) -> dict[str, Any]:
    return {"round_id": round_made(cast, place).pk, "slot": place.lo}


@builds("round_household")
def round_household(cast: Cast, place: Area) -> dict[str, Any]:
    made = round_made(cast, place)
    with acting_as(SYSTEM):
        home = RoundVisit.objects.filter(round=made).values_list("household_id", flat=True)[0]
    return {"round_id": made.pk, "household_id": home}


_count = itertools.count(1)
WARNED: dict[int, dict[int, int]] = {}  # cast -> slot -> warning: a later run replaces what nobody took


@builds("warning")
def warning(cast: Cast, place: Area) -> dict[str, Any]:
    """One run a county finds the households of all its places."""
    if id(cast) not in WARNED:
        at = cast.places
        slots = [at.village.lo, at.sibling_village.lo, at.neighbour_village.lo]
        households = {slot: _warned_household(slot) for slot in slots}
        for county in (at.county, at.neighbour_county):
            run_made(cast, county)
        with acting_as(SYSTEM):
            found = dict(Warning.objects.filter(household_id__in=households.values()).values_list("slot", "pk"))
        assert set(found) == set(slots), "the pack of 邢台 no longer warns of these households"
        WARNED[id(cast)] = found
    return {"warning_id": WARNED[id(cast)][place.lo]}


def _warned_household(slot: int) -> int:
    household = household_make(
        slot, poverty_status="NEVER", is_low_income=True, is_exit_unstable=False, members=[("吴红印", "SPOUSE")]
    )
    for month in range(1, 6):
        income_make(household, date(2020, month, 1), 100_000)
    spending_make(household, date(2020, 5, 10), gross_fen=9_000_000, reimbursed_fen=0, self_paid_fen=9_000_000)
    return household.pk


@builds("case")
def case(cast: Cast, place: Area) -> dict[str, Any]:
    return {
        "case_id": walk(cast, place, upto="dispatch" if place.lo < cast.places.neighbour_county.lo else "check").case_id
    }


@builds("flagged")
def flagged(cast: Cast, place: Area) -> dict[str, Any]:
    """A case of a household with a car, which the pack wants a person to look at."""
    case_id = case(cast, place)["case_id"]
    with acting_as(SYSTEM):
        household = Household.objects.get(pk=Case.objects.get(pk=case_id).household_id)
    status_make(household, "CAR", date(2019, 1, 1))
    return {"case_id": case_id, "key": "car"}


@builds("posting")
def posting(cast: Cast, place: Area) -> dict[str, Any]:
    """A case that waits for its village to post it, under the procedure of another place."""
    case_id = case(cast, place)["case_id"]
    stage = procedure_of("lianyungang", "five_steps").stages["notice"]
    with acting_as(SYSTEM):
        Case.objects.filter(pk=case_id).update(
            pack_version=version_ready("lianyungang"), procedure="five_steps", stage="notice", stage_name=stage.name,
            act="notice", holder_kind=stage.who.kind, holder_roles=list(stage.who.roles),
        )  # fmt: skip
    return {"case_id": case_id}


@builds("attachment")
def attachment(cast: Cast, place: Area) -> dict[str, Any]:
    """A photo that the village attached to a case of its own."""
    made = walk(cast, place, upto="dispatch" if place.lo < cast.places.neighbour_county.lo else "check")
    reporters = (cast.officer, cast.sibling_officer, cast.neighbour_officer)
    viewer = next(viewer for viewer in reporters if viewer.can_see(place.lo))
    with acting_as(viewer):
        rows = case_attach(
            viewer=viewer, case_id=made.case_id, version=made.version, ready=[ready_photo()], kind="photo", at=AT
        )
    return {"attachment_id": rows[0].pk}


def council_made(cast: Cast, place: Area) -> Council:
    """A meeting of a county's leading group on one case of that county."""
    at = cast.places
    is_home = at.county.lo <= place.lo <= at.county.hi
    village = at.village if is_home else at.neighbour_village
    case_id = case(cast, village)["case_id"]
    stage = procedure_of("xingtai", "township_first").stages
    decide = next(key for key, each in stage.items() if each.act == "decide")
    organisation_make(Kind.LEADING_GROUP, place, name=f"{place.name}防贫领导小组")
    with acting_as(SYSTEM):
        Case.objects.filter(pk=case_id).update(
            stage=decide, stage_name=stage[decide].name, act="decide", holder_kind="LEADING_GROUP", holder_roles=[]
        )
    clerk = centre_of(cast, place)
    stated = CouncilStated("试验会议", AT.date(), "会议室", "主持", (("甲", ""), ("乙", "")))
    with acting_as(clerk):
        return council_call(viewer=clerk, stated=stated, case_ids=[case_id], at=AT)


@builds("council")
def council(cast: Cast, place: Area) -> dict[str, Any]:
    made = council_made(cast, place)
    return {"council_id": made.pk}


@builds("council_minutes")
def council_minutes(cast: Cast, place: Area) -> dict[str, Any]:
    return {**council(cast, place), "form": "pdf"}


@builds("council_item")
def council_item(cast: Cast, place: Area) -> dict[str, Any]:
    made = council_made(cast, place)
    with acting_as(SYSTEM):
        return {"item_id": made.items.get().pk}


@builds("task")
def task(cast: Cast, place: Area) -> dict[str, Any]:
    found = walk(cast, place, upto="answers").tasks(organisation_id=cast.medical.organisation_id)
    return {"task_id": found[0].pk}


@builds("offer")
def offer(cast: Cast, place: Area) -> dict[str, Any]:
    found = walk(cast, cast.places.village, upto="answers").tasks(organisation_id=cast.medical.organisation_id)[0]
    with acting_as(cast.medical):
        made = transfer_propose(
            viewer=cast.medical, task_id=found.pk, version=found.version, reason="归民政管", at=AT,
            organisation_id=cast.civil.organisation_id or 0,
        )  # fmt: skip
    return {"transfer_id": made.pk}


def measure_made(cast: Cast, place: Area) -> Measure:
    made = walk(cast, place, upto="help")
    with acting_as(cast.county):
        return measure_plan(
            viewer=cast.county,
            case_id=made.case_id,
            version=None,
            plan=Plan(kind="EMPLOYMENT", summary="技能培训", organisation_id=cast.labour.organisation_id),
            at=AT,
        )


@builds("measure")
def measure(cast: Cast, place: Area) -> dict[str, Any]:
    return {"measure_id": measure_made(cast, place).pk}


def entitlement_made(cast: Cast, place: Area) -> Entitlement:
    policy_ready(cast.places.county)
    start = Start(
        household_id=household_make(place.lo).pk, slot=place.lo, offer="dibao", amount_fen=1_00,
        payer_organisation_id=cast.civil.organisation_id or 0, month=AT.date(),
    )  # fmt: skip
    with acting_as(cast.county):
        policy = policy_for(slot=place.lo, on=AT.date())[1]
        return entitlement_start(viewer=cast.county, policy=policy, start=start, at=AT)


@builds("entitlement")
def entitlement(cast: Cast, place: Area) -> dict[str, Any]:
    return {"entitlement_id": entitlement_made(cast, place).pk}


@builds("entitlement_finding")
def entitlement_finding(cast: Cast, place: Area) -> dict[str, Any]:
    made = entitlement_made(cast, place)
    with acting_as(cast.county):
        entitlements_run(viewer=cast.county, month=AT.date(), pairs=set(), at=AT)
        entitlement_change(
            viewer=cast.county, entitlement_id=made.pk, version=1, what="END", month=AT.date(), reason="停发", at=AT
        )
        entitlements_run(viewer=cast.county, month=AT.date(), pairs=set(), at=AT)
        return {"finding_id": EntitlementFinding.objects.get(entitlement=made).pk}


@builds("delivered")
def delivered(cast: Cast, place: Area) -> dict[str, Any]:
    made = measure_made(cast, place)
    with acting_as(cast.labour):
        measure_deliver(
            viewer=cast.labour, measure_id=made.pk, version=made.version,
            delivery=Delivery(AT.date(), "已上岗"), at=AT,
        )  # fmt: skip
    return {"measure_id": made.pk}


@builds("proof")
def proof(cast: Cast, place: Area) -> dict[str, Any]:
    made = measure_made(cast, place)
    with acting_as(cast.labour):
        (kept,) = proofs_add(viewer=cast.labour, measure=made, ready=[ready_photo()], at=AT)
    return {"proof_id": kept.pk}


@builds("delivery")
def delivery(cast: Cast, place: Area) -> dict[str, Any]:
    return {"task_id": measure_made(cast, place).task_id}
