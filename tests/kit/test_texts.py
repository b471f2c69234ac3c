"""Numbers that name somebody, as people type them into free text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shouwang.kit.texts import HIDDEN, PersonalNumberInText, has_personal_number, numbers_hidden, numbers_refuse

WRITTEN = [
    "13059919700520001X",
    "130599 19700520 001x",
    "１３０５９９１９７００５２０００１Ｘ",
    "130599700520001",
    "13059919700520001X42",
    "身份证130599197005200018.",
    "13812345678",
    "138-1234-5678",
    "138 1234 5678",
    "138－1234－5678",
    "+86 13812345678",
    "8613812345678",
    "6228480402564890018",
    "6228 4804 0256 4890 018",
    "6228-4804-0256-4890",
    "138\u200b12345678",
    "6.228480402564891e+18",
]
HARMLESS = [
    "2020-06-30—2020-07-15 住院",
    "20200630-20200715 住院",
    "自付 14269.13 元，共 100000.00 元",
    "电话 0319-4321567",
    "合同 202006300012",
    "3.141592653589793",
    "12317",
    "",
]


@pytest.mark.parametrize("number", WRITTEN)
def test_a_number_is_found_however_it_is_written(number):
    for text in (number, f"联系他：{number}，谢谢", f"X{number}Y"):
        assert has_personal_number(text), text
        assert not has_personal_number(numbers_hidden(text))
    assert HIDDEN in numbers_hidden(f"联系他：{number}，谢谢")
    with pytest.raises(PersonalNumberInText, match="不要写身份证号"):
        numbers_refuse("", None, number)


@pytest.mark.parametrize("text", HARMLESS)
def test_days_amounts_and_office_numbers_stay(text):
    assert not has_personal_number(text)
    assert numbers_hidden(text) is text
    numbers_refuse(text)


@given(st.text(), st.integers(13_000_000_000, 19_999_999_999), st.text())
def test_hiding_leaves_no_phone_behind(before, phone, after):
    assert str(phone) not in numbers_hidden(f"{before} {phone} {after}")
