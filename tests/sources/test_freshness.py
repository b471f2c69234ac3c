from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from tests.factories.cast import Cast
from tests.factories.register import household_make, resident_id_make
from tests.factories.sources import INPATIENT, import_all, stay, xlsx
from tests.factories.standards import policy_adopt

from shouwang.people.access import SYSTEM, acting_as
from shouwang.sources.selectors.feeds import Freshness, feed_freshness
from shouwang.sources.selectors.reporting import causes_offered, steps_ahead
from shouwang.sources.selectors.snapshot import feed_snapshot_query

DATA_DATE = date(2020, 6, 30)


def seen(cast: Cast, who: str, on: date) -> dict[tuple[str, str], Freshness]:
    viewer = getattr(cast, who)
    with acting_as(viewer):
        return {(row.department, row.kind): row for row in feed_freshness(viewer, on)}


@pytest.fixture
def delivered(cast: Cast) -> None:
    number = resident_id_make()
    household_make(cast.slot, head="张胜坤", resident_id=number)
    import_all(cast.medical, xlsx([INPATIENT, stay("张胜坤", number)]), data_date=DATA_DATE)


@pytest.mark.parametrize(("days", "is_stale"), [(0, False), (45, False), (46, True)])
def test_data_is_stale_one_day_after_the_age_the_policy_allows(
    cast: Cast, delivered: None, days: int, is_stale: bool
) -> None:
    policy_adopt(cast.places.county)
    row = seen(cast, "county", DATA_DATE + timedelta(days=days))[("medical_insurance", "inpatient")]
    assert (row.age_days, row.max_age_days, row.is_stale) == (days, 45, is_stale)
    assert row.organisation == "巨鹿县医疗保障局"


def test_a_department_that_never_delivered_is_listed_as_such(cast: Cast, delivered: None) -> None:
    policy_adopt(cast.places.county)
    found = seen(cast, "county", DATA_DATE)
    never = [row for row in found.values() if row.data_date is None]
    assert {row.department for row in never} >= {"education", "public_security", "disabled", "emergency"}
    assert all(row.is_stale for row in never)
    assert "medical_insurance" not in {row.department for row in never}


def test_without_a_policy_nothing_is_stale_but_the_date_is_shown(cast: Cast, delivered: None) -> None:
    row = seen(cast, "county", DATA_DATE + timedelta(days=400))[("medical_insurance", "inpatient")]
    assert (row.data_date, row.is_stale) == (DATA_DATE, False)


def test_a_department_sees_its_own_deliveries_only(cast: Cast, delivered: None) -> None:
    policy_adopt(cast.places.county)
    assert set(seen(cast, "medical", DATA_DATE)) == {("medical_insurance", "inpatient")}
    assert {department for department, _ in seen(cast, "civil", DATA_DATE)} <= {"civil_affairs"}
    for who in ("officer", "township", "insurer", "administrator"):
        assert not seen(cast, who, DATA_DATE), who
    assert ("medical_insurance", "inpatient") not in seen(cast, "neighbour", DATA_DATE)


def test_causes_and_steps_come_from_the_policy(cast: Cast) -> None:
    on = date(2020, 7, 1)
    assert len(causes_offered(slot=cast.slot, on=on)) == 11
    assert steps_ahead(slot=cast.slot, channel="OFFICER", on=on) == []
    policy_adopt(cast.places.county)
    assert ("ILLNESS", "因病") in causes_offered(slot=cast.slot, on=on)
    steps = [step for step, _ in steps_ahead(slot=cast.slot, channel="OFFICER", on=on)]
    assert steps == ["预警处置", "机构核查", "精准救助", "回访评估"]


def test_a_file_none_of_whose_rows_passed_makes_no_delivery_newer(cast: Cast, delivered: None) -> None:
    policy_adopt(cast.places.county)
    later, key = DATA_DATE + timedelta(days=60), ("medical_insurance", "inpatient")
    refused = import_all(cast.medical, xlsx([INPATIENT, stay("张胜坤", "130599197001010048")]), data_date=later)
    assert (refused.rows_read, refused.rows_refused) == (1, 1)
    row = seen(cast, "county", later)[key]
    assert (row.data_date, row.is_stale) == (DATA_DATE, True)
    with acting_as(SYSTEM), connection.cursor() as cursor:
        cursor.execute(feed_snapshot_query(lo=0, hi=10**12))
        assert [day for _, kind, day, _ in cursor.fetchall() if kind == "inpatient"] == [DATA_DATE]
    stranger = stay("不在册", resident_id_make())
    import_all(cast.medical, xlsx([INPATIENT, stranger]), data_date=later)
    assert seen(cast, "county", later)[key].data_date == later, "a row of nobody here is data all the same"


def test_an_empty_table_says_that_there_was_nothing_to_tell(cast: Cast, delivered: None) -> None:
    later = DATA_DATE + timedelta(days=60)
    import_all(cast.medical, xlsx([INPATIENT]), data_date=later)
    assert seen(cast, "county", later)[("medical_insurance", "inpatient")].data_date == later
