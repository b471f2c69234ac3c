"""Variants: a policy with some of its lines and amounts moved, to be tried before anybody adopts it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from shouwang.kit.divisions import slot_range
from shouwang.kit.errors import Refusal
from shouwang.rulebook.conditions.nodes import provisions_of
from shouwang.rulebook.errors import PackError
from shouwang.rulebook.lines import Measure, Quantity, quantity_read
from shouwang.rulebook.packs import value_read
from shouwang.rulebook.policy import Line, Policy, policy_seal
from shouwang.rulebook.program import program_compile
from shouwang.rulebook.topics import TOPICS
from shouwang.rulebook.values import Catalogue, Entry, Provision

MOVABLE = tuple(key for key, topic in TOPICS.items() if topic.read is quantity_read)
_CHANGE = re.compile(r"(?:(?P<topic>[a-z]+)\.)?(?P<key>[A-Za-z]\w*)(?:@(?P<area>\d+))?=(?P<value>\S+)", re.ASCII)


@dataclass(frozen=True, order=True)
class Change:
    """One value to move: the default, or that of one area the value states; `unit` empty keeps the unit in force."""

    topic: str
    key: str
    value: str
    area: str = ""
    unit: str = ""

    @property
    def path(self) -> str:
        """The value in one word, as the command line takes it."""
        return f"{self.topic}.{self.key}" + (f"@{self.area}" if self.area else "")


@dataclass(frozen=True)
class Threshold:
    """A value that decides whom some type takes in or some trigger warns of: as it stands, for all or for one area."""

    topic: str
    stated: Provision[Quantity]
    area: str
    value: Fraction
    rules: tuple[str, ...]

    @property
    def path(self) -> str:
        """The value in one word, as the command line takes it."""
        return f"{self.topic}.{self.stated.key}" + (f"@{self.area}" if self.area else "")

    @property
    def text(self) -> str:
        """The value in its unit, as packs write it."""
        return quantity_text(self.value, self.stated.value.measure)


def quantity_text(value: Fraction, measure: Measure) -> str:
    """This function writes an exact value as packs do: yuan, or a plain number; the inverse of reading it."""
    exact = value if measure is Measure.NUMBER else value / 100
    if exact.denominator == 1:
        return str(exact.numerator)
    scale = next((10**places for places in range(1, 13) if (exact * 10**places).denominator == 1), None)
    if scale is None:
        return f"{float(exact):g}"
    sign, whole = ("-" if exact < 0 else ""), abs(exact) * scale
    head, tail = divmod(whole.numerator, scale)
    return f"{sign}{head}.{tail:0{len(str(scale)) - 1}d}"


def change_parse(text: str, policy: Policy) -> Change:
    """This function reads `topic.key=VALUE`, `key=VALUE` or `key@AREA=VALUE`; raises PackError."""
    found = _CHANGE.fullmatch(text.strip())
    if found is None:
        raise PackError(f"“{text}”看不懂，要写成“键=值”，例如 rigid_low_income=12000")
    topics = [topic for topic in MOVABLE if found["key"] in policy.topic(topic)]
    if found["topic"]:
        topics = [topic for topic in topics if topic == found["topic"]]
    if len(topics) != 1:
        why = "当日没有这个数值" if not topics else f"在几处都有，请写明是哪一处：{'、'.join(topics)}"
        raise PackError(why, key=text.split("=", 1)[0])
    return Change(topics[0], found["key"], found["value"], found["area"] or "")


def provision_in_force(policy: Policy, topic: str, key: str) -> Provision[Quantity]:
    """This function returns the line or amount in force on the policy's day; raises PackError naming file and key."""
    file = f"{policy.place}/{topic}.yaml"
    if topic not in MOVABLE:
        raise PackError(f"这一类不能推演，可以改的有：{'、'.join(MOVABLE)}", file=file, key=key)
    found: Any = policy.topic(topic).get(key)
    stated = found.at(0) if isinstance(found, Line) else found
    if stated is None:
        raise PackError(f"{policy.on.isoformat()} 这一天没有这个数值", file=file, key=key)
    result: Provision[Quantity] = stated
    return result


def changes_grouped(changes: Iterable[Change]) -> dict[tuple[str, str], list[Change]]:
    """This function sorts changes by the value they move; raises PackError when one is moved twice."""
    grouped: dict[tuple[str, str], list[Change]] = {}
    for change in changes:
        group = grouped.setdefault((change.topic, change.key), [])
        if any(other.area == change.area for other in group):
            raise PackError("同一个数值改了两次", file=f"{change.topic}.yaml", key=change.path)
        group.append(change)
    return grouped


def unit_check(change: Change, unit: str, *, file: str) -> None:
    """This function refuses a change in another unit than the value has; raises PackError."""
    if change.unit and change.unit != unit:
        raise PackError(f"单位“{change.unit}”与现行的“{unit}”不一致", file=file, key=change.path)


def area_check(change: Change, division: str, *, file: str) -> tuple[int, int]:
    """This function returns the slots of a change's area; raises PackError when they are none of the place's own."""
    try:
        lo, hi = slot_range(change.area)
    except Refusal as refusal:
        raise PackError(refusal.message, file=file, key=change.path) from None
    own_lo, own_hi = slot_range(division) if division != "0" else (0, hi)
    if not (own_lo <= lo and hi <= own_hi):
        raise PackError(f"“{change.area}”不在本地（{division}）的辖区里", file=file, key=change.path)
    return lo, hi


def _moved(stated: Provision[Quantity], topic: str, changes: list[Change], policy: Policy) -> Provision[Quantity]:
    value, file = stated.value, stated.file
    areas = {(lo, hi): amount for lo, hi, amount in value.areas}
    default = value.value
    for change in changes:
        unit_check(change, stated.unit, file=file)
        entry = Entry.model_validate(
            {"from": stated.from_date, "value": change.value, "unit": stated.unit, "source": stated.source}
        )
        amount: Quantity = value_read(TOPICS[topic], entry, file=file, key=change.path)
        if change.area:
            areas[area_check(change, policy.division, file=file)] = amount.value
        else:
            default = amount.value
    listed = sorted(((lo, hi, amount) for (lo, hi), amount in areas.items()), key=lambda one: (one[1] - one[0], one[0]))
    return replace(stated, value=Quantity(value.measure, default, tuple(listed)))


def policy_with(policy: Policy, changes: Sequence[Change]) -> Policy:
    """This function returns the policy with values moved, sealed anew and checked; raises PackError.

    A line is moved for the year of the policy's day; the years before keep theirs.
    """
    topics = {key: dict(topic.pairs) for key, topic in policy.topics.pairs}
    for (topic, key), group in changes_grouped(changes).items():
        stated = provision_in_force(policy, topic, key)
        moved = _moved(stated, topic, group, policy)
        before = topics[topic][key]
        topics[topic][key] = Line((moved, *before.years[1:])) if isinstance(before, Line) else moved
    made = Catalogue(tuple((key, Catalogue(tuple(pairs.items()))) for key, pairs in topics.items()))
    result = policy_seal(replace(policy, topics=made))
    program_compile(result)
    return result


def _places(stated: Provision[Quantity], lo: int, hi: int) -> list[tuple[str, Fraction]]:
    """This function returns the values that hold somewhere in a slot range: (area code or empty, value)."""
    found = []
    for area_lo, area_hi, value in stated.value.areas:
        if area_lo <= hi and lo <= area_hi:
            found.append((area_code(area_lo, area_hi), value))
        if area_lo <= lo and hi <= area_hi:
            return found
    return [("", stated.value.value), *found]


def area_code(lo: int, hi: int) -> str:
    """This function returns the division code of a slot range, as short as packs write it."""
    return f"{lo:012d}"[: 12 - len(str(hi - lo + 1)) + 1]


def thresholds_of(policy: Policy, *, lo: int, hi: int) -> tuple[Threshold, ...]:
    """This function returns the values that types and triggers rest on and that hold in a slot range, in pack order.

    A line counts with the value of the policy's own year: earlier years' lines are history.
    """
    used: dict[Provision[Quantity], list[str]] = {}
    program = program_compile(policy)
    for type_ in program.types:
        for stated in provisions_of(type_.when):
            used.setdefault(stated, []).append(type_.stated.name)
    for rule in program.triggers:
        for stated in rule.parameters:
            used.setdefault(stated, []).append(rule.stated.name)
    found = []
    for topic in MOVABLE:
        for key in policy.topic(topic):
            item: Any = policy.topic(topic)[key]
            current = item.at(0) if isinstance(item, Line) else item
            if current in used:
                names = tuple(dict.fromkeys(used[current]))
                found += [Threshold(topic, current, area, value, names) for area, value in _places(current, lo, hi)]
    return tuple(found)
