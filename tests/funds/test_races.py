"""Fifty at once: over the last yuan, one batch, two answers of the bank; and whatever they do, killed on and on."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from django.db import InterfaceError, OperationalError, connection
from django.db.models import Sum
from psycopg.errors import DeadlockDetected, SerializationFailure
from tests.factories.casework import workflow_ready
from tests.factories.cast import Cast
from tests.factories.funds import AT, MONEY, ON, Desk, allocated, answer, batched, budget, desk_make, owed
from tests.factories.kills import FIFTY, at_once
from tests.funds.test_states import adds_up

from shouwang.config.roles import ALIAS_ROLES
from shouwang.funds import services
from shouwang.funds.models import Account, BankReturn, Batch, BatchAct, Commitment, Grant, Payment
from shouwang.funds.services import Movement, Payee, account_open, entries_post
from shouwang.kit.errors import Refusal
from shouwang.people.access import SYSTEM, Viewer, acting_as

pytestmark = [pytest.mark.full, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def desk(real_cast: Cast) -> Desk:
    workflow_ready(real_cast)
    made = desk_make(real_cast)
    allocated(made, real_cast, 100_000_00)
    return made


def test_fifty_at_once_take_the_last_yuan_once(real_cast: Cast) -> None:
    desk = desk_make(real_cast)
    source = budget(desk.city, 7_00)
    with acting_as(desk.city):
        into = account_open(
            viewer=desk.city, organisation_id=real_cast.county.organisation_id or 0, money=MONEY, stage="AVAILABLE",
            at=AT,
        )  # fmt: skip

    def take(seat: int) -> None:
        lines = ((source.pk, -1_00), (into.pk, 1_00))
        movement = Movement(key=f"race:{seat}", kind="ALLOCATE", slot=into.slot, on=ON, lines=lines)
        with acting_as(desk.city):
            entries_post(viewer=desk.city, movements=[movement], at=AT)

    assert at_once(take) == {"": 7, "NotEnoughMoney": FIFTY - 7}
    with acting_as(SYSTEM):
        assert [Account.objects.get(pk=each.pk).balance_fen for each in (source, into)] == [0, 7_00]
    adds_up()


def test_fifty_at_once_ask_for_the_last_of_the_countys_money(real_cast: Cast, desk: Desk) -> None:
    homes = [owed(real_cast, desk.maker, 1_00).household_id for _ in range(5)]

    def ask(seat: int) -> None:
        owed(real_cast, desk.maker, 30_000_00, household_id=homes[seat % 5])

    assert at_once(ask) == {"": 3, "NotEnoughMoney": FIFTY - 3}
    adds_up()


def test_fifty_at_once_release_and_send_one_batch_once(real_cast: Cast, desk: Desk) -> None:
    """Two people have to release it; fifty pages of theirs are open."""
    batch = batched(desk, owed(real_cast, desk.maker, 50_000_00), upto="checked")

    def release(seat: int) -> None:
        viewer = (desk.third, desk.releaser)[seat % 2]
        with acting_as(viewer):
            version = Batch.objects.get(pk=batch.pk).version
            services.batch_release(viewer=viewer, batch_id=batch.pk, version=version, at=AT)

    def send(seat: int) -> None:
        with acting_as(desk.maker):
            services.batch_send(viewer=desk.maker, batch_id=batch.pk, version=version, at=AT)

    released = at_once(release)
    for seat in range(2):  # whoever was overtaken by the other looks again
        released += Counter(at_once(lambda _, seat=seat: release(seat), many=1))
    assert released[""] == 2
    assert set(released) <= {"", "StaleWrite", "SamePerson", "BatchNotThere"}
    with acting_as(SYSTEM):
        version = Batch.objects.get(pk=batch.pk, state="RELEASED").version
        users = BatchAct.objects.filter(what="RELEASE").values_list("user_id", flat=True)
        assert sorted(users) == sorted([desk.third.user_id, desk.releaser.user_id])
    assert at_once(send) == {"": 1, "StaleWrite": FIFTY - 1}
    adds_up()


def test_two_answers_of_the_bank_read_by_fifty_at_once_count_once_each(real_cast: Cast, desk: Desk) -> None:
    """They contradict each other: what one of them gave back is never paid by the other, whichever comes first."""
    batch = batched(desk, owed(real_cast, desk.maker, 5_00), owed(real_cast, desk.maker, 7_00))
    files = [answer(batch, results={line: "失败"}) for line in (1, 2)]

    def read(seat: int) -> None:
        with acting_as(desk.maker):
            services.return_read(viewer=desk.maker, batch_id=batch.pk, name="回盘.csv", content=files[seat % 2], at=AT)

    assert at_once(read) == {"": 2, "ReturnTakenBefore": FIFTY - 2}
    adds_up()
    with acting_as(SYSTEM):
        assert BankReturn.objects.count() == 2
        assert list(batch.payments.values_list("state", flat=True)) == ["RETURNED", "RETURNED"]
        assert not Grant.objects.filter(cancelled_at__isnull=True).exists()


class Assassin:
    """Ends the database's side of a racing connection now and then: between whichever two writes it stands."""

    def __init__(self, admin_url: str, *, every: float) -> None:
        self.admin_url, self.every = admin_url, every
        self.over = threading.Event()
        self.struck = 0
        self.thread = threading.Thread(target=self._run)

    def __enter__(self) -> Assassin:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.thread.join()

    def _run(self) -> None:
        with psycopg.connect(self.admin_url, autocommit=True) as admin:
            while not self.over.wait(self.every):
                found = admin.execute(
                    "select pg_terminate_backend(pid) from (select pid from pg_stat_activity where usename = %s"
                    " and datname = current_database() and state in ('active', 'idle in transaction')"
                    " order by random() limit 1) one",
                    [ALIAS_ROLES["default"]],
                ).fetchall()
                self.struck += len(found)


def test_fifty_at_once_killed_on_and_on_pay_every_amount_once(real_cast: Cast, desk: Desk, admin_url: str) -> None:
    """Fifty threads take whatever step they can while connections are ended; in the end all approved is paid, once."""
    dues = [owed(real_cast, desk.maker, 100_00 + number) for number in range(60)]
    race = Race(desk, [due.pk for due in dues])
    with Assassin(admin_url, every=0.15) as assassin:
        told = at_once(race.work)
    assert told == {"": FIFTY}, [what for what in told if what][:3]
    assert assassin.struck and race.killed, "nobody was killed: the test proves nothing"
    adds_up()
    for number in range(400):
        race.turn(number % len(race.steps), bank_is_sure=True)
        with acting_as(SYSTEM):
            if set(Commitment.objects.values_list("state", flat=True)) == {"PAID"}:
                break
    adds_up()
    with acting_as(SYSTEM):
        assert set(Commitment.objects.values_list("state", flat=True)) == {"PAID"}
        approved = sum(due.amount_fen for due in dues)
        assert Payment.objects.filter(state="PAID").aggregate(all=Sum("amount_fen"))["all"] == approved
        live = Grant.objects.filter(cancelled_at__isnull=True)
        assert (live.count(), live.aggregate(all=Sum("amount_fen"))["all"]) == (len(dues), approved)
        assert Batch.objects.filter(state="SENT").count() == 0


class Race:
    """What one of fifty does: any step for which something waits. Refusals are part of it, a ring of locks is not."""

    def __init__(self, desk: Desk, ids: list[int]) -> None:
        self.desk, self.ids = desk, ids
        self.killed: list[int] = []
        self.steps = (
            self.make,
            self.check,
            self.release,
            self.send,
            self.answer,
            self.answer,
            self.correct,
            self.settle,
        )

    def work(self, seat: int) -> None:
        for number in range(12):
            try:
                self.turn(seat + number * 3, bank_is_sure=False)
            except (OperationalError, InterfaceError) as error:
                if isinstance(error.__cause__, DeadlockDetected | SerializationFailure):
                    raise
                self.killed.append(seat)
                connection.close()

    def turn(self, number: int, *, bank_is_sure: bool) -> None:
        step = self.steps[number % len(self.steps)]
        try:
            if step == self.answer:
                self.answer(self.desk.maker, {} if bank_is_sure else {1 + number % 3: ("失败", "", "退回")[number % 3]})
            else:
                step(self.desk.maker)
        except Refusal:
            pass

    def first(self, state: str) -> Batch | None:
        return Batch.objects.filter(state=state).order_by("pk").first()

    def make(self, viewer: Viewer) -> None:
        with acting_as(viewer):
            ids = Commitment.objects.filter(pk__in=self.ids, state="OPEN", needs_payee=False).order_by("pk")[:3]
            services.batch_make(viewer=viewer, commitment_ids=[row.pk for row in ids], at=AT)

    def check(self, _: Viewer) -> None:
        self.step(self.desk.checker, "DRAFT", services.batch_check)

    def release(self, _: Viewer) -> None:
        self.step(self.desk.releaser, "CHECKED", services.batch_release)

    def send(self, viewer: Viewer) -> None:
        self.step(viewer, "RELEASED", services.batch_send)

    def step(self, viewer: Viewer, state: str, service: Callable[..., Any]) -> None:
        with acting_as(viewer):
            if (found := self.first(state)) is not None:
                service(viewer=viewer, batch_id=found.pk, version=found.version, at=AT)

    def answer(self, viewer: Viewer, results: dict[int, str]) -> None:
        with acting_as(viewer):
            found = self.first("SENT")
        if found is not None:
            content = answer(found, results=results)
            with acting_as(viewer):
                services.return_read(viewer=viewer, batch_id=found.pk, name="回盘.csv", content=content, at=AT)

    def correct(self, viewer: Viewer) -> None:
        with acting_as(viewer):
            row = Commitment.objects.filter(state="OPEN", needs_payee=True).order_by("pk").first()
            if row is not None:
                payee = Payee("张胜坤", f"62284806{row.pk:011d}", "农行")
                services.payee_correct(
                    viewer=viewer, commitment_id=row.pk, version=row.version, reason="换了卡", payee=payee, at=AT
                )

    def settle(self, viewer: Viewer) -> None:
        """Two people settle what nobody knows."""
        with acting_as(viewer):
            one = Payment.objects.filter(state="UNKNOWN").order_by("pk").first()
            if one is not None:
                services.resolution_ask(viewer=viewer, payment_id=one.pk, outcome="PAID", reason="流水", at=AT)
        if one is not None:
            with acting_as(self.desk.third):
                services.resolution_decide(viewer=self.desk.third, payment_id=one.pk, confirms=True, at=AT)


def test_an_answer_and_a_batch_on_its_way_out_do_not_wait_for_one_another(real_cast: Cast, desk: Desk) -> None:
    """The answer pays one and gives one back: it must not hold accounts while it waits for others."""
    answered = batched(desk, owed(real_cast, desk.maker, 5_00), owed(real_cast, desk.maker, 7_00))
    leaving = batched(desk, owed(real_cast, desk.maker, 9_00), upto="released")
    posted, content = threading.Event(), answer(answered, results={1: "失败"})

    def slow(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        found = execute(sql, params, many, context)
        if "insert into funds_posting" in sql:
            posted.set()
            time.sleep(1)  # the other one is at the accounts meanwhile
        return found

    def work(seat: int) -> None:
        if seat:
            posted.wait(60)
            with acting_as(desk.maker):
                services.batch_send(viewer=desk.maker, batch_id=leaving.pk, version=leaving.version, at=AT)
        else:
            with acting_as(desk.maker), connection.execute_wrapper(slow):
                services.return_read(viewer=desk.maker, batch_id=answered.pk, name="回盘.csv", content=content, at=AT)

    assert at_once(work, many=2) == {"": 2}
    adds_up()
