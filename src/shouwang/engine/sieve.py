"""The sieve: which facts the rules need, the cheap ones first, and the households that no trigger can concern dropped.

A logical run builds every fact of every household and then applies the rules. The sieve comes to the same result and
reads less: it adds the parts of the facts in order of what they cost and, as soon as the facts at hand rule a household
out for every trigger (`possible`), leaves it out of what follows. The rules are then applied exactly, to the rest.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from sqlglot import exp

from shouwang.engine.narrowed import incomes_narrowed, inlined, pruned
from shouwang.engine.possible import Bound, Possible
from shouwang.engine.schema import TABLES
from shouwang.engine.shape import Shape
from shouwang.engine.steps.facts import certain_facts, is_unstated, joined_column, reference_expression, step_of, steps
from shouwang.engine.steps.incomes import windowed_step
from shouwang.rulebook.conditions.emit import Emitter
from shouwang.rulebook.conditions.nodes import FactRef, HasAny, Node, facts_of, parts_of
from shouwang.rulebook.facts import FACTS, TYPE_FACTS, Fact, Kind
from shouwang.rulebook.program import Program
from shouwang.rulebook.triggers import LARGEST

_INCOME = "incomes"


@dataclass(frozen=True)
class _Part:
    """A part of the facts: the step, the table it reads, the windows of its rows, what it is for."""

    step: str
    table: str
    said: str
    windows: tuple[str, ...] = ()

    def has(self, fact: Fact) -> bool:
        """This function tells whether a fact belongs to the part."""
        return step_of(fact) == self.step and (self.step != _INCOME or _window(fact) in self.windows)


# In order of what they cost.
_PARTS = (
    _Part("spendings", "spending", "支出：各原因的合计"),
    _Part("statuses", "status", "身份和状态"),
    _Part("named_values", "named", "导入的其他栏目"),
    _Part("rested_income", "handled", "处理过的收入预警"),
    _Part(_INCOME, "income", "近期收入", ("recent_income",)),
    _Part("members", "person", "家庭成员"),
    _Part(_INCOME, "income", "收入", ("income",)),
    _Part(_INCOME, "income", "上一时段收入", ("previous_income",)),
)
_REFERENCE = ("net_income", "claims_income", "self_paid_all")  # what reference income is worked out from
_PLAIN_STATUSES = {"statuses": None, "new_statuses": None, "has_dibao": "DIBAO",
                   "has_tekun_dispersed": "TEKUN_DISPERSED", "has_tekun_central": "TEKUN_CENTRAL"}  # fmt: skip


@dataclass(frozen=True)
class Stage:
    """One query of the sieve: it adds facts to the households left and drops those that no trigger can concern.

    `tables` are the snapshot tables it reads; `is_dear` tells that it reads the incomes of whole windows.
    """

    name: str
    purpose: str
    tables: tuple[str, ...]
    query: exp.Expr
    is_dear: bool
    drops: bool


@dataclass(frozen=True)
class Sieve:
    """The stages in order; the last leaves the households to which the rules are applied, with the facts they need."""

    stages: tuple[Stage, ...]
    facts: tuple[str, ...]

    @property
    def result(self) -> str:
        """The relation the last stage leaves."""
        return self.stages[-1].name


def _nodes(program: Program) -> Iterator[Node]:
    for type_rule in program.types:
        yield type_rule.when
    for rule in program.triggers:
        yield from (rule.result, rule.measured, rule.threshold)


def facts_needed(program: Program, *, alongside: tuple[str, ...] = ()) -> tuple[Fact, ...]:
    """This function returns the stored facts that types and triggers rest on, those behind per-head amounts too."""
    wanted = {fact.key for node in _nodes(program) for fact in facts_of(node)}
    wanted |= {"village_code", *alongside}
    for key in tuple(wanted):
        if FACTS[key].kind is Kind.PER_HEAD:
            wanted |= {FACTS[key].of, "member_count"}
    if "reference_income" in wanted:
        wanted |= set(_REFERENCE)
    if any(rule.stated.value.cause == LARGEST for rule in program.triggers):
        wanted.add("rigid_cause")
    return tuple(fact for key, fact in FACTS.items() if key in wanted - TYPE_FACTS and fact.kind is not Kind.PER_HEAD)


def _window(fact: Fact) -> str:
    for window in ("recent_income", "previous_income"):
        if fact.key.startswith(window.removesuffix("income")):
            return window
    return "income"


def _merged(parts: list[_Part]) -> list[_Part]:
    """This function lets parts of one stage that read the same rows read them once."""
    incomes = [part for part in parts if part.step == _INCOME]
    if len(incomes) < 2:
        return parts
    windows = tuple(window for part in incomes for window in part.windows)
    one = _Part(_INCOME, incomes[0].table, "、".join(part.said for part in incomes), windows)
    return [one if part is incomes[0] else part for part in parts if part not in incomes[1:]]


def _kinds(program: Program, facts: list[Fact]) -> tuple[str, ...] | None:
    """This function returns the only status codes the rules ask for, None when a rule looks at whole sets."""
    if any(fact.key not in _PLAIN_STATUSES for fact in facts):
        return None
    kinds = {_PLAIN_STATUSES[fact.key] for fact in facts} - {None}
    asked = told = 0
    for node in _nodes(program):
        for part in parts_of(node):
            asked += isinstance(part, FactRef) and part.fact.key in {"statuses", "new_statuses"}
            if isinstance(part, HasAny) and isinstance(part.value, FactRef) and part.value.fact in facts:
                told += 1
                kinds |= set(part.items)
    return tuple(sorted(kind for kind in kinds if kind)) if asked == told else None


class _Builder:
    """Builds the stages of one program and shape."""

    def __init__(self, program: Program, shape: Shape, *, drops: bool, alongside: tuple[str, ...]) -> None:
        self.program, self.shape, self.drops = program, shape, drops
        self.trees = steps(shape)
        self.needed = facts_needed(program, alongside=alongside)
        self.known: set[str] = set()
        self.bounds: dict[frozenset[str], Bound] = {}
        self.stages: list[Stage] = []

    def _source(self, part: _Part, facts: list[Fact]) -> exp.Expr:
        """This function returns the step's query of the needed columns, over rows of the households left."""
        columns = [fact.column for fact in facts]
        if part.step == _INCOME:
            windowed = self._left(windowed_step(self.shape, keys=part.windows), part.table)
            return incomes_narrowed(self.trees, windowed=windowed, windows=part.windows, columns=columns)
        inner: dict[str, exp.Expr] = {}
        if part.step == "spendings":
            inner["spending_event"] = self._left(self.trees["spending_event"], part.table)
        elif part.step == "statuses":
            dated = self._left(self.trees["dated_status"], part.table)
            kinds = _kinds(self.program, facts)
            if kinds is not None and isinstance(dated, exp.Select):
                dated = dated.where(exp.column("kind", table="status").isin(*kinds))
            inner["dated_status"] = dated
        tree = self.trees[part.step]
        return pruned(inlined(tree if inner else self._left(tree, part.table), inner), columns)

    def _left(self, tree: exp.Expr, table: str) -> exp.Expr:
        """This function restricts a table to the households left, once some have been dropped."""
        if not any(stage.drops for stage in self.stages) or table not in TABLES:
            return tree.copy()
        query = exp.select("*").from_(table).join(self.stages[-1].name, using=["household_key"], join_type="semi")
        return inlined(tree, {table: query})

    def _gathered(self, parts: list[_Part]) -> exp.Select:
        if self.stages:
            base, table = exp.select(f"{self.stages[-1].name}.*"), self.stages[-1].name
            query = base.from_(table)
        else:
            own = [fact for fact in self.needed if step_of(fact) == "household_register"]
            columns = [exp.column("household_key", table="household_register"), *(joined_column(fact) for fact in own)]
            source = pruned(self.trees["household_register"], [fact.column for fact in own])
            register = exp.Subquery(this=source, alias="household_register")
            query = exp.select(*columns, copy=False).from_(register, copy=False)
            self.known |= {fact.key for fact in own}
        for number, part in enumerate(parts):
            facts = self._facts(part)
            alias = f"{part.step}_{number}"
            source = exp.Subquery(this=self._source(part, facts), alias=alias)
            query = query.join(source, using=["household_key"], join_type="left", copy=False)
            query = query.select(*(self._column(fact, alias) for fact in facts), copy=False)
            self.known |= {fact.key for fact in facts}
        return query

    def _facts(self, part: _Part) -> list[Fact]:
        return [fact for fact in self.needed if part.has(fact)]

    def _column(self, fact: Fact, alias: str) -> exp.Expr:
        if is_unstated(fact, self.shape):
            return exp.alias_(exp.cast(exp.Null(), "BIGINT"), fact.column)
        return joined_column(fact, table=alias)

    def _finished(self, query: exp.Select) -> exp.Select:
        """This function adds what is worked out from facts of several parts."""
        wanted = {fact.key for fact in self.needed}
        if "reference_income" in wanted - self.known and self.known.issuperset(_REFERENCE):
            self.known.add("reference_income")
            return exp.select("*", exp.alias_(reference_expression(), "reference_income_fen")).from_(
                query.subquery("gathered", copy=False), copy=False
            )
        return query

    def _bound(self) -> Bound:
        heads = {key for key, fact in FACTS.items() if fact.kind is Kind.PER_HEAD
                 and {fact.of, "member_count"} <= self.known}  # fmt: skip
        known = frozenset(self.known | heads)
        if known not in self.bounds:
            possible = Possible(self.program, Emitter(on=self.shape.on), known, certain=certain_facts(self.shape))
            self.bounds[known] = possible.concerned()
        return self.bounds[known]

    def _stage(self, parts: list[_Part], *, is_last: bool) -> None:
        parts = _merged(parts)
        query = self._finished(self._gathered(parts))
        bound = self._bound() if self.drops and not is_last else None  # after the last the rules themselves decide
        if bound is not None:
            gathered = query.subquery("gathered", copy=False)
            query = exp.select("*").from_(gathered, copy=False).where(bound, copy=False)
        tables = tuple(dict.fromkeys(part.table for part in parts))
        said = "、".join(part.said for part in parts) or "登记"
        purpose = f"算出要用到的{said}" + ("，去掉任何启动标准都不可能涉及的户" if bound is not None else "")
        is_dear = any(part.step == _INCOME for part in parts)
        self.stages.append(
            Stage(f"sieve_{len(self.stages) + 1}", purpose, tables, query, is_dear, drops=bound is not None)
        )

    def build(self) -> Sieve:
        """This function builds the stages; a part that cannot drop a household yet joins the next."""
        waiting: list[_Part] = []
        parts = [part for part in _PARTS if self._facts(part)]
        for part in parts:
            waiting.append(part)
            is_break = part.table != "handled" and part is not parts[-1]  # few rows are handled: they drop nobody
            if self.drops and is_break and self._would_drop(waiting):
                self._stage(waiting, is_last=False)
                waiting = []
        self._stage(waiting, is_last=True)
        return Sieve(tuple(self.stages), tuple(fact.key for fact in self.needed))

    def _would_drop(self, parts: list[_Part]) -> bool:
        before = set(self.known)
        self.known |= {fact.key for part in parts for fact in self._facts(part)}
        self.known |= {fact.key for fact in self.needed if step_of(fact) == "household_register"}
        bound = self._bound()
        self.known = before
        return bound is not None


@lru_cache(maxsize=64)
def sieve_build(program: Program, shape: Shape, *, drops: bool = True, alongside: tuple[str, ...] = ()) -> Sieve:
    """This function builds the sieve of a program; without `drops` it gathers the needed facts of every household.

    `alongside` names further facts to gather.
    """
    return _Builder(program, shape, drops=drops, alongside=alongside).build()
