"""Which files make up one place's policy, and how its values are shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import lru_cache
from typing import Any

from shouwang.kit import divisions
from shouwang.kit.divisions import slot_range
from shouwang.kit.money import yuan_text
from shouwang.rulebook import PackSource, Policy
from shouwang.rulebook.conditions.render import node_text
from shouwang.rulebook.lines import Measure, Quantity
from shouwang.rulebook.policy import Line
from shouwang.rulebook.program import program_compile
from shouwang.rulebook.topics import TOPICS
from shouwang.rulebook.values import Provision
from shouwang.rulebook.variants import Change, provision_in_force, quantity_text


def pack_of(source: PackSource, *, place: str) -> PackSource:
    """This function returns the texts of a place and of every pack it extends, without their cases."""
    chain: list[str] = []
    waiting = [place]
    while waiting:
        current = waiting.pop()
        if current in chain:
            continue
        chain.append(current)
        parent = (source.parsed(f"{current}/pack.yaml") or {}).get("extends")
        waiting += [parent] if isinstance(parent, str) else list(parent or [])
    kept = {
        name: text
        for name, text in source.files.items()
        if name.split("/")[0] in chain and name.split("/")[1] != "cases"
    }
    return PackSource.from_files(kept)


@dataclass(frozen=True)
class AmendedValue:
    """One value of a version that differs from the version it was amended from; `area` empty: for everybody."""

    topic: str
    key: str
    area: str
    name: str
    before: str
    after: str
    unit: str

    @property
    def area_name(self) -> str:
        """The name of the area, empty when the value is for everybody."""
        return _divisions().name(slot_range(self.area)[0], default=self.area) if self.area else ""

    @property
    def sentence(self) -> str:
        """The change in words."""
        where = f"（{self.area_name}）" if self.area else ""
        return f"{self.name}{where}由 {self.before} 改为 {self.after} {self.unit}".strip()


def values_amended(policy: Policy, changes: Iterable[Change]) -> list[AmendedValue]:
    """This function returns what changes do to a policy, value by value; raises PackError."""
    found = []
    for change in changes:
        stated = provision_in_force(policy, change.topic, change.key)
        measure = stated.value.measure
        slot = slot_range(change.area)[0] if change.area else None
        before = quantity_text(stated.value.at(slot), measure)
        found.append(
            AmendedValue(change.topic, change.key, change.area, stated.name, before, change.value, stated.unit)
        )
    return found


@dataclass(frozen=True)
class ShownValue:
    """One value in force, as a page shows it."""

    name: str
    key: str
    text: str
    unit: str
    source: str
    mark: str
    since: date
    pack: str
    note: str


@dataclass(frozen=True)
class ShownTopic:
    """One topic of a policy with its values in force."""

    name: str
    key: str
    values: tuple[ShownValue, ...]


def _number(value: Fraction, measure: Measure) -> str:
    if measure is not Measure.NUMBER:
        return yuan_text(int(value))
    return str(value.numerator) if value.denominator == 1 else f"{float(value):g}"


def value_text(value: object) -> str:
    """This function puts a resolved value into words: an amount, a list of names, or the condition as written."""
    if isinstance(value, Quantity):
        table = _divisions()
        areas = "；".join(
            f"{table.name(lo, default=str(lo))} {_number(amount, value.measure)}" for lo, _, amount in value.areas
        )
        return _number(value.value, value.measure) + (f"；其中 {areas}" if areas else "")
    names = getattr(value, "names", None)
    if isinstance(names, tuple | list | frozenset):
        return "、".join(sorted(str(name) for name in names))
    parts = []
    for label, attribute in (("依据", "clause"), ("要核实的事", "ask")):
        stated = getattr(value, attribute, None)
        if stated:
            parts.append(f"{label}：{stated}")
    # A value that knows how to say itself (stages, tasks, clocks) does.
    return "；".join(parts) or (str(value) if "__str__" in type(value).__dict__ else "")


@lru_cache(maxsize=1)
def _divisions() -> divisions.Divisions:
    return divisions.load()


def conditions_said(policy: Policy) -> dict[tuple[str, str], str]:
    """This function returns the conditions of types, triggers and flags in Chinese: (topic, key) → sentence."""
    program = program_compile(policy)
    rules = (("types", program.types), ("triggers", program.triggers), ("flags", program.flags))
    return {(topic, rule.stated.key): node_text(rule.when) for topic, found in rules for rule in found}


def _provisions(topic: Mapping[str, Any]) -> Iterator[Provision[Any]]:
    for item in topic.values():
        if isinstance(item, Line):
            current = item.at(0)
            if current is not None:
                yield current
        else:
            yield item


def topics_shown(policy: Policy) -> list[ShownTopic]:
    """This function returns every topic of a policy with its values, sources and marks, in the packs' order."""
    shown = []
    said = conditions_said(policy)
    for key, topic in policy.topics.items():
        values = tuple(
            ShownValue(
                name=provision.name,
                key=provision.key,
                text=said.get((key, provision.key)) or value_text(provision.value),
                unit=provision.unit,
                source=str(provision.source),
                mark=provision.mark_text,
                since=provision.from_date,
                pack=provision.pack,
                note=provision.note,
            )
            for provision in _provisions(topic)
        )
        if values:
            shown.append(ShownTopic(TOPICS[key].name if key in TOPICS else key, key, values))
    return shown
