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

from shouwang.engine.possible import Bound, Possible
from shouwang.engine.schema import TABLES
from shouwang.engine.shape import Shape
from shouwang.engine.steps.facts import is_unstated, joined_column, reference_expression, step_of, steps
from shouwang.engine.steps.incomes import windowed_step
from shouwang.rulebook.conditions.emit import Emitter
from shouwang.rulebook.conditions.nodes import FactRef, HasAny, Node, facts_of, parts_of
from shouwang.rulebook.facts import FACTS, TYPE_FACTS, Fact, Kind
from shouwang.rulebook.program import Program
from shouwang.rulebook.triggers import LARGEST

# Parts of the facts in order of what they cost: the step, the table it reads, the window of its rows, what it is for.
_INCOME = "incomes"
_PARTS: tuple[tuple[str, str, str, str], ...] = (
    ("spendings", "spending", "", "支出：各原因的合计"),
    ("statuses", "status", "", "身份和状态"),
    ("named_values", "named", "", "导入的其他栏目"),
    (_INCOME, "income", "recent_income", "近期收入"),
    ("rested_income", "handled", "", "处理过的收入预警"),
    ("members", "person", "", "家庭成员"),
    (_INCOME, "income", "income", "收入"),
    (_INCOME, "income", "previous_income", "上一时段收入"),
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


def _part(fact: Fact) -> tuple[str, str]:
    step = step_of(fact)
    return step, _window(fact) if step == _INCOME else ""


def _pruned(tree: exp.Expr, columns: list[str]) -> exp.Expr:
    """This function leaves a step's query only the columns that are asked for."""
    if not isinstance(tree, exp.Select) or any(isinstance(column, exp.Star) for column in tree.expressions):
        return tree
    wanted = {"household_key", *columns}
    kept = [column.copy() for column in tree.expressions if column.alias_or_name in wanted]
    pruned = tree.copy()
    pruned.set("expressions", kept)
    return pruned


def _inlined(tree: exp.Expr, inner: dict[str, exp.Expr]) -> exp.Expr:
    """This function puts queries in place of the relations that a step reads."""

    def put(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Table) and node.name in inner:
            return exp.Subquery(this=inner[node.name].copy(), alias=exp.TableAlias(this=exp.to_identifier(node.name)))
        return node

    return tree.copy().transform(put)


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
        self.stages: list[Stage] = []

    def _source(self, step: str, table: str, window: str, facts: list[Fact]) -> exp.Expr:
        """This function returns the step's query of the needed columns, over rows of the households left."""
        inner: dict[str, exp.Expr] = {}
        if step == _INCOME:
            windowed = windowed_step(self.shape, keys=(window,))
            inner["windowed_income"] = self._left(windowed, table)
            inner["summed_income"] = _inlined(
                self.trees["summed_income"], {"windowed_income": inner["windowed_income"]}
            )
        elif step == "spendings":
            inner["spending_event"] = self._left(self.trees["spending_event"], table)
        elif step == "statuses":
            dated = self._left(self.trees["dated_status"], table)
            kinds = _kinds(self.program, facts)
            if kinds is not None and isinstance(dated, exp.Select):
                dated = dated.where(exp.column("kind", table="status").isin(*kinds))
            inner["dated_status"] = dated
        tree = self.trees[step] if step in {_INCOME, "spendings", "statuses"} else self._left(self.trees[step], table)
        return _pruned(_inlined(tree, inner), [fact.column for fact in facts])

    def _left(self, tree: exp.Expr, table: str) -> exp.Expr:
        """This function restricts a table to the households left, once some have been dropped."""
        if not any(stage.drops for stage in self.stages) or table not in TABLES:
            return tree.copy()
        query = exp.select("*").from_(table).join(self.stages[-1].name, using=["household_key"], join_type="semi")
        return _inlined(tree, {table: query})

    def _gathered(self, parts: list[tuple[str, str, str, str]]) -> exp.Select:
        if self.stages:
            base, table = exp.select(f"{self.stages[-1].name}.*"), self.stages[-1].name
            query = base.from_(table)
        else:
            own = [fact for fact in self.needed if _part(fact)[0] == "household_register"]
            columns = [exp.column("household_key", table="household_register"), *(joined_column(fact) for fact in own)]
            source = _pruned(self.trees["household_register"], [fact.column for fact in own])
            query = exp.select(*columns).from_(exp.Subquery(this=source, alias="household_register"))
            self.known |= {fact.key for fact in own}
        for number, (step, table, window, _) in enumerate(parts):
            facts = [fact for fact in self.needed if _part(fact) == (step, window)]
            alias = f"{step}_{number}"
            source = exp.Subquery(this=self._source(step, table, window, facts), alias=alias)
            query = query.join(source, using=["household_key"], join_type="left")
            query = query.select(*(self._column(fact, alias) for fact in facts))
            self.known |= {fact.key for fact in facts}
        return query

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
                query.subquery("gathered")
            )
        return query

    def _bound(self) -> Bound:
        heads = {key for key, fact in FACTS.items() if fact.kind is Kind.PER_HEAD
                 and {fact.of, "member_count"} <= self.known}  # fmt: skip
        return Possible(self.program, Emitter(on=self.shape.on), self.known | heads).concerned()

    def _stage(self, parts: list[tuple[str, str, str, str]], *, is_last: bool) -> None:
        query = self._finished(self._gathered(parts))
        bound = self._bound() if self.drops and not is_last else None  # after the last the rules themselves decide
        if bound is not None:
            query = exp.select("*").from_(query.subquery("gathered")).where(bound)
        tables = tuple(dict.fromkeys(part[1] for part in parts))
        said = "、".join(part[3] for part in parts) or "登记"
        purpose = f"算出要用到的{said}" + ("，去掉任何启动标准都不可能涉及的户" if bound is not None else "")
        is_dear = any(part[0] == _INCOME for part in parts)
        self.stages.append(
            Stage(f"sieve_{len(self.stages) + 1}", purpose, tables, query, is_dear, drops=bound is not None)
        )

    def build(self) -> Sieve:
        """This function builds the stages; a part that cannot drop a household yet joins the next."""
        used = {_part(fact) for fact in self.needed}
        waiting: list[tuple[str, str, str, str]] = []
        parts = [part for part in _PARTS if (part[0], part[2]) in used]
        for part in parts:
            waiting.append(part)
            if self.drops and part is not parts[-1] and self._would_drop(waiting):
                self._stage(waiting, is_last=False)
                waiting = []
        self._stage(waiting, is_last=True)
        return Sieve(tuple(self.stages), tuple(fact.key for fact in self.needed))

    def _would_drop(self, parts: list[tuple[str, str, str, str]]) -> bool:
        before = set(self.known)
        chosen = {(part[0], part[2]) for part in parts} | {("household_register", "")}
        self.known |= {fact.key for fact in self.needed if _part(fact) in chosen}
        bound = self._bound()
        self.known = before
        return bound is not None


@lru_cache(maxsize=64)
def sieve_build(program: Program, shape: Shape, *, drops: bool = True, alongside: tuple[str, ...] = ()) -> Sieve:
    """This function builds the sieve of a program; without `drops` it gathers the needed facts of every household.

    `alongside` names further facts to gather.
    """
    return _Builder(program, shape, drops=drops, alongside=alongside).build()
