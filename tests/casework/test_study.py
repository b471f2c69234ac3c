"""The page a decision rests on: what each source says, where they differ, how alike households were decided."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from tests.factories.casework import AT, Walk, case_make
from tests.factories.cast import Cast, sign_in
from tests.factories.register import household_make, income_make

from shouwang.casework.models import CaseProfile
from shouwang.casework.selectors.similar import similar_cases
from shouwang.casework.services import machine
from shouwang.casework.services.profiling import profiles_fill
from shouwang.funds.models import Grant
from shouwang.kit.dates import months_add
from shouwang.people.access import SYSTEM, Viewer, acting_as
from shouwang.rulebook.similar import Bands

pytestmark = pytest.mark.django_db(transaction=True)
ON = AT.date() + timedelta(days=1)


def home(slot: int, *, yuan: int = 5_000, members: int = 3, month: date = date(2020, 5, 1), **state: object) -> int:
    """A household of some members whose income a head is about so many yuan a year."""
    more = [(f"成员{number}", "CHILD") for number in range(members - 1)]
    made = household_make(slot, members=more, **{"poverty_status": "NEVER", "is_low_income": True, **state})
    income_make(made, month, yuan * members * 100)
    return made.pk


def alike(viewer: Viewer, walk: Walk) -> list[int]:
    with acting_as(viewer):
        return [row.case_id for row in similar_cases(viewer, walk.case, on=ON).rows]


def test_alike_is_who_shares_county_cause_type_size_and_income(cast: Cast) -> None:
    def decided(**more: object) -> int:
        cause = str(more.pop("cause", "ILLNESS"))
        return case_make(cast, upto="help", household_id=home(cast.slot, **more), cause=cause).case_id  # type: ignore[arg-type]

    same, larger, richer = decided(), decided(members=4), decided(yuan=6_000)
    decided(cause="STUDY")
    decided(is_low_income=False)
    just_below = decided(yuan=5_999)
    case_make(cast, upto="dispatch", household_id=home(cast.slot))  # nothing is decided yet
    walk = case_make(cast, upto="review", household_id=home(cast.slot))
    assert set(alike(cast.county, walk)) == {same, just_below}
    assert {larger, richer}.isdisjoint(alike(cast.county, walk))
    assert alike(cast.neighbour, walk) == []  # not of her county
    assert alike(cast.medical, walk) == []


def test_it_says_how_each_was_decided_with_what_and_after_how_many_days(cast: Cast) -> None:
    helped = case_make(cast, upto="help", household_id=home(cast.slot))
    refused = case_make(cast, upto="decide", household_id=home(cast.slot)).decide(approve=False)
    with acting_as(SYSTEM):
        Grant.objects.create(
            slot=cast.slot, household_id=helped.case.household_id, case_id=helped.case_id, payer_name="巨鹿县防贫中心",
            purpose="应急救助", amount_fen=1_000_000, unit="ONCE", standing="PAID_BY_US", from_date=ON, recorded_at=AT,
            recorded_by="测试", source_ref="test:study",
        )  # fmt: skip
    walk = case_make(cast, upto="review", household_id=home(cast.slot))
    with acting_as(cast.county):
        found = similar_cases(cast.county, walk.case, on=ON)
    rows = {row.case_id: row for row in found.rows}
    assert set(rows) == {helped.case_id, refused.case_id} and found.total == 2
    assert rows[helped.case_id].amount == "一次性 10,000.00 元" and rows[refused.case_id].amount == ""
    assert rows[helped.case_id].decision.move == "approve"  # type: ignore[union-attr]
    assert rows[refused.case_id].decision.move == "refuse"  # type: ignore[union-attr]
    assert rows[refused.case_id].decision.clause and rows[refused.case_id].days == 0  # type: ignore[union-attr]
    assert sorted(found.verdicts) == sorted([("同意救助", 1), ("不同意，告知并结案", 1)])
    assert rows[helped.case_id].name == "张•坤"


def test_what_is_not_known_of_a_household_does_not_narrow_the_choice(cast: Cast) -> None:
    rich = case_make(cast, upto="help", household_id=home(cast.slot, yuan=50_000)).case_id
    unknown = household_make(
        cast.slot, poverty_status="NEVER", is_low_income=True, members=[("甲", "CHILD"), ("乙", "CHILD")]
    ).pk
    walk = case_make(cast, upto="review", household_id=unknown)
    with acting_as(cast.county):
        found = similar_cases(cast.county, walk.case, on=ON)
    assert [row.case_id for row in found.rows] == [rich] and found.missing == ("人均纯收入",)


def test_what_was_known_stays_as_it_was_decided_and_older_cases_are_filled_in(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    walk = case_make(cast, upto="help", household_id=home(cast.slot))
    with acting_as(SYSTEM):
        kept = CaseProfile.objects.get(pk=walk.case_id)
        assert (kept.type_key, kept.members, kept.per_capita_fen) == ("LOW_INCOME", 3, 500_000)
        before = (kept.decided_at, list(kept.causes))
    assert profiles_fill() == 0  # nothing is missing
    monkeypatch.setattr(machine, "profile_keep", lambda *_, **__: None)
    older = case_make(cast, upto="help", household_id=home(cast.slot, members=2))
    assert profiles_fill() == older.case_id and profiles_fill(after=older.case_id) == 0
    with acting_as(SYSTEM):
        filled = CaseProfile.objects.get(pk=older.case_id)
        kept.refresh_from_db()
    assert (filled.type_key, filled.members, filled.causes) == ("LOW_INCOME", 2, ["ILLNESS"])
    assert before == (kept.decided_at, list(kept.causes))
    with connection.cursor() as cursor, acting_as(SYSTEM):
        cursor.execute("select has_table_privilege(current_user, 'casework_caseprofile', 'delete')")
        assert cursor.fetchone() == (False,)


def test_the_page_lays_sources_side_by_side_and_names_where_they_differ(client: Client, cast: Cast) -> None:
    lately = months_add(timezone.localdate().replace(day=1), -2)
    walk = case_make(cast, upto="answers", household_id=home(cast.slot, month=lately))
    for task in walk.tasks(state="OPEN"):
        figures = {"gross_fen": 9_000_000, "self_paid_fen": 3_000_000} if task.key == "check_medical" else {}
        walk.answer(task, figures=figures)
    response = sign_in(client, cast.county).get(reverse("casework:study", args=[walk.case_id]))
    text = response.content.decode()
    assert response.status_code == 200
    assert "总费用相差 10,000.00 元" in text and "巨鹿县医疗保障局 90,000.00 元" in text
    assert "爱人患胃癌" in text and "同县 · 因病 · 低收入户（从未建档立卡） · 家庭人口 2 人以上、不满 4 人" in text
    assert "人均纯收入 4,000 元以上、不满 6,000 元" in text and "还没有可以比的" in text
    assert "130529" not in text.split("<main", 1)[1]  # no number of a person
    for viewer, status in ((cast.leader, 200), (cast.city, 200), (cast.township, 404), (cast.neighbour, 404)):
        address = reverse("casework:study", args=[walk.case_id])
        assert sign_in(Client(), viewer).get(address).status_code == status


def test_the_page_asks_no_more_for_more_alike_cases(client: Client, cast: Cast) -> None:
    walk = case_make(cast, upto="review", household_id=home(cast.slot))
    case_make(cast, upto="help", household_id=home(cast.slot))
    sign_in(client, cast.county)
    address = reverse("casework:study", args=[walk.case_id])
    counts = []
    for more in (0, 3):
        for _ in range(more):
            case_make(cast, upto="help", household_id=home(cast.slot))
        client.get(address)
        with CaptureQueriesContext(connection) as caught:
            assert client.get(address).status_code == 200
        counts.append(sum("SAVEPOINT" not in query["sql"] for query in caught))
    assert counts[0] == counts[1] <= 66, counts


@given(st.lists(st.integers(-50, 50), min_size=1, max_size=8, unique=True), st.integers(-6_000, 6_000))
def test_a_value_lies_in_exactly_one_band(edges: list[int], value: int) -> None:
    bands = Bands(edges=tuple(sorted(edges)))
    low, high = bands.band(value, scale=100)
    assert (low is None or low <= value) and (high is None or value < high)
    ends = [edge * 100 for edge in sorted(edges)]
    assert low == max((end for end in ends if end <= value), default=None)
    assert high == min((end for end in ends if end > value), default=None)
