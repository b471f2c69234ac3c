from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from shouwang.kit import masks
from shouwang.kit.resident_id import check_digit


def test_staff_see_four_digits_and_the_public_none():
    assert masks.resident_id_mask("130529199001011234") == "130529••••••••1234"
    assert masks.resident_id_mask_public("130529199001011234") == "130529••••••••••••"


def test_a_public_id_mask_leaves_a_thousand_numbers_even_to_one_who_knows_the_birthday():
    shown = masks.resident_id_mask_public("130529199001011234")
    candidates = {
        first17 + check_digit(first17)
        for first17 in (f"13052919900101{sequence:03d}" for sequence in range(1000))
        if shown == masks.resident_id_mask_public(first17 + check_digit(first17))
    }
    assert len(candidates) >= 1000


def test_the_staff_id_mask_leaves_a_thousand_birthdays():
    days = (date(1930, 1, 1) + timedelta(days=step) for step in range(90 * 365))
    assert sum(check_digit(f"130529{day:%Y%m%d}123") == "4" for day in days) >= 1000


@given(st.text("0123456789", min_size=1, max_size=30))
def test_a_phone_or_account_mask_hides_at_least_three_digits_beyond_what_is_known(number):
    phone, account = masks.phone_mask(number), masks.account_mask(number)
    assert len(phone) == len(account) == len(number)
    assert phone.count(masks.DOT) >= min(3, len(number))
    hidden = account.count(masks.DOT)
    assert hidden >= min(10, len(number))


def test_a_phone_shows_three_and_four_digits():
    assert masks.phone_mask("13812341234") == "138••••1234"
    assert masks.phone_mask("12345") == "12•••".replace("12", "••", 1)[:3] + "45"


def test_an_account_shows_its_last_four_digits():
    assert masks.account_mask("6217001234567891234") == "•••••••••••••••1234"


def test_a_name_keeps_its_surname():
    assert masks.name_mask("张胜坤") == "张•坤"
    assert masks.name_mask("郑春") == "郑•"
    assert masks.name_mask("王") == "•"
