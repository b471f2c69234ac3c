"""Worked case 8, 邢台 2020: help counts in 户次 and 人次, a household helped twice twice, and its people too."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta

import pytest
from django.db.models import Sum
from django.test import Client
from django.urls import reverse
from tests.factories.casework import AT, case_make, workflow_ready
from tests.factories.cast import Cast, sign_in
from tests.factories.funds import Desk, allocated, answer, batched, desk_make
from tests.worked.way import Way, member, register_imported, statement_of

from shouwang.assistance.selectors import AidCount, aid_count, aids_by_type, aids_in
from shouwang.assistance.services import Plan
from shouwang.funds.models import Account, Grant, Posting
from shouwang.funds.services import Payee, Wanted, batch_hand, case_pay, return_read
from shouwang.people.access import SYSTEM, acting_as
from shouwang.register.models import Membership

pytestmark = pytest.mark.django_db(transaction=True)
GIVEN = (3_744_00, 1_362_00)


def people_of(home: int) -> list[int]:
    with acting_as(SYSTEM):
        return list(Membership.objects.filter(household_id=home).order_by("pk").values_list("person_id", flat=True))


def helping(cast: Cast, home: int, *, cause: str, days: int) -> Way:
    """A household reported by its officer, verified, decided: it waits for help."""
    at = AT + timedelta(days=days)
    walk = case_make(cast, upto="help", cause=cause, at=at, household_id=home)
    return Way(cast, walk.case_id, walk.at)


def paid(way: Way, desk: Desk, account: Account, *, fen: int, name: str) -> None:
    """The county pays out of the city's money: asked, made, checked, released, sent, and answered by the bank."""
    home, day = way.case.household_id, way.at.date()
    wanted = Wanted(
        key="form-1", account_id=account.pk, amount_fen=fen, person_id=people_of(home)[0],
        ground="会议纪要〔2020〕7 号", approved_on=day,
        payee=Payee(name, f"62284806{home:011d}", "农业银行巨鹿县支行"),
    )  # fmt: skip
    with acting_as(desk.maker):
        due = case_pay(viewer=desk.maker, case_id=way.case_id, wanted=wanted, at=way.at)
    batch = batched(desk, due, at=way.at)
    with acting_as(desk.maker):
        _, file = batch_hand(viewer=desk.maker, batch_id=batch.pk, form="csv", at=way.at)
        lines = list(csv.reader(io.StringIO(file.decode("utf-8-sig"))))
        assert (lines[1][2], lines[1][5], lines[2][5]) == (name, f"{fen / 100:.2f}", f"{fen / 100:.2f}")
        return_read(viewer=desk.maker, batch_id=batch.pk, name="回盘.csv", content=answer(batch), at=way.at)


@pytest.mark.worked_case(8)
def test_a_household_helped_twice_counts_twice_and_so_do_its_people(real_cast: Cast) -> None:
    cast = real_cast
    workflow_ready(cast)
    rows = []
    for number, name, kind, size in (
        ("H1", "边缘甲", "边缘易致贫户", 4), ("H2", "不稳定乙", "脱贫不稳定户", 3), ("H3", "边缘丙", "边缘易致贫户", 2),
    ):  # fmt: skip
        shared = {"监测对象类别": kind, "户类型": "脱贫户" if kind == "脱贫不稳定户" else "一般农户"}
        rows += [member(cast, number, "户主" if who == 0 else "子女", f"{name}{who or ''}", **shared)
                 for who in range(size)]  # fmt: skip
    homes = register_imported(cast, rows, on=date(2020, 6, 20))
    desk = desk_make(cast)
    account = allocated(desk, cast, sum(GIVEN), at=AT, on=AT.date())

    first = helping(cast, homes["H1"], cause="ILLNESS", days=0)
    paid(first, desk, account, fen=GIVEN[0], name="边缘甲")  # one person
    first.helped().visited("边缘甲", "救助金收到了")
    again = helping(cast, homes["H1"], cause="EMPLOYMENT", days=40)
    for_all = again.plan(Plan("INDUSTRY", "入股合作社", outside_name="合作社", risk="EMPLOYMENT"))
    again.deliver(cast.county, for_all, "已入股")  # all four
    again.helped().visited("边缘甲", "有了分红")
    other = helping(cast, homes["H2"], cause="ILLNESS", days=1)
    paid(other, desk, account, fen=GIVEN[1], name="不稳定乙")
    job = other.plan(Plan("EMPLOYMENT", "公益岗位", outside_name="村委会", person_id=people_of(homes["H2"])[1]))
    other.deliver(cast.county, job, "已上岗")  # two of three, each once
    other.helped().visited("不稳定乙", "上岗了")
    assert [way.lamp() for way in (first, again, other)] == ["GREEN"] * 3

    year = {"since": date(2020, 1, 1), "until": date(2020, 12, 31)}
    for viewer, area in ((cast.county, cast.places.county), (cast.city, cast.places.city)):
        with acting_as(viewer):
            found = aid_count(aids_in(viewer, lo=area.lo, hi=area.hi, **year))
            assert (found.times, found.people, found.households) == (3, 1 + 4 + 2, 2), "户次, 人次, 户"
            whole = aids_in(viewer, lo=area.lo, hi=area.hi, **year)
            by_type = {one.type_key: (one.count, one.paid_fen) for one in aids_by_type(viewer, whole, **year)}
            assert by_type == {
                "MARGINAL": (AidCount(2, 1 + 4, 1), GIVEN[0]), "UNSTABLE": (AidCount(1, 2, 1), GIVEN[1]),
            }  # fmt: skip
    page = sign_in(Client(), cast.city).get(reverse("assistance:aids"), year).content.decode()
    assert "<strong>3</strong> 户次 · <strong>7</strong> 人次 · 涉及 <strong>2</strong> 户" in page
    assert page.index("边缘易致贫户") < page.index("3,744.00") < page.index("脱贫不稳定户") < page.index("1,362.00")
    with acting_as(cast.neighbour):
        assert not aids_in(cast.neighbour, lo=cast.places.city.lo, hi=cast.places.city.hi, **year)

    with acting_as(SYSTEM):
        assert (Posting.objects.aggregate(all=Sum("amount_fen"))["all"] or 0) == 0
        held = dict(Account.objects.filter(balance_fen__gt=0).values_list("stage", "balance_fen"))
        ours = Grant.objects.filter(standing="PAID_BY_US").aggregate(all=Sum("amount_fen"))["all"]
    assert (held, ours) == ({"PAID": sum(GIVEN)}, sum(GIVEN))
    text = statement_of(cast, first.case_id)
    assert "3,744.00 元" in text and "已经打到账上" in text and "1,362.00" not in text
