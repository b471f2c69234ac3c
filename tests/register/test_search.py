"""Search by number, phone, name, initials and village; two viewers on one connection; what each wall hides."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from tests.factories.cast import Cast
from tests.factories.people import grant_make
from tests.factories.register import household_make, identifier_make, income_make, person_make, resident_id_make

from shouwang.kit.resident_id import check_digit
from shouwang.people.access import SYSTEM, Viewer, acting_as
from shouwang.register import errors
from shouwang.register.models import (
    Household,
    Identifier,
    Income,
    Membership,
    Person,
    PersonState,
    RegistrationConflict,
    Spending,
)
from shouwang.register.selectors import (
    household_cards,
    household_get,
    household_search,
    person_search,
    persons_by_identifier,
    persons_by_name_birth_village,
    search,
)

TODAY = timezone.localdate()


def names(viewer: Viewer, text: str, **more) -> list[str]:
    with acting_as(viewer):
        return [hit.name for hit in person_search(viewer, text, **more).rows]


@pytest.mark.parametrize("text", ["张胜坤", "张胜", "张", " 张 胜 坤 ", "zsk", "ZS"])
def test_a_person_is_found_by_name_beginning_and_initials(cast: Cast, text: str) -> None:
    household_make(cast.slot, head="张胜坤")
    household_make(cast.slot, head="李张坤")
    assert names(cast.officer, text) == ["张胜坤"]


def test_a_surname_is_found_in_its_surname_reading(cast: Cast) -> None:
    household_make(cast.slot, head="单田芳")
    household_make(cast.slot, head="曾国华")
    assert names(cast.officer, "stf") == ["单田芳"]
    assert names(cast.officer, "zgh") == ["曾国华"]


def test_a_person_is_found_by_id_phone_and_household_number_and_shown_masked(cast: Cast) -> None:
    number = resident_id_make(date(1970, 5, 20))
    household = household_make(cast.slot, head="张胜坤", resident_id=number, number="130529101214000777")
    with acting_as(SYSTEM):
        person = Membership.objects.get(household=household).person
    identifier_make(person, "PHONE", "16012345678")
    with acting_as(cast.township):
        for text in (number, number.lower(), "16012345678", "130529101214000777"):
            (hit,) = person_search(cast.township, text).rows
            assert (hit.name, hit.masked_id) == ("张胜坤", f"{number[:6]}••••••••{number[-4:]}")
        assert household_search(cast.township, number).rows[0].id == household.pk


def test_fifteen_digits_find_the_upgraded_number(cast: Cast) -> None:
    number = resident_id_make(date(1970, 5, 20))
    old = number[:6] + number[8:17]
    upgraded = number[:6] + "19" + old[6:] + check_digit(number[:6] + "19" + old[6:])
    household_make(cast.slot, resident_id=upgraded)
    assert names(cast.township, old) == ["张胜坤"]


@pytest.mark.parametrize("text", ["", " ", "a", "%", "'"])
def test_too_little_to_search_is_refused(cast: Cast, text: str) -> None:
    with acting_as(cast.township), pytest.raises(errors.NothingToSearch):
        person_search(cast.township, text)


def test_a_village_lists_its_households_and_another_area_is_refused(cast: Cast) -> None:
    household = household_make(cast.slot)
    household_make(cast.places.sibling_village.lo)
    with acting_as(cast.township):
        assert [card.id for card in household_search(cast.township, "", cast.slot).rows] == [household.pk]
        with pytest.raises(errors.NotYourArea):
            household_search(cast.township, "", cast.neighbour_slot)


def test_pages_follow_each_other_by_key_without_gap_or_repeat(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "PAGE", 3)
    wanted = sorted(f"王{letter}" for letter in "一二三四五六七八")
    for name in wanted:
        household_make(cast.slot, head=name)
    household_make(cast.slot, head="王一")
    seen: list[str] = []
    after = None
    with acting_as(cast.county):
        for _ in range(9):
            page = person_search(cast.county, "王", after=after)
            seen += [hit.name for hit in page.rows]
            after = page.next_after
            if after is None:
                break
    assert seen == sorted([*wanted, "王一"])


@pytest.mark.parametrize("text", ["王", "ww"])
def test_a_city_reads_its_namesakes_in_the_order_of_an_index(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setattr(search, "PAGE", 3)
    for slot in (cast.slot, cast.neighbour_slot):
        for letter in "伟文武五":
            household_make(slot, head=f"王{letter}")
    sorts: list[str] = []

    def sort_setting() -> str:
        with connection.cursor() as cursor:
            cursor.execute("show enable_sort")
            return str(cursor.fetchone()[0])

    def noted(persons: QuerySet[Person], order: tuple[str, ...], after: int | None) -> tuple[list[int], int | None]:
        sorts.append(sort_setting())
        return page(persons, order, after)

    page = search._page
    monkeypatch.setattr(search, "_page", noted)
    city = cast.members()["city"]
    with acting_as(city):
        found = person_search(city, text)
        assert len(found.rows) == 3 and found.next_after is not None
        again = person_search(city, text, after=found.next_after)
        assert sort_setting() == "on"
    assert len({hit.person_id for hit in [*found.rows, *again.rows]}) == 6
    with acting_as(cast.county):
        person_search(cast.county, text)
    assert sorts == ["off", "off", "on"]


def test_each_viewer_finds_exactly_the_persons_of_her_area(cast: Cast) -> None:
    household_make(cast.slot, head="张本村")
    household_make(cast.places.sibling_village.lo, head="张同镇")
    household_make(cast.places.sibling_town_village.lo, head="张同县")
    household_make(cast.neighbour_slot, head="张邻县")
    found = {name: set(names(viewer, "张")) for name, viewer in cast.members().items()}
    everybody = {"张本村", "张同镇", "张同县", "张邻县"}
    assert found["officer"] == {"张本村"}
    assert found["township"] == {"张本村", "张同镇"}
    assert found["county"] == found["leader"] == found["auditor"] == everybody - {"张邻县"}
    assert found["neighbour"] == {"张邻县"}
    assert found["city"] == found["province"] == everybody
    for name in ("medical", "civil", "labour", "insurer", "administrator", "security"):
        assert found[name] == set()


def test_two_viewers_on_one_connection_see_only_their_own_rows(real_cast: Cast) -> None:
    household_make(real_cast.slot, head="张本村")
    household_make(real_cast.neighbour_slot, head="张邻县")
    for viewer, name in ((real_cast.county, "张本村"), (real_cast.neighbour, "张邻县")) * 2:
        with acting_as(viewer):
            assert [person.name for person in Person.objects.all()] == [name]
            assert Household.objects.count() == Membership.objects.count() == Identifier.objects.count() == 1
    with transaction.atomic():
        assert not Person.objects.exists()


def test_a_department_reads_nothing_without_a_grant_and_one_household_with_it(cast: Cast) -> None:
    opened = household_make(cast.slot, head="张胜坤", members=[("李秀兰", "SPOUSE")])
    hidden = household_make(cast.slot, head="王不见")
    income_make(opened, date(2026, 1, 1), 100)
    person_make(hidden, "王二", "CHILD", labour="NONE")
    with acting_as(SYSTEM):
        grant_make(cast.medical, household_id=opened.pk, slot=opened.slot)
    with acting_as(cast.medical):
        assert [row.pk for row in Household.objects.all()] == [opened.pk]
        assert {person.name for person in Person.objects.all()} == {"张胜坤", "李秀兰"}
        assert PersonState.objects.count() == Membership.objects.count() == 2
        assert not Identifier.objects.exists()
        assert not Income.objects.exists()
        assert household_get(cast.medical, opened.pk).head_name == "张胜坤"
        with pytest.raises(errors.HouseholdNotFound):
            household_get(cast.medical, hidden.pk)
        assert Household.objects.filter(pk=opened.pk).update(number="改不了") == 0
    with acting_as(cast.civil):
        assert not Person.objects.exists()


def test_a_grant_opens_numbers_and_incomes_only_when_it_names_them(cast: Cast) -> None:
    opened = household_make(cast.slot)
    income_make(opened, date(2026, 1, 1), 100)
    with acting_as(SYSTEM):
        grant_make(cast.civil, household_id=opened.pk, slot=opened.slot, fields=["RESIDENT_ID", "INCOME"])
    with acting_as(cast.civil):
        assert Identifier.objects.get().kind == "RESIDENT_ID"
        assert Income.objects.count() == 1
        assert not Spending.objects.exists()


def test_an_ended_grant_opens_nothing(cast: Cast) -> None:
    opened = household_make(cast.slot)
    with acting_as(SYSTEM):
        grant_make(cast.medical, household_id=opened.pk, slot=opened.slot, until=timezone.now() - timedelta(hours=1))
    with acting_as(cast.medical):
        assert not Household.objects.exists()
        assert household_cards(cast.medical, [opened.pk]) == {}


def test_auditors_read_and_change_nothing(cast: Cast) -> None:
    household = household_make(cast.slot)
    with acting_as(cast.auditor):
        assert household_get(cast.auditor, household.pk).head_name == "张胜坤"
        assert Household.objects.filter(pk=household.pk).update(number="X") == 0


def test_nobody_writes_into_another_county_by_hand(cast: Cast) -> None:
    household = household_make(cast.slot)
    with acting_as(cast.county), pytest.raises(Exception, match="row-level security"), transaction.atomic():
        Household.objects.filter(pk=household.pk).update(slot=cast.neighbour_slot)


def test_conflicts_are_read_by_who_covers_both_places_only(cast: Cast) -> None:
    household = household_make(cast.neighbour_slot)
    with acting_as(SYSTEM):
        person = Membership.objects.get(household=household).person
        RegistrationConflict.objects.create(
            lo=130500000000, hi=130599999999, person=person, slot_there=cast.neighbour_slot, slot_here=cast.slot,
            opened_by="经办人", opened_at=timezone.now(),
        )  # fmt: skip
    readers = set()
    for name, viewer in cast.members().items():
        with acting_as(viewer):
            if RegistrationConflict.objects.exists():
                readers.add(name)
    assert readers == {"city", "province"}


def test_matching_finds_by_id_and_by_name_birth_and_village_within_the_scope(cast: Cast) -> None:
    number = resident_id_make(date(1970, 5, 20))
    household = household_make(cast.slot, head="张胜坤", resident_id=number)
    household_make(cast.neighbour_slot, head="张胜坤")
    key = ("张 胜坤", date(1970, 5, 20), cast.slot)
    scope = replace(SYSTEM, ranges=cast.county.ranges)
    with acting_as(scope):
        assert persons_by_identifier("RESIDENT_ID", [number, "x"])[number][0].household_id == household.pk
        found = persons_by_name_birth_village([key, ("张胜坤", date(1970, 5, 20), cast.neighbour_slot)])
    assert [hit.household_id for hit in found[key]] == [household.pk]
    assert len(found) == 1


def test_a_search_reads_few_rows_in_few_queries(cast: Cast, django_assert_max_num_queries) -> None:
    for _ in range(5):
        household_make(cast.slot, head="张胜坤")
    with acting_as(cast.county), django_assert_max_num_queries(8):
        person_search(cast.county, "张")
    with acting_as(cast.county), connection.cursor() as cursor:
        cursor.execute(
            "select indexdef from pg_indexes where tablename = 'register_person' and indexdef like '%county%'"
        )
        assert any("name" in row[0] for row in cursor.fetchall())
