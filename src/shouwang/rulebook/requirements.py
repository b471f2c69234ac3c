"""Whether what a decision requires (topic `exit`) holds for one household; questions are left to a person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from shouwang.rulebook.conditions.explained import Explanation, node_explain, unknown_facts
from shouwang.rulebook.conditions.shortfall import Shortfall, shortfall_of
from shouwang.rulebook.policy import Policy
from shouwang.rulebook.program import program_compile


@dataclass(frozen=True)
class Requirement:
    """One requirement on a day. `asks` is the question to a person, empty where data settles it.

    `result` is what the data say: True holds, False does not, None cannot be told (always so of a question).
    `explained` is the condition part by part, `missing` what is not known of it, `mark` how sure its source is;
    `lacks` what is still lacking where it does not hold.
    """

    key: str
    name: str
    clause: str
    asks: str
    result: bool | None
    explained: Explanation | None = None
    missing: tuple[str, ...] = ()
    mark: str = ""
    stays: bool = False
    lacks: Shortfall | None = None

    @property
    def is_asked(self) -> bool:
        return bool(self.asks)

    @property
    def parts(self) -> tuple[Explanation, ...]:
        """The conditions it is made of, each with its values; itself where it is one."""
        if self.explained is None:
            return ()
        return tuple(_leaves(self.explained))


def _leaves(explained: Explanation) -> Iterator[Explanation]:
    for part in explained.parts:
        yield from _leaves(part)
    if not explained.parts:
        yield explained


def requirements_judge(
    policy: Policy, *, decides: str, facts: Mapping[str, Any], on: date, way: str | None = None
) -> list[Requirement]:
    """This function returns the requirements of a decision for a household with these facts (by column), in order.

    Those of other kinds of watched household (`watch_type`) are left out, and those of another `way` of removal.
    """
    found = []
    for rule in program_compile(policy).judgements:
        stated = rule.stated
        if rule.topic != "exit" or stated.value.decides != decides:
            continue
        if not stated.value.is_asked_of(facts.get("watch_type"), way):
            continue
        asks = stated.value.asks or ""
        if rule.when is None:
            found.append(Requirement(stated.key, stated.name, stated.source.clause, asks, None))
            continue
        explained = node_explain(rule.when, facts, on=on)
        missing = unknown_facts(rule.when, facts) if explained.result is None else ()
        found.append(
            Requirement(
                key=stated.key,
                name=stated.name,
                clause=stated.source.clause,
                asks=asks,
                result=explained.result,
                explained=explained,
                missing=missing,
                mark=stated.mark_text,
                stays=stated.value.stays,
                lacks=shortfall_of(rule.when, facts, on=on),
            )
        )
    return found


def nearest_first(found: Iterable[Requirement]) -> list[Requirement]:
    """This function returns the requirements that data can settle and that do not hold, what lacks least in front."""
    lacking = [(one.lacks, number, one) for number, one in enumerate(found) if one.lacks is not None]
    return [one for _, _, one in sorted(lacking, key=lambda line: line[:2])]
