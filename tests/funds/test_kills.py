"""Ended before any write and before every commit: of an act with money nothing stays, and done again it is whole."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random
from typing import Any

import psycopg
import pytest
from django.db.models import Sum
from tests.factories.casework import workflow_ready
from tests.factories.cast import Cast
from tests.factories.funds import AT, MONEY, allocated, answer, batched, desk_make, ground, owed
from tests.factories.kills import House, killed_everywhere
from tests.factories.register import household_make
from tests.funds.test_states import adds_up

from shouwang.funds import services
from shouwang.funds.models import Account, Batch, Commitment, Grant, Payment
from shouwang.funds.services import Payee, PaymentRequest
from shouwang.people.access import SYSTEM, Viewer, acting_as

pytestmark = pytest.mark.django_db(transaction=True)
DECEMBER = datetime(2020, 12, 20, 2, tzinfo=UTC)


class Walk:
    """Every act is ended at each of its writes before it is done."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.acts: list[str] = []

    def __call__(self, viewer: Viewer, service: Callable[..., Any], **arguments: Any) -> Any:
        def act() -> Any:
            with acting_as(viewer):
                return service(viewer=viewer, **{"at": AT, **arguments})

        made = killed_everywhere(self.house, act)
        self.acts.append(service.__name__)
        adds_up()
        return made


def fresh(batch: Batch) -> dict[str, int]:
    with acting_as(SYSTEM):
        return {"batch_id": batch.pk, "version": Batch.objects.get(pk=batch.pk).version}


@pytest.mark.full
def test_an_act_with_money_ended_before_any_write_leaves_nothing(real_cast: Cast, admin_url: str) -> None:
    """From the city's budget to money got back: budget, ways down, what is owed, batch, bank's file, answer, doubt."""
    workflow_ready(real_cast)
    desk, county = desk_make(real_cast), real_cast.county.organisation_id or 0
    home = household_make(real_cast.slot).pk
    with psycopg.connect(admin_url, autocommit=True) as admin:
        walk = Walk(House(admin))
        city = walk(desk.city, services.budget_enter, money=MONEY, amount_fen=100_000_00, ground=ground())
        mine = walk(
            desk.city, services.money_allocate, account_id=city.pk, organisation_id=county, amount_fen=90_000_00,
            ground=ground(earmarked_for=county),
        )  # fmt: skip
        walk(
            desk.maker, services.purpose_shift, account_id=mine.pk, purpose="产业帮扶", amount_fen=10_000_00,
            ground=ground(note="领导小组同意"),
        )  # fmt: skip
        request = PaymentRequest(
            source_ref="kills:1", organisation_id=county, slot=real_cast.slot, household_id=home, ground="会议纪要",
            purpose=MONEY.purpose, amount_fen=8_000_00, approved_on=date(2020, 6, 30),
            payee=Payee("张胜坤", "6228480600000000001", "农业银行巨鹿县支行"),
        )  # fmt: skip
        first = walk(desk.maker, services.payment_request, request=request)
        dropped, *rest = [owed(real_cast, desk.maker, 1_00 * number, household_id=home) for number in (1, 2, 3, 4)]
        walk(
            desk.maker, services.payee_correct, commitment_id=rest[0].pk, version=rest[0].version, reason="换了卡",
            payee=Payee("张胜坤", "6228480600000000123", "农行"),
        )  # fmt: skip
        walk(
            desk.maker, services.commitment_cancel, commitment_id=dropped.pk, version=dropped.version, reason="重复"
        )  # fmt: skip
        spoilt = walk(desk.maker, services.batch_make, commitment_ids=[first.pk])
        walk(desk.checker, services.batch_reject, reason="漏了三笔", **fresh(spoilt))
        batch = walk(desk.maker, services.batch_make, commitment_ids=[first.pk, *(row.pk for row in rest)])
        walk(desk.checker, services.batch_check, **fresh(batch))
        walk(desk.releaser, services.batch_release, **fresh(batch))
        walk(desk.maker, services.batch_send, **fresh(batch))
        files = [walk(desk.maker, services.batch_hand, batch_id=batch.pk, form=form) for form in ("csv", "csv", "xlsx")]
        assert files[0] == files[1], "the bank gets one file, however often its making was broken off"
        walk(
            desk.maker, services.return_read, batch_id=batch.pk, name="回盘.csv",
            content=answer(batch, results={2: "失败", 3: ""}),
        )  # fmt: skip
        one, _, third, fourth = payments(batch)
        walk(desk.maker, services.resolution_ask, payment_id=third.pk, outcome="PAID", reason="银行流水")
        walk(desk.third, services.resolution_decide, payment_id=third.pk, confirms=True)
        walk(desk.maker, services.payment_recover, payment_id=one.pk, amount_fen=500_00, reason="多付")
        late = answer(batch, results={1: "", 2: "", 3: "", 4: "退回"})
        walk(desk.maker, services.return_read, batch_id=batch.pk, name="退回.csv", content=late)
        other = batched(desk, owed(real_cast, desk.maker, 5_00, household_id=home))
        walk(desk.maker, services.payment_doubt, payment_id=payments(other)[0].pk, reason="银行没有回盘")
        walk(desk.maker, services.year_close, year=2020, at=DECEMBER, ground=ground(on=DECEMBER.date()))
    assert [payment.state for payment in payments(batch)] == ["PAID", "RETURNED", "PAID", "RETURNED"]
    assert fourth.amount_fen == 4_00
    with acting_as(SYSTEM):
        assert sorted(Grant.objects.filter(cancelled_at=None).values_list("amount_fen", flat=True)) == [3_00, 7_500_00]
        assert Commitment.objects.get(pk=dropped.pk).state == "CANCELLED"
        carried = Account.objects.filter(organisation_id=county, year=2021).values_list("purpose", "balance_fen")
        assert dict(carried) == {MONEY.purpose: 90_000_00 - 10_000_00 - 8_014_00 + 500_00, "产业帮扶": 10_000_00}
    assert len(set(walk.acts)) == 18


def payments(batch: Batch) -> list[Payment]:
    with acting_as(SYSTEM):
        return list(batch.payments.order_by("line"))


KILLS = 12


@pytest.mark.full
def test_a_treasury_killed_on_and_on_pays_everything_once(
    real_cast: Cast, command_env: dict[str, str], open_folder: Path
) -> None:
    """A process of its own, killed by the system wherever it stands: also between the mark, the file and the answer."""
    workflow_ready(real_cast)
    desk, draw = desk_make(real_cast), Random(5)
    allocated(desk, real_cast, 50_000_00)
    home = household_make(real_cast.slot).pk
    dues = [owed(real_cast, desk.maker, 100_00 + number, household_id=home) for number in range(80)]
    who, bank = open_folder / "desk", open_folder / "bank"
    who.write_bytes(pickle.dumps(desk))
    bank.mkdir()
    environment = {**command_env, "PYTHONPATH": os.pathsep.join(["src", "."])}
    command = [sys.executable, "-m", "tests.funds.teller", str(who), str(bank)]
    for number in range(KILLS + 1):
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as teller:
            assert teller.stdout is not None
            assert teller.stdout.readline() == "ready\n"
            if number < KILLS:
                for _ in range(draw.randrange(1, 9)):
                    teller.stdout.readline()
                time.sleep(draw.random() * 0.05)
                teller.kill()
            said = teller.stdout.read().split()
        assert (teller.returncode, "done" in said) == ((-signal.SIGKILL, False) if number < KILLS else (0, True))
        adds_up()
    with acting_as(SYSTEM):
        assert set(Commitment.objects.values_list("state", flat=True)) == {"PAID"}
        paid = Payment.objects.filter(state="PAID").aggregate(all=Sum("amount_fen"))["all"]
        assert paid == sum(due.amount_fen for due in dues)
        assert Payment.objects.count() == Grant.objects.count() == len(dues)
        assert Batch.objects.count() == len(list(bank.glob("*.csv"))) == len(dues) // 2
