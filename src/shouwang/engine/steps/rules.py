"""The rules: from facts to hits, evidence, flags and warnings. The only steps that see a threshold."""

from __future__ import annotations

from sqlglot import exp

from shouwang.engine.shape import Shape
from shouwang.engine.sqltext import sql_tree
from shouwang.engine.steps.incomes import WINDOW_FLAGS
from shouwang.rulebook.conditions.emit import Emitter
from shouwang.rulebook.lines import Measure
from shouwang.rulebook.program import FlagRule, Program, TriggerRule
from shouwang.rulebook.triggers import LARGEST, Evidence


def outcome_step(program: Program, shape: Shape, *, facts: str) -> exp.Expr:
    """This function returns, for households that some trigger warns of or cannot decide, every trigger's result.

    Columns a trigger: `result_n` (null is undecided), `measured_n`, `threshold_n`.
    """
    emitter = Emitter(on=shape.on)
    columns: list[exp.Expr] = [exp.column("household_key"), exp.column("rigid_cause")]
    for number, rule in enumerate(program.triggers):
        columns += [
            exp.alias_(emitter.sql(rule.result), f"result_{number}"),
            exp.alias_(emitter.floored(rule.measured), f"measured_{number}"),
            exp.alias_(emitter.floored(rule.threshold), f"threshold_{number}"),
        ]
    inner = exp.select(*columns).from_(facts).subquery("judged")
    open_ = [_is_open(number) for number in range(len(program.triggers))]
    return exp.select("*").from_(inner).where(exp.or_(*open_) if open_ else exp.false())


def _is_open(number: int) -> exp.Expr:
    return exp.Coalesce(this=exp.column(f"result_{number}"), expressions=[exp.true()])


def tally_step(program: Program) -> exp.Expr:
    """This function returns how many households each trigger warns of and how many it cannot decide."""
    columns = []
    for number in range(len(program.triggers)):
        result = exp.column(f"result_{number}")
        columns.append(exp.alias_(sql_tree("count(*) FILTER (WHERE :result)", result=result), f"warned_{number}"))
        columns.append(
            exp.alias_(sql_tree("count(*) FILTER (WHERE :result IS NULL)", result=result), f"undecided_{number}")
        )
    return exp.select(*columns, exp.Count(this=exp.Star())).from_("outcome")


def unit_of(rule: TriggerRule) -> str:
    """This function returns the unit in which a trigger's measured value and threshold are shown."""
    is_money = rule.measured.kind in {Measure.MONEY.value, Measure.PER_HEAD.value}
    return "分/人" if rule.measured.kind == Measure.PER_HEAD.value else "分" if is_money else rule.stated.unit or "个"


def hits_step(program: Program) -> exp.Expr:
    """This function returns one row a household and trigger that warns, in pack order by `place`."""
    queries = [_hit(number, rule) for number, rule in enumerate(program.triggers)]
    if not queries:
        return sql_tree(
            "SELECT CAST(0 AS BIGINT) AS household_key, 0 AS place, '' AS cause, CAST(0 AS BIGINT) AS measured, "
            "CAST(0 AS BIGINT) AS threshold, FALSE AS is_undecided WHERE FALSE"
        )
    return queries[0] if len(queries) == 1 else exp.union(*queries, distinct=False)


def _hit(number: int, rule: TriggerRule) -> exp.Select:
    value = rule.stated.value
    cause: exp.Expr = exp.Literal.string(value.cause)
    if value.cause == LARGEST:
        cause = exp.Coalesce(this=exp.column("rigid_cause"), expressions=[exp.Literal.string("OTHER")])
    result = exp.column(f"result_{number}")
    fires = _is_open(number) if value.on_unknown == "warn" else exp.Coalesce(this=result, expressions=[exp.false()])
    return exp.select(
        exp.column("household_key"),
        exp.alias_(exp.Literal.number(number), "place"),
        exp.alias_(cause, "cause"),
        exp.alias_(exp.column(f"measured_{number}"), "measured"),
        exp.alias_(exp.column(f"threshold_{number}"), "threshold"),
        exp.alias_(exp.Is(this=result.copy(), expression=exp.Null()), "is_undecided"),
    ).from_("outcome").where(fires)  # fmt: skip


_SPENDING = """
SELECT h.household_key, h.cause, 'spending' AS "table", e.event_key AS key
FROM hit AS h JOIN spending_event AS e ON e.household_key = h.household_key
WHERE h.place = :place AND e.is_current AND NOT e.is_handled AND :wanted
"""
_STATUS = """
SELECT h.household_key, h.cause, 'status' AS "table", s.status_key AS key
FROM hit AS h JOIN dated_status AS s ON s.household_key = h.household_key
WHERE h.place = :place AND (s.is_active OR s.is_new) AND NOT s.is_handled AND :wanted
"""
_INCOME = """
SELECT h.household_key, h.cause, 'income' AS "table", year(i.month) * 100 + month(i.month) AS key
FROM hit AS h JOIN windowed_income AS i ON i.household_key = h.household_key
WHERE h.place = :place AND :wanted
"""
_HOUSEHOLD = """
SELECT h.household_key, h.cause, 'household' AS "table", h.household_key AS key FROM hit AS h WHERE h.place = :place
"""
_NONE = "SELECT CAST(0 AS BIGINT) AS household_key, '' AS cause, '' AS \"table\", CAST(0 AS BIGINT) AS key WHERE FALSE"


def _evidence(place: int, evidence: Evidence) -> exp.Expr:
    if evidence.table == "spending":
        wanted: exp.Expr = exp.column("cause", table="e").isin(*(cause.value for cause in evidence.causes))
        if evidence.is_listed:
            unsure = exp.column("detail", table="e").is_(exp.Null())
            wanted = exp.and_(wanted, exp.or_(exp.column("is_listed", table="e"), unsure))
        return sql_tree(_SPENDING, place=place, wanted=exp.paren(wanted))
    if evidence.table == "status":
        return sql_tree(_STATUS, place=place, wanted=exp.column("kind", table="s").isin(*evidence.kinds))
    if evidence.table == "income":
        return sql_tree(_INCOME, place=place, wanted=exp.column(WINDOW_FLAGS[evidence.window], table="i"))
    return sql_tree(_HOUSEHOLD, place=place)


def evidence_step(program: Program) -> exp.Expr:
    """This function returns the evidence rows of all hits: household, cause, table, key, each once."""
    queries = [
        _evidence(place, evidence)
        for place, rule in enumerate(program.triggers)
        for evidence in rule.stated.value.evidence
    ]
    return exp.union(*queries, distinct=True) if len(queries) > 1 else queries[0] if queries else sql_tree(_NONE)


_FLAG = """
SELECT household_key, :number AS number, :key AS key, :name AS name, :action AS action, :reason AS reason,
  :source AS source
FROM warned_facts WHERE :condition
"""
_NO_FLAG = """
SELECT CAST(0 AS BIGINT) AS household_key, 0 AS number, '' AS key, '' AS name, '' AS action, '' AS reason, '' AS source
WHERE FALSE
"""


def _flag(number: int, rule: FlagRule, emitter: Emitter) -> exp.Expr:
    stated = rule.stated
    return sql_tree(
        _FLAG, number=number, key=stated.key, name=stated.name, action=stated.value.action,
        reason=stated.value.reason, source=str(stated.source), condition=emitter.sql(rule.when),
    )  # fmt: skip


def flags_step(program: Program, shape: Shape) -> exp.Expr:
    """This function returns the flags that hold for warned households, one row a household and flag."""
    emitter = Emitter(on=shape.on)
    queries = [_flag(number, rule, emitter) for number, rule in enumerate(program.flags)]
    return exp.union(*queries, distinct=False) if len(queries) > 1 else queries[0] if queries else sql_tree(_NO_FLAG)


_WARNINGS = """
WITH ranked AS (
  SELECT *, row_number() OVER (PARTITION BY household_key, cause ORDER BY is_undecided, place) AS rank FROM hit
),
reasons AS (
  SELECT household_key, cause, list(place ORDER BY is_undecided, place) AS places FROM hit GROUP BY household_key, cause
),
proofs AS (
  SELECT household_key, cause, list({'table': "table", 'key': key} ORDER BY "table", key) AS evidence
  FROM evidence GROUP BY household_key, cause
),
marks AS (
  SELECT household_key,
    list({'key': key, 'name': name, 'action': action, 'reason': reason, 'source': source} ORDER BY number) AS flags,
    string_agg(reason, '；' ORDER BY number) FILTER (WHERE action = 'hold') AS hold_reason
  FROM flag GROUP BY household_key
)
SELECT
  f.household_key, f.village_code, f.household_type AS type_key, r.place, r.cause, r.measured, r.threshold,
  r.is_undecided, reasons.places, coalesce(proofs.evidence, []) AS evidence, coalesce(marks.flags, []) AS flags,
  marks.hold_reason IS NOT NULL AS is_held, marks.hold_reason, CAST(to_json(f) AS VARCHAR) AS facts
FROM ranked AS r
JOIN warned_facts AS f USING (household_key)
JOIN reasons USING (household_key, cause)
LEFT JOIN proofs USING (household_key, cause)
LEFT JOIN marks USING (household_key)
WHERE r.rank = 1
ORDER BY f.household_key, r.cause
"""


def warnings_step() -> exp.Expr:
    """This function returns one row a household and cause, with everything several triggers found."""
    return sql_tree(_WARNINGS)
