"""The fact row: the steps joined, one row a household, then its type."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from sqlglot import exp

from shouwang.engine.shape import Shape
from shouwang.engine.steps.incomes import incomes_step, rested_step, summed_step, windowed_step
from shouwang.engine.steps.members import household_step, members_step
from shouwang.engine.steps.spendings import events_step, spendings_step
from shouwang.engine.steps.statuses import dated_step, named_step, statuses_step
from shouwang.rulebook.conditions.emit import Emitter
from shouwang.rulebook.conditions.nodes import FactRef
from shouwang.rulebook.facts import FACTS, Fact, Kind
from shouwang.rulebook.program import Program

_TABLES = {"household": "household_register", "members": "members", "incomes": "incomes", "spendings": "spendings",
           "statuses": "statuses"}  # fmt: skip
_HOUSES = {"rested_income_months": "rested_income", "named_values": "named_values"}


@lru_cache(maxsize=8)
def steps(shape: Shape) -> Mapping[str, exp.Expr]:
    """This function returns every step by name, in the order in which they build on each other.

    The trees are shared: who changes one copies it first.
    """
    return MappingProxyType(_steps(shape))


def _steps(shape: Shape) -> dict[str, exp.Expr]:
    return {
        "household_register": household_step(shape),
        "members": members_step(shape),
        "windowed_income": windowed_step(shape),
        "summed_income": summed_step(),
        "incomes": incomes_step(),
        "rested_income": rested_step(shape),
        "spending_event": events_step(shape),
        "spendings": spendings_step(shape),
        "dated_status": dated_step(shape),
        "statuses": statuses_step(),
        "named_values": named_step(),
        "totals": totals_step(),
        "base_facts": base_step(shape),
    }


def step_of(fact: Fact) -> str:
    """This function returns the step whose column a stored fact is; empty for one worked out from others."""
    return "" if fact.key == "reference_income" else _HOUSES.get(fact.key, _TABLES.get(fact.step, ""))


def joined_column(fact: Fact, *, table: str = "") -> exp.Expr:
    """This function returns a fact's column; a household without rows in a step gets the fact's default."""
    column = exp.column(fact.column, table=table or step_of(fact))
    if fact.step == "household" or fact.default is None or fact.key in {"village_code"}:
        return exp.alias_(column, fact.column, copy=False)
    default = exp.Array(expressions=[]) if fact.kind is Kind.SET else exp.convert(fact.default)
    return exp.alias_(exp.Coalesce(this=column, expressions=[default]), fact.column, copy=False)


def totals_step() -> exp.Expr:
    """This function returns the query that joins the steps, before anything is divided by the head count."""
    stored = [fact for fact in FACTS.values() if fact.step in _TABLES and fact.key != "reference_income"]
    columns = [exp.column("household_key", table="household_register"), *(joined_column(fact) for fact in stored)]
    query = exp.select(*columns, copy=False).from_("household_register", copy=False)
    for table in ("members", "incomes", "rested_income", "spendings", "statuses", "named_values"):
        query = query.join(table, using=["household_key"], join_type="left", copy=False)
    reference = reference_expression(incomes="incomes", spendings="spendings")
    return query.select(exp.alias_(reference, "reference_income_fen", copy=False), copy=False)


def reference_expression(*, incomes: str = "", spendings: str = "") -> exp.Expr:
    """This function returns reference income: net and claims income less everything the household paid itself."""
    paid = exp.column("self_paid_all_fen", table=spendings or None)
    return exp.cast(
        exp.column("net_income_fen", table=incomes or None) + exp.column("claims_income_fen", table=incomes or None)
        - exp.Coalesce(this=paid, expressions=[exp.Literal.number(0)]),
        "BIGINT",
    )  # fmt: skip


def base_step(shape: Shape) -> exp.Expr:
    """This function returns the facts in declared order with per-head amounts, floored, to be shown.

    The facts about listed spending are unknown, not zero, where the policy has no list.
    """
    emitter = Emitter(on=shape.on)
    columns: list[exp.Expr] = [exp.column("household_key")]
    for fact in FACTS.values():
        if fact.step == "types":
            continue
        if fact.kind is Kind.PER_HEAD:
            columns.append(exp.alias_(emitter.floored(FactRef(fact.kind, fact)), fact.column, copy=False))
        elif is_unstated(fact, shape):
            columns.append(exp.alias_(exp.cast(exp.Null(), "BIGINT"), fact.column))
        else:
            columns.append(exp.column(fact.column))
    return exp.select(*columns, copy=False).from_("totals", copy=False)


def is_unstated(fact: Fact, shape: Shape) -> bool:
    """This function tells whether a fact rests on a list or window that the policy lacks, and is unknown."""
    missing = {
        "listed_illness_": shape.serious_diseases is None,
        "covered_study_": shape.covered_schools is None,
        "previous_self_paid_": not shape.has_span("previous_spending"),
        "since_event_": shape.since is None,
    }
    return any(is_missing and fact.key.startswith(prefix) for prefix, is_missing in missing.items())


@lru_cache(maxsize=8)
def certain_facts(shape: Shape) -> frozenset[str]:
    """This function returns the facts (keys) that are never unknown: every household has some value."""
    return frozenset(
        key for key, fact in FACTS.items()
        if fact.default is not None and step_of(fact) not in {"", "household_register"} and not is_unstated(fact, shape)
    )  # fmt: skip


def typed_step(program: Program, shape: Shape, *, facts: str) -> exp.Expr:
    """This function returns the facts with the household's type: the first whose condition holds.

    The type is open when an earlier type's condition is unknown.
    """
    emitter = Emitter(on=shape.on)
    chosen, open_ = exp.Case(), exp.Case(default=exp.false())
    for rule in program.types:
        condition = emitter.sql(rule.when)
        chosen = chosen.when(condition, exp.Literal.string(rule.stated.key), copy=False)
        unknown = exp.Is(this=exp.paren(condition.copy(), copy=False), expression=exp.Null())
        open_ = open_.when(unknown, exp.true(), copy=False).when(condition.copy(), exp.false(), copy=False)
    type_ = chosen if program.types else exp.cast(exp.Null(), "VARCHAR")
    whether = open_ if program.types else exp.false()
    return exp.select(
        exp.Star(),
        exp.alias_(exp.cast(type_, "VARCHAR", copy=False), "household_type", copy=False),
        exp.alias_(whether, "is_type_unknown", copy=False),
        copy=False,
    ).from_(facts, copy=False)
