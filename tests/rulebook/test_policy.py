"""Policies: what is in force on a day, from the nearest pack that says anything."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from fractions import Fraction

import pytest

from shouwang.rulebook import PackSource, Policy, load_policy

At = Callable[[date], Policy]


def test_a_value_holds_from_its_first_day_to_the_day_before_its_last(policy_at: At) -> None:
    assert policy_at(date(2020, 6, 30)).amounts["limit"].value.value == 500000
    assert policy_at(date(2019, 1, 1)).amounts["limit"].value.value == 500000


def test_a_null_value_repeals(policy_at: At) -> None:
    assert "limit" not in policy_at(date(2020, 7, 1)).amounts
    assert "limit" not in policy_at(date(2018, 12, 31)).amounts


def test_the_parents_values_hold_where_the_pack_says_nothing(policy_at: At) -> None:
    line = policy_at(date(2020, 6, 30)).lines["national"].at(0)
    assert line is not None
    assert (line.value.value, line.pack, str(line.source)) == (400000, "top", "甲文件（第二条）")


def test_the_packs_own_value_goes_before_the_parents(small: dict[str, str]) -> None:
    small["low/lines.yaml"] = (
        "national: {values: [{from: 2020-03-01, until: 2020-04-01, value: 4100, unit: 元/人·年, source: 乙}]}"
    )
    source = PackSource.from_files(small)
    values = {}
    for on in (date(2020, 2, 29), date(2020, 3, 1), date(2020, 3, 31), date(2020, 4, 1)):
        found = load_policy(source, place="low", on=on).lines["national"].at(0)
        values[on.isoformat()] = found.value.value if found else None
    assert values == {"2020-02-29": 400000, "2020-03-01": 410000, "2020-03-31": 410000, "2020-04-01": 400000}


def test_a_childs_null_hides_the_parents_value(small: dict[str, str]) -> None:
    small["low/types.yaml"] = "POOR: {values: [{from: 2020-01-01, value: null, source: 乙}]}"
    source = PackSource.from_files(small)
    assert "POOR" in load_policy(source, place="low", on=date(2019, 12, 31)).types
    assert "POOR" not in load_policy(source, place="low", on=date(2020, 1, 1)).types


@pytest.mark.parametrize(("on", "before"), [(date(2020, 1, 1), 374700), (date(2020, 12, 31), 374700),
                                            (date(2021, 1, 1), 400000)])  # fmt: skip
def test_the_previous_years_line_is_the_one_at_its_end(policy_at: At, on: date, before: int) -> None:
    line = policy_at(on).lines["national"].at(-1)
    assert line is not None
    assert line.value.value == before


def test_a_policy_can_be_hashed_and_compared(policy_at: At) -> None:
    one, same, other = policy_at(date(2020, 6, 30)), policy_at(date(2020, 6, 30)), policy_at(date(2020, 7, 1))
    assert one == same
    assert len({one, same, other}) == 2


def test_the_digest_covers_what_is_in_force_and_not_the_day(policy_at: At) -> None:
    assert policy_at(date(2020, 6, 29)).digest == policy_at(date(2020, 6, 30)).digest
    assert policy_at(date(2020, 6, 30)).digest != policy_at(date(2020, 7, 1)).digest


def test_the_digest_is_the_same_from_texts_and_from_files(small: dict[str, str], tmp_path) -> None:  # type: ignore[no-untyped-def]
    for name, text in small.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    one, other = PackSource.from_files(small), PackSource.from_directory(tmp_path)
    assert one.digest == other.digest
    on = date(2020, 6, 30)
    assert load_policy(one, place="low", on=on).digest == load_policy(other, place="low", on=on).digest


def test_amounts_are_exact(small: dict[str, str]) -> None:
    small["low/amounts.yaml"] = (
        "a: {name: 甲, values: [{from: 2019-01-01, value: 0.1, unit: 元, source: 乙}]}\n"
        "b: {name: 乙, values: [{from: 2019-01-01, value: '7%', unit: 比例, source: 乙}]}\n"
    )
    amounts = load_policy(PackSource.from_files(small), place="low", on=date(2020, 6, 30)).amounts
    assert amounts["a"].value.value == 10
    assert amounts["b"].value.value == Fraction(7, 100)


def test_the_most_specific_area_goes_first(small: dict[str, str]) -> None:
    small["low/amounts.yaml"] = (
        "a: {name: 甲, values: [{from: 2019-01-01, value: 3, unit: 元, source: 乙,"
        " areas: {'1305': 4, 130529103: 6, '130529': 5}}]}\n"
    )
    value = load_policy(PackSource.from_files(small), place="low", on=date(2020, 6, 30)).amounts["a"].value
    asked = (130529103201, 130529104201, 130503101001, 110101001001, None)
    assert [value.at(slot) for slot in asked] == [600, 500, 400, 300, 300]
