"""What looks wrong with money is found with its evidence, on the day it becomes wrong and not the day before."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from tests.factories.casework import workflow_ready
from tests.factories.cast import Cast
from tests.factories.funds import AT, MONEY, ON, Desk, allocated, answer, batched, budget, desk_make, ground, owed
from tests.factories.register import household_make

from shouwang.funds import errors
from shouwang.funds.models import Commitment, FindingNote, WatchedAccount
from shouwang.funds.selectors.findings import Finding, finding_of, finding_state, findings, notes_of, selection_to_money
from shouwang.funds.services import Money, batch_send, money_allocate, purpose_shift, return_read, year_carry
from shouwang.funds.services.watching import GROUNDS, Decided, account_watch, finding_note
from shouwang.people.access import SYSTEM, Viewer, acting_as
from shouwang.register.models import HouseholdState, Person

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def desk(real_cast: Cast) -> Desk:
    workflow_ready(real_cast)
    return desk_make(real_cast)


def found(viewer: Viewer, kind: str, *, on: date = ON) -> list[Finding]:
    with acting_as(viewer):
        rows = [each for each in findings(viewer, on=on) if each.kind == kind]
        assert all(finding_of(viewer, each.key, on=on) == each for each in rows[:1]), "looked for alone it is the same"
        return rows


def test_money_that_rests_too_long_is_found_tranche_by_tranche_at_every_level(real_cast: Cast, desk: Desk) -> None:
    source = budget(desk.city, 100_00, on=ON - timedelta(days=60))
    budget(desk.city, 50_00, on=ON)
    with acting_as(desk.city):
        money_allocate(
            viewer=desk.city, account_id=source.pk, organisation_id=desk.maker.organisation_id or 0,
            amount_fen=70_00, ground=ground(on=ON, selected_on=ON - timedelta(days=20)), at=AT,
        )  # fmt: skip
    resting = found(real_cast.city, "REST")
    assert [(each.amount_fen, each.since) for each in resting] == [(30_00, ON - timedelta(days=60))]
    assert resting[0].evidence[0].amount_fen == 100_00
    assert found(real_cast.auditor, "REST", on=ON + timedelta(days=20)) == []
    county = found(real_cast.auditor, "REST", on=ON + timedelta(days=21))
    assert [(each.amount_fen, each.slot) for each in county] == [(70_00, real_cast.places.county.lo)]
    assert ("20 天" in county[0].clause, county[0].owner) == (True, "巨鹿县防贫中心")
    with acting_as(real_cast.auditor):
        elapsed = selection_to_money(real_cast.auditor)
    assert [(each.days, each.amount_fen) for each in elapsed] == [(20, 70_00)]


def test_money_set_aside_still_rests_until_it_is_sent_and_carrying_it_over_makes_it_no_younger(
    real_cast: Cast, desk: Desk
) -> None:
    account = allocated(desk, real_cast, 100_00)
    batch = batched(desk, owed(real_cast, desk.maker, 40_00), upto="released")
    late = ON + timedelta(days=21)
    assert [each.amount_fen for each in found(real_cast.auditor, "REST", on=late)] == [100_00]
    with acting_as(desk.maker):
        sent = batch_send(viewer=desk.maker, batch_id=batch.pk, version=batch.version, at=AT)
        assert [each.amount_fen for each in found(real_cast.auditor, "REST", on=late)] == [60_00]
        back = answer(sent, results={1: "失败"})
        at = AT + timedelta(days=30)
        return_read(viewer=desk.maker, batch_id=sent.pk, name="回盘.csv", content=back, at=at)
        year_carry(viewer=desk.maker, account_id=account.pk, ground=ground(on=late), at=at)
    resting = found(real_cast.auditor, "REST", on=late)
    assert [(each.amount_fen, each.since) for each in resting] == [(60_00, ON)], "it came before the year was closed"
    returned = found(real_cast.auditor, "REST", on=ON + timedelta(days=51))
    assert [(each.amount_fen, each.since) for each in returned] == [
        (40_00, ON + timedelta(days=30)), (60_00, ON),
    ], "what the bank gave back begins to rest on that day"  # fmt: skip


def test_money_that_was_meant_for_somebody_below_and_not_passed_on_whole_is_found(real_cast: Cast, desk: Desk) -> None:
    target = real_cast.insurer.organisation_id or 0
    account = allocated(desk, real_cast, 100_00, earmarked_for=target)
    assert found(real_cast.auditor, "WITHHELD", on=ON + timedelta(days=15)) == []
    with acting_as(desk.maker):
        money_allocate(
            viewer=desk.maker, account_id=account.pk, organisation_id=target, amount_fen=80_00, ground=ground(), at=AT
        )
    withheld = found(real_cast.auditor, "WITHHELD", on=ON + timedelta(days=16))
    assert [each.amount_fen for each in withheld] == [20_00]
    assert [row.amount_fen for row in withheld[0].evidence] == [100_00, 80_00]
    with acting_as(desk.maker):
        money_allocate(
            viewer=desk.maker, account_id=account.pk, organisation_id=target, amount_fen=20_00, ground=ground(), at=AT
        )
    assert found(real_cast.auditor, "WITHHELD", on=ON + timedelta(days=16)) == []


def test_another_purpose_and_another_programmes_cost_are_found(real_cast: Cast, desk: Desk) -> None:
    account = allocated(desk, real_cast, 100_00)
    other = budget(desk.maker, 100_00, money=Money("COUNTY", "办公经费", 2020))
    with acting_as(desk.maker):
        purpose_shift(
            viewer=desk.maker, account_id=account.pk, purpose="办公经费", amount_fen=10_00,
            ground=ground(note="会议费不足"), at=AT,
        )  # fmt: skip
    owed(real_cast, desk.maker, 5_00, purpose=MONEY.purpose, account_id=other.pk)
    assert [each.amount_fen for each in found(real_cast.auditor, "SHIFTED")] == [10_00]
    charged = found(real_cast.auditor, "CHARGED")
    assert [each.title for each in charged] == ["巨鹿县防贫中心：防贫救助的支出记到了办公经费"]
    assert found(real_cast.neighbour, "CHARGED") == []


def test_one_account_for_two_households_and_an_officials_account_are_found(real_cast: Cast, desk: Desk) -> None:
    allocated(desk, real_cast, 100_00)
    number = "6228480600000007777"
    first = owed(real_cast, desk.maker, 1_00, number=number)
    batched(desk, first, owed(real_cast, desk.maker, 50, number=number, household_id=first.household_id))
    assert found(real_cast.auditor, "SHARED") == [], "one household may be paid twice into its account"
    batched(desk, owed(real_cast, desk.maker, 2_00, number=number))
    assert found(real_cast.auditor, "OFFICIAL") == []
    with acting_as(real_cast.auditor):
        account_watch(viewer=real_cast.auditor, owner="钱某", post="大寨村村委会主任", number=number, at=AT)
    with pytest.raises(errors.WatchedBefore), acting_as(real_cast.auditor):
        account_watch(viewer=real_cast.auditor, owner="钱某", post="大寨村村委会主任", number=number, at=AT)
    with pytest.raises(errors.NotMoneyWork), acting_as(desk.maker):
        account_watch(viewer=desk.maker, owner="钱某", post="主任", number=number, at=AT)
    with acting_as(desk.maker):
        assert not WatchedAccount.objects.exists(), "whose accounts are watched is not for those who pay"
    shared = found(real_cast.auditor, "SHARED")
    assert [(each.amount_fen, len(each.evidence), each.owner) for each in shared] == [(3_50, 3, "巨鹿县防贫中心")]
    assert [each.amount_fen for each in found(real_cast.auditor, "OFFICIAL")] == [1_00, 50, 2_00]


def test_a_payment_after_death_or_exit_is_found_and_one_on_the_day_is_not(real_cast: Cast, desk: Desk) -> None:
    allocated(desk, real_cast, 100_00)
    dues = [owed(real_cast, desk.maker, (number + 1) * 1_00) for number in range(5)]
    batched(desk, *dues)
    with acting_as(SYSTEM):
        # Help for a case ends with its risk; the last one comes by another right, and goes on.
        Commitment.objects.filter(pk__in=[row.pk for row in dues[:4]]).update(case_id=7)
        HouseholdState.objects.filter(household_id=dues[4].household_id).update(removed_date=ON - timedelta(days=1))
        Person.objects.filter(pk=dues[0].person_id).update(died_on=ON - timedelta(days=1))
        Person.objects.filter(pk=dues[1].person_id).update(died_on=ON)
        HouseholdState.objects.filter(household_id=dues[2].household_id).update(removed_date=ON - timedelta(days=1))
        HouseholdState.objects.filter(household_id=dues[3].household_id).update(removed_date=ON)
    after = found(real_cast.auditor, "AFTER")
    assert [each.amount_fen for each in after] == [1_00, 3_00]
    assert "去世" in after[0].title
    assert "风险消除" in after[1].title


@pytest.mark.parametrize(("second", "is_found"), [(4_999_99, False), (5_000_00, True)])
def test_payments_of_one_household_that_reach_a_tier_together_are_found(
    real_cast: Cast, desk: Desk, second: int, is_found: bool
) -> None:
    allocated(desk, real_cast, 100_000_00)
    household = household_make(real_cast.slot, at=AT).pk
    batched(desk, owed(real_cast, desk.maker, 5_000_00, household_id=household))
    batched(desk, owed(real_cast, desk.maker, second, household_id=household), at=AT + timedelta(days=30))
    split = found(real_cast.auditor, "SPLIT", on=ON + timedelta(days=31))
    assert [each.amount_fen for each in split] == ([10_000_00] if is_found else [])


def test_payments_just_below_a_tier_are_found_when_there_are_several_and_returned_ones_do_not_count(
    real_cast: Cast, desk: Desk
) -> None:
    allocated(desk, real_cast, 100_000_00)
    batch = batched(desk, *(owed(real_cast, desk.maker, fen) for fen in (9_500_00, 9_999_99, 9_499_99)))
    assert [each.amount_fen for each in found(real_cast.auditor, "NEAR")] == [19_499_99]
    with acting_as(desk.maker):
        return_read(
            viewer=desk.maker, batch_id=batch.pk, name="回盘.csv", content=answer(batch, results={2: "失败"}), at=AT
        )
    assert found(real_cast.auditor, "NEAR") == []


def test_round_sums_in_a_row_are_found_from_the_packs_share_on(
    real_cast: Cast, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    allocated(desk, real_cast, 100_000_00)
    household = household_make(real_cast.slot, at=AT).pk
    dues = [owed(real_cast, desk.maker, fen, household_id=household) for fen in [1_000_00] * 9 + [123_45] * 2]
    batched(desk, *dues)
    assert found(real_cast.auditor, "ROUND") == [], "nine of eleven: enough by share, not by number"
    batched(desk, owed(real_cast, desk.maker, 3_000_00, household_id=household), at=AT + timedelta(days=31))
    assert found(real_cast.auditor, "ROUND") == [], "a day too late"
    batched(desk, owed(real_cast, desk.maker, 2_000_00, household_id=household), at=AT + timedelta(days=30))
    (whole,) = found(real_cast.auditor, "ROUND")
    assert (whole.amount_fen, len(whole.evidence), whole.count, whole.left_out) == (11_000_00, 10, 10, 0)
    monkeypatch.setattr("shouwang.funds.selectors.findings.found.MOST_EVIDENCE", 4)
    (whole,) = found(real_cast.auditor, "ROUND")
    assert (whole.amount_fen, len(whole.evidence), whole.left_out) == (11_000_00, 4, 6), "the oldest are read"
    batched(desk, owed(real_cast, desk.maker, 5_01, household_id=household))
    assert found(real_cast.auditor, "ROUND") == [], "ten of thirteen: enough by number, not by share"


def test_a_finding_is_given_to_somebody_until_a_day_mended_or_tolerated_with_its_ground(
    real_cast: Cast, desk: Desk
) -> None:
    budget(desk.maker, 100_00, on=ON - timedelta(days=60))
    finding = found(real_cast.auditor, "REST")[0]
    given = Decided("ASSIGNED", "巨鹿县防贫中心", "六月底前发放到户", ON + timedelta(days=10))
    with acting_as(real_cast.auditor):
        with pytest.raises(errors.DueMissing):
            finding_note(
                viewer=real_cast.auditor, key=finding.key, slot=finding.slot, at=AT,
                decided=Decided("ASSIGNED", "巨鹿县防贫中心", "没有期限"),
            )  # fmt: skip
        finding_note(viewer=real_cast.auditor, key=finding.key, slot=finding.slot, decided=given, at=AT)
        why = "系统升级，三天不能支付"
        tolerated = Decided("TOLERATED", "巨鹿县防贫中心", why, grounds=frozenset(GROUNDS))
        for missing in GROUNDS:
            with pytest.raises(errors.ToleranceUngrounded):
                finding_note(
                    viewer=real_cast.auditor, key=finding.key, slot=finding.slot, at=AT,
                    decided=replace(tolerated, grounds=frozenset(GROUNDS) - {missing}),
                )  # fmt: skip
        finding_note(viewer=real_cast.auditor, key=finding.key, slot=finding.slot, decided=tolerated, at=AT)
    with pytest.raises(errors.NotMoneyWork), acting_as(desk.maker):
        finding_note(viewer=desk.maker, key=finding.key, slot=finding.slot, decided=given, at=AT)
    with acting_as(desk.maker):
        note = notes_of(desk.maker, [finding.key])[finding.key]
        assert (note.state, note.note) == ("TOLERATED", f"出于公心、原因是客观的、错误已及时纠正。{why}")
        first = FindingNote.objects.order_by("pk").first()
        assert FindingNote.objects.count() == 2
    assert finding_state(None, on=ON) == {"NEW"}
    assert finding_state(first, on=given.due_on or ON) == {"ASSIGNED"}, "the last day is not late"
    assert finding_state(first, on=(given.due_on or ON) + timedelta(days=1)) == {"ASSIGNED", "LATE"}
    assert finding_state(note, on=ON + timedelta(days=99)) == {"TOLERATED"}
