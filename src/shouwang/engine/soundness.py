"""What makes a snapshot unfit to be screened, asked of its typed tables before a rule is applied: counted and named.

The questions are trees, so that DuckDB and Spark ask the same. All are counted in one query; only where something was
found are the first keys fetched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlglot import exp

from shouwang.engine.errors import SnapshotError
from shouwang.engine.schema import CODES, KEYS

KEYS_SHOWN = 5  # keys told of each flaw
FLAWS_SHOWN = 8
# What a row is known by. An income has no key of its own: two equal ones may be two payments.
OWN_KEYS = {
    "household": "household_key",
    "person": "person_key",
    "spending": "event_key",
    "status": "status_key",
    "risk": "risk_key",
    "measure": "measure_key",
}
# Required columns that may be empty in a row: an amount or a value can be unknown, a delivery may never have come.
_MAY_BE_EMPTY = {("income", "amount_fen"), ("named", "value"), ("feed", "department"), ("feed", "data_date")}
TYPE_WORDS = {
    "BIGINT": "整数",
    "INTEGER": "整数",
    "VARCHAR": "文字",
    "BOOLEAN": "是否",
    "DATE": "日期",
    "TIMESTAMP": "时间",
}
Rows = Callable[[exp.Expr], Iterable[Sequence[object]]]  # runs a query and returns its rows


class SnapshotFlawsError(SnapshotError):
    """Tables of a snapshot that contradict themselves or cannot be read; every flaw is counted and named."""

    def __init__(self, flaws: Sequence[str]) -> None:
        self.flaws = tuple(flaws)
        more = len(flaws) - FLAWS_SHOWN
        shown = "；".join(flaws[:FLAWS_SHOWN]) + (f"；另有 {more} 处" if more > 0 else "")
        super().__init__(f"快照有 {len(flaws)} 处不能用，没有开始筛查：{shown}。")


@dataclass(frozen=True)
class Question:
    """One thing that must not be found in a table. `told` has places for {count} and {keys}.

    `bad` picks rows of the table; or `among`, a query of one column, lists the keys that are wrong.
    """

    table: str
    told: str
    key: str
    bad: exp.Expr | None = None
    among: exp.Select | None = None

    def first(self) -> exp.Expr:
        """This function returns the query of the first few keys concerned."""
        found = self.among
        if found is None:
            found = exp.select(self.key).distinct().from_(self.table).where(self.bad)
        column = exp.cast(exp.column(self.key), "VARCHAR")
        inner = exp.select(self.key).from_(found.subquery("found")).order_by(self.key).limit(KEYS_SHOWN)
        return exp.select(column).from_(inner.subquery("first_found"))

    def flaw(self, count: int, keys: Sequence[object]) -> str:
        """This function tells what was found: table, column, how many, the first keys."""
        return self.told.format(count=f"{count:,}", keys="、".join("空" if key is None else str(key) for key in keys))


def _empty(table: str, column: str) -> Question:
    own = OWN_KEYS.get(table, "household_key")
    key = "household_key" if column == own else own
    bad = exp.column(column).is_(exp.Null())
    if key == column:  # nothing else to know the row by
        return Question(table, f"{table} 表的“{column}”列有 {{count}} 格是空的", column, bad)
    return Question(table, f"{table} 表的“{column}”列有 {{count}} 格是空的（{key}：{{keys}}）", key, bad)


def _code(table: str, column: str, allowed: tuple[str, ...]) -> Question:
    bad = exp.column(column).isin(*allowed).not_()
    told = f"{table} 表的“{column}”列有 {{count}} 格是不认识的代码“{{keys}}”，可用的有：{'、'.join(allowed)}"
    return Question(table, told, column, bad)


def _doubled(table: str, key: str) -> Question:
    found = exp.select(key).from_(table).where(exp.column(key).is_(exp.Null()).not_()).group_by(key)
    told = f"{table} 表有 {{count}} 个“{key}”出现了不止一次（{{keys}}）"
    return Question(table, told, key, among=found.having("count(*) > 1"))


def _orphaned(table: str) -> Question:
    key = OWN_KEYS.get(table, "household_key")
    known = exp.select("household_key").from_("household").subquery("known")
    belongs = exp.column("household_key", table=table)
    found = exp.select(exp.column(key, table=table)).from_(table)
    found = found.join(known, on=exp.column("household_key", table="known").eq(belongs), join_type="anti")
    told = f"{table} 表有 {{count}} 行的户不在 household 表里（{key}：{{keys}}）"
    return Question(table, told, key, among=found.where(belongs.copy().is_(exp.Null()).not_()))


def questions(tables: Iterable[str], *, missing: Iterable[str] = ()) -> Iterator[Question]:
    """This function yields what must not be found; a `missing` column (table.column) is unknown everywhere, no flaw."""
    lacking = set(missing)
    for table in tables:
        own = OWN_KEYS.get(table)
        for column in KEYS[table]:
            if (table, column) not in _MAY_BE_EMPTY and f"{table}.{column}" not in lacking:
                yield _empty(table, column)
        for (of, column), allowed in CODES.items():
            if of == table:
                yield _code(table, column, allowed)
        if own:
            yield _doubled(table, own)
        if "household_key" in KEYS[table] and table != "household":
            yield _orphaned(table)


def _counts(asked: Sequence[Question]) -> exp.Expr:
    """This function returns the query that counts all: a row a table, and one for each other question."""
    queries: list[exp.Query] = []
    numbers = dict(enumerate(asked))
    for table in dict.fromkeys(question.table for question in asked):
        own = [(n, q.bad) for n, q in numbers.items() if q.table == table and q.bad is not None]
        counts = [exp.CountIf(this=bad) for _, bad in own]
        where = ",".join(str(number) for number, _ in own)
        queries.append(exp.select(_text(where), exp.alias_(exp.Array(expressions=counts), "counts")).from_(table))
    for number, question in numbers.items():
        if question.among is not None:
            whole = exp.Array(expressions=[exp.Count(this=exp.Star())])
            inner = question.among.subquery("among")
            queries.append(exp.select(_text(str(number)), exp.alias_(whole, "counts")).from_(inner))
    return queries[0] if len(queries) == 1 else exp.union(*queries, distinct=False)


def _text(text: str) -> exp.Expr:
    return exp.alias_(exp.Literal.string(text), "numbers")


def flaws_find(rows: Rows, asked: Sequence[Question]) -> list[str]:
    """This function asks all questions and returns the sentences of what was found."""
    found: dict[int, int] = {}
    for numbers, counts in rows(_counts(asked)):
        found.update(zip((int(number) for number in str(numbers).split(",")), counts, strict=True))  # type: ignore[call-overload]
    return [
        question.flaw(found[number], [row[0] for row in rows(question.first())])
        for number, question in enumerate(asked)
        if found[number]
    ]
