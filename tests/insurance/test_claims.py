"""A claim from its opening to its payment, and everything that is refused on the way."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from tests.factories.casework import AT, case_make
from tests.factories.cast import Cast
from tests.factories.insurance import LATER, ClaimWalk, claim_make, head_of, leader_of_insurer, pool_make
from tests.factories.people import viewer_make
from tests.factories.register import household_make

from shouwang.assistance.services import help_complete
from shouwang.audit.models import Entry
from shouwang.casework.models import CaseEvent, Task
from shouwang.funds.models import Grant
from shouwang.insurance import errors, services
from shouwang.insurance.models import Claim, ClaimEvent, Computation, Pool, PoolEntry
from shouwang.insurance.selectors import (
    claims_overpaid,
    claims_visible_to,
    claims_waiting,
    computation_latest,
    paid_by_others,
    paid_in_year,
    pool_sums,
)
from shouwang.insurance.services import Event, Item
from shouwang.people.access import SYSTEM, Kind, Role, Viewer, acting_as
from shouwang.register.models import Person
from shouwang.standards.models import PackVersion

pytestmark = pytest.mark.django_db
DAY = AT.date()


def opened(cast: Cast, walk: object, viewer: Viewer | None = None, **more: object) -> Claim:
    who = viewer or cast.county
    household = walk.case.household_id  # type: ignore[attr-defined]
    stated = {"cause": "ILLNESS", "on": DAY, "payee_id": head_of(household), "summary": "住院", "type_key": "MARGINAL",
              "type_note": "入户核查"} | more  # fmt: skip
    with acting_as(who):
        return services.claim_open(viewer=who, event=Event(**stated), at=LATER, case_id=walk.case_id)  # type: ignore[arg-type, attr-defined]


def test_a_claim_is_computed_decided_by_another_paid_once_and_told_to_everybody(cast: Cast) -> None:
    found = claim_make(cast)
    found.assess(10_000_000, MEDICAL=1_426_913)
    assert found.claim.computed_fen == 5_000_000  # the cap of the demo ladder
    found.propose()
    found.decide()
    found.request()
    paid = found.pay()
    assert (paid.state, paid.amount_fen, paid.due_fen) == ("PAID", 5_000_000, 5_000_000)
    with acting_as(SYSTEM):
        pool = Pool.objects.get()
        (grant,) = Grant.objects.all()
        actions = set(Entry.objects.values_list("action", flat=True))
        told = CaseEvent.objects.filter(case_id=paid.case_id, what="ASSISTED").get().text
        assert pool_sums(pool).by_move == {"PREMIUM": 150_000_000, "PAYMENT": -5_000_000}
    assert (pool.balance_fen, pool.paid_out_fen) == (145_000_000, 5_000_000)
    assert (grant.amount_fen, grant.standing, grant.payer_organisation_id) == (
        5_000_000,
        "REPORTED",
        cast.insurer.organisation_id,
    )
    assert "50,000.00 元" in told
    wanted = {"lodge", "assess", "attach_papers", "submit", "decide", "request", "pay"}
    assert {f"claim.{what}" for what in wanted} | {"pool.register", "pool.book"} <= actions


def test_what_the_insurer_paid_counts_as_help_that_arrived(cast: Cast) -> None:
    found = claim_make(cast)
    for step in (found.assess, found.propose, found.decide, found.request, found.pay):
        step()
    viewer = cast.county
    with acting_as(viewer):
        help_complete(viewer=viewer, case_id=found.walk.case_id, version=found.walk.version, at=LATER)
    assert found.walk.case.act == "visit"


def test_every_step_of_the_amount_stands_with_its_source_and_comes_out_again(cast: Cast) -> None:
    found = claim_make(cast)
    found.assess(2_500_000, RELIEF=100_000)
    viewer = cast.auditor
    with acting_as(viewer):
        computation = computation_latest(found.claim)
        replay = services.claim_replay(viewer=viewer, claim_id=found.claim_id, at=LATER)
    assert computation is not None
    assert [step["text"] for step in computation.steps] == [
        "核定损失 25,000.00 元",
        "先扣除政府救助 1,000.00 元，剩 24,000.00 元",
        "减去免赔额 5,000.00 元，计算基数 19,000.00 元",
        "0.00 至 20,000.00 元的部分 19,000.00 元 × 50% = 9,500.00 元",
        "本年封顶 80,000.00 元，本年已赔 0.00 元，没有超过",
    ]
    assert (computation.clause, computation.mark) == ("赔付阶梯没有公布", "演示数据")
    assert replay.holds


@pytest.mark.django_db(transaction=True)
def test_a_replay_names_what_comes_out_otherwise(real_cast: Cast, admin_url: str) -> None:
    import psycopg

    found = claim_make(real_cast)
    found.assess()
    with acting_as(SYSTEM):
        version = PackVersion.objects.get(pk=found.claim.pack_version_id)
        files = {**version.files, "xingtai/insurance.yaml": version.files["xingtai/insurance.yaml"].replace(
            'deductible: "5000"', 'deductible: "6000"')}  # fmt: skip
        changed = PackVersion.objects.create(place="xingtai", digest="0" * 64, name="改过", files=files,
                                             loaded_at=AT, loaded_by="测试")  # fmt: skip
    with psycopg.connect(admin_url, autocommit=True) as admin:
        admin.execute("update insurance_computation set pack_version_id = %s", [changed.pk])
    with acting_as(real_cast.county):
        replay = services.claim_replay(viewer=real_cast.county, claim_id=found.claim_id, at=LATER)
    assert not replay.holds
    assert replay.differences[0].sentence == "阶梯的免赔额：当时是 5,000.00 元，现在是 6,000.00 元"
    assert replay.differences[-1].sentence == "应赔金额：当时是 10,000.00 元，现在是 9,500.00 元"


def test_an_event_is_claimed_once_until_the_claim_is_refused(cast: Cast) -> None:
    found = claim_make(cast)
    with pytest.raises(errors.EventClaimed):
        opened(cast, found.walk)
    with pytest.raises(errors.EventClaimed):  # what happened to the whole household happened to each of it
        opened(cast, found.walk, person_id=found.claim.payee_id)
    other_day = opened(cast, found.walk, on=DAY - timedelta(days=1))
    assert other_day.state == "OPEN"
    found.step("claim_withdraw", cast.county, reason="录错")
    assert opened(cast, found.walk).state == "OPEN"


def test_an_invoice_counts_once(cast: Cast) -> None:
    first = claim_make(cast)
    first.assess(100_000, receipt="冀 0012345")
    other = claim_make(cast, walk=case_make(cast, upto="help"))
    with pytest.raises(errors.ReceiptUsed, match="第 1 项的票据 冀 0012345 已经用在别的理赔里"):
        other.assess(100_000, receipt="冀 0012345")
    with pytest.raises(errors.ReceiptUsed, match="第 2 项的票据 A1 在这里写了两次"):
        other.step(
            "claim_assess", cast.insurer, items=[Item("药", 1, 1, 1, "A1"), Item("床", 1, 1, 1, "A1")], offsets={}
        )
    first.step("claim_withdraw", cast.county, reason="录错")
    assert other.assess(100_000, receipt="冀 0012345").loss_fen == 100_000


def test_nothing_is_claimed_beyond_its_evidence(cast: Cast) -> None:
    found = claim_make(cast)
    for item, said in (
        (Item("住院费用", 101, 100, 50), "申报金额 1.01 元，多于凭证金额 1.00 元"),
        (Item("住院费用", 100, 100, 101), "核定金额 1.01 元，多于申报金额 1.00 元"),
    ):
        with pytest.raises(errors.LossOverEvidence, match=said):
            found.step("claim_assess", cast.insurer, items=[item], offsets={})
    with pytest.raises(errors.ItemsMissing):
        found.step("claim_assess", cast.insurer, items=[], offsets={})
    with acting_as(SYSTEM):
        assert not Computation.objects.exists()


def test_the_term_has_its_first_and_its_last_day(cast: Cast) -> None:
    pool_make(cast)
    walk = case_make(cast, upto="help")
    for on in (date(2019, 12, 31),):
        with pytest.raises(errors.AfterTerm, match="2020-01-01 至 2020-12-31"):
            opened(cast, walk, on=on)
    assert opened(cast, walk, on=date(2020, 1, 1)).pool_name == "防贫保险"
    with pytest.raises(errors.EventInFuture):
        opened(cast, walk, on=LATER.date() + timedelta(days=1))


def test_an_event_after_the_term_is_refused(cast: Cast) -> None:
    pool_make(cast, from_date=date(2019, 6, 25))
    walk = case_make(cast, upto="help")
    assert opened(cast, walk, on=date(2020, 6, 24)).state == "OPEN"  # the last day
    with pytest.raises(errors.AfterTerm):
        opened(cast, walk, on=date(2020, 6, 25))


def test_without_a_pool_a_type_or_a_ladder_there_is_no_claim(cast: Cast) -> None:
    walk = case_make(cast, upto="help")
    with pytest.raises(errors.NoPool):
        opened(cast, walk)
    pool_make(cast)
    with pytest.raises(errors.TypeUnknown):
        opened(cast, walk, type_key="", type_note="")
    with pytest.raises(errors.TypeUnknown):
        opened(cast, walk, type_note=" ")
    crippled = case_make(cast, upto="dispatch", cause="DISABILITY")
    with pytest.raises(errors.NotEligible, match="因残的赔付阶梯"):
        opened(cast, crippled, cause="DISABILITY")
    with pytest.raises(errors.CauseNotInCase):
        opened(cast, walk, cause="STUDY")


@pytest.mark.django_db(transaction=True)
def test_nobody_claims_for_the_dead_and_nobody_dead_is_paid(real_cast: Cast, admin_url: str) -> None:
    import psycopg

    pool_make(real_cast)
    household = household_make(real_cast.slot, members=[("李秀兰", "SPOUSE"), ("张小宝", "CHILD")])
    walk = case_make(real_cast, upto="help", household_id=household.pk)
    with acting_as(SYSTEM):
        spouse, child = Person.objects.get(name="李秀兰"), Person.objects.get(name="张小宝").pk
    stranger = head_of(household_make(real_cast.slot).pk)
    with pytest.raises(errors.PersonElsewhere):
        opened(real_cast, walk, person_id=stranger)
    with pytest.raises(errors.PersonElsewhere):
        opened(real_cast, walk, payee_id=stranger)

    def dies(on: date, pk: int) -> None:
        with psycopg.connect(admin_url, autocommit=True) as admin:
            admin.execute("update register_person set died_on = %s where id = %s", [on, pk])

    dies(DAY - timedelta(days=1), spouse.pk)
    with pytest.raises(errors.PersonDead, match="不能为之后发生的事理赔"):
        opened(real_cast, walk, person_id=spouse.pk)
    with pytest.raises(errors.PersonDead, match="换一位领款人"):
        opened(real_cast, walk, payee_id=spouse.pk)
    dies(DAY, spouse.pk)
    found = ClaimWalk(real_cast, walk, opened(real_cast, walk, person_id=spouse.pk).pk)  # died of it
    for step in (found.assess, found.propose, found.decide, found.request):
        step()
    dies(LATER.date(), head_of(household.pk))
    with pytest.raises(errors.PersonDead):
        found.pay()
    with acting_as(SYSTEM):
        assert not Grant.objects.exists()
        assert Pool.objects.get().balance_fen == 150_000_000
    with pytest.raises(errors.PersonDead):
        found.step("payee_change", real_cast.county, payee_id=head_of(household.pk), reason="户主去世")
    found.step("payee_change", real_cast.county, payee_id=child, reason="户主去世")
    assert found.pay().payee_name == "张小宝"


def test_whoever_had_a_hand_in_it_does_not_decide(cast: Cast) -> None:
    found = claim_make(cast)
    found.assess()
    found.propose()
    with pytest.raises(errors.OwnClaim):
        found.step("claim_decide", cast.county, approve=True, reason="属实")  # she opened it
    with pytest.raises(errors.StepOutOfTurn, match="县级防贫中心"):
        found.step("claim_decide", cast.insurer, approve=True, reason="属实")
    with pytest.raises(errors.ReasonMissing):
        found.step("claim_decide", found.decider, approve=True, reason=" ")
    for viewer in (cast.neighbour, cast.medical, cast.township, cast.auditor):
        with pytest.raises((errors.ClaimNotFound, errors.StepOutOfTurn)):
            found.step("claim_decide", viewer, approve=True, reason="属实")
    assert found.decide().state == "APPROVED"


def test_an_amount_is_changed_by_two_people_and_never_beyond_cap_and_loss(cast: Cast) -> None:
    found = claim_make(cast)
    with pytest.raises(errors.NotComputed):
        found.step("change_ask", cast.insurer, to_fen=1, reason="复核")
    found.assess(2_500_000)
    with pytest.raises(errors.ChangeTooHigh, match="自己负担 25"):
        found.step("change_ask", cast.insurer, to_fen=2_500_001, reason="复核")
    with pytest.raises(errors.ReasonMissing):
        found.step("change_ask", cast.insurer, to_fen=900_000, reason="")
    found.step("change_ask", cast.insurer, to_fen=900_000, reason="有一张票据重复")
    with pytest.raises(errors.ChangeOpen):
        found.propose()
    for own in (cast.insurer, cast.county):
        with pytest.raises(errors.OwnClaim):
            found.step("change_settle", own, approve=True, reason="")
    found.step("change_settle", leader_of_insurer(cast), approve=True, reason="")
    assert (found.claim.computed_fen, found.claim.amount_fen) == (1_000_000, 900_000)
    found.assess(2_500_000)
    assert found.claim.amount_fen == 1_000_000  # computed anew, the change is gone


def test_a_change_that_waits_is_dropped_when_the_loss_is_assessed_anew(cast: Cast) -> None:
    found = claim_make(cast)
    found.assess(2_500_000)
    found.step("change_ask", cast.insurer, to_fen=1, reason="复核")
    found.assess(2_600_000)
    with pytest.raises(errors.ChangeMissing):
        found.step("change_settle", found.decider, approve=True, reason="")


def test_papers_that_the_ladder_asks_for_come_before_the_decision(cast: Cast) -> None:
    found = claim_make(cast)
    found.assess()
    with pytest.raises(errors.DocumentsMissing, match="住院病历、费用清单、报销结算单"):
        found.step("claim_propose", cast.insurer)


def test_nothing_is_paid_before_the_case_is_decided(cast: Cast) -> None:
    found = claim_make(cast, upto="review")
    for step in (found.assess, found.propose, found.decide):
        step()
    with pytest.raises(errors.CaseUndecided):
        found.request()
    with pytest.raises(errors.StepOutOfTurn):
        found.pay()
    found.walk.review()
    found.walk.decide()
    found.request()
    assert found.pay().state == "PAID"


def test_a_claim_is_paid_once_and_a_stale_write_is_refused(cast: Cast) -> None:
    found = claim_make(cast)
    for step in (found.assess, found.propose, found.decide, found.request):
        step()
    version = found.claim.version
    found.pay()
    with pytest.raises(errors.ClaimStale):
        found.step("payment_record", cast.insurer, on=LATER.date(), reference="", version=version)
    with pytest.raises(errors.StepOutOfTurn):
        found.pay()
    with acting_as(SYSTEM):
        assert Grant.objects.count() == PoolEntry.objects.filter(move="PAYMENT").count() == 1


def test_emergency_aid_comes_before_the_papers_and_is_settled_afterwards(cast: Cast) -> None:
    found = claim_make(cast, upto="review", cause="ACCIDENT")
    with pytest.raises(errors.OwnClaim):
        found.step("aid_decide", cast.county, reason="烧伤急需用钱")
    with pytest.raises(errors.NoAid):
        found.step("aid_record", cast.insurer, on=LATER.date())
    found.step("aid_decide", found.decider, reason="烧伤急需用钱")
    assert found.claim.papers_due_on == LATER.date() + timedelta(days=30)
    found.step("aid_record", cast.insurer, on=LATER.date())
    assert found.claim.over_fen == 0  # nobody knows yet what is due
    with pytest.raises(errors.NoAid):
        found.step("aid_decide", found.decider, reason="再来一次")
    with pytest.raises(errors.StepOutOfTurn):
        found.step("claim_withdraw", cast.county, reason="录错")
    found.assess(2_300_000)
    found.propose()
    found.decide()
    assert (found.claim.amount_fen, found.claim.due_fen) == (1_000_000, 700_000)
    found.walk.review()
    found.walk.decide()
    found.request()
    found.pay()
    with acting_as(SYSTEM):
        assert sorted(Grant.objects.values_list("amount_fen", flat=True)) == [300_000, 700_000]
        assert Pool.objects.get().paid_out_fen == 1_000_000


def test_an_advance_that_covers_everything_settles_the_claim(cast: Cast) -> None:
    found = claim_make(cast, upto="review", cause="ACCIDENT")
    found.step("aid_decide", found.decider, reason="急")
    found.step("aid_record", cast.insurer, on=LATER.date())
    found.assess(500_000)
    found.propose()
    claim = found.decide()
    assert (claim.state, claim.due_fen, claim.over_fen) == ("PAID", 0, 200_000)
    # Nothing was left to pay: the household may object like one that was refused.
    found.step("claim_appeal", cast.county, reason="还有票据没有算")
    assert (found.claim.state, found.claim.paid_on) == ("OPEN", None)
    assert found.assess(2_300_000).due_fen == 700_000


def test_an_appeal_opens_a_refused_claim_for_somebody_else(cast: Cast) -> None:
    found = claim_make(cast)
    found.assess(receipt="A1")
    found.propose()
    assert found.decide(approve=False).state == "REJECTED"
    found.step("claim_appeal", cast.county, reason="补交了诊断书")
    found.propose()
    with pytest.raises(errors.OwnClaim):
        found.decide()
    found.second = leader = _third(cast)
    assert leader.organisation_id == cast.county.organisation_id
    assert found.decide().state == "APPROVED"
    assert found.claim.appeals == 1


def appealed(found: ClaimWalk, cast: Cast, fen: int, *, name: str) -> Claim:
    """Takes up an appeal, assesses another loss and has somebody new decide."""
    found.step("claim_appeal", cast.county, reason="补交了票据")
    found.assess(fen)
    found.propose()
    found.second = viewer_make(
        Kind.COUNTY_CENTRE, Role.LEADER, cast.places.county, name=name, organisation_name="巨鹿县防贫中心"
    )
    return found.decide()


def test_an_appeal_against_what_was_paid_pays_the_difference_or_gets_it_back(cast: Cast) -> None:
    found = claim_make(cast)
    for step in (found.assess, found.propose, found.decide, found.request, found.pay):
        step()
    more = appealed(found, cast, 3_500_000, name="复议甲")
    assert (more.state, more.amount_fen, more.earlier_fen, more.due_fen) == ("APPROVED", 1_700_000, 1_000_000, 700_000)
    with pytest.raises(errors.StepOutOfTurn):  # there is money in it
        found.step("claim_withdraw", cast.county, reason="录错")
    found.request()
    found.pay()
    less = appealed(found, cast, 1_500_000, name="复议乙")
    assert (less.state, less.amount_fen, less.due_fen, less.over_fen) == ("PAID", 500_000, 0, 1_200_000)
    with acting_as(cast.county):
        assert claims_overpaid(cast.county).get().pk == found.claim_id
        assert claims_waiting(cast.county) == dict.fromkeys(claims_waiting(cast.county), 0) | {"PAID": 1, "over": 1}
    with pytest.raises(errors.NothingToRecover, match="12,000"):
        found.step("overpaid_recover", cast.insurer, amount_fen=1_200_001, reason="多付")
    found.step("overpaid_recover", cast.insurer, amount_fen=900_000, reason="退回")  # the second whole, of the first 2
    assert (found.claim.over_fen, found.claim.earlier_fen) == (300_000, 800_000)
    found.step("overpaid_recover", cast.insurer, amount_fen=300_000, reason="退清")
    with acting_as(SYSTEM):
        pool = Pool.objects.get()
        assert pool_sums(pool).by_move == {"PREMIUM": 150_000_000, "PAYMENT": -1_700_000, "RETURNED": 1_200_000}
        assert pool.balance_fen == services.pool_ledger_fen(SYSTEM, pool) == 149_500_000
        live = Grant.objects.filter(cancelled_at__isnull=True).values_list("amount_fen", "source_ref")
        assert list(live) == [(500_000, f"claim:{found.claim_id}:less:500000")]
        assert paid_by_others(SYSTEM, found.claim) == []
        assert paid_in_year(household_id=found.claim.household_id, ladder_key="illness_payout", year=2020, but=0) == (
            500_000
        )
        names = [entry.source_ref for entry in PoolEntry.objects.filter(move="PAYMENT").order_by("pk")]
    assert names == [f"claim:{found.claim_id}", f"claim:{found.claim_id}:2"]
    _three_computations(found, cast)


def _three_computations(found: ClaimWalk, cast: Cast) -> None:
    """Each is computed again by itself, and says what was otherwise than before."""
    with acting_as(cast.auditor):
        rows = services.claim_reckonings(found.claim)
        assert [(row.number, row.computation.paid_fen) for row in rows] == [
            (3, 500_000),
            (2, 1_700_000),
            (1, 1_000_000),
        ]
        for row in rows:
            again = services.claim_replay(
                viewer=cast.auditor, claim_id=found.claim_id, at=LATER, computation_id=row.computation.pk
            )
            assert again.holds and again.computation == row.computation
        with pytest.raises(errors.NotComputed):
            services.claim_replay(viewer=cast.auditor, claim_id=found.claim_id, at=LATER, computation_id=0)
    assert [(one.name, one.before, one.after) for one in rows[1].changes] == [
        ("核定损失", "25,000.00 元", "35,000.00 元"),
        ("申诉以前已赔付", "0.00 元", "10,000.00 元"),
        ("应赔金额", "10,000.00 元", "17,000.00 元"),
    ]
    assert rows[2].changes == ()
    assert rows[0].computation.steps[-1]["text"] == "申诉以前已赔付 17,000.00 元，多付 12,000.00 元，要另行处理"
    assert rows[1].computation.steps[-1]["text"] == "申诉以前已赔付 10,000.00 元，还应付 7,000.00 元"


def _third(cast: Cast) -> Viewer:
    return viewer_make(
        Kind.COUNTY_CENTRE, Role.LEADER, cast.places.county, name="复议人", organisation_name="巨鹿县防贫中心"
    )


def test_an_appeal_is_refused_where_the_event_was_claimed_anew(cast: Cast) -> None:
    found = claim_make(cast)
    found.assess()
    found.propose()
    found.decide(approve=False)
    opened(cast, found.walk)
    with pytest.raises(errors.EventClaimed):
        found.step("claim_appeal", cast.county, reason="申诉")


def test_the_year_is_counted_when_it_is_decided(cast: Cast) -> None:
    """Two claims of one household, each under the cap of the year alone: the second is sent back to be reckoned."""
    first = claim_make(cast)
    second = ClaimWalk(cast, first.walk, opened(cast, first.walk, on=DAY - timedelta(days=9)).pk, second=first.decider)
    for found in (first, second):
        found.assess(9_000_000)
        found.propose()
    first.decide()
    with pytest.raises(errors.ComputationOvertaken):
        second.decide()
    second.step("claim_return", second.decider, reason="本年又有赔付")
    second.assess(9_000_000)
    assert second.claim.amount_fen == 3_000_000
    with pytest.raises(errors.ChangeTooHigh, match="今年还能赔的 30,000"):  # nor does a hand go beyond the year
        second.step("change_ask", cast.insurer, to_fen=3_000_001, reason="复核")
    second.propose()
    assert second.decide().state == "APPROVED"
    with acting_as(SYSTEM):
        assert pool_sums(Pool.objects.get()).promised_fen == 8_000_000


@pytest.mark.django_db(transaction=True)
def test_the_insurer_opens_out_of_its_own_verification(real_cast: Cast) -> None:
    pool_make(real_cast)
    walk = case_make(real_cast, upto="answers")
    with acting_as(SYSTEM):
        task = Task.objects.get(case_id=walk.case_id, organisation_id=real_cast.insurer.organisation_id)
        head = head_of(walk.case.household_id)
    event = Event("ILLNESS", DAY, head, "住院", type_key="MARGINAL", type_note="入户核查")
    with acting_as(real_cast.insurer):
        claim = services.claim_open(viewer=real_cast.insurer, event=event, at=LATER, task_id=task.pk)
        assert list(claims_visible_to(real_cast.insurer)) == [claim]
    walk.answer_all()
    with acting_as(real_cast.insurer):
        assert claims_visible_to(real_cast.insurer).get().household_name == "张胜坤"  # it goes on without the grant
        with pytest.raises(errors.StepOutOfTurn):
            services.claim_open(viewer=real_cast.insurer, event=event, at=LATER, task_id=task.pk)
    for viewer in (real_cast.neighbour, real_cast.medical):
        with acting_as(viewer):
            assert not Claim.objects.exists()
            assert not ClaimEvent.objects.exists()
