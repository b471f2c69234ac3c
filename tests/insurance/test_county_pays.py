"""Pools that the county keeps: a claim asks funds once and follows its payment; and every pool in the ledger."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db.models import Sum
from django.test import Client
from django.urls import reverse
from tests.factories.casework import AT, case_make
from tests.factories.cast import Cast, sign_in
from tests.factories.funds import Desk, answer, batched, desk_make
from tests.factories.insurance import LATER, ClaimWalk, claim_make, policy_changed, pool_make
from tests.factories.people import viewer_make

from shouwang.funds import services as funds
from shouwang.funds.models import Account, Batch, Commitment, Entry, Grant, Posting
from shouwang.funds.services import Payee
from shouwang.insurance import errors, services
from shouwang.insurance.models import Pool, PoolEntry
from shouwang.insurance.selectors import paid_by_others, pool_under_way_fen
from shouwang.insurance.services import payments_follow, pool_ledger_fen
from shouwang.people.access import SYSTEM, Kind, Role, Viewer, acting_as

pytestmark = pytest.mark.django_db(transaction=True)
PAYEE = Payee("张胜坤", "6228480600000000017", "农业银行巨鹿县支行")
TERM = date(2020, 1, 1)


def county_pool(cast: Cast, *, premium_fen: int | None = None) -> Pool:
    """A pool of the demo values whose money the county keeps."""
    policy_changed(cast, "by_tender: true", "by_tender: true, kept_by: COUNTY")
    return pool_make(cast, premium_fen=premium_fen)


def decided(cast: Cast, *, cause: str = "ILLNESS", fen: int = 2_500_000) -> ClaimWalk:
    found = claim_make(cast, pool=False, cause=cause)
    found.assess(fen)
    found.propose()
    found.decide()
    return found


def agrees() -> int:
    """What the ledger says of the one pool, held against its movements and all postings."""
    with acting_as(SYSTEM):
        pool = Pool.objects.get()
        assert (Posting.objects.aggregate(all=Sum("amount_fen"))["all"] or 0) == 0
        held = pool_ledger_fen(SYSTEM, pool)
        assert held + pool_under_way_fen(pool) == pool.balance_fen
        assert pool.balance_fen == sum(entry.amount_fen for entry in pool.entries.all())
        return held


def sent(desk: Desk, found: ClaimWalk, ref: str = "") -> Batch:
    with acting_as(SYSTEM):
        owed = Commitment.objects.get(source_ref=ref or f"claim:{found.claim_id}")
    return batched(desk, owed, at=LATER)


def answered(desk: Desk, batch: Batch, *, results: dict[int, str] | None = None) -> None:
    with acting_as(desk.maker):
        funds.return_read(
            viewer=desk.maker, batch_id=batch.pk, name="回盘.csv", content=answer(batch, results=results), at=LATER
        )


def ask(found: ClaimWalk) -> None:
    found.step("payment_apply", found.cast.county, payee=PAYEE)


def test_a_claim_asks_once_and_follows_its_payment_to_the_household(real_cast: Cast) -> None:
    county_pool(real_cast)
    desk, found = desk_make(real_cast), decided(real_cast)
    with pytest.raises(errors.StepOutOfTurn, match="县里付款"):
        found.request()
    ask(found)
    with pytest.raises(errors.StepOutOfTurn):
        ask(found)
    assert (found.claim.state, found.claim.payment_state) == ("REQUESTED", "WAITING")
    assert agrees() == 149_000_000
    with pytest.raises(errors.StepOutOfTurn, match="县级防贫中心"):
        found.pay()
    batch = sent(desk, found)
    assert payments_follow(at=LATER) == 1
    assert found.claim.payment_state == "BATCHED"
    answered(desk, batch)
    assert payments_follow(at=LATER) == 1
    assert payments_follow(at=LATER) == 0  # asked again, nothing is booked twice
    paid = found.claim
    assert (paid.state, paid.payment_state, paid.paid_on) == ("PAID", "PAID", LATER.date())
    assert agrees() == 149_000_000
    with acting_as(SYSTEM):
        (grant,) = Grant.objects.all()
        assert (grant.pk, grant.standing, grant.amount_fen) == (paid.grant_id, "PAID_BY_US", 1_000_000)
        assert PoolEntry.objects.filter(move="PAYMENT").count() == 1


def test_what_the_bank_gives_back_waits_for_another_account_and_is_paid_once(real_cast: Cast) -> None:
    county_pool(real_cast)
    desk, found = desk_make(real_cast), decided(real_cast)
    ask(found)
    answered(desk, sent(desk, found), results={1: "失败"})
    payments_follow(at=LATER)
    assert (found.claim.state, found.claim.payment_state) == ("REQUESTED", "RETURNED")
    assert "账户已销户" in found.claim.payment_said
    with pytest.raises(errors.StepOutOfTurn):  # the account is corrected where the payment is
        found.step("payee_change", real_cast.county, payee_id=found.claim.payee_id, reason="换人")
    shown = sign_in(Client(), real_cast.county).get(reverse("insurance:claim", args=[found.claim_id]))
    assert "核实账户" in shown.content.decode()
    with acting_as(desk.maker):
        owed = Commitment.objects.get()
        funds.payee_correct(
            viewer=desk.maker, commitment_id=owed.pk, version=owed.version, payee=PAYEE, reason="重新核实", at=LATER
        )
    answered(desk, sent(desk, found))
    payments_follow(at=LATER)
    assert found.claim.state == "PAID"
    # The bank takes it back after all: the claim waits again, the pool has it back on its way.
    with acting_as(SYSTEM):
        batch = Batch.objects.order_by("-pk").first()
    assert batch is not None
    answered(desk, batch, results={1: "失败"})
    payments_follow(at=LATER)
    assert (found.claim.state, found.claim.paid_on, found.claim.payment_state) == ("REQUESTED", None, "RETURNED")
    assert agrees() == 149_000_000
    with acting_as(SYSTEM):
        assert not Grant.objects.filter(cancelled_at__isnull=True).exists()
        assert [entry.move for entry in PoolEntry.objects.order_by("pk")] == ["PREMIUM", "PAYMENT", "RETURNED"]


def test_a_cancelled_payment_goes_back_into_the_pool_and_may_be_asked_for_again(real_cast: Cast) -> None:
    county_pool(real_cast)
    desk, found = desk_make(real_cast), decided(real_cast)
    ask(found)
    with acting_as(desk.maker):
        owed = Commitment.objects.get()
        funds.commitment_cancel(
            viewer=desk.maker, commitment_id=owed.pk, version=owed.version, reason="户名写错", at=LATER
        )
    payments_follow(at=LATER)
    assert (found.claim.state, found.claim.payment_state, agrees()) == ("APPROVED", "", 150_000_000)
    ask(found)
    answered(desk, sent(desk, found, f"claim:{found.claim_id}:2"))
    payments_follow(at=LATER)
    assert (found.claim.state, agrees()) == ("PAID", 149_000_000)


def test_money_got_back_after_payment_is_the_pools_again(real_cast: Cast) -> None:
    county_pool(real_cast)
    desk, found = desk_make(real_cast), decided(real_cast)
    ask(found)
    batch = sent(desk, found)
    answered(desk, batch)
    payments_follow(at=LATER)

    def recovered(fen: int) -> None:
        with acting_as(desk.maker):
            payment = batch.payments.get()
            funds.payment_recover(viewer=desk.maker, payment_id=payment.pk, amount_fen=fen, reason="不应付", at=LATER)
        payments_follow(at=LATER)

    recovered(400_000)
    assert (found.claim.state, found.claim.recovered_fen, agrees()) == ("PAID", 400_000, 149_400_000)
    recovered(600_000)
    assert (found.claim.state, found.claim.recovered_fen, agrees()) == ("RECOVERED", 1_000_000, 150_000_000)


def test_an_advance_of_the_county_that_was_too_much_is_recovered_through_funds(real_cast: Cast) -> None:
    county_pool(real_cast)
    desk = desk_make(real_cast)
    found = claim_make(real_cast, pool=False, cause="ACCIDENT", upto="review")
    found.step("aid_decide", found.decider, reason="急需用钱")
    found.step("advance_apply", real_cast.county, payee=PAYEE)
    found.assess(500_000)
    found.propose()
    with pytest.raises(errors.AdvanceUnderWay):
        found.decide()
    answered(desk, sent(desk, found, f"advance:{found.claim_id}"))
    payments_follow(at=LATER)
    assert found.claim.advance_paid_on == LATER.date()
    found.step("claim_return", found.decider, reason="重算")
    found.assess(500_000)  # 1,000 yuan of 5,000: less than the 3,000 paid before
    found.propose()
    assert found.decide().over_fen == 200_000
    with pytest.raises(errors.NothingToRecover, match="2,000"):
        found.step("overpaid_take_back", real_cast.county, amount_fen=200_001, reason="多付")
    found.step("overpaid_take_back", real_cast.county, amount_fen=150_000, reason="农户退回")
    assert (found.claim.over_fen, found.claim.advance_recovered_fen) == (50_000, 150_000)
    assert payments_follow(at=LATER) == 0
    assert agrees() == 149_850_000
    with acting_as(SYSTEM):
        assert Entry.objects.filter(kind="RECOVER").count() == 1
        assert Grant.objects.exists() and paid_by_others(SYSTEM, found.claim) == []  # its own advance is nobody else's


def test_what_the_county_paid_before_an_appeal_is_got_back_or_paid_again_by_the_bank_alone(real_cast: Cast) -> None:
    county_pool(real_cast)
    desk, found = desk_make(real_cast), decided(real_cast)
    ask(found)
    batch = sent(desk, found)
    answered(desk, batch)
    payments_follow(at=LATER)
    found.step("claim_appeal", real_cast.county, reason="不服")
    found.assess(1_500_000)  # 5,000 yuan of what was 10,000
    found.propose()
    # The bank takes back what it had paid: nobody decides before it is known what becomes of it.
    answered(desk, batch, results={1: "失败"})
    assert (payments_follow(at=LATER), payments_follow(at=LATER)) == (1, 0)
    found.second = leader_of_centre(real_cast)
    with pytest.raises(errors.PaymentUnderWay):
        found.decide()
    assert (found.claim.earlier_fen, agrees()) == (1_000_000, 149_000_000)
    shown = sign_in(Client(), real_cast.county).get(reverse("insurance:claim", args=[found.claim_id]))
    assert "核实账户" in shown.content.decode()
    with acting_as(desk.maker):
        owed = Commitment.objects.get()
        funds.payee_correct(
            viewer=desk.maker, commitment_id=owed.pk, version=owed.version, payee=PAYEE, reason="重新核实", at=LATER
        )
    answered(desk, sent(desk, found))
    payments_follow(at=LATER)
    assert found.decide().over_fen == 500_000
    found.step("overpaid_take_back", real_cast.county, amount_fen=500_000, reason="退回")
    assert payments_follow(at=LATER) == 0
    assert (found.claim.state, found.claim.over_fen, found.claim.earlier_fen, agrees()) == (
        "PAID", 0, 500_000, 149_500_000,
    )  # fmt: skip
    found.step("claim_appeal", real_cast.county, reason="又不服")
    found.assess(2_500_000)
    found.propose()
    found.second = leader_of_centre(real_cast, "复议乙")
    assert found.decide().due_fen == 500_000
    ask(found)
    answered(desk, sent(desk, found, f"claim:{found.claim_id}:2"))
    payments_follow(at=LATER)
    assert (found.claim.state, agrees()) == ("PAID", 149_000_000)


def leader_of_centre(cast: Cast, name: str = "复议甲") -> Viewer:
    return viewer_make(
        Kind.COUNTY_CENTRE, Role.LEADER, cast.places.county, name=name, organisation_name="巨鹿县防贫中心"
    )


def test_an_advance_of_the_insurer_that_was_too_much_comes_back_to_its_pool(real_cast: Cast) -> None:
    pool_make(real_cast)
    found = claim_make(real_cast, cause="ACCIDENT")
    found.step("aid_decide", found.decider, reason="急需用钱")
    found.step("aid_record", real_cast.insurer, on=LATER.date())
    found.assess(500_000)
    found.propose()
    assert found.decide().over_fen == 200_000
    with pytest.raises(errors.StepOutOfTurn):
        found.step("overpaid_recover", real_cast.county, amount_fen=1, reason="多付")
    found.step("overpaid_recover", real_cast.insurer, amount_fen=200_000, reason="农户退回")
    assert (found.claim.over_fen, agrees()) == (0, 149_900_000)
    with acting_as(SYSTEM):
        assert [g.amount_fen for g in Grant.objects.filter(cancelled_at__isnull=True)] == [100_000]
        assert paid_by_others(SYSTEM, found.claim) == []


def test_an_advance_given_back_in_whole_is_due_again_after_an_appeal(real_cast: Cast) -> None:
    pool_make(real_cast)
    found = claim_make(real_cast, cause="ACCIDENT")
    found.step("aid_decide", found.decider, reason="急需用钱")
    found.step("aid_record", real_cast.insurer, on=LATER.date())
    found.assess(2_300_000)
    found.propose()
    assert found.decide(approve=False).over_fen == 300_000
    found.step("overpaid_recover", real_cast.insurer, amount_fen=300_000, reason="不予赔付，退回")
    found.step("claim_appeal", real_cast.county, reason="不服")
    assert found.assess(2_300_000).due_fen == found.claim.amount_fen == 1_000_000


def test_an_empty_pool_of_the_county_pays_nothing(real_cast: Cast) -> None:
    county_pool(real_cast, premium_fen=999_999)
    found = decided(real_cast)
    with pytest.raises(errors.PoolEmpty, match="不够付 10,000"):
        ask(found)
    assert (found.claim.state, agrees()) == ("APPROVED", 999_999)
    with acting_as(SYSTEM):
        assert not Commitment.objects.exists()

    def topped_up(fen: int, source: str) -> None:
        with acting_as(real_cast.county):
            pool = Pool.objects.get()
            services.pool_pay_in(
                viewer=real_cast.county, pool_id=pool.pk, version=pool.version, move="TOP_UP", amount_fen=fen, on=TERM,
                note="文号", at=AT, source=source, with_budget=True,
            )  # fmt: skip

    with pytest.raises(errors.NotOwing):
        topped_up(2, "CITY")
    topped_up(1, "CITY")
    with pytest.raises(errors.PoolSplit, match="一笔付款只能用一个来源"):  # enough, but of no one source
        ask(found)
    topped_up(1, "COUNTY")
    ask(found)
    assert (found.claim.state, agrees()) == ("REQUESTED", 1)


def test_what_the_insurer_paid_of_its_own_is_paid_back_first(real_cast: Cast) -> None:
    pool = pool_make(real_cast, premium_fen=400_000)
    found = decided(real_cast)
    found.request()
    found.pay()
    assert agrees() == -600_000
    with acting_as(real_cast.county):
        version = Pool.objects.get().version
        services.pool_pay_in(
            viewer=real_cast.county, pool_id=pool.pk, version=version, move="TOP_UP", amount_fen=600_000, on=TERM,
            note="巨财社 9 号", at=AT, source="CITY", with_budget=True,
        )  # fmt: skip
    assert agrees() == 0
    with acting_as(SYSTEM):
        paid = Account.objects.filter(stage="PAID", balance_fen__gt=0).order_by("source")
        assert {row.source: row.balance_fen for row in paid} == {"CITY": 600_000, "COUNTY": 400_000}
        assert not Account.objects.filter(source="INSURER").exclude(balance_fen=0).exists()


def test_a_premium_comes_out_of_a_county_account_that_holds_it(real_cast: Cast) -> None:
    pool = pool_make(real_cast, premium_fen=0)
    paper = {"viewer": real_cast.county, "pool_id": pool.pk, "version": 1, "move": "PREMIUM", "amount_fen": 100,
             "on": TERM, "note": "文号", "at": AT}  # fmt: skip
    with pytest.raises(errors.PoolUnfunded, match="只有 0"), acting_as(real_cast.county):
        services.pool_pay_in(**paper)  # type: ignore[arg-type]
    money = funds.Money("COUNTY", pool.purpose, 2020)
    with acting_as(real_cast.county):
        funds.budget_enter(
            viewer=real_cast.county, money=money, amount_fen=100, at=AT, ground=funds.Ground("b", TERM, "预算文件")
        )
        services.pool_pay_in(**paper)  # type: ignore[arg-type]
    assert agrees() == 100


def test_an_event_is_told_within_the_days_of_the_policy(real_cast: Cast) -> None:
    days = (LATER.date() - AT.date()).days
    policy_changed(real_cast, "by_tender: true", f"by_tender: true, file_within_days: {days}")
    pool_make(real_cast)
    walk = case_make(real_cast, upto="help")
    with pytest.raises(errors.FiledLate, match=f"{days} 天以内报案"):
        claim_make(real_cast, walk=walk, on=AT.date() - timedelta(days=1))
    assert claim_make(real_cast, walk=walk, on=AT.date()).claim.state == "OPEN"
