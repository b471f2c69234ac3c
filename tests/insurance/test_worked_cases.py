"""What the field tells of insurance comes out as told: from the register's data through policy, pool and claim."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from tests.factories.casework import AT, NAMES, case_make, workflow_ready
from tests.factories.cast import Cast
from tests.factories.insurance import LATER, ClaimWalk, head_of, pool_make
from tests.factories.register import household_make, income_make, spending_make, status_make

from shouwang.casework.models import Case
from shouwang.casework.services import sources_collect
from shouwang.funds.models import Grant
from shouwang.insurance import services
from shouwang.insurance.models import Pool
from shouwang.insurance.services import Event, Item
from shouwang.people.access import SYSTEM, acting_as
from shouwang.register.models import HouseholdState
from shouwang.screening.services import run_execute, run_request

pytestmark = pytest.mark.django_db(transaction=True)
NAMES |= {"weixian": "魏县", "qinglong": "青龙满族自治县"}


@pytest.mark.worked_case(1)
def test_emergency_aid_for_a_burned_man_whose_house_is_gone(real_cast: Cast) -> None:
    """青龙: in the monitored set, verified, 10,000 yuan from the insurer before any paper."""
    workflow_ready(real_cast, "qinglong")
    household = household_make(real_cast.slot, head="郑春", poverty_status="EXITED", is_exit_unstable=True)
    pool_make(real_cast)
    walk = case_make(real_cast, upto="dispatch", cause="ACCIDENT", household_id=household.pk)
    event = Event("ACCIDENT", AT.date(), head_of(household.pk), "液化气爆燃",
                  person_id=head_of(household.pk), type_key="EXIT_UNSTABLE", type_note="线的 1.3 倍以内")  # fmt: skip
    viewer = real_cast.county
    with acting_as(viewer):
        claim = services.claim_open(viewer=viewer, event=event, at=LATER, case_id=walk.case_id)
    found = ClaimWalk(real_cast, walk, claim.pk)
    found.step("aid_decide", found.decider, reason="急难")
    found.step("aid_record", real_cast.insurer, on=LATER.date())
    with acting_as(SYSTEM):
        assert Grant.objects.get().amount_fen == 1_000_000
        assert Pool.objects.get().balance_fen == 250_000_000 - 1_000_000
    found.assess(3_800_000)
    found.propose()
    settled = found.decide()
    assert (settled.state, settled.amount_fen, settled.due_fen, settled.over_fen) == ("PAID", 1_000_000, 0, 0)


@pytest.mark.worked_case(2)
def test_a_worker_never_named_in_any_policy_is_paid_more_than_fifty_thousand(real_cast: Cast) -> None:
    """魏县: the screening alone tells that he is eligible; the accident counts as the covered cause."""
    workflow_ready(real_cast, "weixian")
    pool_make(real_cast)
    on, at = date(2020, 6, 30), datetime(2020, 6, 30, 2, tzinfo=UTC)
    household = household_make(
        real_cast.slot, head="连兰峰", poverty_status="NEVER",
        members=[("连妻", "SPOUSE"), ("连一", "CHILD"), ("连二", "CHILD"), ("连三", "CHILD")],
    )  # fmt: skip
    for month in range(1, 6):
        income_make(household, date(2020, month, 1), 400_000)
    spending_make(household, date(2020, 5, 10), cause="ACCIDENT", gross_fen=16_000_000, reimbursed_fen=5_000_000,
                  self_paid_fen=11_000_000)  # fmt: skip
    status_make(household, "INJURY", date(2020, 5, 10))
    viewer = real_cast.county
    with acting_as(viewer):
        run = run_request(viewer=viewer, area_id=real_cast.places.county.pk, on=on, at=at, is_queued=False)
    run_execute(run_id=run.pk, at=at)
    sources_collect(at=at)
    with acting_as(SYSTEM):
        case = Case.objects.get(household_id=household.pk)
        cause = case.causes[0]
        assert HouseholdState.objects.get(household=household).watch_type is None  # never named
    event = Event(cause, date(2020, 5, 10), head_of(household.pk), "外出务工遭遇意外，截肢")
    with acting_as(viewer):
        claim = services.claim_open(viewer=viewer, event=event, at=LATER, case_id=case.pk)
    assert (claim.type_key, claim.type_source, claim.pool.key) == ("LOW_INCOME", "WARNING", "fund")
    found = ClaimWalk(real_cast, case, claim.pk)  # type: ignore[arg-type]
    found.step("claim_assess", real_cast.insurer, items=[Item("手术、假肢", 16_000_000, 16_000_000, 16_000_000)],
               offsets={"MEDICAL": 5_000_000})  # fmt: skip
    assert found.claim.amount_fen == 5_600_000
    assert found.claim.amount_fen > 5_000_000
