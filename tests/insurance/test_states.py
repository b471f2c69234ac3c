"""Whatever is done to claims in whatever order: nothing is paid twice, pools add up, caps hold."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models import Sum
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from tests.factories.casework import AT, case_make, second_clerk
from tests.factories.cast import cast_build
from tests.factories.insurance import LATER, ClaimWalk, head_of, photo, pool_make

from shouwang.funds.models import Grant
from shouwang.insurance import services
from shouwang.insurance.models import Claim, ClaimChange, Pool, PoolEntry
from shouwang.insurance.services import Event, Item, pool_ledger_fen
from shouwang.kit.errors import Refusal
from shouwang.people.access import SYSTEM, acting_as

fens = st.integers(0, 12_000_000)
places = st.integers(0, 3)
who = st.sampled_from(["county", "second", "insurer"])


class Claims(RuleBasedStateMachine):
    """One household, its case in help, and whatever three people do to its claims; a refusal changes nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.cast = cast_build()
        pool_make(self.cast, premium_fen=3_000_000)
        self.walk = case_make(self.cast, upto="help", cause="ACCIDENT")
        self.head = head_of(self.walk.case.household_id)
        self.viewers = {"county": self.cast.county, "second": second_clerk(self.cast), "insurer": self.cast.insurer}
        self.claims: list[ClaimWalk] = []

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
        self.act(place, "advance_recover", by, amount_fen=fen, reason="多付")

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
            back = sum(c.advance_recovered_fen for c in claims)
            assert pool.paid_out_fen == paid
            assert grants == paid - back
            assert pool_ledger_fen(SYSTEM, pool) == pool.balance_fen
            for claim in claims:
                assert claim.loss_fen <= claim.evidence_fen
                if claim.state == "PAID":
                    assert (
                        claim.due_fen
                        + (claim.advance_fen if claim.advance_paid_on else 0)
                        - claim.advance_recovered_fen
                        - claim.over_fen
                        == claim.amount_fen
                    )
                    assert (claim.amount_fen or 0) <= 10_000_000
                    assert not ClaimChange.objects.filter(claim=claim, settled_at__isnull=True).exists()
            live = [(c.event_on, c.person_id) for c in claims if c.state not in ("REJECTED", "WITHDRAWN")]
            assert len(live) == len(set(live))


@pytest.mark.django_db
def test_claims_in_whatever_order() -> None:
    from django.db import transaction

    class Undone(Claims):
        def __init__(self) -> None:
            self.undo = transaction.atomic()
            self.undo.__enter__()
            super().__init__()

        def teardown(self) -> None:
            transaction.set_rollback(True)
            self.undo.__exit__(None, None, None)

    run_state_machine_as_test(
        Undone,
        settings=settings(
            max_examples=8, stateful_step_count=15, suppress_health_check=list(HealthCheck), deadline=None
        ),
    )
