"""The steps of the data-quality checks: persons beside their household, recorded risks and measures, villages.

They stand on `facts` (one typed row a household) and the tables of the snapshot. Imported columns keep three states:
no row is null, an empty cell is '', anything else is its text.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from sqlglot import exp

from shouwang.engine.shape import Shape
from shouwang.engine.sqltext import sql_tree
from shouwang.rulebook.check_facts import ALL_FACTS, HOUSEHOLD_FACTS, RECORD_FACTS, Heading, Tally
from shouwang.rulebook.check_program import CheckProgram, CheckRule
from shouwang.rulebook.checks import Over
from shouwang.rulebook.conditions.emit import Emitter
from shouwang.rulebook.facts import FACTS, Fact, Kind

KEYS = {
    Over.PERSON: ("village_code", "household_key", "person_key"),
    Over.HOUSEHOLD: ("village_code", "household_key"),
    Over.VILLAGE: ("village_code",),
}

_RISKS = """
SELECT
  household_key,
  list_sort(list_distinct(list(risk))) AS risks,
  coalesce(list_sort(list_distinct(list(risk) FILTER (WHERE removed_date IS NULL OR removed_date > :today))), [])
    AS open_risks,
  coalesce(list_sort(list_distinct(list(removal) FILTER (WHERE removed_date <= :today AND removal IS NOT NULL))), [])
    AS removals
FROM risk
WHERE risk IS NOT NULL AND (from_date IS NULL OR from_date <= :today)
GROUP BY household_key
"""

_MEASURES = """
SELECT
  household_key,
  list_sort(list_distinct(list(kind))) AS measures,
  count(*) AS measure_count,
  min(from_date) AS first_measure_date,
  max(from_date) AS last_measure_date
FROM measure
WHERE kind IS NOT NULL AND (from_date IS NULL OR from_date <= :today)
GROUP BY household_key
"""

_WAGES = """
SELECT
  person_key,
  CASE WHEN count(*) = count(amount_fen) THEN CAST(sum(amount_fen) AS BIGINT) END AS own_wage_income_fen
FROM income
WHERE person_key IS NOT NULL AND kind = 'WAGE' AND month >= :income_from AND month < :income_until
GROUP BY person_key
"""

_OWN_STATUSES = """
SELECT person_key, list_sort(list_distinct(list(kind))) AS own_statuses
FROM status
WHERE person_key IS NOT NULL AND kind IS NOT NULL AND from_date <= :today
  AND (until_date IS NULL OR until_date > :today)
GROUP BY person_key
"""

_AGE = """
CAST(:year AS BIGINT) - year(birth_date)
  - CASE WHEN month(birth_date) * 100 + day(birth_date) > :day THEN 1 ELSE 0 END
"""

# Several rows of one column: a filled cell goes before an empty one, of several filled ones the last in order.
_CELL = """
coalesce(
  max(nullif(trim(value), '')) FILTER (WHERE name = :name),
  CASE WHEN count(*) FILTER (WHERE name = :name) > 0 THEN '' END
)
"""


def record_steps(shape: Shape) -> dict[str, exp.Expr]:
    """This function returns the steps of what is recorded of a household: risks and measures, one row each."""
    return {
        "check_risks": sql_tree(_RISKS, today=shape.on),
        "check_measures": sql_tree(_MEASURES, today=shape.on),
    }


def _columns(facts: Iterable[Fact], table: str) -> list[exp.Expr]:
    return [exp.column(fact.column, table=table) for fact in facts]


def _joined(facts: Iterable[Fact], table: str) -> list[exp.Expr]:
    """This function returns facts of a joined table; a row that is missing there has the fact's default."""
    columns: list[exp.Expr] = []
    for fact in facts:
        column: exp.Expr = exp.column(fact.column, table=table)
        if fact.default is not None:
            spare = exp.Array(expressions=[]) if fact.kind is Kind.SET else exp.convert(fact.default)
            column = exp.Coalesce(this=column, expressions=[spare])
        columns.append(exp.alias_(column, fact.column))
    return columns


def named_step(headings: Sequence[Heading], *, over: Over) -> exp.Expr:
    """This function returns the imported columns asked for as columns, one row a household or person."""
    key = "person_key" if over is Over.PERSON else "household_key"
    wanted = exp.column("person_key").is_(exp.Null())
    cells = [exp.alias_(sql_tree(_CELL, name=heading.heading), heading.column) for heading in headings]
    names = exp.column("name").isin(*(heading.heading for heading in headings)) if headings else exp.false()
    whose = exp.not_(wanted) if over is Over.PERSON else wanted
    return exp.select(exp.column(key), *cells).from_("named").where(exp.and_(whose, names)).group_by(key)


def record_columns(table: str, missing: Collection[str]) -> list[exp.Expr]:
    """This function returns the facts recorded in a table: with their defaults, or unknown without the table."""
    facts = [fact for fact in RECORD_FACTS.values() if ("measure" in fact.key) is (table == "measure")]
    view = f"check_{table}s"
    return _columns(facts, view) if table in missing else _joined(facts, view)


def household_step(program: CheckProgram, *, missing: Collection[str] = ()) -> exp.Expr:
    """This function returns one row a household: its facts, recorded risks and measures, imported columns.

    What a missing table would tell is unknown, not "none": nothing is concluded from data that never came.
    """
    headings = program.headings(Over.HOUSEHOLD)
    query = (
        exp.select(exp.column("household_key", table="facts"), *_columns(FACTS.values(), "facts"))
        .select(*record_columns("risk", missing), *record_columns("measure", missing))
        .select(*_columns(headings, "check_named_household"))
        .from_("facts")
    )
    for table in ("check_risks", "check_measures", "check_named_household"):
        query = query.join(table, using=["household_key"], join_type="left")
    return query


def person_step(program: CheckProgram, shape: Shape) -> exp.Expr:
    """This function returns one row a person: her own facts and columns, and the facts of her household beside."""
    headings = (*program.headings(Over.PERSON), *program.headings(Over.HOUSEHOLD))
    own = [fact for key, fact in ALL_FACTS[Over.PERSON].items() if key not in HOUSEHOLD_FACTS]
    derived = {"age", "own_wage_income", "own_statuses"}
    today = shape.on
    age = sql_tree(_AGE, year=today.year, day=today.month * 100 + today.day)
    query = (
        exp.select(exp.column("person_key", table="person"), exp.column("household_key", table="person"))
        .select(*_columns([fact for fact in own if fact.key not in derived], "person"), exp.alias_(age, "age"))
        .select(*_joined([fact for fact in own if fact.key == "own_wage_income"], "check_wages"))
        .select(*_joined([fact for fact in own if fact.key == "own_statuses"], "check_statuses"))
        .select(*_columns(HOUSEHOLD_FACTS.values(), "check_household_base"))
        .select(*_columns([h for h in headings if h.over is Over.PERSON], "check_named_person"))
        .select(*_columns([h for h in headings if h.over is Over.HOUSEHOLD], "check_household_base"))
        .from_("person")
        .join("check_household_base", on="check_household_base.household_key = person.household_key")
    )
    for table in ("check_wages", "check_statuses", "check_named_person"):
        query = query.join(table, on=f"{table}.person_key = person.person_key", join_type="left")
    return query


def tally_step(tallies: Sequence[Tally], shape: Shape, *, table: str, key: str, more: Sequence[exp.Expr]) -> exp.Expr:
    """This function returns how many rows of a table each condition holds for, one row a key."""
    emitter = Emitter(on=shape.on)
    counts = [
        exp.alias_(sql_tree("count(*) FILTER (WHERE :wanted)", wanted=emitter.sql(tally.when)), tally.column)
        for tally in tallies
    ]
    return exp.select(exp.column(key), *more, *counts).from_(table).group_by(key)


def beside_step(tallies: Sequence[Tally], *, table: str) -> exp.Expr:
    """This function returns a table with the counts of the household's members beside each row."""
    query = exp.select(f"{table}.*", *_joined(tallies, "check_members")).from_(table)
    on = f"check_members.household_key = {table}.household_key"
    return query.join("check_members", on=on, join_type="left")


def village_step(program: CheckProgram) -> exp.Expr:
    """This function returns one row a village: counts of its households and persons."""
    households, persons = program.village_tallies(Over.HOUSEHOLD), program.village_tallies(Over.PERSON)
    facts = ALL_FACTS[Over.VILLAGE]
    return (
        exp.select(exp.column("village_code", table="check_village_households"))
        .select(*_columns([facts["household_count"], facts["watched_count"]], "check_village_households"))
        .select(*_joined([facts["person_count"]], "check_village_persons"))
        .select(*_joined(households, "check_village_households"), *_joined(persons, "check_village_persons"))
        .from_("check_village_households")
        .join("check_village_persons", using=["village_code"], join_type="left")
    )


def check_steps(program: CheckProgram, shape: Shape, *, missing: Collection[str] = ()) -> dict[str, exp.Expr]:
    """This function returns every step by name, in the order in which they build on each other.

    `missing` names the tables that the snapshot does not have.
    """
    members = program.member_tallies()
    start, end = shape.span("income")
    watched = sql_tree("count(*) FILTER (WHERE is_watched) AS watched_count")
    return {
        **record_steps(shape),
        "check_wages": sql_tree(_WAGES, income_from=start, income_until=end),
        "check_statuses": sql_tree(_OWN_STATUSES, today=shape.on),
        "check_named_household": named_step(program.headings(Over.HOUSEHOLD), over=Over.HOUSEHOLD),
        "check_named_person": named_step(program.headings(Over.PERSON), over=Over.PERSON),
        "check_household_base": household_step(program, missing=missing),
        "check_person_base": person_step(program, shape),
        "check_members": tally_step(members, shape, table="check_person_base", key="household_key", more=()),
        "check_household": beside_step(members, table="check_household_base"),
        "check_person": beside_step(members, table="check_person_base"),
        "check_village_households": tally_step(
            program.village_tallies(Over.HOUSEHOLD), shape, table="check_household", key="village_code",
            more=(sql_tree("count(*) AS household_count"), watched),
        ),
        "check_village_persons": tally_step(
            program.village_tallies(Over.PERSON), shape, table="check_person", key="village_code",
            more=(sql_tree("count(*) AS person_count"),),
        ),
        "check_village": village_step(program),
    }  # fmt: skip


def outcome_step(rules: Sequence[CheckRule], over: Over, shape: Shape) -> exp.Expr:
    """This function returns the rows that some check finds wrong or cannot decide, with every result and used fact."""
    emitter = Emitter(on=shape.on)
    used = {fact.column: fact for rule in rules for fact in rule.facts if fact.column not in KEYS[over]}
    columns = [exp.column(key) for key in KEYS[over]] + [exp.column(column) for column in used]
    results = [exp.alias_(emitter.sql(rule.when), f"result_{number}") for number, rule in enumerate(rules)]
    inner = exp.select(*columns, *results).from_(f"check_{over}").subquery("judged")
    wanted = [_is_open(number) for number in range(len(rules))]
    return exp.select("*").from_(inner).where(exp.or_(*wanted) if wanted else exp.false())


def _is_open(number: int) -> exp.Expr:
    return exp.Coalesce(this=exp.column(f"result_{number}"), expressions=[exp.true()])


def hits_step(rule: CheckRule, number: int, place: int, *, with_undecided: bool = False) -> exp.Select:
    """This function returns the rows that a check finds, and those it cannot decide where it lists them (or all).

    Columns: place (of the check in the program), the three keys (null above its level), is_undecided, facts (JSON).
    """
    over = rule.over
    columns = [
        exp.alias_(exp.column(key) if key in KEYS[over] else exp.cast(exp.Null(), "BIGINT"), key)
        for key in KEYS[Over.PERSON]
    ]
    facts = dict.fromkeys(["village_code", *(fact.column for fact in rule.facts)])
    row = exp.Struct(
        expressions=[exp.PropertyEQ(this=exp.Literal.string(name), expression=exp.column(name)) for name in facts]
    )
    result = exp.column(f"result_{number}")
    is_listed = with_undecided or rule.stated.value.on_unknown == "hit"
    fires = _is_open(number) if is_listed else sql_tree("coalesce(:r, FALSE)", r=result)
    return (
        exp.select(exp.alias_(exp.Literal.number(place), "place"), *columns)
        .select(exp.alias_(exp.Is(this=result.copy(), expression=exp.Null()), "is_undecided"))
        .select(exp.alias_(exp.cast(sql_tree("to_json(:row)", row=row), "VARCHAR"), "facts"))
        .from_(f"outcome_{over}")
        .where(fires)
    )
