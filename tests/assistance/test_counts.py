"""People add up by measure: each is counted once a year, by the primary one; places add up to the county."""

from __future__ import annotations

import io
from collections import Counter
from datetime import date
from itertools import chain, repeat

import pytest
from django.test import Client
from django.urls import reverse
from python_calamine import CalamineWorkbook
from tests.factories.casework import AT, workflow_ready
from tests.factories.cast import Cast, sign_in
from tests.factories.register import household_make

from shouwang.assistance.models import Measure, Primary
from shouwang.assistance.selectors import count_total, measure_counts
from shouwang.assistance.services import Start, entitlement_start, entitlements_run
from shouwang.people.access import SYSTEM, acting_as
from shouwang.rulebook.measures import offers_of
from shouwang.standards.selectors import policy_for

pytestmark = pytest.mark.django_db(transaction=True)

# 连云港 to August 2020, in the words of the pack's five supports.
TOLD = {"jobs": 1_078, "parks": 2_483, "assets": 1_751, "consumption": 597, "safety_net": 4_678}
GROUPS = ((2_588, 7_956), (857, 2_631))  # households and people: 脱贫不稳户, 边缘户


def homes() -> list[int]:
    """Which household each person is of: as evenly as the figures allow."""
    found: list[int] = []
    first = 0
    for households, people in GROUPS:
        found += [first + number % households for number in range(people)]
        first += households
    return found


@pytest.mark.worked_case(6)
def test_ten_thousand_five_hundred_and_eighty_seven_people_add_up_by_measure(real_cast: Cast) -> None:
    cast = real_cast
    workflow_ready(cast, "lianyungang")
    offers = {one.key: one for one in offers_of(policy_for(slot=cast.slot, on=date(2020, 8, 31))[1])}
    of = homes()
    primary = list(chain.from_iterable(repeat(key, number) for key, number in TOLD.items()))
    assert len(of) == len(primary) == sum(people for _, people in GROUPS) == 10_587
    places = (cast.places.village.lo, cast.places.sibling_town_village.lo)

    def delivered(person: int, key: str) -> Measure:
        return Measure(
            slot=places[of[person] % 2], household_id=1 + of[person], person_id=1 + person, case_id=1 + of[person],
            kind=offers[key].value.kinds[0].value, offer=key, offer_name=offers[key].name, summary=offers[key].name,
            provider_name="县里", is_outside=True, planned_at=AT, planned_by="测试", state="DELIVERED",
            delivered_on=AT.date(), delivered_at=AT,
        )  # fmt: skip

    with acting_as(SYSTEM):
        first = Measure.objects.bulk_create([delivered(*one) for one in enumerate(primary)])
        Primary.objects.bulk_create(
            Primary(slot=row.slot, household_id=row.household_id, person_id=row.person_id, year=2020, measure=row)
            for row in first
        )
        # Every third has a second measure: it is delivered, and nobody is counted by it.
        Measure.objects.bulk_create([delivered(person, "safety_net") for person in range(0, 10_587, 3)])
    county = cast.places.county
    with acting_as(cast.county):
        whole = measure_counts(cast.county, lo=county.lo, hi=county.hi, year=2020, step=10**6)
        towns = measure_counts(cast.county, lo=county.lo, hi=county.hi, year=2020, step=10**3)
        total = count_total(cast.county, whole, lo=county.lo, hi=county.hi, year=2020)
        assert not measure_counts(cast.county, lo=county.lo, hi=county.hi, year=2021, step=10**3)
    assert {one.offer: one.people for one in whole} == TOLD
    assert whole[0].name == "低保、特困、残疾等兜底"
    assert (total.people, total.households, total.times) == (10_587, 3_445, 10_587 + 3_529)
    by_measure: Counter[str] = Counter()
    for one in towns:
        by_measure[one.offer] += one.people
    assert by_measure == TOLD and len({one.area for one in towns}) == 2
    with acting_as(cast.neighbour):
        assert not measure_counts(cast.neighbour, lo=county.lo, hi=county.hi, year=2020, step=10**3)


def test_the_page_and_its_workbook_say_the_same(client: Client, cast: Cast) -> None:
    workflow_ready(cast)
    home = household_make(cast.slot)
    with acting_as(cast.county):
        policy = policy_for(slot=cast.slot, on=AT.date())[1]
        start = Start(home.pk, cast.slot, "dibao", cast.civil.organisation_id or 0, 23_500, date(2020, 6, 1))
        entitlement_start(viewer=cast.county, policy=policy, start=start, at=AT)
        entitlements_run(viewer=cast.county, month=date(2020, 6, 1), pairs=set(), at=AT)
    sign_in(client, cast.county)
    text = client.get(reverse("assistance:counts") + "?year=2020").content.decode()
    assert "农村低保" in text and "王虎寨镇" in text and "235.00" in text
    answer = client.post(reverse("assistance:counts_export"), {"year": "2020", "area": ""})
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert rows[1] == ["王虎寨镇", "农村低保", "综合保障", 0, 0, 0, 235]
    assert client.get(reverse("assistance:counts") + "?area=130532").status_code == 404
