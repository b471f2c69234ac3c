"""A program: the conditions of a policy, parsed and checked once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

from shouwang.kit.codes import Risk
from shouwang.rulebook.area_facts import AREA_FACTS
from shouwang.rulebook.conditions.nodes import (
    Among,
    Compare,
    Const,
    FactRef,
    IsTrue,
    IsUnknown,
    Logic,
    Node,
    Unknown,
    provisions_of,
)  # fmt: skip
from shouwang.rulebook.conditions.parse import Scope, condition_parse, expression_parse
from shouwang.rulebook.errors import ConditionError, PackError
from shouwang.rulebook.exit_facts import EXIT_FACTS
from shouwang.rulebook.facts import FACTS, TYPE_FACTS, Kind
from shouwang.rulebook.flags import Flag
from shouwang.rulebook.household_types import HouseholdType
from shouwang.rulebook.insurance import pools_of
from shouwang.rulebook.lines import Quantity
from shouwang.rulebook.policy import Policy
from shouwang.rulebook.triggers import Trigger
from shouwang.rulebook.values import Provision
from shouwang.rulebook.visits import Outcome, questions_of
from shouwang.rulebook.windows import windows_fault


@dataclass(frozen=True)
class TypeRule:
    """A household type and its condition."""

    stated: Provision[HouseholdType]
    when: Node


@dataclass(frozen=True)
class TriggerRule:
    """A trigger and its expressions; `result` is the whole of it: True warns, None is undecided."""

    stated: Provision[Trigger]
    member: Node | None
    rested: Node | None
    when: Node
    undecided: Node | None
    measured: Node
    threshold: Node

    @property
    def parameters(self) -> tuple[Provision[Quantity], ...]:
        """The lines and amounts the trigger rests on."""
        nodes = (self.when, self.undecided, self.measured, self.threshold)
        return tuple(dict.fromkeys(stated for node in nodes if node for stated in provisions_of(node)))

    @property
    def mark(self) -> str:
        """The weakest mark of the trigger and its parameters: demo, unverified, or empty."""
        marks = {self.stated.mark, *(stated.mark for stated in self.parameters)}
        return next((mark for mark in ("demo", "unverified") if mark in marks), "")

    @property
    def result(self) -> Node:
        """All that must hold, or nobody can tell because the rule's `undecided` holds."""
        whom = [part for part in (self.member, self.rested) if part is not None]
        whole = _all(*whom, self.when)
        if self.undecided is None:
            return whole
        return Logic(Kind.BOOL, "or", (whole, _all(*whom, self.undecided, Unknown(Kind.BOOL))))


@dataclass(frozen=True)
class FlagRule:
    """A flag and its condition."""

    stated: Provision[Flag]
    when: Node


@dataclass(frozen=True)
class Judgement:
    """A rule that picks households or areas without warning of them; `when` None holds for all."""

    topic: str
    stated: Provision[Any]
    when: Node | None


@dataclass(frozen=True)
class Program:
    """Everything the engine evaluates, in order. `judgements` are over households, `areas` over area facts."""

    types: tuple[TypeRule, ...]
    triggers: tuple[TriggerRule, ...]
    flags: tuple[FlagRule, ...]
    judgements: tuple[Judgement, ...] = ()
    areas: tuple[Judgement, ...] = ()

    def trigger(self, key: str) -> TriggerRule | None:
        """This function returns a trigger's rule, None when the policy has no such trigger."""
        return next((rule for rule in self.triggers if rule.stated.key == key), None)


def _all(*parts: Node) -> Node:
    return parts[0] if len(parts) == 1 else Logic(Kind.BOOL, "and", parts)


def _member(keys: tuple[str, ...]) -> Node | None:
    """This function returns whether a household is of one of the types; unknown while its type cannot be told."""
    if not keys:
        return None
    among = Among(Kind.BOOL, FactRef(Kind.TEXT, FACTS["household_type"]), keys)
    open_ = Logic(Kind.BOOL, "and", (FactRef(Kind.BOOL, FACTS["is_type_unknown"]), Unknown(Kind.BOOL)))
    return Logic(Kind.BOOL, "or", (IsTrue(Kind.BOOL, among, True), open_))


def _rested(months: int) -> Node | None:
    """This function returns whether enough months have gone since income evidence was handled."""
    if not months:
        return None
    since = FactRef(Kind.NUMBER, FACTS["rested_income_months"])
    long_ago = Compare(Kind.BOOL, ">=", since, Const(Kind.NUMBER, Fraction(months)))
    return Logic(Kind.BOOL, "or", (IsUnknown(Kind.BOOL, since), long_ago))


def _read(stated: Provision[Any], part: str, text: str, read: Callable[[str, Scope], Node], scope: Scope) -> Node:
    try:
        return read(text, scope)
    except ConditionError as error:
        raise PackError(error.message, file=stated.file, key=f"{stated.key}.{part}") from None


def _known_type(key: str, types: tuple[str, ...], stated: Provision[Any]) -> None:
    if key not in types:
        known = "、".join(types) or "无"
        raise PackError(f"当日没有“{key}”这个类型，现有：{known}", file=stated.file, key=f"{stated.key}.types")


def _known_pool(key: str | None, policy: Policy, stated: Provision[Any], part: str) -> None:
    pools = [one.key for one in pools_of(policy) if one is not stated]
    if key is not None and key not in pools:
        known = "、".join(pools) or "无"
        raise PackError(f"当日没有“{key}”这个资金池，现有：{known}", file=stated.file, key=f"{stated.key}.{part}")


def _known_offers(policy: Policy) -> None:
    """This function refuses an offer that excludes itself or one that is not in force."""
    offers = policy.topic("measures")
    for stated in offers.values():
        for key in stated.value.excludes:
            if key == stated.key:
                why = "不能与自己互斥"
            elif key not in offers:
                why = f"当日没有“{key}”这项措施，不能与它互斥"
            else:
                continue
            raise PackError(why, file=stated.file, key=f"{stated.key}.excludes")


def _trigger(stated: Provision[Trigger], scope: Scope, types: tuple[str, ...]) -> TriggerRule:
    value = stated.value
    for key in value.types:
        _known_type(key, types, stated)
    when = _read(stated, "when", value.when, condition_parse, scope)
    undecided = _read(stated, "undecided", value.undecided, condition_parse, scope) if value.undecided else None
    measured = _read(stated, "measured", value.measured, expression_parse, scope)
    threshold = _read(stated, "threshold", value.threshold, expression_parse, scope)
    if measured.kind not in {Kind.MONEY, Kind.PER_HEAD, Kind.NUMBER} or threshold.kind is not measured.kind:
        raise PackError("measured 与 threshold 要是同一类的数", file=stated.file, key=f"{stated.key}.measured")
    return TriggerRule(stated, _member(value.types), _rested(value.rest_months), when, undecided, measured, threshold)


# Topics of judgements over households and over areas, and the part of a value that holds the condition.
HOUSEHOLD_TOPICS = {"exit": "requires", "measures": "when", "sweeps": "whom"}
AREA_TOPICS = {"watch": "when", "teams": "when"}


def _judgements(policy: Policy, topics: dict[str, str], scope: Scope) -> tuple[Judgement, ...]:
    found = []
    for topic, part in topics.items():
        for stated in policy.topic(topic).values():
            when = stated.value.when
            node = _read(stated, part, when, condition_parse, scope) if when is not None else None
            found.append(Judgement(topic, stated, node))
    return tuple(found)


def _visits_check(policy: Policy) -> None:
    """This function refuses visits in which some risk can never be called solved."""
    stated = list(policy.topic("visits").values())
    if not any(one.value.question is not None for one in stated):
        return
    for cause in Risk:
        asked = [one.question for one in questions_of(policy, [cause]) if one.cause]
        means = {answer.means for question in asked for _, answer in question.answers}
        if Outcome.SOLVED not in means:
            message = f"{cause.label}的风险没有一个能答“已消除”（means: SOLVED）的问题"
            raise PackError(message, file=stated[0].file, key=stated[0].key)


@lru_cache(maxsize=64)
def program_compile(policy: Policy) -> Program:
    """This function parses and checks every condition of a policy; raises PackError naming file and key."""
    fault = windows_fault({key: stated.value for key, stated in policy.windows.items()})
    if fault is not None:
        raise PackError(fault[1], file=policy.windows[fault[0]].file, key=fault[0])
    early = Scope({key: fact for key, fact in FACTS.items() if key not in TYPE_FACTS}, policy)
    keys = tuple(policy.types)
    late = Scope(FACTS, policy, {"household_type": keys})
    types = tuple(
        TypeRule(stated, _read(stated, "when", stated.value.when, condition_parse, early))
        for stated in policy.types.values()
    )
    triggers = tuple(_trigger(stated, late, keys) for stated in policy.triggers.values())
    flags = tuple(
        FlagRule(stated, _read(stated, "when", stated.value.when, condition_parse, late))
        for stated in policy.flags.values()
    )
    for stated in policy.topic("insurance").values():
        for key_ in getattr(stated.value, "types", ()):
            _known_type(key_, keys, stated)
        for part in ("pool", "adds_to"):
            _known_pool(getattr(stated.value, part, None), policy, stated, part)
    _known_offers(policy)
    exits = Scope(EXIT_FACTS, policy, {"household_type": keys})
    _visits_check(policy)
    judgements = tuple(
        judgement for topic, part in HOUSEHOLD_TOPICS.items()
        for judgement in _judgements(policy, {topic: part}, exits if topic == "exit" else late)
    )  # fmt: skip
    return Program(types, triggers, flags, judgements, _judgements(policy, AREA_TOPICS, Scope(AREA_FACTS, policy)))
