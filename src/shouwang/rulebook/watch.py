"""Watch: areas that are watched because of their incidence of poverty."""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

from pydantic import field_validator

from shouwang.kit.money import rate_fraction
from shouwang.rulebook.topic import Topic
from shouwang.rulebook.values import Entry, Model


class AreaWatch(Model):
    """Areas of a level whose share of poor people reaches the limit (以上 includes the number) are watched."""

    level: Literal["county", "township", "village"]
    at_least: Fraction

    @field_validator("at_least", mode="before")
    @classmethod
    def _exact(cls, value: object) -> Fraction:
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise ValueError('at_least 要写成带引号的比例，例如 "7%"')
        try:
            return rate_fraction(value)
        except ValueError:
            raise ValueError('at_least 要写成带引号的比例，例如 "7%"') from None

    def is_watched(self, *, poor: int, population: int) -> bool:
        """This function tells whether an area is watched; an area without people is not."""
        return population > 0 and poor >= self.at_least * population


def _read(entry: Entry) -> AreaWatch:
    return AreaWatch.model_validate(entry.value)


TOPIC = Topic("watch", "区域监测", _read)
