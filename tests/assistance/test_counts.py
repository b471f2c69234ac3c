"""Help by place and measure, on the page and in its workbook: people add up, households count once."""

from __future__ import annotations

import io
from collections import defaultdict
from datetime import date
from random import Random

import pytest
from django.test import Client
from django.urls import reverse
from python_calamine import CalamineWorkbook
from tests.factories.casework import AT, workflow_ready
from tests.factories.cast import Cast, sign_in
from tests.factories.register import household_make, person_make
from tests.factories.removal import delivered_make

from shouwang.assistance.models import Entitlement, EntitlementMonth, Primary
from shouwang.assistance.selectors import count_total, measure_counts
from shouwang.assistance.services import Start, entitlement_start, entitlements_run
from shouwang.assistance.services.counting import primaries_add, primaries_follow
from shouwang.people.access import SYSTEM, acting_as
from shouwang.register.models import Membership
from shouwang.standards.selectors import policy_for

pytestmark = pytest.mark.django_db(transaction=True)


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
    assert rows[1] == ["王虎寨镇", "农村低保", "综合保障", 1, 1, 1, 235]
    assert client.get(reverse("assistance:counts") + "?area=130532").status_code == 404


def test_people_and_households_add_up_however_help_came(cast: Cast) -> None:
    """Random measures and months of two towns, for persons and for households; sets count them beside."""
    dice = Random(36)
    homes, members = [], {}
    for slot in (cast.slot, cast.places.sibling_town_village.lo) * 6:
        home = household_make(slot)
        for name in ("乙", "丙")[: dice.randrange(3)]:
            person_make(home, name, "CHILD")
        homes.append(home)
    people: set[int] = set()
    by_row: dict[tuple[int, str], set[int]] = defaultdict(set)
    times = fen = 0
    with acting_as(SYSTEM):
        for home in homes:
            members[home.pk] = list(Membership.objects.filter(household=home).values_list("person_id", flat=True))
            for kind in dice.sample(("INDUSTRY", "EMPLOYMENT", "SAFETY_NET"), dice.randrange(3)):
                on = date(dice.choice((2020, 2021)), dice.choice((1, 12)), dice.choice((1, 28)))
                made = delivered_make(home.pk, home.slot, kind, on)
                primaries_add(SYSTEM, made, at=made.planned_at)
                if on.year == 2020:
                    people.update(members[home.pk])
                    by_row[home.slot // 1000, kind].add(home.pk)
                    times += 1
            for number in range(dice.randrange(3)):
                person = dice.choice((None, *members[home.pk]))
                row = Entitlement.objects.create(
                    slot=home.slot, household_id=home.pk, person_id=person, offer="", kind="SAFETY_NET", name="低保",
                    months=1, first_month=date(2019, 12, 1), payer_organisation_id=1, payer_name="民政局", opened_at=AT,
                    opened_by="测试",
                )  # fmt: skip
                months = dice.sample([date(2019, 12, 1), date(2020, 1, 1), date(2020, 12, 1), date(2021, 1, 1)], 2)
                EntitlementMonth.objects.bulk_create(
                    EntitlementMonth(
                        entitlement=row, slot=home.slot, organisation_id=1, month=month, amount_fen=100 + number,
                        run_id=1,
                    )
                    for month in months
                )  # fmt: skip
                came = [month for month in months if month.year == 2020]
                if came:
                    people.update([person] if person else members[home.pk])
                    by_row[home.slot // 1000, "SAFETY_NET"].add(home.pk)
                    times, fen = times + 1, fen + len(came) * (100 + number)
    at = cast.places.county
    for viewer in (cast.county, cast.city):
        with acting_as(viewer):
            towns = measure_counts(viewer, lo=at.lo, hi=at.hi, year=2020, step=1000)
            whole = measure_counts(viewer, lo=at.lo, hi=at.hi, year=2020, step=10**6)
            total = count_total(viewer, whole, lo=at.lo, hi=at.hi, year=2020)
        assert {(one.area, one.kind): one.households for one in towns} == {
            key: len(found) for key, found in by_row.items()
        }
        for found in (towns, whole):
            assert sum(one.people for one in found) == len(people) == total.people
            assert (sum(one.times for one in found), sum(one.amount_fen for one in found)) == (times, fen)
        assert total.households == len(set().union(*by_row.values()))
    with acting_as(cast.neighbour):
        assert measure_counts(cast.neighbour, lo=at.lo, hi=at.hi, year=2020, step=1000) == []


def test_who_was_counted_when_help_was_planned_is_counted_when_it_arrived(cast: Cast) -> None:
    home = household_make(cast.slot)
    with acting_as(SYSTEM):
        late = delivered_make(home.pk, home.slot, "INDUSTRY", date(2021, 1, 4))
        late.planned_at, late.delivered_on = AT, None
        primaries_add(SYSTEM, late, at=AT)
        other = delivered_make(home.pk, home.slot, "EMPLOYMENT", date(2020, 12, 1))
        assert list(Primary.objects.values_list("measure", "year")) == [(late.pk, 2020)]
        late.delivered_on = date(2021, 1, 4)
    primaries_follow(late)
    with acting_as(SYSTEM):
        assert set(Primary.objects.values_list("measure", "year")) == {(late.pk, 2021), (other.pk, 2020)}
