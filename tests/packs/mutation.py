"""Mutants of the packs: every number moved by one unit, every date by a day, every item taken off its list.

A mutant dies when the packs refuse it or a case of the place, or of a place that inherits from it, comes out
otherwise. Values marked `demo` have no truth to defend and are left alone; so is a date that changes nothing.
Household rules must be killed by what becomes of a household: a case that only repeats the value does not count.
"""

from __future__ import annotations

import copy
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

from shouwang.engine import checkbook
from shouwang.engine.casebook import PLAIN, Casebook, Screened, areas_misses, cases_screen, plain_misses
from shouwang.engine.checks import check
from shouwang.engine.outcomes import outcome_misses, scalar_outcome
from shouwang.engine.shape import Shape, shape_of
from shouwang.rulebook import PackError, PackSource, Policy, load_policy
from shouwang.rulebook.check_cases import CheckCase
from shouwang.rulebook.check_program import CheckRule, checks_compile
from shouwang.rulebook.packs import StatedBlock, blocks_of, blocks_read, chain_read
from shouwang.rulebook.policy import _in_force, _line
from shouwang.rulebook.topics import TOPICS

CONDITIONS = {"when", "undecided", "measured", "threshold", "requires", "whom"}
TEXTS = {"name", "reason", "question", "step", "yes", "no", "told", "asks", "provides", "sentence"}
BEHAVIOUR = {"amounts", "lists", "causes", "windows", "types", "triggers", "flags", "exit", "watch"}
_NUMBER = re.compile(r"-?\d+(\.\d+)?%?")
_IN_TEXT = re.compile(r"(?<![\w.'])\d+(\.\d+)?(?![\w'])")
_HAS = re.compile(r"(has\(\w+)((?:,\s*'[^']*')+)(\))")
_AMONG = re.compile(r"(\bin \()('[^']*'(?:,\s*'[^']*')*)(\))")
_QUOTED = re.compile(r"'[^']*'")


@dataclass(frozen=True)
class Mutant:
    """One change: the file, the key of its block, the path below it, what stands there now and what instead."""

    place: str
    topic: str
    key: str
    path: tuple[Any, ...]
    kind: str  # number, date, item
    old: Any = field(hash=False)
    new: Any = field(hash=False)

    def __str__(self) -> str:
        path = ".".join(str(part) for part in self.path)
        return f"{self.place}/{self.topic}.yaml {self.key}.{path} [{self.kind}]: {self.old!r} -> {self.new!r}"

    @property
    def day(self) -> date | None:
        """The day whose policy a moved date changes."""
        if self.kind != "date":
            return None
        return min(self.old, self.new)

    def applied(self, raw: dict[str, Any]) -> dict[str, Any]:
        """The file with the change made."""
        changed = copy.deepcopy(raw)
        target = changed[self.key]
        for part in self.path[:-1]:
            target = target[part]
        target[self.path[-1]] = self.new
        return changed


def _moved(text: str, by: int) -> str:
    """A number moved by one unit: the last digit that is written; a share by a thousandth, other fractions by 0.01."""
    percent = text.endswith("%")
    number = Decimal(text.removesuffix("%"))
    step = Decimal("0.1") if percent else Decimal("0.01") if "." in text else Decimal(1)
    return f"{number + by * step}{'%' if percent else ''}"


def _text_mutants(text: str) -> Iterator[tuple[str, str]]:
    for match in _IN_TEXT.finditer(text):
        for by in (-1, 1):
            yield "number", text[: match.start()] + _moved(match[0], by) + text[match.end() :]
    for pattern in (_HAS, _AMONG):
        for match in pattern.finditer(text):
            items = _QUOTED.findall(match[2])
            for item in items if len(items) > 1 else ():
                rest = ", ".join(other for other in items if other != item)
                lead = ", " if pattern is _HAS else ""
                yield "item", text[: match.start()] + match[1] + lead + rest + match[3] + text[match.end() :]


def _value_mutants(value: Any, path: tuple[Any, ...], money: bool) -> Iterator[tuple[tuple[Any, ...], str, Any, Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key not in TEXTS or isinstance(inner, dict | list):
                yield from _value_mutants(inner, (*path, key), money)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield path, "item", value, value[:number] + value[number + 1 :]
            yield from _value_mutants(inner, (*path, number), money)
    elif isinstance(value, bool) or value is None or isinstance(value, date):
        return
    elif isinstance(value, str) and path[-1] in CONDITIONS:
        for kind, changed in _text_mutants(value):
            yield path, kind, value, changed
    elif isinstance(value, int) or _NUMBER.fullmatch(str(value)):
        for by in (-1, 1):
            if money and not str(value).endswith("%"):
                yield path, "number", value, f"{Decimal(str(value)) + by * Decimal('0.01')}"
            else:
                yield path, "number", value, _moved(str(value), by) if isinstance(value, str) else value + by


def _money_in(topic: str, unit: str | None) -> bool:
    return topic == "insurance" or (topic in {"lines", "amounts"} and bool(unit) and unit.startswith("元"))


def mutants(source: PackSource, place: str) -> Iterator[Mutant]:
    """Every mutant of one pack's own files."""
    for topic in TOPICS:
        raw = source.parsed(f"{place}/{topic}.yaml")
        if raw is None:
            continue
        for key, block in raw.items():
            for number, entry in enumerate(block["values"]):
                if entry.get("mark") == "demo":
                    continue
                at = ("values", number)
                for part in ("from", "until"):
                    if entry.get(part) is not None:
                        for by in (-1, 1):
                            moved = entry[part] + timedelta(days=by)
                            yield Mutant(place, topic, key, (*at, part), "date", entry[part], moved)
                money = _money_in(topic, entry.get("unit"))
                for part in ("value", "areas"):
                    for path, kind, old, new in _value_mutants(entry.get(part), (*at, part), money):
                        yield Mutant(place, topic, key, path, kind, old, new)


class Baseline:
    """The unchanged packs of one place: its cases, its policies and facts by day."""

    def __init__(self, source: PackSource, place: str) -> None:
        self.source, self.place = source, place
        self.chain = tuple(pack for pack, _ in chain_read(source, place))
        self.book = Casebook.of(source, place)
        self._screened: dict[date, Screened] = {}
        self._checked: dict[date, CheckDay] = {}
        self._shapes: dict[date, Shape] = {}

    @cached_property
    def blocks(self) -> tuple[StatedBlock, ...]:
        return blocks_read(self.source, self.place)

    @cached_property
    def days(self) -> tuple[date, ...]:
        kinds = ("cases", "areas", *PLAIN, "workflow")
        return tuple(sorted({day for kind in kinds for day in self.book.days(kind)}))

    @cached_property
    def by_day(self) -> dict[date, dict[str, list[Any]]]:
        kinds = ("cases", "areas", *PLAIN, "workflow")
        found: dict[date, dict[str, list[Any]]] = {day: {} for day in self.days}
        for kind in kinds:
            for day, cases in self.book.days(kind).items():
                found[day][kind] = [case for _, case in cases]
        return found

    def shape(self, day: date) -> Shape:
        if day not in self._shapes:
            self._shapes[day] = shape_of(load_policy(self.source, place=self.place, on=day), on=day)
        return self._shapes[day]

    @cached_property
    def check_days(self) -> dict[date, list[CheckCase]]:
        found: dict[date, list[CheckCase]] = {}
        for _, case in checkbook.place_check_cases(self.source, self.place):
            found.setdefault(case.on, []).append(case)
        return dict(sorted(found.items()))

    def check_day(self, day: date) -> CheckDay:
        if day not in self._checked:
            policy = load_policy(self.source, place=self.place, on=day)
            self._checked[day] = CheckDay(policy, self.check_days[day])
        return self._checked[day]

    def screened(self, day: date) -> Screened:
        if day not in self._screened:
            policy = load_policy(self.source, place=self.place, on=day)
            self._screened[day] = cases_screen(self.by_day[day]["cases"], policy)
        return self._screened[day]


class CheckDay:
    """The cases of the data-quality checks of one day, and what the rows of theirs say."""

    def __init__(self, policy: Policy, cases: list[CheckCase]) -> None:
        self.policy, self.cases = policy, cases
        with tempfile.TemporaryDirectory() as name:
            checkbook._snapshot(cases, policy, Path(name))
            self.scalar = checkbook._Scalar(check(Path(name), policy, on=policy.on, with_rows=True), on=policy.on)

    def found(self, rule: CheckRule | None) -> dict[int, tuple[list[str], list[str]]]:
        """What one rule finds wrong and cannot decide, by case; a case that asks for nothing undecided has none."""
        told: dict[int, tuple[list[str], list[str]]] = {}
        for row in self.scalar.rows[rule.over] if rule is not None else ():
            number = checkbook._number(self.policy, rule, row)
            result = self.scalar.result(rule, row)
            if number is None or result is False:
                continue
            wrong, undecided = told.setdefault(number, ([], []))
            if result:
                wrong.append(checkbook._name(rule, row))
            elif self.cases[number - 1].expect.undecided is not None:
                undecided.append(checkbook._name(rule, row))
        return {number: found for number, found in told.items() if any(found)}

    def difference(self, key: str, changed: Policy) -> str:
        """The first case in which a rule of a changed policy comes out otherwise than the case was written for."""
        before, after = (self.found(checks_compile(policy).rule(key)) for policy in (self.policy, changed))
        number = next((n for n in sorted({*before, *after}) if before.get(n) != after.get(n)), None)
        if number is None:
            return ""
        return f"{self.cases[number - 1].name}: {before.get(number)} became {after.get(number)}"


class Hunt:
    """Looks for a case that a mutant fails."""

    def __init__(self, source: PackSource) -> None:
        self.source = source
        self.baselines = {place: Baseline(source, place) for place in source.places}

    def inheriting(self, place: str) -> list[Baseline]:
        """The place itself, then those that build on it."""
        found = [base for base in self.baselines.values() if place in base.chain]
        return sorted(found, key=lambda base: len(base.chain))

    def verdict(self, mutant: Mutant) -> str:
        """Why the mutant died; "equivalent" when nothing in force changes on any day; empty when it lives."""
        file = f"{mutant.place}/{mutant.topic}.yaml"
        changed = PackSource.from_files(self.source.files)
        changed._parsed = {**self.source._parsed, file: mutant.applied(self.source.parsed(file))}
        try:
            (block,) = (
                stated for stated in blocks_of(changed, mutant.place, TOPICS[mutant.topic]) if stated.key == mutant.key
            )
        except PackError as refused:
            return f"refused: {refused.sentence}"
        is_felt = False
        for base in self.inheriting(mutant.place):
            blocks = tuple(
                block if (stated.pack, stated.topic.key, stated.key) == (mutant.place, mutant.topic, mutant.key)
                else stated for stated in base.blocks
            )  # fmt: skip
            changed.memory[base.place] = blocks
            if mutant.day is not None and self._is_changed(mutant, base.blocks, blocks, mutant.day):
                is_felt = True
            for day in self._days(mutant, base, blocks):
                is_felt = True
                if why := self._killed(mutant, base, changed, day):
                    return f"{base.place} {day}: {why}"
        return "" if is_felt or mutant.kind != "date" else "equivalent"

    def _days(self, mutant: Mutant, base: Baseline, blocks: tuple[StatedBlock, ...]) -> Iterator[date]:
        near = mutant.day or date(2020, 6, 30)
        days: tuple[date, ...] = base.days
        if mutant.topic == "checks":
            days = tuple(sorted({*base.check_days, *base.days}))
        for day in sorted(days, key=lambda day: abs((day - near).days)):
            if self._is_changed(mutant, base.blocks, blocks, day):
                yield day

    @staticmethod
    def _is_changed(mutant: Mutant, old: tuple[StatedBlock, ...], new: tuple[StatedBlock, ...], day: date) -> bool:
        resolve = _line if TOPICS[mutant.topic].has_history else _in_force

        def found(blocks: tuple[StatedBlock, ...]) -> Any:
            stack = [each for each in blocks if (each.topic.key, each.key) == (mutant.topic, mutant.key)]
            try:
                return resolve(stack, day)
            except PackError as refused:
                return refused.message

        def value(found: Any) -> Any:
            if found is None or isinstance(found, str):
                return found
            years = found.years if hasattr(found, "years") else (found,)
            return [None if each is None else (each.value, each.pack) for each in years]

        return value(found(old)) != value(found(new))

    def _killed(self, mutant: Mutant, base: Baseline, changed: PackSource, day: date) -> str:
        try:
            policy = load_policy(changed, place=base.place, on=day)
        except PackError as refused:
            return f"refused: {refused.sentence}"
        cases = base.by_day.get(day, {})
        if mutant.topic == "checks":
            held = cases.get("values", ()) if mutant.kind == "date" else ()
            repeated = (
                f"{case.name}: {missed[0]}" for case in held if (missed := plain_misses(policy, "values", case))
            )
            behaved = base.check_day(day).difference(mutant.key, policy) if day in base.check_days else ""
            return next(repeated, behaved)
        is_behaviour = mutant.topic in BEHAVIOUR and mutant.kind != "date"
        for kind in (*PLAIN, "workflow"):
            if kind == "values" and is_behaviour:
                continue
            for case in cases.get(kind, ()):
                if missed := plain_misses(policy, kind, case):
                    return f"{case.name}: {missed[0]}"
        if "areas" in cases:
            for area, missed in areas_misses(policy, cases["areas"]):
                return f"{area.name}: {missed[0]}"
        if "cases" in cases:
            return self._household(mutant, base, policy, day)
        return ""

    def _household(self, mutant: Mutant, base: Baseline, policy: Policy, day: date) -> str:
        group = base.by_day[day]["cases"]
        try:
            is_same = shape_of(policy, on=day) == base.shape(day) and "evidence" not in mutant.path
        except (PackError, ValueError) as refused:
            return f"refused: {refused}"
        if is_same:
            facts = base.screened(day).facts
            for key, case in enumerate(group, start=1):
                outcome = scalar_outcome(policy, facts[key])
                if missed := next(outcome_misses(policy, case, outcome, facts[key]), ""):
                    return f"{case.name}: {missed}"
            return ""
        screened = cases_screen(group, policy)
        for key, case in enumerate(group, start=1):
            if missed := next(screened.misses(key, case), ""):
                return f"{case.name}: {missed}"
        return ""
