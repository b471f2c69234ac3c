"""Variants: the same policy with a few lines and amounts moved."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shouwang.rulebook import PackError, PackSource, Policy, load_policy
from shouwang.rulebook.lines import Measure
from shouwang.rulebook.variants import Change, change_parse, policy_with, quantity_text, thresholds_of

PACKS = PackSource.from_directory(Path(__file__).resolve().parents[2] / "packs")
DAY = date(2020, 6, 1)
CITY = (130500000000, 130599999999)
COUNTY = (130529000000, 130529999999)


def policy(place: str) -> Policy:
    return load_policy(PACKS, place=place, on=DAY)


def test_a_moved_value_is_all_that_differs() -> None:
    before = policy("hengshui")
    after = policy_with(before, [Change("amounts", "rigid_low_income", "12000")])
    assert after.amounts["rigid_low_income"].value.value == 12000_00
    assert after.amounts["rigid_first_four"] == before.amounts["rigid_first_four"]
    assert after.digest != before.digest
    assert policy_with(before, []).digest == before.digest
    assert policy_with(after, [Change("amounts", "rigid_low_income", "15000")]).digest == before.digest


def test_a_value_of_one_area_moves_alone() -> None:
    after = policy_with(policy("xingtai"), [Change("amounts", "start_illness", "7000", area="130529")])
    value = after.amounts["start_illness"].value
    assert value.at(130529101201) == 7000_00
    assert value.at(130532001001) == 9000_00
    assert value.value == 10000_00


def test_a_line_moves_for_the_year_of_the_day_alone() -> None:
    after = policy_with(policy("xingtai"), [Change("lines", "national", "4200")])
    now, last_year = after.lines["national"].at(0), after.lines["national"].at(-1)
    assert now is not None
    assert last_year is not None
    assert (now.value.value, last_year.value.value) == (420000, 374700)


def test_the_values_that_decide_are_found_with_the_rules_that_use_them() -> None:
    found = {one.path: (one.text, one.rules) for one in thresholds_of(policy("hengshui"), lo=1, hi=2)}
    assert found["amounts.rigid_low_income"] == ("15000", ("刚性支出超过非贫困低收入户预警线",))


def test_an_area_with_a_value_of_its_own_hides_the_default() -> None:
    county = [one.path for one in thresholds_of(policy("xingtai"), lo=COUNTY[0], hi=COUNTY[1])]
    city = [one.path for one in thresholds_of(policy("xingtai"), lo=CITY[0], hi=CITY[1])]
    assert "amounts.start_illness@130529" in county
    assert "amounts.start_illness" not in county
    assert {"amounts.start_illness", "amounts.start_illness@130529", "amounts.start_illness@130532"} <= set(city)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("nope=1", "没有这个数值"),
        ("rigid_low_income", "看不懂"),
        ("rigid_low_income=", "看不懂"),
        ("rigid_low_income=1.234", "最多到分"),
        ("rigid_low_income=20%", "不能是百分数"),
        ("rigid_low_income=abc", "看不懂"),
        ("rigid_low_income@130529=1", "不在本地"),
        ("rigid_low_income@1=1", "amounts.rigid_low_income@1"),
        ("triggers.rigid_low_income=1", "没有这个数值"),
    ],
)
def test_a_change_that_cannot_be_is_refused_with_its_key(text: str, sentence: str) -> None:
    before = policy("hengshui")
    with pytest.raises(PackError, match=sentence):
        policy_with(before, [change_parse(text, before)])


def test_a_change_in_another_unit_is_refused_with_file_and_key() -> None:
    with pytest.raises(PackError, match="单位“倍”与现行的“元”不一致") as refused:
        policy_with(policy("hengshui"), [Change("amounts", "rigid_low_income", "2", unit="倍")])
    assert (refused.value.file, refused.value.key) == ("hengshui/amounts.yaml", "amounts.rigid_low_income")


def test_a_value_moved_twice_is_refused() -> None:
    twice = [Change("amounts", "rigid_low_income", "1"), Change("amounts", "rigid_low_income", "2")]
    with pytest.raises(PackError, match="改了两次"):
        policy_with(policy("hengshui"), twice)


@given(st.integers(-(10**9), 10**9), st.sampled_from([Measure.MONEY, Measure.PER_HEAD]))
def test_money_is_written_as_it_is_read(fen: int, measure: Measure) -> None:
    before = policy("hengshui")
    text = quantity_text(Fraction(fen), measure)
    after = policy_with(before, [Change("amounts", "rigid_low_income", text)])
    assert after.amounts["rigid_low_income"].value.value == fen


@pytest.mark.parametrize(
    ("value", "text"), [(Fraction(1, 4), "0.25"), (Fraction(3, 2), "1.5"), (Fraction(-1, 8), "-0.125")]
)
def test_a_share_is_written_exactly(value: Fraction, text: str) -> None:
    assert quantity_text(value, Measure.NUMBER) == text
