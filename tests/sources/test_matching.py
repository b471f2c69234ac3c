from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pytest

from shouwang.sources.rules.matching import (
    NAME_DIFFERS,
    NOT_FOUND,
    SEVERAL,
    match_by_id,
    match_by_name,
)
from shouwang.sources.rules.places import Places, place_key
from shouwang.sources.rules.rows import BirthDiffers
from shouwang.sources.rules.subjects import Subject


@dataclass(frozen=True)
class Somebody:
    person_id: int
    name: str
    birth_date: date | None = None
    slot: int = 130529101214


def test_the_id_and_an_agreeing_name_match() -> None:
    outcome = match_by_id([Somebody(1, "阿依古丽·买买提")], subject=Subject(name="阿依古丽．买买提 "))
    assert outcome is not None
    assert (outcome.method, outcome.score) == ("EXACT_ID", 1000)


def test_the_id_with_another_name_does_not_match() -> None:
    outcome = match_by_id([Somebody(1, "张三")], subject=Subject(name="李四"))
    assert outcome is not None
    assert outcome.person is None
    assert outcome.reason == NAME_DIFFERS


def test_a_table_without_names_matches_by_the_id_with_a_lower_score() -> None:
    outcome = match_by_id([Somebody(1, "张三")], subject=Subject(name=""))
    assert outcome is not None
    assert outcome.person == Somebody(1, "张三")
    assert outcome.score < 1000


def test_two_persons_with_one_id_are_left_to_the_county() -> None:
    outcome = match_by_id([Somebody(1, "张三"), Somebody(2, "张三")], subject=Subject(name="张三"))
    assert outcome is not None
    assert outcome.reason == SEVERAL


def test_of_two_persons_with_one_id_the_one_of_the_name_matches() -> None:
    outcome = match_by_id([Somebody(1, "张三"), Somebody(2, "李四")], subject=Subject(name="李四"))
    assert outcome is not None
    assert outcome.person == Somebody(2, "李四")


def test_nobody_with_the_id_leaves_room_for_the_next_rule() -> None:
    assert match_by_id([], subject=Subject(name="张三")) is None


CONTRADICTORY = Subject(name="张三", told_birth=date(1970, 5, 20), number_birth=date(1970, 5, 21))


def test_a_birth_date_that_contradicts_the_number_is_settled_by_the_register_alone() -> None:
    taken = match_by_id([Somebody(1, "张三", date(1970, 5, 20))], subject=CONTRADICTORY)
    assert taken is not None
    assert taken.method == "EXACT_ID"
    for registered in (date(1970, 5, 21), None):
        left = match_by_id([Somebody(1, "张三", registered)], subject=CONTRADICTORY)
        assert left is not None
        assert (left.person, left.reason) == (None, BirthDiffers.sentence)


def test_a_contradictory_number_of_somebody_else_leaves_the_row_to_a_person() -> None:
    outcome = match_by_id([Somebody(1, "李四", date(1970, 5, 20))], subject=CONTRADICTORY)
    assert outcome is not None
    assert (outcome.person, outcome.reason) == (None, NAME_DIFFERS)


def test_the_same_person_offered_twice_is_one() -> None:
    assert match_by_name([Somebody(1, "张三"), Somebody(1, "张三")]).person == Somebody(1, "张三")


def test_two_of_one_name_and_birthday_are_left_to_the_county() -> None:
    assert match_by_name([Somebody(1, "张三"), Somebody(2, "张三")]).reason == SEVERAL
    assert match_by_name([]).reason == NOT_FOUND


@pytest.mark.parametrize("text", ["大寨村民委员会", "大寨村委会", "大寨村", " 大寨 ", "大寨"])
def test_a_village_is_known_with_and_without_its_kind(text: str) -> None:
    places = Places([(130529101214, "大寨村委会", "王虎寨镇")])
    assert places.slots(text) == (130529101214,)


def test_the_township_decides_between_villages_of_one_name() -> None:
    places = Places([(1, "东街村", "王虎寨镇"), (2, "东街村", "西郭城镇")])
    assert places.slots("东街", "西郭城") == (2,)
    assert places.slots("东街") == (1, 2)
    assert places.slots("东街", "没听说过镇") == (1, 2)
    assert places.slots("西街") == ()


@pytest.mark.parametrize(
    ("text", "key"), [("王虎寨镇", "王虎寨"), ("村", "村"), ("镇", "镇"), ("孔寨街道办事处", "孔寨")]
)
def test_a_name_never_becomes_empty(text: str, key: str) -> None:
    assert place_key(text) == key
