"""A policy's checks, parsed and typed: what each may speak of, the columns and counts that they need."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

from sqlglot import exp

from shouwang.rulebook.check_facts import ALL_FACTS, Heading, Tally, heading_fact, tally_fact
from shouwang.rulebook.checks import OVER_LABELS, Check, Over
from shouwang.rulebook.conditions.nodes import FactRef, Node, facts_of, provisions_of
from shouwang.rulebook.conditions.parse import Scope, condition_parse, tree_read
from shouwang.rulebook.conditions.render import node_text
from shouwang.rulebook.errors import ConditionError, PackError
from shouwang.rulebook.facts import FACTS, Fact, Kind
from shouwang.rulebook.lines import Quantity
from shouwang.rulebook.policy import Policy
from shouwang.rulebook.values import Provision

Function = Callable[[list[exp.Expr]], Node]


@dataclass(frozen=True)
class CheckRule:
    """One check with its condition; it holds for a row that is wrong."""

    stated: Provision[Check]
    when: Node

    @property
    def over(self) -> Over:
        """What one hit is about."""
        return self.stated.value.over

    @property
    def facts(self) -> tuple[Fact, ...]:
        """The facts a hit keeps, so that it can be explained and judged again without the snapshot."""
        found = dict.fromkeys(facts_of(self.when))
        for fact in tuple(found):
            if fact.kind is Kind.PER_HEAD:
                found.setdefault(FACTS[fact.of])
                found.setdefault(FACTS["member_count"])
        return tuple(found)

    @property
    def parameters(self) -> tuple[Provision[Quantity], ...]:
        """The lines and amounts the check rests on."""
        return provisions_of(self.when)

    @property
    def mark(self) -> str:
        """The weakest mark of the check and its parameters: demo, unverified, or empty."""
        marks = {self.stated.mark, *(stated.mark for stated in self.parameters)}
        return next((mark for mark in ("demo", "unverified") if mark in marks), "")


@dataclass(frozen=True)
class CheckProgram:
    """All checks of a policy, in the order of the packs."""

    rules: tuple[CheckRule, ...]

    def of(self, over: Over) -> tuple[CheckRule, ...]:
        """This function returns the checks over persons, households or villages."""
        return tuple(rule for rule in self.rules if rule.over is over)

    def rule(self, key: str) -> CheckRule | None:
        """This function returns a check by key, None when there is none."""
        return next((rule for rule in self.rules if rule.stated.key == key), None)

    def _facts(self) -> Iterable[Fact]:
        stack = [rule.when for rule in self.rules]
        while stack:
            for fact in facts_of(stack.pop()):
                yield fact
                if isinstance(fact, Tally):
                    stack.append(fact.when)

    def headings(self, over: Over) -> tuple[Heading, ...]:
        """This function returns the imported columns that any check reads of persons or of households."""
        return tuple(dict.fromkeys(f for f in self._facts() if isinstance(f, Heading) and f.over is over))

    def member_tallies(self) -> tuple[Tally, ...]:
        """This function returns the counts of a household's members that any check needs."""
        found = (f for rule in self._rules_inside() for f in facts_of(rule))
        return tuple(dict.fromkeys(f for f in found if isinstance(f, Tally)))

    def _rules_inside(self) -> Iterable[Node]:
        """This function yields the conditions over persons and households, also those counted for a village."""
        for rule in self.rules:
            if rule.over is not Over.VILLAGE:
                yield rule.when
            else:
                yield from (fact.when for fact in facts_of(rule.when) if isinstance(fact, Tally))

    def village_tallies(self, over: Over) -> tuple[Tally, ...]:
        """This function returns the counts of a village's persons or households that any check needs."""
        found = (f for rule in self.of(Over.VILLAGE) for f in facts_of(rule.when))
        return tuple(dict.fromkeys(f for f in found if isinstance(f, Tally) and f.over is over))


def _heading(over: Over, function: str) -> Function:
    def read(arguments: list[exp.Expr]) -> Node:
        if len(arguments) != 1 or not isinstance(arguments[0], exp.Literal) or not arguments[0].is_string:
            raise ConditionError(f"{function}() 里要写一个带单引号的栏目名，例如 {function}('耕地面积（亩）')")
        heading = str(arguments[0].this).strip()
        if not heading:
            raise ConditionError(f"{function}() 里的栏目名是空的")
        return FactRef(Kind.TEXT, heading_fact(heading, over))

    return read


def _tally(over: Over, scope: Scope, function: str) -> Function:
    def read(arguments: list[exp.Expr]) -> Node:
        if len(arguments) != 1:
            raise ConditionError(f"{function}() 里要写一个条件，写了 {len(arguments)} 项")
        when = tree_read(arguments[0], scope)
        if when.kind is not Kind.BOOL:
            raise ConditionError(f"{function}() 里要写一个成立与否的条件")
        name = f"{'户内成员' if function == 'members' else '村内' + OVER_LABELS[over]}中“{node_text(when)}”的数目"
        text = f"{function} {arguments[0].sql(comments=False)}"
        return FactRef(Kind.NUMBER, tally_fact(text, over=over, when=when, name=name))

    return read


@lru_cache(maxsize=64)
def scopes_of(policy: Policy) -> dict[Over, Scope]:
    """This function returns what a check over a person, household or village may speak of."""
    codes = {"household_type": tuple(policy.types)}
    own = {"named": _heading(Over.PERSON, "named"), "household_named": _heading(Over.HOUSEHOLD, "household_named")}
    member = Scope(ALL_FACTS[Over.PERSON], policy, codes, own)
    members = _tally(Over.PERSON, member, "members")
    person = Scope(ALL_FACTS[Over.PERSON], policy, codes, {**own, "members": members})
    of_household = {"named": _heading(Over.HOUSEHOLD, "named"), "members": members}
    household = Scope(ALL_FACTS[Over.HOUSEHOLD], policy, codes, of_household)
    counts = {
        "households": _tally(Over.HOUSEHOLD, household, "households"),
        "persons": _tally(Over.PERSON, person, "persons"),
    }
    village = Scope(ALL_FACTS[Over.VILLAGE], policy, {}, counts)
    return {Over.PERSON: person, Over.HOUSEHOLD: household, Over.VILLAGE: village}


def check_parse(policy: Policy, *, over: Over, text: str) -> Node:
    """This function reads the condition of a check; raises ConditionError, which points at the place."""
    return condition_parse(text, scopes_of(policy)[over])


def _rule(policy: Policy, stated: Provision[Check]) -> CheckRule:
    try:
        return CheckRule(stated, check_parse(policy, over=stated.value.over, text=stated.value.when))
    except ConditionError as error:
        raise PackError(error.message, file=stated.file, key=f"{stated.key}.when") from None


@lru_cache(maxsize=64)
def checks_compile(policy: Policy, extra: tuple[Provision[Check], ...] = ()) -> CheckProgram:
    """This function parses and types the checks of a policy and those a county added; raises PackError."""
    return CheckProgram(tuple(_rule(policy, stated) for stated in (*policy.topic("checks").values(), *extra)))
