"""Areas: the households of each village, township and county added up, and what a policy says of each area."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from shouwang.engine.shape import Shape
from shouwang.engine.sqltext import sql_tree
from shouwang.rulebook.area_facts import AREA_FACTS, COUNTED, LEVELS, TOLD
from shouwang.rulebook.conditions.emit import Emitter
from shouwang.rulebook.program import Judgement

# An area's code is the code of its level: twelve digits for a village, nine for a township, six for a county.
_DIGITS = {"village": 1, "township": 1_000, "county": 1_000_000}

_HOUSES = """
SELECT
  h.village_code AS code,
  count(*) AS household_count,
  coalesce(sum(m.member_count), 0) AS population,
  count(*) FILTER (WHERE h.poverty_status = 'POOR') AS poor_household_count,
  coalesce(sum(m.member_count) FILTER (WHERE h.poverty_status = 'POOR'), 0) AS poor_count,
  count(*) FILTER (WHERE h.poverty_status = 'EXITED') AS exited_household_count,
  coalesce(sum(m.member_count) FILTER (WHERE h.poverty_status = 'EXITED'), 0) AS exited_count,
  count(*) FILTER (WHERE h.is_watched) AS watched_household_count,
  coalesce(sum(m.member_count) FILTER (WHERE h.is_watched), 0) AS watched_count
FROM household_register AS h
LEFT JOIN members AS m ON m.household_key = h.household_key
GROUP BY h.village_code
"""


def villages_step() -> exp.Expr:
    """This function returns the query that adds up the households of each village."""
    return sql_tree(_HOUSES)


def areas_step() -> exp.Expr:
    """This function returns the query of the area facts that are counted: one row a level and area."""
    queries = []
    for level in LEVELS:
        code = sql_tree("code // :digits", digits=_DIGITS[level])
        sums = [
            exp.alias_(exp.cast(exp.Sum(this=exp.column(fact.column)), "BIGINT"), fact.column)
            for fact in COUNTED.values()
        ]
        queries.append(
            exp.select(exp.alias_(exp.Literal.string(level), "level"), exp.alias_(code, "code"), *sums)
            .from_("village_count")
            .group_by(code.copy())
        )
    return exp.union(*queries, distinct=False)


def told_step() -> exp.Expr:
    """This function returns the counted facts joined to what was told about the areas (`area_told`)."""
    columns = [exp.column(fact.column, table="a") for fact in COUNTED.values()]
    told = [exp.column(fact.column, table="t") for fact in TOLD.values()]
    keys = [exp.column("level", table="a"), exp.column("code", table="a")]
    return (
        exp.select(*keys, *columns, *told)
        .from_(exp.alias_(exp.to_table("area_count"), "a", table=True))
        .join(exp.alias_(exp.to_table("area_told"), "t", table=True), on="t.level = a.level AND t.code = a.code",
              join_type="left")
    )  # fmt: skip


def untold_step() -> exp.Expr:
    """This function returns an empty `area_told`, for when nobody told anything."""
    columns = [exp.alias_(exp.cast(exp.Null(), "BOOLEAN"), fact.column) for fact in TOLD.values()]
    return exp.select(
        exp.alias_(exp.Literal.string(""), "level"), exp.alias_(exp.cast(exp.Literal.number(0), "BIGINT"), "code"),
        *columns,
    ).where(exp.false())  # fmt: skip


def judged_areas_step(rules: Sequence[Judgement], shape: Shape, *, areas: str) -> exp.Expr:
    """This function returns the areas with `rule_n`, the result of each rule where it is of the area's level."""
    emitter = Emitter(on=shape.on)
    columns: list[exp.Expr] = [exp.column(name) for name in ("level", "code", *(f.column for f in AREA_FACTS.values()))]
    for number, rule in enumerate(rules):
        result = emitter.sql(rule.when) if rule.when is not None else exp.true()
        here = exp.column("level").eq(rule.stated.value.level)
        columns.append(exp.alias_(exp.Case(default=exp.false()).when(here, result), f"rule_{number}"))
    return exp.select(*columns).from_(areas).order_by("level", "code")
