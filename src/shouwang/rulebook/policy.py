"""A policy: what the packs of a place say on one day, typed, frozen, hashable, with a digest."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Any

from pydantic import BaseModel

from shouwang.rulebook.causes import Cause
from shouwang.rulebook.feeds import Feed
from shouwang.rulebook.flags import Flag
from shouwang.rulebook.household_types import HouseholdType
from shouwang.rulebook.lines import Quantity
from shouwang.rulebook.lists import NameList
from shouwang.rulebook.packs import StatedBlock, blocks_read, chain_read, value_read
from shouwang.rulebook.source import PackSource
from shouwang.rulebook.topics import TOPICS
from shouwang.rulebook.triggers import Trigger
from shouwang.rulebook.values import Catalogue, Entry, Provision
from shouwang.rulebook.watch import AreaWatch
from shouwang.rulebook.windows import Window

FORMAT = 1
HISTORY = 3  # years back that line(…, -n) can reach


@dataclass(frozen=True)
class Line:
    """A per-head line: in force on the day (0) and at the end of each of the years before (-1, -2, …)."""

    years: tuple[Provision[Quantity] | None, ...]

    def at(self, offset: int) -> Provision[Quantity] | None:
        """This function returns the line of an earlier year (offset ≤ 0), None when none was in force."""
        return self.years[-offset] if 0 <= -offset < len(self.years) else None


@dataclass(frozen=True, eq=False)
class Policy:
    """What holds in a place on a day. `topics` carries every topic; the properties give the ones the engine reads.

    The digest covers what is in force, not the day: two days under the same values share it.
    """

    place: str
    name: str
    division: str
    on: date
    chain: tuple[str, ...]
    topics: Catalogue[Catalogue[Any]]
    digest: str

    def __hash__(self) -> int:
        return hash((self.digest, self.on))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Policy) and (self.digest, self.on) == (other.digest, other.on)

    @property
    def lines(self) -> Catalogue[Line]:
        """Per-head lines by key."""
        return self.topics["lines"]

    @property
    def amounts(self) -> Catalogue[Provision[Quantity]]:
        """Limits, shares and counts by key."""
        return self.topics["amounts"]

    @property
    def lists(self) -> Catalogue[Provision[NameList]]:
        """Lists of names by key."""
        return self.topics["lists"]

    @property
    def causes(self) -> Catalogue[Provision[Cause]]:
        """How each cause of spending counts."""
        return self.topics["causes"]

    @property
    def windows(self) -> Catalogue[Provision[Window]]:
        """Windows by key."""
        return self.topics["windows"]

    @property
    def types(self) -> Catalogue[Provision[HouseholdType]]:
        """Household types in the order in which they are tried."""
        return self.topics["types"]

    @property
    def triggers(self) -> Catalogue[Provision[Trigger]]:
        """Triggers by key, in the order of the packs."""
        return self.topics["triggers"]

    @property
    def flags(self) -> Catalogue[Provision[Flag]]:
        """Flags by key."""
        return self.topics["flags"]

    @property
    def feeds(self) -> Catalogue[Provision[Feed]]:
        """Expected deliveries by key."""
        return self.topics["feeds"]

    @property
    def watch(self) -> Catalogue[Provision[AreaWatch]]:
        """Watched areas by key."""
        return self.topics["watch"]

    def topic(self, key: str) -> Catalogue[Provision[Any]]:
        """This function returns any topic by key, such as `workflow`."""
        return self.topics[key]


def plain(value: Any) -> Any:
    """This function turns a resolved value into plain JSON data, the same for equal values."""
    if isinstance(value, BaseModel):
        # Parts that packs could not state in earlier editions count once stated, so that digests kept stay true.
        later: frozenset[str] = getattr(type(value), "LATER", frozenset())
        return {
            name: plain(getattr(value, name))
            for name, field in type(value).model_fields.items()
            if name not in later or getattr(value, name) != field.default
        }
    if isinstance(value, Catalogue):
        return [[key, plain(item)] for key, item in value.pairs]
    if is_dataclass(value) and not isinstance(value, type):
        return {part.name: plain(getattr(value, part.name)) for part in fields(value)}
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in sorted(value.items(), key=lambda pair: str(pair[0]))}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, frozenset | set):
        return sorted(plain(item) for item in value)
    if isinstance(value, Fraction):
        return f"{value.numerator}/{value.denominator}"
    if isinstance(value, date):
        return value.isoformat()
    return value


def _digest(body: dict[str, Any]) -> str:
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _provision(stated: StatedBlock, number: int, entry: Entry, name: str) -> Provision[Any]:
    if (number, name) not in stated.read:
        stated.read[number, name] = _provision_read(stated, number, entry, name)
    found: Provision[Any] = stated.read[number, name]
    return found


def _provision_read(stated: StatedBlock, number: int, entry: Entry, name: str) -> Provision[Any]:
    key = f"{stated.key}.values.{number}"
    return Provision(
        key=stated.key,
        name=name,
        value=value_read(stated.topic, entry, file=stated.file, key=key),
        unit=entry.unit or "",
        source=entry.source,
        mark=entry.mark,
        note=entry.note or stated.block.note or "",
        pack=stated.pack,
        file=stated.file,
        from_date=entry.from_,
        until_date=entry.until,
    )


def _in_force(stack: list[StatedBlock], on: date) -> Provision[Any] | None:
    """This function returns what the nearest pack says on a day; a null value repeals, and asks no parent."""
    name = next((stated.block.name for stated in reversed(stack) if stated.block.name), stack[-1].key)
    for stated in reversed(stack):
        for number, entry in enumerate(stated.block.values):
            if entry.covers(on):
                return None if entry.value is None else _provision(stated, number, entry, name)
    return None


def _line(stack: list[StatedBlock], on: date) -> Line | None:
    days = [on, *(date(on.year - back, 12, 31) for back in range(1, HISTORY + 1))]
    years = tuple(_in_force(stack, day) for day in days)
    return Line(years) if any(years) else None


def _resolve(blocks: tuple[StatedBlock, ...], on: date) -> Catalogue[Catalogue[Any]]:
    stacks: dict[tuple[str, str], list[StatedBlock]] = {}
    for stated in blocks:
        stacks.setdefault((stated.topic.key, stated.key), []).append(stated)
    topics: dict[str, list[tuple[str, Any]]] = {key: [] for key in TOPICS}
    for (topic, key), stack in stacks.items():
        value = _line(stack, on) if TOPICS[topic].has_history else _in_force(stack, on)
        if value is not None:
            topics[topic].append((key, value))
    order = {(stated.pack, stated.topic.key, stated.key): number for number, stated in enumerate(blocks)}
    for topic, pairs in topics.items():
        if not TOPICS[topic].has_history:  # parents first, as written in the pack whose value is in force
            ranked = {key: order[stated.pack, topic, key] for key, stated in pairs}
            topics[topic] = [(key, dict(pairs)[key]) for key in sorted(ranked, key=ranked.__getitem__)]
    topics["types"].sort(key=lambda pair: pair[1].value.order)
    return Catalogue(tuple((key, Catalogue(tuple(pairs))) for key, pairs in topics.items()))


def policy_resolve(source: PackSource, *, place: str, on: date) -> Policy:
    """This function resolves a place's packs on a day without checking the conditions."""
    chain = chain_read(source, place)
    head = chain[0][1]
    topics = _resolve(blocks_read(source, place), on)
    names = tuple(pack for pack, _ in chain)
    return policy_seal(Policy(place, head.name, head.division, on, names, topics, digest=""))


def policy_seal(policy: Policy) -> Policy:
    """This function returns the policy with the digest of what it holds."""
    body = {"format": FORMAT, "place": policy.place, "division": policy.division, "chain": policy.chain}
    stated = Catalogue(tuple((key, found) for key, found in policy.topics.pairs if found or not TOPICS[key].is_later))
    return replace(policy, digest=_digest({**body, "topics": plain(stated)}))


def load_policy(source: PackSource, *, place: str, on: date) -> Policy:
    """This function resolves a place's packs on a day, checks every condition and the workflow; raises PackError."""
    from shouwang.rulebook.care import care_of
    from shouwang.rulebook.check_program import checks_compile
    from shouwang.rulebook.giving import giving_of
    from shouwang.rulebook.program import program_compile  # a program is built over a policy
    from shouwang.rulebook.sevens import sevens_of
    from shouwang.rulebook.workflow_policy import workflow_of

    policy = policy_resolve(source, place=place, on=on)
    program_compile(policy)
    checks_compile(policy)
    workflow_of(policy)
    care_of(policy)
    sevens_of(policy)
    giving_of(policy)
    return policy
