"""Whatever is done to claims in whatever order: nothing is paid twice, pools add up, caps hold."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction
from django.db.models import Sum
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from tests.factories.casework import AT, case_make, second_clerk
from tests.factories.cast import cast_build
from tests.factories.funds import answer, batched, desk_make
from tests.factories.insurance import LATER, ClaimWalk, head_of, photo, policy_changed, pool_make
from tests.factories.people import viewer_make
from tests.funds.test_states import adds_up

from shouwang.funds import services as funds
from shouwang.funds.models import Batch, Commitment, Grant, Payment
from shouwang.funds.services import Payee
from shouwang.insurance import services
from shouwang.insurance.models import Claim, ClaimChange, EarlierPayment, Pool, PoolEntry
from shouwang.insurance.selectors import pool_under_way_fen
from shouwang.insurance.services import Event, Item, pool_ledger_fen
from shouwang.kit.errors import Refusal
from shouwang.people.access import SYSTEM, Kind, Role, acting_as

fens = st.integers(0, 12_000_000)
places = st.integers(0, 3)
who = st.sampled_from(["county", "second", "third", "insurer"])
PAYEE = Payee("张胜坤", "6228480600000000017", "农业银行巨鹿县支行")


class Claims(RuleBasedStateMachine):
    """One household, its case in help, and whatever three people do to its claims; a refusal changes nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.cast = cast_build()
        self.pool_open()
        self.walk = case_make(self.cast, upto="help", cause="ACCIDENT")
        self.head = head_of(self.walk.case.household_id)
        third = viewer_make(Kind.COUNTY_CENTRE, Role.LEADER, self.cast.places.county, name="复议人",
                            organisation_name="巨鹿县防贫中心")  # fmt: skip
        self.viewers = {
            "county": self.cast.county, "second": second_clerk(self.cast), "third": third, "insurer": self.cast.insurer,
        }  # fmt: skip
        self.claims: list[ClaimWalk] = []

    def pool_open(self) -> None:
        pool_make(self.cast, premium_fen=3_000_000)

    def act(self, place: int, name: str, viewer: str, **more: object) -> None:
        if not self.claims:
            return
        try:
            self.claims[place % len(self.claims)].step(name, self.viewers[viewer], **more)
        except Refusal as refusal:
            assert refusal.message

    @rule(days=st.integers(0, 2))
    def opens(self, days: int) -> None:
        viewer = self.cast.county
        event = Event(
            "ACCIDENT", AT.date() - timedelta(days=days), self.head, "摔伤", type_key="MARGINAL", type_note="入户"
        )
        try:
            with acting_as(viewer):
                claim = services.claim_open(viewer=viewer, event=event, at=LATER, case_id=self.walk.case_id)
            self.claims.append(ClaimWalk(self.cast, self.walk, claim.pk))
        except Refusal as refusal:
            assert refusal.message

    @rule(place=places, fen=fens, other=fens, receipt=st.sampled_from(["", "甲", "乙"]))
    def assesses(self, place: int, fen: int, other: int, receipt: str) -> None:
        items = [Item("损失", fen, fen, fen, receipt)]
        self.act(place, "claim_assess", "insurer", items=items, offsets={"INSURANCE": other})

    @rule(place=places, kind=st.sampled_from(["事故或灾害证明", "损失清单"]))
    def brings_papers(self, place: int, kind: str) -> None:
        self.act(place, "claim_paper_add", "insurer", kind=kind, ready=[photo()])

    @rule(place=places, fen=fens, by=who)
    def asks_to_change(self, place: int, fen: int, by: str) -> None:
        self.act(place, "change_ask", by, to_fen=fen, reason="复核")

    @rule(place=places, by=who, approve=st.booleans())
    def settles_a_change(self, place: int, by: str, approve: bool) -> None:
        self.act(place, "change_settle", by, approve=approve, reason="看过")

    @rule(place=places, by=who, name=st.sampled_from(["aid_decide", "claim_appeal", "claim_withdraw", "claim_return"]))
    def states_a_reason(self, place: int, by: str, name: str) -> None:
        self.act(place, name, by, reason="说明")

    @rule(place=places, by=who, approve=st.booleans())
    def decides(self, place: int, by: str, approve: bool) -> None:
        self.act(place, "claim_decide", by, approve=approve, reason="说明")

    @rule(place=places, by=who, name=st.sampled_from(["claim_propose", "payment_request"]))
    def goes_on(self, place: int, by: str, name: str) -> None:
        self.act(place, name, by)

    @rule(place=places, fen=fens)
    def goes_all_the_way(self, place: int, fen: int) -> None:
        """The common way, so that payments are reached often."""
        self.assesses(place, fen, 0, "")
        for kind in ("事故或灾害证明", "损失清单"):
            self.brings_papers(place, kind)
        self.goes_on(place, "insurer", "claim_propose")
        self.decides(place, "second", True)
        self.goes_on(place, "county", "payment_request")
        self.pays(place, "insurer")

    @rule(place=places, by=who)
    def pays(self, place: int, by: str) -> None:
        self.act(place, "payment_record", by, on=LATER.date(), reference="")

    @rule(place=places, by=who)
    def pays_the_advance(self, place: int, by: str) -> None:
        self.act(place, "aid_record", by, on=LATER.date())

    @rule(place=places, by=who, fen=fens)
    def gets_back_what_was_too_much(self, place: int, by: str, fen: int) -> None:
        self.act(place, "overpaid_recover", by, amount_fen=fen, reason="多付")

    @invariant()
    def everything_adds_up(self) -> None:
        with acting_as(SYSTEM):
            pool = Pool.objects.get()
            claims = list(Claim.objects.all())
            live_grants = Grant.objects.filter(cancelled_at__isnull=True)
            grants = live_grants.aggregate(total=Sum("amount_fen", default=0))["total"]
            assert pool.balance_fen == PoolEntry.objects.aggregate(total=Sum("amount_fen"))["total"]
            paid = sum(c.due_fen for c in claims if c.state == "PAID") + sum(
                c.advance_fen for c in claims if c.advance_paid_on
            )
            earlier = list(EarlierPayment.objects.all())
            paid += sum(row.amount_fen for row in earlier)
            back = sum(c.advance_recovered_fen for c in claims) + sum(row.recovered_fen for row in earlier)
            assert pool.paid_out_fen == paid
            assert sum(c.earlier_fen for c in claims) == sum(row.net_fen for row in earlier)
            assert grants == paid - back
            assert pool_ledger_fen(SYSTEM, pool) == pool.balance_fen
            for claim in claims:
                assert claim.loss_fen <= claim.evidence_fen
                if claim.state == "PAID":
                    assert (
                        claim.due_fen
                        + (claim.advance_fen if claim.advance_paid_on else 0)
                        - claim.advance_recovered_fen
                        + claim.earlier_fen
                        - claim.over_fen
                        == claim.amount_fen
                    )
                    assert (claim.amount_fen or 0) <= 10_000_000
                    assert not ClaimChange.objects.filter(claim=claim, settled_at__isnull=True).exists()
            live = [(c.event_on, c.person_id) for c in claims if c.state not in ("REJECTED", "WITHDRAWN")]
            assert len(live) == len(set(live))


class CountyClaims(Claims):
    """The same, where the county keeps the pool: funds is asked, three people and the bank pay, the collector looks."""

    def pool_open(self) -> None:
        policy_changed(self.cast, "by_tender: true", "by_tender: true, kept_by: COUNTY")
        pool_make(self.cast, premium_fen=3_000_000)
        self.desk = desk_make(self.cast)

    def money(self, call: Callable[..., object], **more: object) -> None:
        try:
            with acting_as(self.desk.maker):
                call(viewer=self.desk.maker, at=LATER, **more)
        except Refusal as refusal:
            assert refusal.message

    @rule(place=places, by=who, name=st.sampled_from(["payment_apply", "advance_apply"]))
    def asks_the_treasury(self, place: int, by: str, name: str) -> None:
        self.act(place, name, by, payee=PAYEE)

    @rule(place=places, fen=fens, result=st.sampled_from(["成功", "失败", ""]))
    def goes_all_the_way(self, place: int, fen: int, result: str) -> None:  # type: ignore[override]
        self.assesses(place, fen, 0, "")
        for kind in ("事故或灾害证明", "损失清单"):
            self.brings_papers(place, kind)
        self.goes_on(place, "insurer", "claim_propose")
        self.decides(place, "second", True)
        self.asks_the_treasury(place, "county", "payment_apply")
        self.makes_a_batch("sent")
        self.hears_of_the_bank(0, result)

    @rule(upto=st.sampled_from(["draft", "checked", "released", "sent"]))
    def makes_a_batch(self, upto: str) -> None:
        with acting_as(SYSTEM):
            owed = list(Commitment.objects.filter(state="OPEN", needs_payee=False))
        if owed:
            with contextlib.suppress(Refusal):
                batched(self.desk, *owed, upto=upto, at=LATER)

    @rule(which=st.integers(0, 2), result=st.sampled_from(["成功", "失败", ""]))
    def hears_of_the_bank(self, which: int, result: str) -> None:
        with acting_as(SYSTEM):
            sent = list(Batch.objects.order_by("-pk")[:3])
        if sent:
            one = sent[which % len(sent)]
            content = answer(one, results=dict.fromkeys(range(1, 9), result))
            self.money(funds.return_read, batch_id=one.pk, name=f"{result}.csv", content=content)

    @rule(cancels=st.booleans())
    def amends_what_is_owed(self, cancels: bool) -> None:
        with acting_as(SYSTEM):
            found = Commitment.objects.filter(state="OPEN").order_by("-needs_payee", "pk").first()
        if found is not None:
            one: dict[str, object] = {"commitment_id": found.pk, "version": found.version, "reason": "理由"}
            if not cancels:
                one["payee"] = PAYEE
            self.money(funds.commitment_cancel if cancels else funds.payee_correct, **one)

    @rule(place=places, by=who, fen=fens)
    def takes_back_an_advance(self, place: int, by: str, fen: int) -> None:
        self.act(place, "overpaid_take_back", by, amount_fen=fen, reason="多付")

    @rule(fen=st.integers(1, 2_000_000), which=st.integers(0, 2))
    def gets_a_payment_back(self, fen: int, which: int) -> None:
        with acting_as(SYSTEM):
            paid = list(Payment.objects.filter(state="PAID").order_by("pk"))
        if paid:
            one = paid[which % len(paid)].pk
            self.money(funds.payment_recover, payment_id=one, amount_fen=fen, reason="不应付")

    @rule(fen=fens, source=st.sampled_from(["COUNTY", "CITY"]), budget=st.booleans())
    def puts_money_in(self, fen: int, source: str, budget: bool) -> None:
        with acting_as(SYSTEM):
            pool = Pool.objects.get()
        self.money(
            services.pool_pay_in, pool_id=pool.pk, version=pool.version, move="TOP_UP", amount_fen=fen,
            on=LATER.date(), note="文号", source=source, with_budget=budget,
        )  # fmt: skip

    @rule()
    def follows(self) -> None:
        """The collector looks; then claims, pool, payments and ledger tell one story."""
        services.payments_follow(at=LATER)
        assert services.payments_follow(at=LATER) == 0, "what was followed is booked twice"
        with acting_as(SYSTEM):
            pool, claims = Pool.objects.get(), list(Claim.objects.all())
            held = pool_ledger_fen(SYSTEM, pool)
            assert held + pool_under_way_fen(pool) == pool.balance_fen
            paid = {row.commitment.source_ref: row for row in Payment.objects.filter(state="PAID")}
            earlier = list(EarlierPayment.objects.all())
            back = sum(claim.recovered_fen + claim.advance_recovered_fen for claim in claims)
            back += sum(row.recovered_fen for row in earlier)
            assert pool.balance_fen == pool.paid_in_fen - pool.paid_out_fen
            put_in = pool.entries.filter(move__in=["PREMIUM", "TOP_UP"]).aggregate(all=Sum("amount_fen"))["all"]
            assert pool.balance_fen == put_in - sum(row.amount_fen for row in paid.values()) + back
            told = {claim.payment_ref for claim in claims if claim.payment_state == "PAID"}
            told |= {claim.advance_ref for claim in claims if claim.advance_state == "PAID"}
            told |= {row.ref for row in earlier if row.state == "PAID"}
            assert told == set(paid)
            for claim in claims:
                assert claim.payment_state != "PAID" or paid[claim.payment_ref].amount_fen == claim.due_fen
                assert claim.advance_state != "PAID" or paid[claim.advance_ref].amount_fen == claim.advance_fen

    @invariant()
    def everything_adds_up(self) -> None:
        adds_up()
        with acting_as(SYSTEM):
            pool = Pool.objects.get()
            assert pool.balance_fen == PoolEntry.objects.aggregate(total=Sum("amount_fen"))["total"]
            before = set(EarlierPayment.objects.values_list("ref", flat=True))
            living = Counter(
                ref.rsplit(":", 1)[0] if ref.count(":") == 2 else ref
                for ref in Commitment.objects.exclude(state="CANCELLED").values_list("source_ref", flat=True)
                if ref not in before
            )
            assert all(count == 1 for count in living.values()), "one claim is owed twice"
            live = [
                (claim.event_on, claim.person_id)
                for claim in Claim.objects.exclude(state__in=["REJECTED", "WITHDRAWN"])
            ]
            assert len(live) == len(set(live))


def undone(machine: type[Claims]) -> type[Claims]:
    """This function returns a machine whose every run is taken back."""

    class Undone(machine):  # type: ignore[misc, valid-type]
        def __init__(self) -> None:
            self.undo = transaction.atomic()
            self.undo.__enter__()
            super().__init__()

        def teardown(self) -> None:
            transaction.set_rollback(True)
            self.undo.__exit__(None, None, None)

    return Undone


def run(machine: type[Claims], *, examples: int, steps: int) -> None:
    run_state_machine_as_test(
        undone(machine),
        settings=settings(
            max_examples=examples, stateful_step_count=steps, suppress_health_check=list(HealthCheck), deadline=None
        ),
    )


@pytest.mark.django_db
def test_claims_in_whatever_order() -> None:
    run(Claims, examples=5, steps=15)


@pytest.mark.django_db
def test_claims_on_a_pool_of_the_county_in_whatever_order() -> None:
    run(CountyClaims, examples=3, steps=15)


@pytest.mark.full
@pytest.mark.django_db
def test_claims_on_a_pool_of_the_county_over_many_long_ways() -> None:
    run(CountyClaims, examples=60, steps=40)
