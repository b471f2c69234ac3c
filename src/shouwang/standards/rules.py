"""Which files make up one place's policy, and how its values are shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from shouwang.kit.money import yuan_text
from shouwang.rulebook import PackSource, Policy
from shouwang.rulebook.lines import Measure, Quantity
from shouwang.rulebook.policy import Line
from shouwang.rulebook.topics import TOPICS
from shouwang.rulebook.values import Provision


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


def _number(quantity: Quantity) -> str:
    if quantity.measure is not Measure.NUMBER:
        return yuan_text(int(quantity.value))
    value = quantity.value
    return str(value.numerator) if value.denominator == 1 else f"{float(value):g}"


def value_text(value: object) -> str:
    """This function puts a resolved value into words: an amount, a list of names, or the condition as written."""
    if isinstance(value, Quantity):
        areas = "；".join(f"{lo}–{hi}：{amount}" for lo, hi, amount in value.areas)
        return _number(value) + (f"（另有 {areas}）" if areas else "")
    names = getattr(value, "names", None)
    if isinstance(names, tuple | list | frozenset):
        return "、".join(sorted(str(name) for name in names))
    parts = []
    for label, attribute in (("条件", "when"), ("事由", "cause"), ("依据", "clause"), ("要核实的事", "ask")):
        stated = getattr(value, attribute, None)
        if stated:
            parts.append(f"{label}：{getattr(stated, 'text', stated)}")
    # A value that knows how to say itself (stages, tasks, clocks) does.
    return "；".join(parts) or (str(value) if "__str__" in type(value).__dict__ else "")


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
    for key, topic in policy.topics.items():
        values = tuple(
            ShownValue(
                name=provision.name,
                key=provision.key,
                text=value_text(provision.value),
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
