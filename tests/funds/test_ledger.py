"""The ledger: every entry balances in the database, no account falls below zero, nothing is written twice or over."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import date, timedelta

import psycopg
import pytest
from django.db import DatabaseError, IntegrityError, connection, connections, transaction
from django.db.models import Sum
from tests.factories.cast import Cast
from tests.factories.funds import AT, MONEY, ON, allocated, budget, desk_make, ground

from shouwang.funds import errors
from shouwang.funds.models import Account, BalanceFinding, Entry, Posting
from shouwang.funds.selectors import balances_recounted, money_by_level
from shouwang.funds.services import (
    Money,
    Movement,
    account_open,
    balances_verify,
    budget_enter,
    entries_post,
    money_allocate,
    purpose_shift,
    year_carry,
    year_close,
)
from shouwang.kit.money import fen_parse
from shouwang.people.access import SYSTEM, acting_as

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner", "batch"])


def balance(account: Account) -> int:
    with acting_as(SYSTEM):
        return Account.objects.get(pk=account.pk).balance_fen


def nothing_is_lost() -> None:
    with acting_as(SYSTEM):
        assert (Posting.objects.aggregate(all=Sum("amount_fen"))["all"] or 0) == 0
        assert balances_recounted(using="default")[1] == []


def test_money_goes_from_the_city_to_the_county_and_adds_up_at_every_level(real_cast: Cast) -> None:
    desk = desk_make(real_cast)
    county = allocated(desk, real_cast, 100_000_00)
    with acting_as(desk.city):
        sums = {line.organisation_id: line for line in money_by_level(desk.city)}
    city = sums[desk.city.organisation_id or 0]
    assert (city.received_fen, city.passed_on_fen, city.available_fen) == (100_000_00, 100_000_00, 0)
    assert balance(county) == sums[county.organisation_id].received_fen == 100_000_00
    nothing_is_lost()


def test_the_premium_of_weixian_is_fifty_yuan_for_eighty_thousand_heads_and_its_supplement_stands_beside_it(
    real_cast: Cast,
) -> None:
    desk = desk_make(real_cast)
    heads, premium = 80_000, fen_parse("50")
    pool = budget(desk.maker, heads * premium, money=Money("COUNTY", "精准防贫保险", 2020))
    supplement = budget(desk.maker, fen_parse("290", unit="万元"), money=Money("COUNTY", "精准防贫保险补充", 2020))
    assert balance(pool) == 4_000_000_00
    assert balance(supplement) == 2_900_000_00
    nothing_is_lost()


def test_an_entry_that_does_not_balance_is_refused_by_the_program_and_by_the_database(real_cast: Cast) -> None:
    desk = desk_make(real_cast)
    account = allocated(desk, real_cast, 1_00)
    with pytest.raises(errors.EntryUnbalanced):
        Movement(key="x", kind="BUDGET", slot=account.slot, on=ON, lines=((account.pk, 5), (account.pk + 1, -4)))
    with pytest.raises(IntegrityError, match="add up to 5"), acting_as(desk.maker):
        _entry_by_hand(account, [5])
    with pytest.raises(IntegrityError, match="0 postings"), acting_as(desk.maker):
        _entry_by_hand(account, [])
    with acting_as(SYSTEM):
        standing = Entry.objects.order_by("pk").first()
    with pytest.raises(IntegrityError, match="add up to"), acting_as(desk.maker):
        _posting_by_hand(standing, account, 5)
    assert balance(account) == 1_00


def _entry_by_hand(account: Account, amounts: list[int]) -> None:
    entry = Entry.objects.create(
        key="by-hand", kind="BUDGET", slot=account.slot, organisation_id=account.organisation_id, on=ON, at=AT, by="x"
    )
    for amount in amounts:
        _posting_by_hand(entry, account, amount)


def _posting_by_hand(entry: Entry | None, account: Account, amount: int) -> None:
    Posting.objects.create(
        entry=entry, account=account, slot=account.slot, organisation_id=account.organisation_id, amount_fen=amount
    )


def test_nobody_changes_or_removes_what_was_posted_and_nobody_writes_a_balance(real_cast: Cast) -> None:
    desk = desk_make(real_cast)
    account = allocated(desk, real_cast, 1_00)
    for sql in (
        "update funds_posting set amount_fen = 7", "delete from funds_posting", "delete from funds_entry",
        "update funds_entry set note = 'x'", "update funds_account set balance_fen = 7", "delete from funds_account",
    ):  # fmt: skip
        with pytest.raises(DatabaseError, match="permission denied"), acting_as(desk.maker):
            connection.cursor().execute(sql)
    for sql in ("update funds_posting set amount_fen = 7", "delete from funds_entry"):
        with pytest.raises(DatabaseError, match="only ever added to"), transaction.atomic(using="owner"):
            connections["owner"].cursor().execute(sql)
    with acting_as(desk.maker):
        opened = Account(
            slot=account.slot, level=3, organisation_id=account.organisation_id, organisation_name="x", source="CITY",
            purpose="凭空", year=2020, stage="AVAILABLE", balance_fen=5, opened_at=AT, opened_by="x",
        )  # fmt: skip
        opened.save()
    assert balance(opened) == 0, "an account begins with nothing"


def test_a_change_of_divisions_may_give_a_posting_its_new_place(real_cast: Cast) -> None:
    desk = desk_make(real_cast)
    account = allocated(desk, real_cast, 1_00)
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute("update funds_posting set slot = slot + 1 where account_id = %s", [account.pk])
        assert cursor.rowcount == 1


def test_an_account_without_enough_money_gives_none_to_the_last_fen(real_cast: Cast) -> None:
    desk = desk_make(real_cast)
    source = budget(desk.city, 10_00)
    county = real_cast.county.organisation_id or 0
    with pytest.raises(errors.NotEnoughMoney, match=r"现有 10\.00 元"), acting_as(desk.city):
        money_allocate(
            viewer=desk.city, account_id=source.pk, organisation_id=county, amount_fen=10_01, ground=ground(), at=AT
        )
    assert balance(source) == 10_00
    with acting_as(desk.city):
        money_allocate(
            viewer=desk.city, account_id=source.pk, organisation_id=county, amount_fen=10_00, ground=ground(), at=AT
        )
    assert balance(source) == 0
    nothing_is_lost()


def test_an_entry_is_made_once_under_its_key_and_refused_for_something_else(real_cast: Cast) -> None:
    desk = desk_make(real_cast)
    paper = ground()
    for _ in range(2):
        with acting_as(desk.maker):
            account = budget_enter(viewer=desk.maker, money=MONEY, amount_fen=5_00, ground=paper, at=AT)
    assert balance(account) == 5_00
    with pytest.raises(errors.EntryKeyTaken, match="内容不一样"), acting_as(desk.maker):
        budget_enter(viewer=desk.maker, money=MONEY, amount_fen=6_00, ground=paper, at=AT)
    assert balance(account) == 5_00


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"document": " "}, errors.DocumentMissing),
        ({"on": ON + timedelta(days=1)}, errors.DayAhead),
    ],
)
def test_a_budget_names_its_paper_and_no_day_to_come(
    real_cast: Cast, change: dict[str, object], refusal: type[Exception]
) -> None:
    desk = desk_make(real_cast)
    paper = replace(ground(), **change)
    with pytest.raises(refusal), acting_as(desk.maker):
        budget_enter(viewer=desk.maker, money=MONEY, amount_fen=5_00, ground=paper, at=AT)
    with pytest.raises(errors.AmountNotPositive), acting_as(desk.maker):
        budget_enter(viewer=desk.maker, money=MONEY, amount_fen=0, ground=ground(), at=AT)


def test_money_goes_down_only_and_who_watches_moves_none(real_cast: Cast) -> None:
    desk = desk_make(real_cast)
    account = allocated(desk, real_cast, 5_00)
    above, neighbour = desk.city.organisation_id or 0, real_cast.neighbour.organisation_id or 0
    for target in (above, neighbour, account.organisation_id, real_cast.leader.organisation_id or 0):
        with pytest.raises(errors.NotBelow), acting_as(desk.maker):
            money_allocate(
                viewer=desk.maker, account_id=account.pk, organisation_id=target, amount_fen=1, ground=ground(), at=AT
            )
    for viewer in (real_cast.auditor, real_cast.city, real_cast.leader, real_cast.township):
        with pytest.raises(errors.NotMoneyWork), acting_as(viewer):
            budget_enter(viewer=viewer, money=MONEY, amount_fen=1, ground=ground(), at=AT)
    with pytest.raises(errors.AccountNotFound), acting_as(real_cast.neighbour):
        money_allocate(
            viewer=real_cast.neighbour, account_id=account.pk, organisation_id=above, amount_fen=1, ground=ground(),
            at=AT,
        )  # fmt: skip


def test_another_county_sees_no_account_and_no_posting(real_cast: Cast) -> None:
    desk = desk_make(real_cast)
    allocated(desk, real_cast, 5_00)
    for viewer, sees in (
        (real_cast.neighbour, 0), (real_cast.medical, 0), (real_cast.officer, 0), (real_cast.county, 1),
        (real_cast.auditor, 1), (real_cast.city, 3), (real_cast.province, 3),
    ):  # fmt: skip
        with acting_as(viewer):
            assert Account.objects.count() == sees, viewer.label
            assert bool(Posting.objects.count()) == bool(sees), viewer.label


def test_a_change_of_purpose_needs_its_reason_and_a_year_is_carried_whole(real_cast: Cast) -> None:
    desk = desk_make(real_cast)
    account = allocated(desk, real_cast, 5_00)
    with pytest.raises(errors.PurposeShifted), acting_as(desk.maker):
        purpose_shift(
            viewer=desk.maker, account_id=account.pk, purpose="办公经费", amount_fen=1_00, ground=ground(), at=AT
        )
    with acting_as(desk.maker):
        other = purpose_shift(
            viewer=desk.maker, account_id=account.pk, purpose="临时救助", amount_fen=1_00,
            ground=ground(note="县政府批准调整"), at=AT,
        )  # fmt: skip
        carried = year_carry(viewer=desk.maker, account_id=account.pk, ground=ground(), at=AT)
    assert (balance(other), balance(account), balance(carried), carried.year) == (1_00, 0, 4_00, 2021)
    with pytest.raises(errors.AmountNotPositive), acting_as(desk.maker):
        year_carry(viewer=desk.maker, account_id=account.pk, ground=ground(), at=AT)
    nothing_is_lost()


def test_a_year_is_closed_whole_in_december_and_once(real_cast: Cast) -> None:
    desk = desk_make(real_cast)
    account = allocated(desk, real_cast, 5_00)
    other = budget(desk.maker, 7_00, money=Money("COUNTY", "临时救助", 2020))
    paper = replace(ground(), on=date(2020, 11, 30))
    end = AT + timedelta(days=200)
    with pytest.raises(errors.YearNotOver, match="2020 年 12 月"), acting_as(desk.maker):
        year_close(viewer=desk.maker, year=2020, ground=paper, at=end)
    with pytest.raises(errors.NotMoneyWork), acting_as(real_cast.auditor):
        year_close(viewer=real_cast.auditor, year=2020, ground=paper, at=end)
    december = replace(paper, on=date(2020, 12, 1))
    with acting_as(desk.maker):
        assert [year_close(viewer=desk.maker, year=2020, ground=december, at=end) for _ in range(2)] == [2, 0]
        carried = dict(Account.objects.filter(year=2021).values_list("purpose", "balance_fen"))
    assert carried == {"防贫救助": 5_00, "临时救助": 7_00}
    assert (balance(account), balance(other)) == (0, 0)
    with pytest.raises(errors.NothingLeft), acting_as(desk.maker):
        year_close(viewer=desk.maker, year=2020, ground=replace(december, key="another"), at=end)
    nothing_is_lost()


def test_a_balance_written_past_the_house_is_found_by_the_recount(real_cast: Cast, admin_url: str) -> None:
    desk = desk_make(real_cast)
    account = allocated(desk, real_cast, 5_00)
    assert balances_verify(at=AT) == 0
    with psycopg.connect(admin_url, autocommit=True) as admin:
        admin.execute("update funds_account set balance_fen = 600 where id = %s", [account.pk])
    assert balances_verify(at=AT) == 1
    with acting_as(real_cast.auditor):
        found = BalanceFinding.objects.get()
    assert (found.account_id, found.kept_fen, found.counted_fen) == (account.pk, 6_00, 5_00)


def test_eight_at_once_take_from_one_account_no_more_than_it_holds(real_cast: Cast) -> None:
    desk = desk_make(real_cast)
    source = budget(desk.city, 10_00)
    with acting_as(desk.city):
        into = account_open(
            viewer=desk.city, organisation_id=real_cast.county.organisation_id or 0, money=MONEY, stage="AVAILABLE",
            at=AT,
        )  # fmt: skip
    outcomes: list[str] = []

    def take(number: int) -> None:
        try:
            for step in range(4):
                movement = Movement(
                    key=f"race:{number}:{step}", kind="ALLOCATE", slot=into.slot, on=ON,
                    lines=((source.pk, -1_00), (into.pk, 1_00)),
                )  # fmt: skip
                with acting_as(desk.city):
                    entries_post(viewer=desk.city, movements=[movement], at=AT)
                outcomes.append("made")
        except errors.NotEnoughMoney:
            outcomes.append("refused")
        except Exception as error:
            outcomes.append(repr(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=take, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count("made") == 10
    assert set(outcomes) == {"made", "refused"}
    assert (balance(source), balance(into)) == (0, 10_00)
    nothing_is_lost()
