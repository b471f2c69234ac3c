from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from shouwang.kit.resident_id import check_digit, resident_id_parse
from shouwang.sources.rules.matching import NOT_FOUND, SEVERAL, match_by_repair, match_by_similar_name
from shouwang.sources.rules.names import Alike, names_alike
from shouwang.sources.rules.repairs import broken_text, id_repairs
from shouwang.sources.rules.subjects import Subject

ON = date(2020, 6, 30)
BIRTHS = st.dates(date(1930, 1, 1), date(2019, 12, 31))


@dataclass(frozen=True)
class Somebody:
    person_id: int
    name: str
    birth_date: date | None
    slot: int = 130529101214


def number_of(birth: date, order: int, region: str = "130529") -> str:
    first17 = f"{region}{birth:%Y%m%d}{order:03d}"
    return first17 + check_digit(first17)


NUMBERS = st.builds(number_of, BIRTHS, st.integers(0, 999), st.sampled_from(["130529", "130532", "110105"]))


@st.composite
def broken(draw: st.DrawFn) -> tuple[str, str]:
    """A valid number and the same with one wrong character or two unequal neighbours swapped."""
    number = draw(NUMBERS)
    place = draw(st.integers(0, 17))
    if draw(st.booleans()) and place < 17 and number[place] != number[place + 1]:
        return number, number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    signs = "0123456789X" if place == 17 else "0123456789OIB"
    wrong = draw(st.sampled_from([sign for sign in signs if sign != number[place]]))
    return number, number[:place] + wrong + number[place + 1 :]


@given(broken())
@settings(max_examples=300, deadline=None)
def test_every_single_error_has_the_right_number_among_its_repairs(case: tuple[str, str]) -> None:
    number, text = case
    assert number in {repair.number for repair in id_repairs(text, on=ON)}


@given(NUMBERS)
@settings(max_examples=100, deadline=None)
def test_a_number_that_holds_is_never_touched(number: str) -> None:
    assert id_repairs(number, on=ON) == ()


@given(broken())
@settings(max_examples=150, deadline=None)
def test_every_repair_is_a_valid_number_near_the_delivered_one(case: tuple[str, str]) -> None:
    _, text = case
    repairs = id_repairs(text, on=ON)
    assert len(repairs) <= 18 + 17
    for repair in repairs:
        assert resident_id_parse(repair.number, on=ON).number == repair.number
        places = [place for place in range(18) if text[place] != repair.number[place]]
        assert places == ([repair.place - 1, repair.place] if repair.is_swap else [repair.place - 1])


@given(broken(), st.lists(st.integers(0, 30), max_size=6), st.booleans())
@settings(max_examples=300, deadline=None)
def test_a_broken_number_is_repaired_to_its_own_person_or_to_nobody(
    case: tuple[str, str], neighbours: list[int], tells_birth: bool
) -> None:
    """The register may hold anybody else under the other repairs, namesakes of other birthdays included."""
    number, text = case
    birth = date.fromisoformat(number[6:14])
    repairs = id_repairs(text, on=ON)
    owner = Somebody(1, "张胜坤", birth)
    register = [(repair, owner) for repair in repairs if repair.number == number]
    for which in neighbours:
        other = repairs[which % len(repairs)]
        if other.number != number:
            register.append((other, Somebody(2 + which, "李四" if which % 2 else "张胜坤", other.birth_date)))
    subject = Subject(name="张胜坤", broken=text, told_birth=birth if tells_birth else None)
    outcome = match_by_repair(subject, register)
    assert outcome.person in (None, owner)
    assert outcome.person == owner or outcome.reason in (NOT_FOUND, SEVERAL)
    lone = match_by_repair(Subject(name="张胜坤", broken=text, told_birth=birth), register[:1])
    assert lone.person == owner


def test_an_error_among_the_digits_of_the_birth_date_is_left_to_a_person_without_its_own_column() -> None:
    number = number_of(date(1970, 5, 20), 123)
    text = number[:12] + "1" + number[13:]
    register = [(repair, Somebody(1, "张胜坤", repair.birth_date)) for repair in id_repairs(text, on=ON)
                if repair.number == number]  # fmt: skip
    assert match_by_repair(Subject(name="张胜坤", broken=text), register).reason == NOT_FOUND
    told = Subject(name="张胜坤", broken=text, told_birth=date(1970, 5, 20))
    assert match_by_repair(told, register).person is not None


def test_a_number_too_short_is_kept_for_the_other_steps_and_not_repaired() -> None:
    number = number_of(date(1970, 5, 20), 123)
    assert broken_text(number[:17]) == number[:17]
    assert id_repairs(number[:17], on=ON) == ()
    assert broken_text("A12345678") == ""


def test_names_that_sound_or_look_alike_or_are_written_in_another_way() -> None:
    assert names_alike("张伟", "张玮") is Alike.SOUND
    assert names_alike("王峯", "王峰") is Alike.VARIANT
    assert names_alike("刘志", "刘忘") is Alike.SHAPE
    assert names_alike("孙建国", "孙建军") is Alike.PART
    assert names_alike("张三", "李四") is Alike.DIFFERENT
    assert names_alike("", "李四") is Alike.UNKNOWN


def test_a_similar_name_with_another_valid_number_is_left_to_a_person() -> None:
    twin = Somebody(1, "张晓明", date(2008, 5, 6))
    assert match_by_similar_name(Subject(name="张晓鸣"), [twin], {}).person == twin
    number = number_of(date(2008, 5, 6), 17)
    assert match_by_similar_name(Subject(name="张晓鸣", number=number), [twin], {}).reason == NOT_FOUND
    both = [twin, Somebody(2, "张晓铭", date(2008, 5, 6))]
    assert match_by_similar_name(Subject(name="张晓鸣"), both, {}).reason == SEVERAL
