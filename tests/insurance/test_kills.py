"""Claims with the process ended before any write: a step is whole or it never was, and everything still adds up."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import rule, run_state_machine_as_test
from tests.factories.casework import AT, case_make, second_clerk, workflow_ready
from tests.factories.cast import Cast
from tests.factories.funds import desk_make
from tests.factories.insurance import (
    LATER,
    ClaimWalk,
    claim_make,
    head_of,
    leader_of_insurer,
    photo,
    policy_changed,
    pool_make,
)
from tests.factories.kills import Guillotine, House, Killed, at_once, killed_everywhere
from tests.factories.people import viewer_make
from tests.insurance.test_county_pays import PAYEE, agrees, answered, county_pool, decided, sent
from tests.insurance.test_states import Claims

from shouwang.audit.models import Entry as AuditEntry
from shouwang.funds import services as funds
from shouwang.funds.models import Commitment, Grant, Posting
from shouwang.insurance import services
from shouwang.insurance.models import Claim, ClaimChange
from shouwang.insurance.services import Event, Item, Opening
from shouwang.people.access import SYSTEM, Kind, Role, Viewer, acting_as

TERM = date(2020, 1, 1)


class KilledClaims(Claims):
    """The same people and steps; now and then one of them is ended before its n-th write."""

    def __init__(self) -> None:
        self.undo = transaction.atomic()
        self.undo.__enter__()
        self.after: int | None = None
        super().__init__()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.undo.__exit__(None, None, None)

    @rule(after=st.integers(1, 12))
    def will_be_killed(self, after: int) -> None:
        self.after = after

    def seen(self) -> tuple[object, ...]:
        with acting_as(SYSTEM):
            return (
                tuple(Claim.objects.order_by("pk").values_list("pk", "state", "version", "amount_fen")),
                ClaimChange.objects.count(), Grant.objects.count(), Posting.objects.count(),
                AuditEntry.objects.count(),
            )  # fmt: skip

    def act(self, place: int, name: str, viewer: str, **more: object) -> None:
        after, self.after = self.after, None
        before = self.seen()
        try:
            with connection.execute_wrapper(Guillotine(after)):
                super().act(place, name, viewer, **more)
        except Killed:
            assert self.seen() == before, f"{name} left something behind when it was ended before write {after}"


@pytest.mark.full
@pytest.mark.django_db
def test_a_claim_ended_before_any_write_is_as_it_was_and_goes_on() -> None:
    run_state_machine_as_test(
        KilledClaims,
        settings=settings(
            max_examples=40, stateful_step_count=30, suppress_health_check=list(HealthCheck), deadline=None
        ),
    )


class Walk:
    """Every step of a claim is ended at each of its writes before it is taken."""

    def __init__(self, house: House, cast: Cast) -> None:
        self.house, self.cast = house, cast
        self.second = second_clerk(cast)
        self.found: ClaimWalk

    def act(self, viewer: Viewer, service: Callable[..., Any], **arguments: Any) -> Any:
        def one() -> Any:
            with acting_as(viewer):
                return service(viewer=viewer, **{"at": LATER, **arguments})

        return killed_everywhere(self.house, one)

    def step(self, viewer: Viewer, name: str, **more: object) -> Claim:
        version = self.found.claim.version
        return killed_everywhere(self.house, lambda: self.found.step(name, viewer, **{"version": version, **more}))

    def follows(self) -> None:
        """The collector of each minute, ended in whichever of its transactions."""
        assert killed_everywhere(self.house, lambda: services.payments_follow(at=LATER)) == 1
        assert services.payments_follow(at=LATER) == 0

    def opened(self, cause: str) -> None:
        """A pool with its premium and a claim on it, of a case that waits for help."""
        insurer = self.cast.insurer.organisation_id or 0
        contract = Opening("fund", TERM, None, insurer, "巨合〔2020〕1 号", tender="巨招〔2020〕1 号")
        pool = self.act(self.cast.county, services.pool_open, opening=contract, at=AT)
        self.act(
            self.cast.county, services.pool_pay_in, pool_id=pool.pk, version=pool.version, move="PREMIUM",
            amount_fen=pool.fund_fen, on=AT.date(), note="巨财社 1 号", with_budget=True, at=AT,
        )  # fmt: skip
        case = case_make(self.cast, upto="help", cause=cause)
        event = Event(cause, AT.date(), head_of(case.case.household_id), "摔伤", type_key="MARGINAL", type_note="入户")
        claim = self.act(self.cast.county, services.claim_open, event=event, case_id=case.case_id)
        self.found = ClaimWalk(self.cast, case, claim.pk)

    def decided(self, fen: int) -> None:
        insurer, loss = self.cast.insurer, [Item("损失", fen, fen, fen, "")]
        self.step(insurer, "claim_assess", items=loss, offsets={})
        with acting_as(SYSTEM):
            kinds = services.documents_missing(self.found.claim)
        for kind in kinds:
            self.step(insurer, "claim_paper_add", kind=kind, ready=[photo()])
        self.step(insurer, "change_ask", to_fen=900_000, reason="有一张票据重复")
        self.step(leader_of_insurer(self.cast), "change_settle", approve=True, reason="看过")
        self.step(insurer, "claim_propose")
        self.step(self.second, "claim_decide", approve=True, reason="属实")

    def appealed(self, fen: int, *, name: str) -> None:
        """What was paid is appealed against, another loss found, and decided by somebody new."""
        self.step(self.cast.county, "claim_appeal", reason="不服")
        self.step(self.cast.insurer, "claim_assess", items=[Item("损失", fen, fen, fen, "")], offsets={})
        self.step(self.cast.insurer, "claim_propose")
        third = viewer_make(
            Kind.COUNTY_CENTRE, Role.LEADER, self.cast.places.county, name=name, organisation_name="巨鹿县防贫中心"
        )
        self.step(third, "claim_decide", approve=True, reason="属实")


@pytest.fixture
def walk(real_cast: Cast, admin_url: str) -> Iterator[Walk]:
    with psycopg.connect(admin_url, autocommit=True) as admin:
        yield Walk(House(admin), real_cast)


@pytest.mark.full
@pytest.mark.django_db(transaction=True)
def test_every_step_of_a_claim_that_the_insurer_pays_is_whole_or_was_never(walk: Walk) -> None:
    workflow_ready(walk.cast)
    insurer = walk.cast.insurer
    walk.opened("ACCIDENT")
    walk.step(walk.second, "aid_decide", reason="急需用钱")
    walk.step(insurer, "aid_record", on=LATER.date())
    walk.decided(2_300_000)
    walk.step(walk.cast.county, "payment_request")
    walk.step(insurer, "payment_record", on=LATER.date(), reference="转账 1")
    assert (walk.found.claim.state, agrees()) == ("PAID", 149_100_000)
    with acting_as(SYSTEM):
        assert sorted(Grant.objects.values_list("amount_fen", flat=True)) == [300_000, 600_000]
    walk.appealed(3_300_000, name="复议甲")
    assert walk.found.claim.due_fen == 600_000
    walk.step(walk.cast.county, "payment_request")
    walk.step(insurer, "payment_record", on=LATER.date(), reference="转账 2")
    walk.appealed(500_000, name="复议乙")
    walk.step(insurer, "overpaid_recover", amount_fen=1_400_000, reason="多付")
    assert (walk.found.claim.over_fen, agrees()) == (0, 149_900_000)
    with acting_as(SYSTEM):
        assert [one.amount_fen for one in Grant.objects.filter(cancelled_at__isnull=True)] == [100_000]


@pytest.mark.full
@pytest.mark.django_db(transaction=True)
def test_every_step_of_a_claim_that_the_county_pays_is_whole_or_was_never(walk: Walk) -> None:
    """The payment goes wrong once and is paid then; what was too much comes back; the collector is ended, too."""
    policy_changed(walk.cast, "by_tender: true", "by_tender: true, kept_by: COUNTY")
    workflow_ready(walk.cast)
    desk, county = desk_make(walk.cast), walk.cast.county
    walk.opened("ILLNESS")
    walk.decided(2_500_000)
    walk.step(county, "payment_apply", payee=PAYEE)
    answered(desk, sent(desk, walk.found), results={1: "失败"})
    walk.follows()
    with acting_as(desk.maker):
        row = Commitment.objects.get()
        funds.payee_correct(
            viewer=desk.maker, commitment_id=row.pk, version=row.version, payee=PAYEE, reason="重新核实", at=LATER
        )
    batch = sent(desk, walk.found)
    answered(desk, batch)
    walk.follows()
    with acting_as(SYSTEM):
        paid = batch.payments.get()
    walk.act(county, funds.payment_recover, payment_id=paid.pk, amount_fen=100_000, reason="多付")
    walk.follows()
    assert (walk.found.claim.state, agrees()) == ("PAID", 149_200_000)
    answered(desk, batch, results={1: "失败"})  # not the whole of it any more: refused by line
    assert (walk.found.claim.state, agrees()) == ("PAID", 149_200_000)


@pytest.mark.full
@pytest.mark.django_db(transaction=True)
def test_fifty_at_once_want_a_pool_that_holds_enough_for_three_of_five(real_cast: Cast, admin_url: str) -> None:
    pool = pool_make(real_cast, premium_fen=3_500_000)
    with psycopg.connect(admin_url, autocommit=True) as admin:
        admin.execute("update insurance_pool set may_owe = false where id = %s", [pool.pk])
    claims = []
    for _ in range(5):
        found = claim_make(real_cast, pool=False)
        for step in (found.assess, found.propose, found.decide, found.request):
            step()
        claims.append((found, found.claim.version))

    def pay(seat: int) -> None:
        found, version = claims[seat % 5]
        found.step("payment_record", real_cast.insurer, on=LATER.date(), reference="", version=version)

    told = at_once(pay)
    assert told[""] == 3
    assert set(told) <= {"", "ClaimStale", "PoolEmpty", "StepOutOfTurn"}
    assert agrees() == 500_000
    with acting_as(SYSTEM):
        assert Claim.objects.filter(state="PAID").count() == Grant.objects.count() == 3


@pytest.mark.full
@pytest.mark.django_db(transaction=True)
def test_fifty_collectors_at_once_follow_a_payment_once(real_cast: Cast) -> None:
    county_pool(real_cast)
    desk, found = desk_make(real_cast), decided(real_cast)
    found.step("payment_apply", real_cast.county, payee=PAYEE)
    answered(desk, sent(desk, found))
    changed: list[int] = []
    told = at_once(lambda _: changed.append(services.payments_follow(at=LATER)))
    assert (told, sum(changed)) == ({"": 50}, 1)
    assert (found.claim.state, agrees()) == ("PAID", 149_000_000)


@pytest.mark.full
@pytest.mark.django_db(transaction=True)
def test_money_got_back_and_money_asked_for_do_not_wait_for_one_another(real_cast: Cast) -> None:
    """Both need the pool and its accounts: whoever has the one must not wait for who has the other."""
    county_pool(real_cast)
    desk, county = desk_make(real_cast), real_cast.county
    early = claim_make(real_cast, pool=False, cause="ACCIDENT")
    early.step("aid_decide", early.decider, reason="急需用钱")
    early.step("advance_apply", county, payee=PAYEE)
    answered(desk, sent(desk, early, f"advance:{early.claim_id}"))
    services.payments_follow(at=LATER)
    early.assess(500_000)  # less than was paid before
    early.propose()
    early.decide()
    later = decided(real_cast)
    versions, posted = (early.claim.version, later.claim.version), threading.Event()

    def slow(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        found = execute(sql, params, many, context)
        if "insert into funds_posting" in sql:
            posted.set()
            time.sleep(1)  # the other one is at the pool meanwhile
        return found

    def work(seat: int) -> None:
        if seat:
            posted.wait(60)
            later.step("payment_apply", county, payee=PAYEE, version=versions[1])
        else:
            with connection.execute_wrapper(slow):
                early.step("overpaid_take_back", county, amount_fen=100_000, reason="退回", version=versions[0])

    assert at_once(work, many=2) == {"": 2}
    assert agrees() == 150_000_000 - 300_000 + 100_000 - 1_000_000
