"""Variants as people type them: values moved, a grid of values, what a variant is called."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import lru_cache

from shouwang.kit.errors import Refusal
from shouwang.kit.money import fen_parse, rate_fraction
from shouwang.kit.texts import squeezed
from shouwang.rulebook.errors import PackError
from shouwang.rulebook.lines import Measure
from shouwang.rulebook.policy import Policy
from shouwang.rulebook.variants import Change, Threshold, change_parse, policy_with, quantity_text

MOST = 20  # variants compared at once
DIGITS = 12  # of a number that is no amount
_NUMBER = re.compile(r"\d+(\.\d+)?%?", re.ASCII)

Values = Mapping[str, str]  # path of a value → its text in its unit, as packs write it; only what is moved


class TooManyVariants(Refusal):
    """More variants than are compared at once."""

    def __init__(self, count: int) -> None:
        super().__init__(f"一次最多比较 {MOST} 种方案，这样会有 {count} 种。请先去掉几种，或者每步加大些。")


class NothingMoved(Refusal):
    """A variant that is the policy itself."""

    sentence = "还没有改任何数值：请先在“试改为”里改一个数。"


class ValueUnreadable(Refusal):
    """A typed value that is no value of its unit."""


class GridUnreadable(Refusal):
    """A grid that does not lead from its first to its last value."""


def quantity_typed(text: str, measure: Measure) -> Fraction:
    """This function reads a value as people type it: money in yuan (1.2万 too) as fen, else a number; above zero.

    Raises ValueUnreadable or one of the money refusals.
    """
    if measure is not Measure.NUMBER:
        fen = fen_parse(text)
        if fen == 0:
            raise ValueUnreadable("金额要大于 0。")
        return Fraction(fen)
    plain = squeezed(text)
    if len(plain) > DIGITS or not _NUMBER.fullmatch(plain):
        raise ValueUnreadable("要填一个数，例如 1.5 或 25%。")
    number = rate_fraction(plain)
    if number <= 0:
        raise ValueUnreadable("要大于 0。")
    return number


def value_typed(text: str, threshold: Threshold) -> str:
    """This function reads a typed value and returns it as packs write it; raises as `quantity_typed` does."""
    measure = threshold.stated.value.measure
    return quantity_text(quantity_typed(text, measure), measure)


def values_moved(typed: Values, thresholds: Sequence[Threshold]) -> dict[str, str]:
    """This function returns, of typed values as packs write them, those that differ from the policy's, in its order."""
    texts = {one.path: one.text for one in thresholds}
    return {path: typed[path] for path in texts if path in typed and typed[path] != texts[path]}


def grid_values(*, first: str, last: str, step: str, threshold: Threshold) -> list[str]:
    """This function returns the values from the first to the last, both among them when the steps meet it.

    Raises GridUnreadable, TooManyVariants, and as `quantity_typed` does.
    """
    measure = threshold.stated.value.measure
    low, high, by = (quantity_typed(text, measure) for text in (first, last, step))
    if low > high:
        raise GridUnreadable("“从多少”不能大于“到多少”：从小到大逐个试。")
    count = int((high - low) // by) + 1
    if count > MOST:
        raise TooManyVariants(count)
    return [quantity_text(low + by * number, measure) for number in range(count)]


def changes_of(values: Values, policy: Policy) -> list[Change]:
    """This function returns a variant's changes; raises PackError."""
    return [change_parse(f"{path}={text}", policy) for path, text in values.items()]


@lru_cache(maxsize=256)
def _moved(policy: Policy, values: tuple[tuple[str, str], ...]) -> Policy:
    # The same variants are asked for again and again while somebody compares them.
    return policy_with(policy, changes_of(dict(values), policy))


def policy_of_variant(values: Values, policy: Policy) -> Policy:
    """This function returns the policy with a variant's values; raises PackError."""
    return _moved(policy, tuple(values.items()))


def is_of(values: Values, policy: Policy) -> bool:
    """This function tells whether a variant can be tried on a policy: all it moves is there, in its unit."""
    try:
        policy_of_variant(values, policy)
    except PackError:
        return False
    return True
