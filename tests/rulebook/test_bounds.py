"""A number that might pass 38 digits is refused where it is written, not where it overflows."""

from __future__ import annotations

from datetime import date

import pytest

from shouwang.rulebook import PackSource, load_policy, packs_directory
from shouwang.rulebook.conditions import Scope, condition_parse, expression_parse
from shouwang.rulebook.errors import ConditionError
from shouwang.rulebook.facts import FACTS

SCOPE = Scope(FACTS, load_policy(PackSource.from_directory(packs_directory()), place="xingtai", on=date(2020, 6, 30)))
MOST = 10842021  # times 10**12 people and 2**63 fen it is the last below 10**38
LONG = f"{MOST + 1} * member_count"
TINY = " * ".join(["0.000001"] * 5)


@pytest.mark.parametrize(
    "text",
    [
        "member_count * net_income > yuan(0)",
        "per_capita_net_income > 1.333 * line('national', -1)",
        "2.0001 * member_count * net_income > 1.333 * net_income",
        "member_count * 1.5 * per_capita_net_income < 2.0001 * line('national')",
        "coalesce(0.0001 * net_income, 0) = yuan(1)",
        "1.5 * member_count * labour_count * child_count > 3",
    ],
)
def test_what_packs_write_has_room(text: str) -> None:
    condition_parse(text, SCOPE)


@pytest.mark.parametrize(
    "text",
    [
        "member_count * labour_count * net_income > yuan(0)",
        f"{LONG} * net_income > yuan(0)",
        f"({LONG} * net_income) is null",
        f"known({LONG} * net_income)",
        f"is_low_income or not (coalesce({LONG} * net_income, 0) = yuan(1))",
        "member_count * labour_count * child_count * elder_count > 0",
        # each side has room alone; brought to one scale or one head count they have not
        f"{TINY} * member_count < income_kind_count",
        "per_capita_net_income < 100000000000000 * 10000000 * line('national')",
    ],
)
def test_what_may_overflow_is_refused(text: str) -> None:
    with pytest.raises(ConditionError, match="可能超过 38 位"):
        condition_parse(text, SCOPE)


def test_the_limit_lies_at_38_digits_on_both_sides() -> None:
    condition_parse(f"{MOST} * member_count * net_income > yuan(0)", SCOPE)
    with pytest.raises(ConditionError, match="可能超过 38 位"):
        condition_parse(f"{LONG} * net_income > yuan(0)", SCOPE)


def test_a_number_that_is_shown_is_bounded_with_its_rounding() -> None:
    with pytest.raises(ConditionError, match="可能超过 38 位"):
        expression_parse(f"{TINY} * per_capita_net_income", SCOPE)
