"""Anybody does anything with money in any order, killed at any write: it adds up and nothing is paid twice."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import Sum
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from tests.factories.casework import workflow_ready
from tests.factories.cast import Cast
from tests.factories.funds import AT, MONEY, Desk, allocated, answer, batched, desk_make
from tests.factories.kills import Guillotine, Killed
from tests.factories.register import household_make

from shouwang.funds import services
from shouwang.funds.models import Account, Batch, Commitment, Entry, Payment, Posting
from shouwang.funds.selectors import balances_recounted
from shouwang.funds.services import Ground, Payee, PaymentRequest
from shouwang.kit.errors import Refusal
from shouwang.people.access import SYSTEM, Viewer, acting_as

pytestmark = pytest.mark.django_db

WHO = st.sampled_from(["maker", "checker", "third", "releaser", "city"])
RESULTS = st.lists(st.sampled_from(["成功", "失败", "处理中", ""]), min_size=3, max_size=3)
KILL = st.one_of(st.none(), st.integers(1, 25))
TABLES = (
    "funds_account", "funds_entry", "funds_posting", "funds_batchact", "funds_paymentevent", "funds_evidence",
    "funds_resolution", "funds_bankreturn", "funds_grant", "audit_entry",
)  # fmt: skip
ROWS = "select " + ", ".join(f"(select count(*) from {table})" for table in TABLES)


def adds_up() -> None:
    """Everything that must hold of money, whatever happened."""
    with acting_as(SYSTEM):
        assert (Posting.objects.aggregate(all=Sum("amount_fen"))["all"] or 0) == 0
        assert balances_recounted(using="default")[1] == []
        stage = dict(Account.objects.filter(level=3).values_list("stage").annotate(Sum("balance_fen")))
        payments, owed_rows = list(Payment.objects.all()), list(Commitment.objects.all())
        back = Posting.objects.filter(entry__kind=Entry.Kind.RECOVER, amount_fen__gt=0)
        recovered = back.aggregate(all=Sum("amount_fen"))["all"] or 0
    by_state: Counter[str] = Counter()
    for payment in payments:
        by_state[payment.state] += payment.amount_fen
    assert stage.get("PAID", 0) == by_state["PAID"] - recovered
    assert stage.get("TRANSIT", 0) == by_state["SENT"] + by_state["UNKNOWN"]
    out = {payment.commitment_id for payment in payments if payment.state in {"SENT", "UNKNOWN", "PAID"}}
    held = [row for row in owed_rows if row.state != "CANCELLED" and row.pk not in out]
    assert stage.get("COMMITTED", 0) == sum(row.amount_fen for row in held)
    living = Counter(payment.commitment_id for payment in payments if payment.state not in {"RETURNED", "DROPPED"})
    assert all(number == 1 for number in living.values()), "something is paid twice"
    paid = {row.pk for row in owed_rows if row.state == "PAID"}
    assert paid == {payment.commitment_id for payment in payments if payment.state == "PAID"}


class MoneyMachine(RuleBasedStateMachine):
    """One county's money; most of what is tried is refused."""

    cast: Cast
    desk: Desk
    household: int

    @initialize()
    def begin(self) -> None:
        self.block = transaction.atomic()
        self.block.__enter__()
        allocated(self.desk, self.cast, 30_000_00)
        self.at = AT
        self.count = 0

    def teardown(self) -> None:
        if hasattr(self, "block"):
            transaction.set_rollback(True)
            self.block.__exit__(None, None, None)

    def attempt(self, who: str, kill: int | None, service: Any, **arguments: Any) -> None:
        viewer: Viewer = getattr(self.desk, who)
        self.at += timedelta(hours=7)
        before = self.seen()
        try:
            with acting_as(viewer), connection.execute_wrapper(Guillotine(kill)):
                service(viewer=viewer, at=self.at, **arguments)
        except (Refusal, Killed):
            assert self.seen() == before, "a refused or killed act left something behind"

    def seen(self) -> tuple[object, ...]:
        with acting_as(SYSTEM), connection.cursor() as cursor:
            cursor.execute(ROWS)
            return (
                cursor.fetchone(),
                tuple(Payment.objects.order_by("pk").values_list("pk", "state")),
                tuple(Commitment.objects.order_by("pk").values_list("pk", "state", "version")),
                tuple(Batch.objects.order_by("pk").values_list("pk", "state", "version")),
            )  # fmt: skip

    def batch(self, number: int) -> Batch | None:
        with acting_as(SYSTEM):
            found = list(Batch.objects.order_by("-pk")[:3])
        return found[number % len(found)] if found else None

    @rule(amount=st.sampled_from([1, 5_000_00, 9_999_99, 10_000_00, 40_000_00]), kill=KILL)
    def owe(self, amount: int, kill: int | None) -> None:
        self.count += 1
        request = PaymentRequest(
            source_ref=f"states:{self.count}", organisation_id=self.cast.county.organisation_id or 0,
            slot=self.cast.slot, household_id=self.household, purpose=MONEY.purpose, amount_fen=amount,
            ground="会议纪要", approved_on=self.at.date(), payee=Payee("张胜坤", f"62284806{self.count:011d}", "农行"),
        )  # fmt: skip
        self.attempt("maker", kill, services.payment_request, request=request)

    @rule(kill=KILL, amount=st.sampled_from([1, 1_000_00, 90_000_00]), key=st.integers(0, 2))
    def budget_comes(self, kill: int | None, amount: int, key: int) -> None:
        paper = Ground(key=f"states:budget:{key}", on=self.at.date(), document="邢财社〔2020〕9 号")
        self.attempt("city", kill, services.budget_enter, money=MONEY, amount_fen=amount, ground=paper)

    @rule(kill=KILL, which=st.integers(0, 2), form=st.sampled_from(["csv", "xlsx"]))
    def hand(self, kill: int | None, which: int, form: str) -> None:
        found = self.batch(which)
        if found is not None:
            self.attempt("maker", kill, services.batch_hand, batch_id=found.pk, form=form)

    @rule(who=WHO, kill=KILL, number=st.integers(1, 3))
    def make(self, who: str, kill: int | None, number: int) -> None:
        with acting_as(SYSTEM):
            ids = list(Commitment.objects.filter(state="OPEN").order_by("pk").values_list("pk", flat=True)[:number])
        self.attempt(who, kill, services.batch_make, commitment_ids=ids)

    @rule(who=WHO, kill=KILL, which=st.integers(0, 2), step=st.sampled_from(["check", "release", "send", "reject"]))
    def step(self, who: str, kill: int | None, which: int, step: str) -> None:
        found = self.batch(which)
        if found is not None:
            more = {"reason": "理由"} if step == "reject" else {}
            service = getattr(services, f"batch_{step}")
            self.attempt(who, kill, service, batch_id=found.pk, version=found.version, **more)

    @rule(kill=KILL)
    def whole_way(self, kill: int | None) -> None:
        """What waits goes to the bank as it should; sending is killed somewhere."""
        with acting_as(SYSTEM):
            waiting = list(Commitment.objects.filter(state="OPEN", needs_payee=False, amount_fen__lt=5_000_01)[:2])
        if waiting:
            made = batched(self.desk, *waiting, upto="released", at=self.at)
            self.attempt("maker", kill, services.batch_send, batch_id=made.pk, version=made.version)

    @rule(kill=KILL, which=st.integers(0, 2), results=RESULTS, name=st.integers(0, 1))
    def bank(self, kill: int | None, which: int, results: list[str], name: int) -> None:
        found = self.batch(which)
        if found is not None:
            content = answer(found, results=dict(enumerate(results, start=1)))
            self.attempt("maker", kill, services.return_read, batch_id=found.pk, name=f"{name}.csv", content=content)

    @rule(
        who=WHO,
        kill=KILL,
        act=st.sampled_from(["doubt", "ask", "confirm", "refuse", "recover"]),
        pick=st.integers(0, 3),
    )
    def settle(self, who: str, kill: int | None, act: str, pick: int) -> None:
        with acting_as(SYSTEM):
            found = list(Payment.objects.order_by("-pk")[:4])
        if not found:
            return
        one = {"payment_id": found[pick % len(found)].pk}
        if act == "doubt":
            self.attempt(who, kill, services.payment_doubt, reason="没有回盘", **one)
        elif act == "ask":
            outcome = "PAID" if pick % 2 else "RETURNED"
            self.attempt(who, kill, services.resolution_ask, outcome=outcome, reason="银行流水", **one)
        elif act == "recover":
            self.attempt(who, kill, services.payment_recover, amount_fen=1, reason="多付", **one)
        else:
            self.attempt(who, kill, services.resolution_decide, confirms=act == "confirm", **one)

    @rule(kill=KILL, cancels=st.booleans())
    def amend(self, kill: int | None, cancels: bool) -> None:
        with acting_as(SYSTEM):
            found = Commitment.objects.filter(state="OPEN").order_by("-needs_payee", "pk").first()
        if found is None:
            return
        one = {"commitment_id": found.pk, "version": found.version, "reason": "理由"}
        if cancels:
            self.attempt("maker", kill, services.commitment_cancel, **one)
        else:
            payee = Payee("张胜坤", "6228480600000000123", "农行")
            self.attempt("maker", kill, services.payee_correct, payee=payee, **one)

    @invariant()
    def holds(self) -> None:
        if hasattr(self, "block"):
            with connection.cursor() as cursor:
                cursor.execute("set constraints all immediate")
                cursor.execute("set constraints all deferred")
            adds_up()


def run(cast: Cast, *, examples: int, steps: int) -> None:
    workflow_ready(cast)
    MoneyMachine.cast, MoneyMachine.desk = cast, desk_make(cast)
    MoneyMachine.household = household_make(cast.slot, at=AT).pk
    run_state_machine_as_test(
        MoneyMachine,
        settings=settings(
            max_examples=examples, stateful_step_count=steps, deadline=None,
            suppress_health_check=list(HealthCheck), print_blob=True,
        ),
    )  # fmt: skip


def test_money_adds_up_whatever_anybody_does_and_wherever_it_is_killed(cast: Cast) -> None:
    run(cast, examples=4, steps=12)


@pytest.mark.full
def test_money_adds_up_over_many_long_ways(cast: Cast) -> None:
    run(cast, examples=60, steps=50)
