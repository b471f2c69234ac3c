"""Batches: three people, a frozen household, one file, and nothing sent again while nobody knows."""

from __future__ import annotations

import csv
import hashlib
import io
import threading
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext
from tests.factories.casework import workflow_ready
from tests.factories.cast import Cast
from tests.factories.funds import AT, ON, Desk, allocated, answer, batched, desk_make, owed
from tests.factories.people import appointment_make

from shouwang.funds import errors
from shouwang.funds.models import Account, Batch, BatchAct, Commitment, Entry, Evidence, Grant, Payment, Posting
from shouwang.funds.selectors import balances_recounted, commitment_of
from shouwang.funds.selectors.desk import batches_for_me
from shouwang.funds.services import (
    Payee,
    batch_check,
    batch_hand,
    batch_make,
    batch_reject,
    batch_release,
    batch_send,
    commitment_cancel,
    payee_correct,
    payment_doubt,
    payment_recover,
    resolution_ask,
    resolution_decide,
    return_read,
)
from shouwang.funds.services.evidence import body_digest
from shouwang.kit.tables import cell_text, tables_open
from shouwang.people.access import SYSTEM, Role, StaleWrite, Viewer, acting_as, viewer_for
from shouwang.people.models import Organisation, User
from shouwang.register.models import Household, HouseholdState, Person

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def desk(real_cast: Cast) -> Desk:
    workflow_ready(real_cast)
    made = desk_make(real_cast)
    allocated(made, real_cast, 100_000_00)
    return made


def stages() -> dict[str, int]:
    """What the county has in each stage; the postings add up to nothing and to what is kept."""
    with acting_as(SYSTEM):
        assert (Posting.objects.aggregate(all=Sum("amount_fen"))["all"] or 0) == 0
        assert balances_recounted(using="default")[1] == []
        rows = Account.objects.filter(level=3).values_list("stage").annotate(Sum("balance_fen"))
        return {stage: int(fen) for stage, fen in rows if fen}


def payments(batch: Batch) -> list[Payment]:
    with acting_as(SYSTEM):
        return list(batch.payments.order_by("line"))


def read(desk: Desk, batch: Batch, content: bytes, *, name: str = "回盘.csv") -> object:
    with acting_as(desk.maker):
        return return_read(viewer=desk.maker, batch_id=batch.pk, name=name, content=content, at=AT)


def test_an_approved_amount_is_paid_through_three_people_and_becomes_a_grant(real_cast: Cast, desk: Desk) -> None:
    due = owed(real_cast, desk.maker, 8_000_00)
    assert stages() == {"AVAILABLE": 92_000_00, "COMMITTED": 8_000_00}
    batch = batched(desk, due)
    assert stages() == {"AVAILABLE": 92_000_00, "TRANSIT": 8_000_00}
    read(desk, batch, answer(batch))
    assert stages() == {"AVAILABLE": 92_000_00, "PAID": 8_000_00}
    with acting_as(real_cast.officer):
        grant = Grant.objects.get(household_id=due.household_id)
        assert (grant.amount_fen, grant.standing, grant.payer_name) == (8_000_00, "PAID_BY_US", "巨鹿县防贫中心")
    with acting_as(SYSTEM):
        assert Batch.objects.get().state == "CLOSED"
        assert [act.what for act in BatchAct.objects.order_by("pk")] == ["MAKE", "CHECK", "RELEASE", "SEND"]
        assert len(set(BatchAct.objects.exclude(what="SEND").values_list("user_id", flat=True))) == 3


def test_a_request_is_taken_once_and_refused_for_another_amount(real_cast: Cast, desk: Desk) -> None:
    from shouwang.funds.services import PaymentRequest, payment_request

    first = owed(real_cast, desk.maker, 8_000_00)
    request = PaymentRequest(
        source_ref=first.source_ref, organisation_id=first.organisation_id, slot=first.slot,
        household_id=first.household_id, purpose=first.purpose, amount_fen=8_000_00, ground="x", approved_on=ON,
        payee=Payee("张胜坤", "6228480600000000001", "农行"),
    )  # fmt: skip
    with acting_as(desk.checker):
        assert payment_request(viewer=desk.checker, request=request, at=AT).pk == first.pk
        found = commitment_of(desk.checker, first.source_ref)
        assert found is not None
        assert found.state == "OPEN"
        with pytest.raises(errors.CommitmentTaken):
            payment_request(viewer=desk.checker, request=replace(request, amount_fen=1), at=AT)
        with pytest.raises(errors.NotEnoughMoney, match=r"的钱不够，现有 92,000\.00 元"):
            payment_request(
                viewer=desk.checker, request=replace(request, source_ref="other", amount_fen=92_000_01), at=AT
            )
        with pytest.raises(errors.PayerUnknown):
            payment_request(viewer=desk.checker, request=replace(request, source_ref="other", purpose="无此项"), at=AT)
        short = replace(request, source_ref="other", payee=Payee("x", "1234567", "农行"))
        with pytest.raises(errors.AccountNumberUnreadable):
            payment_request(viewer=desk.checker, request=short, at=AT)
    assert stages() == {"AVAILABLE": 92_000_00, "COMMITTED": 8_000_00}


def test_nobody_takes_two_steps_of_one_batch_under_whatever_appointment(real_cast: Cast, desk: Desk) -> None:
    batch = batched(desk, owed(real_cast, desk.maker, 8_000_00), upto="draft")
    again = second_post(desk.maker, Role.LEADER)
    for viewer in (desk.maker, again):
        with pytest.raises(errors.SamePerson, match="办过制单"), acting_as(viewer):
            batch_check(viewer=viewer, batch_id=batch.pk, version=batch.version, at=AT)
    with acting_as(desk.third):
        batch = batch_check(viewer=desk.third, batch_id=batch.pk, version=batch.version, at=AT)
    with pytest.raises(errors.SamePerson, match="办过复核"), acting_as(desk.third):
        batch_release(viewer=desk.third, batch_id=batch.pk, version=batch.version, at=AT)
    with pytest.raises(errors.SamePerson), acting_as(again):
        batch_release(viewer=again, batch_id=batch.pk, version=batch.version, at=AT)
    with pytest.raises(IntegrityError, match="batchact_three_people"), acting_as(desk.maker):
        BatchAct.objects.create(
            batch=batch, slot=batch.slot, organisation_id=batch.organisation_id, what="RELEASE",
            user_id=desk.maker.user_id, by="x", at=AT, checksum="x",
        )  # fmt: skip


def test_neither_a_deputy_nor_whom_she_stands_for_takes_a_second_step(real_cast: Cast, desk: Desk) -> None:
    deputy = replace(desk.third, deputises_user_id=desk.maker.user_id)
    first = batched(desk, owed(real_cast, desk.maker, 8_000_00), upto="draft")
    with pytest.raises(errors.SamePerson), acting_as(deputy):
        batch_check(viewer=deputy, batch_id=first.pk, version=first.version, at=AT)
    with acting_as(deputy):
        assert list(batches_for_me(deputy, ["DRAFT"])) == []  # nor does it wait on her desk
    with acting_as(desk.third):
        assert list(batches_for_me(desk.third, ["DRAFT"])) == [first]
    standing = replace(desk.maker, user_id=desk.third.user_id, deputises_user_id=desk.checker.user_id)
    with acting_as(standing):
        second = batch_make(viewer=standing, commitment_ids=[owed(real_cast, desk.maker, 1_00).pk], at=AT)
    for viewer in (desk.checker, desk.third):
        with pytest.raises(errors.SamePerson), acting_as(viewer):
            batch_check(viewer=viewer, batch_id=second.pk, version=second.version, at=AT)


def second_post(viewer: Viewer, role: Role) -> Viewer:
    """The same person under another appointment."""
    user, place = User.objects.get(pk=viewer.user_id), Organisation.objects.get(pk=viewer.organisation_id)
    return viewer_for(appointment_make(user, place, role), on=date(2026, 1, 1))


@pytest.mark.parametrize(
    ("amount", "people"), [(9_999_99, 1), (10_000_00, 1), (49_999_99, 1), (50_000_00, 2), (50_000_01, 2)]
)
def test_the_tier_follows_the_largest_sum_of_one_household(
    real_cast: Cast, desk: Desk, amount: int, people: int
) -> None:
    first = owed(real_cast, desk.maker, 1_00)
    second = owed(real_cast, desk.maker, amount - 1_00, household_id=first.household_id)
    batch = batched(desk, first, second, upto="checked")
    assert batch.people == people
    may_third = amount < 10_000_00 or people == 2
    if not may_third:
        with pytest.raises(errors.NotYourStep, match="放行"), acting_as(desk.third):
            batch_release(viewer=desk.third, batch_id=batch.pk, version=batch.version, at=AT)
    for viewer in (desk.releaser, desk.third)[:people]:
        assert batch.state == "CHECKED"
        with acting_as(viewer):
            batch = batch_release(viewer=viewer, batch_id=batch.pk, version=batch.version, at=AT)
    assert batch.state == "RELEASED"


def test_those_whom_the_pack_does_not_name_take_no_step(real_cast: Cast, desk: Desk) -> None:
    due = owed(real_cast, desk.maker, 8_000_00)
    with pytest.raises(errors.NotYourStep, match="制单"), acting_as(desk.third):
        batch_make(viewer=desk.third, commitment_ids=[due.pk], at=AT)
    for viewer in (real_cast.auditor, real_cast.officer, real_cast.leader):
        with pytest.raises(errors.NotMoneyWork), acting_as(viewer):
            batch_make(viewer=viewer, commitment_ids=[due.pk], at=AT)
    with pytest.raises(errors.CommitmentNotFound), acting_as(real_cast.neighbour):
        batch_make(viewer=real_cast.neighbour, commitment_ids=[due.pk], at=AT)
    batch = batched(desk, due, upto="draft")
    for viewer in (real_cast.auditor, real_cast.city, real_cast.township):
        with pytest.raises((errors.NotYourStep, errors.BatchNotFound)), acting_as(viewer):
            batch_check(viewer=viewer, batch_id=batch.pk, version=batch.version, at=AT)
    with pytest.raises(errors.BatchNotFound), acting_as(real_cast.neighbour):
        batch_check(viewer=real_cast.neighbour, batch_id=batch.pk, version=batch.version, at=AT)


def test_a_dead_payee_and_a_household_that_ended_are_refused(real_cast: Cast, desk: Desk) -> None:
    dead, ended = owed(real_cast, desk.maker, 1_00), owed(real_cast, desk.maker, 1_00)
    with acting_as(SYSTEM):
        Person.objects.filter(pk=dead.person_id).update(died_on=ON)
        Household.objects.filter(pk=ended.household_id).update(ended_on=ON)
    for due, why in ((dead, "去世"), (ended, "销户")):
        with pytest.raises(errors.PayeeNotReady, match=why), acting_as(desk.maker):
            batch_make(viewer=desk.maker, commitment_ids=[due.pk], at=AT)
    with acting_as(desk.maker):
        guardian = payee_correct(
            viewer=desk.maker, commitment_id=dead.pk, version=dead.version, reason="由其子代领",
            payee=Payee("张小坤", "6228480600000000002", "农行", "MEMBER"), at=AT,
        )  # fmt: skip
        batch_make(viewer=desk.maker, commitment_ids=[guardian.pk], at=AT)


def test_the_household_stays_as_it_was_when_the_payment_was_made(real_cast: Cast, desk: Desk) -> None:
    due = owed(real_cast, desk.maker, 8_000_00)
    batch = batched(desk, due, upto="draft")
    with acting_as(SYSTEM):
        HouseholdState.objects.filter(household_id=due.household_id).update(watch_type="MARGINAL")
        seen = Evidence.objects.get(payment__batch=batch)
    assert seen.body["state"]["watch_type"] is None
    assert seen.body["head"] == "张胜坤"
    assert seen.body["owed"]["amount_fen"] == 8_000_00
    assert seen.digest == body_digest(seen.body)
    with pytest.raises(DatabaseError, match="permission denied"), acting_as(desk.maker):
        Evidence.objects.filter(pk=seen.pk).update(digest="x")
    with acting_as(real_cast.insurer):
        assert not Evidence.objects.exists()


def test_nothing_is_in_two_batches_not_even_past_the_program(real_cast: Cast, desk: Desk) -> None:
    due = owed(real_cast, desk.maker, 8_000_00)
    batch = batched(desk, due, upto="draft")
    with pytest.raises(errors.CommitmentBusy, match="已在支付批次里"), acting_as(desk.maker):
        batch_make(viewer=desk.maker, commitment_ids=[due.pk], at=AT)
    one = payments(batch)[0]
    one.pk, one.reference = None, "another"
    with pytest.raises(IntegrityError, match="payment_once_a_commitment"), acting_as(desk.maker):
        one.save(force_insert=True)
    with acting_as(desk.checker):
        batch_reject(viewer=desk.checker, batch_id=batch.pk, version=batch.version, reason="开户行写错", at=AT)
    with acting_as(desk.maker):
        assert batch_make(viewer=desk.maker, commitment_ids=[due.pk], at=AT).state == "DRAFT"


def test_two_releasers_at_once_and_a_stale_page_release_once(real_cast: Cast, desk: Desk) -> None:
    batch = batched(desk, owed(real_cast, desk.maker, 8_000_00), upto="checked")
    outcomes: list[str] = []

    def release(viewer: Viewer) -> None:
        try:
            with acting_as(viewer):
                batch_release(viewer=viewer, batch_id=batch.pk, version=batch.version, at=AT)
            outcomes.append("released")
        except StaleWrite as refusal:
            outcomes.append("stale" if "这个支付批次在您打开之后已有变动" in refusal.message else refusal.message)
        finally:
            connection.close()

    threads = [threading.Thread(target=release, args=(viewer,)) for viewer in (desk.third, desk.releaser)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["released", "stale"]


def test_the_file_has_totals_and_a_checksum_and_no_formula_and_is_the_same_after_a_kill(
    real_cast: Cast, desk: Desk
) -> None:
    evil = owed(real_cast, desk.maker, 1_50, head="=HYPERLINK(1)", number="6228480600000000099")
    batch = batched(desk, evil, owed(real_cast, desk.maker, 8_000_00), upto="released")
    with pytest.raises(errors.BatchNotThere), acting_as(desk.maker):
        batch_hand(viewer=desk.maker, batch_id=batch.pk, form="csv", at=AT)
    with acting_as(desk.maker):
        batch = batch_send(viewer=desk.maker, batch_id=batch.pk, version=batch.version, at=AT)
    # Killed here: marked, and no file made. Whoever comes back gets the file; nobody can send again.
    with pytest.raises(errors.BatchNotThere), acting_as(desk.maker):
        batch_send(viewer=desk.maker, batch_id=batch.pk, version=batch.version, at=AT)
    with acting_as(desk.maker):
        _, first = batch_hand(viewer=desk.maker, batch_id=batch.pk, form="csv", at=AT)
        _, book = batch_hand(viewer=desk.maker, batch_id=batch.pk, form="xlsx", at=AT)
        _, later = batch_hand(viewer=desk.maker, batch_id=batch.pk, form="csv", at=AT + timedelta(hours=1))
    assert first == later
    rows = list(csv.reader(io.StringIO(first.decode("utf-8-sig"))))
    assert rows[0] == ["序号", "付款编号", "收款人", "开户行", "账号", "金额"]
    assert rows[1][2:] == ["'=HYPERLINK(1)", "农业银行巨鹿县支行", "6228480600000000099", "1.50"]
    assert (rows[3][0], rows[3][1], rows[3][5]) == ("合计", "2 笔", "8001.50")
    plain = [[*row[:2], row[2].removeprefix("'"), *row[3:]] for row in rows[1:3]]
    assert rows[3][3] == hashlib.sha256("\n".join(",".join(row) for row in plain).encode()).hexdigest()
    with tables_open(book, name="支付.xlsx") as sheets:
        cells = [[cell_text(cell) for cell in row] for sheet in sheets for _, row in sheet.rows]
    assert cells == rows
    with acting_as(SYSTEM):
        assert BatchAct.objects.filter(what="HAND").count() == 3


def test_a_line_changed_past_the_program_stops_the_batch(real_cast: Cast, desk: Desk) -> None:
    batch = batched(desk, owed(real_cast, desk.maker, 8_000_00), upto="checked")
    with acting_as(SYSTEM):
        Payment.objects.filter(batch=batch).update(amount_fen=80_000_00)
    with pytest.raises(errors.BatchAltered), acting_as(desk.releaser):
        batch_release(viewer=desk.releaser, batch_id=batch.pk, version=batch.version, at=AT)


def test_the_answer_is_taken_line_by_line_and_what_it_spoils_stays_unknown(real_cast: Cast, desk: Desk) -> None:
    dues = [owed(real_cast, desk.maker, (number + 1) * 1_00) for number in range(5)]
    batch = batched(desk, *dues)
    content = answer(batch, results={2: "失败", 5: ""}).decode().split("\n")
    content[3] = content[3].replace("3.00", "300.00")  # altered
    content += [content[4], "9999999999,1.00,成功,"]  # doubled, unknown
    taken = read(desk, batch, "\n".join(content).encode())
    assert [row for row, _ in taken.refused] == [4, 5, 6, 7]  # type: ignore[attr-defined]
    for (_, why), word in zip(taken.refused, ("金额与送出的不一样", "2 次", "2 次", "不在这一批"), strict=True):  # type: ignore[attr-defined]
        assert word in why
    states = [payment.state for payment in payments(batch)]
    assert states == ["PAID", "RETURNED", "UNKNOWN", "UNKNOWN", "UNKNOWN"]
    assert stages() == {"AVAILABLE": 99_985_00, "COMMITTED": 2_00, "TRANSIT": 12_00, "PAID": 1_00}
    with pytest.raises(errors.ReturnTakenBefore, match="已经读过"):
        read(desk, batch, "\n".join(content).encode())
    for due in dues[2:]:
        with pytest.raises(errors.CommitmentBusy), acting_as(desk.maker):
            batch_make(viewer=desk.maker, commitment_ids=[due.pk], at=AT)
    with CaptureQueriesContext(connection) as asked:
        read(desk, batch, answer(batch, results={1: "", 2: ""}))  # a later answer settles them
    assert sum('FROM "funds_grant"' in one["sql"] for one in asked) == 1, "what is granted already is asked once"
    assert [payment.state for payment in payments(batch)] == ["PAID", "RETURNED", "PAID", "PAID", "PAID"]
    assert stages() == {"AVAILABLE": 99_985_00, "COMMITTED": 2_00, "PAID": 13_00}
    with acting_as(SYSTEM):
        assert Batch.objects.get().state == "CLOSED"


def test_no_step_stands_before_the_one_it_follows(real_cast: Cast, desk: Desk) -> None:
    """The server's clock was set back: nothing is done until it is right again; a minute aside is two pages at once."""
    draft = batched(desk, owed(real_cast, desk.maker, 1_00), upto="draft")
    early = AT - timedelta(minutes=1, seconds=1)
    said = r"（2020-07-01 09:58）比这一批上一步的时间（2020-07-01 10:00）还早"
    with pytest.raises(errors.ClockBack, match=said), acting_as(desk.checker):
        batch_check(viewer=desk.checker, batch_id=draft.pk, version=draft.version, at=early)
    with acting_as(desk.checker):
        at = AT - timedelta(minutes=1)
        assert batch_check(viewer=desk.checker, batch_id=draft.pk, version=draft.version, at=at).state == "CHECKED"
    batch = batched(desk, owed(real_cast, desk.maker, 2_00))
    one, given = payments(batch)[0].pk, answer(batch)
    for act in (
        lambda: return_read(viewer=desk.maker, batch_id=batch.pk, name="回盘.csv", content=given, at=early),
        lambda: batch_hand(viewer=desk.maker, batch_id=batch.pk, form="csv", at=early),
        lambda: payment_doubt(viewer=desk.maker, payment_id=one, reason="没有回盘", at=early),
    ):
        with pytest.raises(errors.ClockBack), acting_as(desk.maker):
            act()
    assert stages() == {"AVAILABLE": 99_997_00, "COMMITTED": 1_00, "TRANSIT": 2_00}


def test_a_file_that_is_no_answer_is_refused(real_cast: Cast, desk: Desk) -> None:
    batch = batched(desk, owed(real_cast, desk.maker, 1_00))
    with pytest.raises(errors.ReturnUnreadable, match="没有找到“付款编号、金额、结果”"):
        read(desk, batch, "姓名,电话\n张三,1\n".encode())
    assert [payment.state for payment in payments(batch)] == ["SENT"]


def test_returned_money_is_paid_again_only_after_the_account_was_looked_at(real_cast: Cast, desk: Desk) -> None:
    due = owed(real_cast, desk.maker, 8_000_00)
    first = batched(desk, due)
    read(desk, first, answer(first, results={1: "失败"}))
    with pytest.raises(errors.PayeeNotReady, match="退回"), acting_as(desk.maker):
        batch_make(viewer=desk.maker, commitment_ids=[due.pk], at=AT)
    with acting_as(desk.maker):
        due = Commitment.objects.get(pk=due.pk)
        with pytest.raises(errors.ReasonNeeded):
            payee_correct(
                viewer=desk.maker, commitment_id=due.pk, version=due.version, reason=" ", at=AT,
                payee=Payee("张胜坤", "6228480611111111111", "农行"),
            )  # fmt: skip
        due = payee_correct(
            viewer=desk.maker, commitment_id=due.pk, version=due.version, reason="农户换了新卡", at=AT,
            payee=Payee("张胜坤", "6228480611111111111", "农行"),
        )  # fmt: skip
    second = batched(desk, due)
    read(desk, second, answer(second))
    assert payments(first)[0].reference != payments(second)[0].reference
    assert stages() == {"AVAILABLE": 92_000_00, "PAID": 8_000_00}
    read(desk, second, answer(second, results={1: "退回"}))  # the bank takes it back later
    assert stages() == {"AVAILABLE": 92_000_00, "COMMITTED": 8_000_00}
    with acting_as(SYSTEM):
        assert not Grant.objects.filter(cancelled_at__isnull=True).exists()
        due = Commitment.objects.get(pk=due.pk)
    with acting_as(desk.maker):
        commitment_cancel(viewer=desk.maker, commitment_id=due.pk, version=due.version, reason="农户放弃", at=AT)
    assert stages() == {"AVAILABLE": 100_000_00}


def test_what_nobody_knows_is_settled_by_two_people(real_cast: Cast, desk: Desk) -> None:
    batch = batched(desk, owed(real_cast, desk.maker, 8_000_00), owed(real_cast, desk.maker, 1_00))
    first, second = payments(batch)
    with acting_as(desk.maker):
        with pytest.raises(errors.PaymentNotUnknown):
            resolution_ask(viewer=desk.maker, payment_id=first.pk, outcome="PAID", reason="x", at=AT)
        for payment in (first, second):
            payment_doubt(viewer=desk.maker, payment_id=payment.pk, reason="银行五天没有回盘", at=AT)
        resolution_ask(viewer=desk.maker, payment_id=first.pk, outcome="PAID", reason="柜台打印的流水", at=AT)
        with pytest.raises(errors.ResolutionOpen):
            resolution_ask(viewer=desk.maker, payment_id=first.pk, outcome="PAID", reason="又一次", at=AT)
        with pytest.raises(errors.ResolutionSamePerson):
            resolution_decide(viewer=desk.maker, payment_id=first.pk, confirms=True, at=AT)
    again = second_post(desk.maker, Role.LEADER)
    with pytest.raises(errors.ResolutionSamePerson), acting_as(again):
        resolution_decide(viewer=again, payment_id=first.pk, confirms=True, at=AT)
    assert stages() == {"AVAILABLE": 91_999_00, "TRANSIT": 8_001_00}
    with acting_as(desk.third):
        resolution_decide(viewer=desk.third, payment_id=first.pk, confirms=True, at=AT)
        resolution_ask(viewer=desk.third, payment_id=second.pk, outcome="RETURNED", reason="银行书面答复", at=AT)
    with acting_as(desk.releaser):
        resolution_decide(viewer=desk.releaser, payment_id=second.pk, confirms=False, at=AT)
        with pytest.raises(errors.ResolutionNone):
            resolution_decide(viewer=desk.releaser, payment_id=second.pk, confirms=True, at=AT)
    assert [payment.state for payment in payments(batch)] == ["PAID", "UNKNOWN"]
    assert stages() == {"AVAILABLE": 91_999_00, "TRANSIT": 1_00, "PAID": 8_000_00}


def test_overpaid_money_comes_back_to_what_is_available_and_never_more_than_was_paid(
    real_cast: Cast, desk: Desk
) -> None:
    batch = batched(desk, owed(real_cast, desk.maker, 8_000_00))
    read(desk, batch, answer(batch))
    paid = payments(batch)[0]
    with acting_as(desk.maker):
        assert payment_recover(viewer=desk.maker, payment_id=paid.pk, amount_fen=500_00, reason="多付", at=AT) == 500_00
        with pytest.raises(errors.RecoveredTooMuch, match=r"还能追回 7,500\.00 元"):
            payment_recover(viewer=desk.maker, payment_id=paid.pk, amount_fen=7_500_01, reason="多付", at=AT)
    assert stages() == {"AVAILABLE": 92_500_00, "PAID": 7_500_00}
    with acting_as(SYSTEM):
        assert Entry.objects.filter(kind="RECOVER").count() == 1
    late = read(desk, batch, answer(batch, results={1: "失败"}))
    assert late.taken == 0 and "已追回 500.00 元" in late.refused[0][1], (
        "the bank cannot give the whole of it back, too"
    )
    assert stages() == {"AVAILABLE": 92_500_00, "PAID": 7_500_00}
