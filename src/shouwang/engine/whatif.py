"""What-if: variants of a policy tried on cached facts, all in one pass, and what each would change.

A variant differs from its base in thresholds only, so the facts are the same and only the last steps are computed.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
from sqlglot import exp

from shouwang.engine.errors import RuleFailure
from shouwang.engine.factcache import connect, facts_cached
from shouwang.engine.possible import Bound, Possible
from shouwang.engine.shape import Shape, shape_of
from shouwang.engine.sqltext import DIALECT
from shouwang.engine.steps.facts import certain_facts, typed_step
from shouwang.rulebook.conditions.emit import Emitter
from shouwang.rulebook.conditions.nodes import Logic, Node, facts_of
from shouwang.rulebook.facts import FACTS, TYPE_FACTS
from shouwang.rulebook.policy import Policy
from shouwang.rulebook.program import Program, TriggerRule, program_compile
from shouwang.rulebook.triggers import LARGEST

SCHEMA = pa.schema(
    [
        ("household_key", pa.int64()),
        ("village_code", pa.int64()),
        ("type_key", pa.string()),
        ("trigger_key", pa.string()),
        ("cause", pa.string()),
        ("measured", pa.int64()),
        ("threshold", pa.int64()),
        ("is_undecided", pa.bool_()),
        ("member_count", pa.int64()),
        (
            "loss",
            pa.int64(),
        ),  # what the household itself paid for the cause, in fen; null where the cause costs nothing
    ]
)


@dataclass(frozen=True)
class WhatIf:
    """What a base policy and each of its variants would warn of: one row a household and cause, in that order.

    `digest` is the snapshot's; `households` and `persons` are those the facts are about.
    """

    base: pa.Table
    variants: tuple[pa.Table, ...]
    digest: str
    households: int
    persons: int


def _folders(snapshot_dir: Path | str, feeds_dir: Path | str | None) -> list[Path]:
    return list(dict.fromkeys(Path(folder).resolve() for folder in (snapshot_dir, feeds_dir) if folder is not None))


def whatif_prepare(
    snapshot_dir: Path | str, policy: Policy, *, cache: Path, handled: pa.Table | None = None,
    feeds_dir: Path | str | None = None,
) -> Path:  # fmt: skip
    """This function stores the facts that what-ifs on a snapshot rest on and returns their file; once is enough."""
    return facts_cached(_folders(snapshot_dir, feeds_dir), policy, cache=cache, handled=handled)[0]


class _Columns:
    """Parts of conditions as columns, each once however many variants share it."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        self.named: dict[Hashable, tuple[str, exp.Expr]] = {}

    def name(self, part: Hashable, emit: Callable[[], exp.Expr]) -> str:
        """This function returns the column of a part, emitted when it is met for the first time."""
        if part not in self.named:
            self.named[part] = (f"{self.prefix}_{len(self.named)}", emit())
        return self.named[part][0]

    def aliased(self) -> Iterator[exp.Expr]:
        """This function yields the columns."""
        for name, tree in self.named.values():
            yield exp.alias_(tree, name, copy=False)


@dataclass(frozen=True)
class _Typed:
    """The columns in which a policy's household type stands."""

    type_: str
    is_unknown: str

    def put(self, tree: exp.Expr) -> exp.Expr:
        """This function turns the facts about the type into these columns."""
        names = {"household_type": self.type_, "is_type_unknown": self.is_unknown}
        for column in tree.find_all(exp.Column):
            if column.name in names:
                column.set("this", exp.to_identifier(names[column.name]))
        return tree


def _typed(program: Program, shape: Shape, columns: _Columns) -> _Typed:
    rules = tuple((rule.stated.key, rule.when) for rule in program.types)

    def part(name: str) -> exp.Expr:
        step = typed_step(program, shape, facts="facts")
        return next(column.this for column in step.expressions if column.alias == name)

    return _Typed(*(columns.name((name, rules), partial(part, name)) for name in ("household_type", "is_type_unknown")))


def _joined(node: Node, atoms: _Columns, emitter: Emitter, typed: _Typed) -> exp.Expr:
    """This function returns a condition over the columns of its atoms."""
    if isinstance(node, Logic):
        parts = [_joined(part, atoms, emitter, typed) for part in node.parts]
        join = exp.and_ if node.op == "and" else exp.or_
        return exp.paren(join(*parts, copy=False), copy=False)
    whose = typed if {fact.key for fact in facts_of(node)} & TYPE_FACTS else None
    return exp.column(atoms.name((node, whose), lambda: typed.put(emitter.sql(node))))


def _cause(rule: TriggerRule) -> exp.Expr:
    stated = rule.stated.value.cause
    if stated == LARGEST:
        return exp.Coalesce(this=exp.column("rigid_cause"), expressions=[exp.Literal.string("OTHER")])
    return exp.Literal.string(stated)


_LOSSES = {cause: f"{cause.lower()}_self_paid_fen" for cause in ("ILLNESS", "STUDY", "DISASTER", "ACCIDENT")}


def _loss(cause: exp.Expr) -> exp.Expr:
    case = exp.Case(this=cause, default=exp.cast(exp.Null(), "BIGINT"))
    for key, column in _LOSSES.items():
        case = case.when(exp.Literal.string(key), exp.column(column), copy=False)
    return case


@dataclass(frozen=True)
class _Hit:
    """What a trigger of a policy picks, shared by all variants whose trigger is the same."""

    place: int
    rule: TriggerRule
    result: str
    measured: str
    threshold: str
    typed: _Typed

    @property
    def key(self) -> tuple[object, ...]:
        """What tells two hits apart."""
        value = self.rule.stated.value
        return (self.place, value.cause, value.on_unknown, self.result, self.measured, self.threshold, self.typed)

    def select(self, number: int) -> exp.Expr:
        """This function returns the query of the households it picks."""
        column = exp.column(self.result)
        fires = exp.Boolean(this=self.rule.stated.value.on_unknown == "warn")
        columns = (
            exp.alias_(exp.Literal.number(number), "hit"), exp.column("household_key"), exp.column("village_code"),
            exp.alias_(exp.column(self.typed.type_), "type_key"), exp.alias_(exp.Literal.number(self.place), "place"),
            exp.alias_(_cause(self.rule), "cause"), exp.alias_(exp.column(self.measured), "measured"),
            exp.alias_(exp.column(self.threshold), "threshold"),
            exp.alias_(exp.Is(this=column.copy(), expression=exp.Null()), "is_undecided"), exp.column("member_count"),
            exp.alias_(_loss(_cause(self.rule)), "loss"),
        )  # fmt: skip
        return (
            exp.select(*columns, copy=False).from_("judged", copy=False)
            .where(exp.Coalesce(this=column, expressions=[fires]), copy=False)
        )  # fmt: skip


_LEFT = """
SELECT * EXCLUDE (rank) FROM (
  SELECT *, row_number() OVER (PARTITION BY number, household_key, cause ORDER BY is_undecided, place) AS rank
  FROM hit JOIN owner USING (hit)
) AS ranked WHERE rank = 1 ORDER BY number, household_key, cause
"""


def _over(relation: exp.Expr | str, columns: _Columns) -> exp.Subquery:
    """This function returns a relation with further columns."""
    query = exp.select("*", *columns.aliased(), copy=False).from_(relation, copy=False)
    return exp.Subquery(this=query, alias=exp.TableAlias(this=exp.to_identifier(f"with_{columns.prefix}")))


class _Pass:
    """The one pass over the facts for all policies."""

    def __init__(self, policies: Sequence[Policy]) -> None:
        types, atoms, results, shown = (_Columns(prefix) for prefix in ("type", "atom", "result", "shown"))
        self.hits: dict[tuple[object, ...], exp.Expr] = {}
        self.owners: list[tuple[int, int]] = []
        asked: set[str] = {"household_key", "village_code", "member_count", *_LOSSES.values()}
        self.bounds: dict[Node, Bound] = {}
        for number, policy in enumerate(policies):
            program, shape = program_compile(policy), shape_of(policy, on=policy.on)
            emitter = Emitter(on=shape.on)
            typed = _typed(program, shape, types)
            known, certain = FACTS.keys() - TYPE_FACTS, certain_facts(shape)
            untyped = Possible(replace(program, types=()), emitter, known, certain=certain)
            for place, rule in enumerate(program.triggers):
                if rule.result not in self.bounds:
                    self.bounds[rule.result] = untyped.open(rule.result)
                result = results.name((rule.result, typed), partial(_joined, rule.result, atoms, emitter, typed))
                numbers = [shown.name(part, partial(emitter.floored, part)) for part in (rule.measured, rule.threshold)]
                hit = _Hit(place, rule, result, numbers[0], numbers[1], typed)
                if hit.key not in self.hits:
                    self.hits[hit.key] = hit.select(len(self.hits))
                self.owners.append((list(self.hits).index(hit.key), number))
                asked |= {"rigid_cause"} if rule.stated.value.cause == LARGEST else set()
        self.judged = self._judged(types, atoms, results, shown, asked)

    def _judged(
        self, types: _Columns, atoms: _Columns, results: _Columns, shown: _Columns, asked: set[str]
    ) -> exp.Expr:
        """This function returns the households open under any policy, with results and numbers.

        Whom no trigger can concern, whatever the household's type, goes first.
        """
        decided = [name for name, _ in results.named.values()]
        open_ = [exp.Coalesce(this=exp.column(name), expressions=[exp.true()]) for name in decided]
        asked |= {column.name for _, tree in shown.named.values() for column in tree.find_all(exp.Column)}
        passed = [exp.column(name) for name in (*sorted(asked), *(name for name, _ in types.named.values()), *decided)]
        facts: exp.Expr | str = "facts"
        bounds = list(self.bounds.values())
        if bounds and all(bound is not None for bound in bounds):
            some_facts = exp.select("*").from_("facts").where(exp.or_(*bounds, copy=False), copy=False)
            facts = exp.Subquery(this=some_facts, alias=exp.TableAlias(this=exp.to_identifier("concerned")))
        of_results = _over(_over(_over(facts, types), atoms), results)
        some = exp.select(*passed).from_(of_results, copy=False)
        some = some.where(exp.or_(*open_, copy=False) if open_ else exp.false(), copy=False)
        return _over(exp.Subquery(this=some, alias="open"), shown).this

    def run(self, connection: duckdb.DuckDBPyConnection) -> pa.Table:
        """This function returns the warnings of all policies by `number`."""
        if not self.hits:
            return pa.table({"number": pa.array([], pa.int32())})
        hits = " UNION ALL ".join(query.sql(dialect=DIALECT) for query in self.hits.values())
        connection.execute(f"CREATE TEMP TABLE judged AS {self.judged.sql(dialect=DIALECT)}")
        connection.execute(f"CREATE TEMP TABLE hit AS {hits}")
        owner = pa.array([hit for hit, _ in self.owners], pa.int32()), pa.array([n for _, n in self.owners], pa.int32())
        connection.register("owner", pa.table(list(owner), names=["hit", "number"]))
        return connection.sql(_LEFT).to_arrow_table()


def _table(found: pa.Table, number: int, triggers: list[str]) -> pa.Table:
    own = found.filter(pc.equal(found.column("number"), number)) if triggers else found.slice(0, 0)
    if not own.num_rows:
        return SCHEMA.empty_table()
    keys = pa.array(triggers, pa.string()).take(own.column("place").combine_chunks())
    own = own.append_column("trigger_key", keys)
    return own.select(SCHEMA.names).cast(SCHEMA).combine_chunks()


def whatif(
    snapshot_dir: Path | str, base: Policy, variants: Sequence[Policy], *, cache: Path,
    handled: pa.Table | None = None, feeds_dir: Path | str | None = None,
) -> WhatIf:  # fmt: skip
    """This function tells what a policy and its variants would warn of, from cached facts, made when they are missing.

    Raises RuleFailure when a variant differs in more than thresholds (day, windows, lists, causes).
    """
    shape = shape_of(base, on=base.on)
    if any(variant.on != base.on or shape_of(variant, on=variant.on) != shape for variant in variants):
        raise RuleFailure("推演只能改限额和线；改了日期、计算时段、名单或支出归类，要重新筛查。")
    file, digest = facts_cached(_folders(snapshot_dir, feeds_dir), base, cache=cache, handled=handled)
    with tempfile.TemporaryDirectory(prefix=".whatif-", dir=cache) as name, connect(Path(name)) as connection:
        try:
            connection.read_parquet(str(file)).create_view("facts")
            counted = connection.execute(
                "SELECT count(*), coalesce(sum(member_count), 0)::BIGINT FROM facts"
            ).fetchall()
            found = _Pass([base, *variants]).run(connection)
        except duckdb.Error as error:
            raise RuleFailure(f"推演出错，没有结果：{str(error).splitlines()[0][:200]}") from error
    tables = [_table(found, number, list(policy.triggers)) for number, policy in enumerate([base, *variants])]
    return WhatIf(tables[0], tuple(tables[1:]), digest, int(counted[0][0]), int(counted[0][1]))


@dataclass(frozen=True)
class Change:
    """Households and their people that warn under the base, under the variant, newly or no longer."""

    key: str
    base_households: int
    base_people: int
    variant_households: int
    variant_people: int
    added_households: int
    added_people: int
    dropped_households: int
    dropped_people: int


@dataclass(frozen=True)
class Difference:
    """What a variant changes: in all, by area (code), by type and by cause. Each household needs one visit."""

    total: Change
    by_area: tuple[Change, ...]
    by_type: tuple[Change, ...]
    by_cause: tuple[Change, ...]

    @property
    def visits(self) -> int:
        """The households to be visited for verification under the variant."""
        return self.total.variant_households


_DIFFERENCE = """
WITH one AS (
  SELECT household_key, "group", key, max(member_count) AS people FROM base GROUP BY ALL
), other AS (
  SELECT household_key, "group", key, max(member_count) AS people FROM ({keyed}) AS keyed GROUP BY ALL
)
SELECT coalesce(one."group", other."group") AS "group", coalesce(one.key, other.key) AS key,
  count(one.household_key), coalesce(sum(one.people), 0)::BIGINT,
  count(other.household_key), coalesce(sum(other.people), 0)::BIGINT,
  count(*) FILTER (WHERE one.household_key IS NULL),
  coalesce(sum(other.people) FILTER (WHERE one.household_key IS NULL), 0)::BIGINT,
  count(*) FILTER (WHERE other.household_key IS NULL),
  coalesce(sum(one.people) FILTER (WHERE other.household_key IS NULL), 0)::BIGINT
FROM one FULL JOIN other
  ON one.household_key = other.household_key AND one."group" = other."group" AND one.key = other.key
GROUP BY 1, 2 ORDER BY 1, 2
"""
_KEYED = """
SELECT household_key, member_count, unnest([
  {{'group': 'total', 'key': ''}},
  {{'group': 'by_area', 'key': (village_code // {digits})::VARCHAR}},
  {{'group': 'by_type', 'key': coalesce(type_key, '')}},
  {{'group': 'by_cause', 'key': cause}}
], recursive := true) FROM {table}
"""
_AREA_DIGITS = {"county": 10**6, "township": 10**3, "village": 1}


def differences(base: pa.Table, variants: Sequence[pa.Table], *, level: str = "county") -> tuple[Difference, ...]:
    """This function compares the warnings of each variant with the base's by household; `level` is that of the areas.

    A household counts once in all and in its area, and once a type and a cause.
    """
    found = []
    with duckdb.connect() as connection:
        connection.register("given", base)
        digits = _AREA_DIGITS[level]
        connection.execute(f"CREATE TEMP TABLE base AS {_KEYED.format(digits=digits, table='given')}")
        query = _DIFFERENCE.format(keyed=_KEYED.format(digits=digits, table="variant"))
        for variant in variants:
            connection.register("variant", variant)
            rows: dict[str, list[Change]] = {}
            for group, *row in connection.execute(query).fetchall():
                rows.setdefault(group, []).append(Change(*row))
            (total,) = rows.get("total", [Change("", 0, 0, 0, 0, 0, 0, 0, 0)])
            parts = (tuple(rows.get(name, ())) for name in ("by_area", "by_type", "by_cause"))
            found.append(Difference(total, *parts))
    return tuple(found)


def difference(base: pa.Table, variant: pa.Table, *, level: str = "county") -> Difference:
    """This function compares the warnings of two policies, as `differences` does."""
    return differences(base, [variant], level=level)[0]
