"""Measures: what a policy offers, to which households, of which of the fourteen kinds, raising which income."""

from __future__ import annotations

from pydantic import Field

from shouwang.kit.codes import IncomeKind, Measure
from shouwang.rulebook.topic import Topic
from shouwang.rulebook.values import Entry, Model, Text


class Offer(Model):
    """One offer. Without `when` it is for every household; `income` is the kind of income it raises."""

    provides: Text
    kinds: tuple[Measure, ...] = Field(min_length=1)
    when: Text | None = None
    income: IncomeKind | None = None
    tools: tuple[Text, ...] = ()


def _read(entry: Entry) -> Offer:
    return Offer.model_validate(entry.value)


TOPIC = Topic("measures", "帮扶措施", _read)
