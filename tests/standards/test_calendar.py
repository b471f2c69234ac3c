"""The calendar of working days: a recorded year makes provisional days certain, and a wrong one is refused."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.factories.casework import case_make
from tests.factories.cast import Cast, sign_in

from shouwang.casework.services import clocks_recount
from shouwang.kit.dates import SHANGHAI
from shouwang.kit.workdays import calendar_seed
from shouwang.people.access import SYSTEM, acting_as
from shouwang.standards.models import CalendarYear
from shouwang.standards.selectors import calendar_in_force
from shouwang.standards.services import CalendarRefused, calendar_record, days_read

pytestmark = pytest.mark.django_db(transaction=True)

LAST = calendar_seed().last
YEAR = LAST.year + 1
AT = datetime(LAST.year, 12, 30, 9, tzinfo=SHANGHAI)


def span(first: str, last: str) -> str:
    return f"{YEAR}-{first} 至 {YEAR}-{last}"


OFF = "\n".join([span("01-01", "01-03"), span("02-05", "02-11"), span("05-01", "05-05"), span("10-01", "10-07")])


def record(days_off: str = OFF, *, year: int = YEAR, working: set[date] = frozenset()) -> CalendarYear:  # type: ignore[assignment]
    with acting_as(SYSTEM):
        return calendar_record(
            viewer=SYSTEM, year=year, days_off=days_read(days_off, field="days_off"), working_weekends=working,
            source="国办发明电", at=AT,
        )  # fmt: skip


def test_a_recorded_year_makes_open_clocks_certain(cast: Cast) -> None:
    walk = case_make(cast, upto="check", at=AT)  # a working day or two from 30 December reach into the next year
    before = walk.case
    assert before.is_due_provisional
    record()
    assert clocks_recount(since=LAST) == 1
    after = walk.case
    assert not after.is_due_provisional
    assert after.due_on is not None
    assert before.due_on is not None
    assert after.due_on >= before.due_on
    assert clocks_recount(since=LAST) == 0
    fresh = case_make(cast, upto="check", at=AT)
    assert (fresh.case.due_on, fresh.case.is_due_provisional) == (after.due_on, False)


def test_a_year_stated_anew_replaces_the_one_before(cast: Cast) -> None:
    record()
    again = record(OFF + f"\n{YEAR}-04-05")
    assert CalendarYear.objects.count() == 1
    calendar = calendar_in_force()
    assert not calendar.is_working(date(YEAR, 4, 5))
    assert again.year == YEAR
    assert calendar.last == date(YEAR, 12, 31)
    assert calendar.is_provisional(date(YEAR + 1, 1, 1))


@pytest.mark.parametrize(
    ("days_off", "year", "working", "sentence"),
    [
        (OFF, LAST.year, set(), "程序已经带有"),
        (OFF, YEAR + 1, set(), f"请先录入 {YEAR} 年"),
        (OFF + "\n2001-01-01", YEAR, set(), "2001-01-01 不在"),
        (f"{YEAR}-01-01", YEAR, set(), "不会少于 11 天"),
        (OFF, YEAR, {date(YEAR, 2, 6)}, "既写了放假又写了上班"),
        (OFF + "\n明天", YEAR, set(), "第 5 行“明天”看不懂"),
        (OFF + "\n" + span("03-09", "03-01"), YEAR, set(), "看不懂"),
    ],
)
def test_a_wrong_year_is_refused_with_the_place_of_the_fault(
    cast: Cast, days_off: str, year: int, working: set[date], sentence: str
) -> None:
    with pytest.raises(CalendarRefused, match=sentence):
        record(days_off, year=year, working=working)
    assert not CalendarYear.objects.exists()


def test_a_weekday_is_no_working_weekend(cast: Cast) -> None:
    weekday = date(YEAR, 3, 1)
    while weekday.weekday() != 2:
        weekday += timedelta(days=1)
    with pytest.raises(CalendarRefused, match="不是周末"):
        record(working={weekday})


def test_only_the_administrator_records_it(cast: Cast) -> None:
    with pytest.raises(CalendarRefused, match="系统管理员"), acting_as(cast.county):
        calendar_record(viewer=cast.county, year=YEAR, days_off=set(), working_weekends=set(), source="x", at=AT)


def test_the_page_takes_a_year(real_cast: Cast, settings: Any) -> None:
    settings.SECOND_FACTOR_ROLES = frozenset()
    client = sign_in(Client(), real_cast.administrator)
    address = reverse("standards:calendar")
    assert str(LAST) in client.get(address).content.decode()
    form = {"year": YEAR, "days_off": OFF, "working_weekends": "", "source": "国办发明电"}
    assert client.post(address, form | {"days_off": "x"}).status_code == 422
    assert client.post(address, form).status_code == 302
    assert f"{YEAR}-12-31" in client.get(address).content.decode()
