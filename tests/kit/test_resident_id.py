from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shouwang.kit import resident_id as rid

TODAY = date(2020, 6, 30)
FIRST17 = "13059919900101001"
NUMBER = FIRST17 + rid.check_digit(FIRST17)


def number_of(birth: date, sequence: int = 1, prefix: str = "130599") -> str:
    first17 = f"{prefix}{birth:%Y%m%d}{sequence:03d}"
    return first17 + rid.check_digit(first17)


WITH_X = next(n for n in (number_of(date(1990, 1, 1), s) for s in range(1, 100)) if n.endswith("X"))


def test_the_check_digit_is_that_of_the_standard():
    # GB 11643-1999, the examples of its annex
    assert rid.check_digit("11010519491231002") == "X"
    assert rid.check_digit("44052418800101001") == "4"


@pytest.mark.parametrize(
    "text",
    [WITH_X, WITH_X.lower(), f" {WITH_X[:6]} {WITH_X[6:14]} {WITH_X[14:]} ", f"'{WITH_X}", f"\u200b{WITH_X}",
     "".join(chr(ord(c) + 0xFEE0) for c in WITH_X)],
)  # fmt: skip
def test_a_number_is_mended_before_it_is_read(text):
    assert rid.resident_id_parse(text, on=TODAY).number == WITH_X


def test_a_number_says_birth_date_and_sex():
    read = rid.resident_id_parse(NUMBER, on=TODAY)
    assert (read.birth_date, read.sex, read.region) == (date(1990, 1, 1), "M", "130599")


def test_fifteen_digits_become_eighteen():
    read = rid.resident_id_parse("130599900101001", on=TODAY)
    assert (read.number, read.was_upgraded) == (NUMBER, True)
    old = rid.resident_id_parse("130599980101997", on=TODAY)
    assert old.birth_date == date(1898, 1, 1)


@pytest.mark.parametrize("prefix", ["810000", "820000", "830000"])
def test_residence_permits_are_accepted(prefix):
    read = rid.resident_id_parse(number_of(date(1990, 1, 1), prefix=prefix), on=TODAY, regions={"130529"})
    assert read.is_permit
    assert read.warnings == ()


def test_an_unknown_region_is_only_a_warning():
    assert rid.resident_id_parse(NUMBER, on=TODAY, regions={"130529"}).warnings
    assert not rid.resident_id_parse(NUMBER, on=TODAY, regions={"130599"}).warnings
    assert not rid.resident_id_parse(NUMBER, on=TODAY).warnings


def test_a_birth_date_may_be_today_but_not_tomorrow():
    assert rid.resident_id_parse(number_of(TODAY), on=TODAY).birth_date == TODAY
    with pytest.raises(rid.ResidentIdBirthInFuture):
        rid.resident_id_parse(number_of(TODAY + timedelta(days=1)), on=TODAY)


@pytest.mark.parametrize(
    ("value", "refusal"),
    [
        (None, rid.ResidentIdMissing),
        ("  ", rid.ResidentIdMissing),
        (NUMBER[:-1], rid.ResidentIdLength),
        (NUMBER + "1", rid.ResidentIdLength),
        ("13059919900101A01" + "1", rid.ResidentIdCharacters),
        ("X" + NUMBER[1:], rid.ResidentIdCharacters),
        ("130599199002300011", rid.ResidentIdBirthDate),
        ("130599900230001", rid.ResidentIdBirthDate),
        (NUMBER[:-1] + ("7" if NUMBER[-1] != "7" else "8"), rid.ResidentIdCheckDigit),
        (1.3059919900101e17, rid.ResidentIdFromNumber),
        (130599199001010016, rid.ResidentIdFromNumber),
        ("1.30599E+17", rid.ResidentIdFromNumber),
        ("1.30599E17", rid.ResidentIdFromNumber),
        ("130599199001010016.0", rid.ResidentIdFromNumber),
        ("130599199001010000", rid.ResidentIdFromNumber),
    ],
)
def test_a_bad_number_is_refused_in_a_sentence_that_does_not_repeat_it(value, refusal):
    with pytest.raises(refusal) as caught:
        rid.resident_id_parse(value, on=TODAY)
    assert caught.value.message.endswith("。")
    assert str(value)[:10] not in str(caught.value) or not str(value or "").strip()


@pytest.mark.parametrize(("tail", "category", "grade"), [("44", 4, 4), ("11", 1, 1), ("72B1", 7, 2), ("7201", 7, 2)])
def test_a_disability_certificate_says_category_and_level(tail, category, grade):
    read = rid.certificate_parse(NUMBER + tail, on=TODAY)
    assert (read.number, read.disability_category, read.disability_level) == (NUMBER, category, grade)


@pytest.mark.parametrize("tail", ["04", "81", "10", "15", "9", ""])
def test_a_certificate_outside_the_code_lists_is_refused(tail):
    with pytest.raises((rid.CertificateRefusal, rid.ResidentIdLength)):
        rid.certificate_parse(NUMBER + tail, on=TODAY)


def test_a_number_never_shows_in_a_repr():
    assert NUMBER not in repr(rid.resident_id_parse(NUMBER, on=TODAY))


births = st.dates(date(1910, 1, 1), TODAY)


@given(births, st.integers(1, 999))
def test_every_well_made_number_is_read_back(birth, sequence):
    read = rid.resident_id_parse(number_of(birth, sequence), on=TODAY)
    assert (read.birth_date, read.sex) == (birth, "M" if sequence % 2 else "F")


@given(births, st.integers(1, 999), st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_is_always_found(birth, sequence, position, shift):
    number = number_of(birth, sequence)
    wrong = number[:position] + str((int(number[position]) + shift) % 10) + number[position + 1 :]
    assert not rid.is_resident_id(wrong, on=TODAY)


@given(births, st.integers(1, 999), st.integers(0, 15))
def test_two_swapped_neighbours_are_always_found(birth, sequence, position):
    number = number_of(birth, sequence)
    if number[position] != number[position + 1]:
        wrong = number[:position] + number[position + 1] + number[position] + number[position + 2 :]
        assert not rid.is_resident_id(wrong, on=TODAY)


@given(births, st.integers(1, 999))
def test_a_number_that_lost_its_digits_in_a_numeric_cell_is_never_taken_without_a_warning(birth, sequence):
    lost = f"{int(number_of(birth, sequence)[:15])}000"
    try:
        read = rid.resident_id_parse(lost, on=TODAY)
    except rid.ResidentIdFromNumber:
        return
    assert any("000" in warning for warning in read.warnings)


@given(st.text(max_size=30) | st.integers() | st.floats() | st.none())
def test_no_input_breaks_the_reader(value):
    rid.is_resident_id(value, on=TODAY)
