"""Running a pack's cases: every household through the tables, DuckDB and the scalar evaluator, which must agree."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from shouwang.engine.exits import exit_facts
from shouwang.engine.outcomes import Outcome, outcome_differences, outcome_misses, scalar_outcome, screened_outcomes
from shouwang.engine.result import ScreenResult
from shouwang.engine.run import screen
from shouwang.engine.schema import HANDLED, TABLES
from shouwang.engine.shape import shape_of
from shouwang.engine.sqltext import DIALECT
from shouwang.engine.steps.areas import judged_areas_step
from shouwang.kit.divisions import slot_range
from shouwang.rulebook.area_facts import AREA_FACTS
from shouwang.rulebook.cases import Case, CaseFile, cases_read, fen
from shouwang.rulebook.conditions import evaluate
from shouwang.rulebook.facts import Kind
from shouwang.rulebook.policy import Policy, load_policy
from shouwang.rulebook.program import program_compile
from shouwang.rulebook.source import PackSource
from shouwang.rulebook.value_cases import AreaCase, care_misses, claim_misses, sweep_misses, value_misses
from shouwang.rulebook.windows import months_before
from shouwang.rulebook.workflow_cases import workflow_misses
from shouwang.rulebook.workflow_policy import workflow_of

if TYPE_CHECKING:
    from shouwang.engine.checks import CheckResult

Rows = dict[str, list[dict[str, Any]]]
AreaEngine = Callable[[Policy, pa.Table], list[dict[str, Any]]]
_ARROW = {
    "BIGINT": pa.int64(),
    "INTEGER": pa.int32(),
    "VARCHAR": pa.string(),
    "BOOLEAN": pa.bool_(),
    "DATE": pa.date32(),
    "TIMESTAMP": pa.timestamp("us"),
}
SPACE = 1000  # keys that each case has for itself


@dataclass(frozen=True)
class CaseFailure:
    """A case that came out otherwise than expected."""

    file: str
    case: str
    sentences: tuple[str, ...]


@dataclass(frozen=True)
class CaseReport:
    """The outcome of a set of cases."""

    count: int
    failures: tuple[CaseFailure, ...]

    @property
    def sentence(self) -> str:
        """The last line of `pack test`."""
        return f"{self.count} cases, {len(self.failures)} failed"


def table_of(name: str, rows: list[dict[str, Any]]) -> pa.Table:
    """This function makes an Arrow table of a snapshot table from rows; columns a row lacks are unknown."""
    columns = HANDLED if name == "handled" else TABLES[name]
    schema = pa.schema([(column, _ARROW[type_]) for column, type_ in columns.items()])
    return pa.Table.from_pylist([{column: row.get(column) for column in columns} for row in rows], schema=schema)


def snapshot_of(rows: Rows, folder: Path) -> None:
    """This function writes snapshot tables as Parquet."""
    for name in TABLES:
        if rows.get(name):
            pq.write_table(table_of(name, rows[name]), folder / f"{name}.parquet")


def records_complete(rows: Rows, folder: Path) -> None:
    """This function writes empty tables of risks and measures: cases that record none know that there are none."""
    for name in ("risk", "measure"):
        if not rows.get(name):
            pq.write_table(table_of(name, []), folder / f"{name}.parquet")


def _members(case: Case, key: int) -> Iterator[dict[str, Any]]:
    given = [{} for _ in range(case.members)] if isinstance(case.members, int) else list(case.members)
    for number, member in enumerate(given):
        yield {"person_key": key * SPACE + number, "household_key": key, **member}


def _incomes(case: Case, key: int, last_month: date) -> Iterator[dict[str, Any]]:
    if case.net_income is not None:
        amount = fen(case.net_income) or 0
        kind = "WAGE" if amount >= 0 else "COST"
        yield {"household_key": key, "month": last_month, "kind": kind, "amount_fen": abs(amount)}
    for income in case.income:
        month = date.fromisoformat(f"{income.month}-01") if income.month else last_month
        yield {"household_key": key, "month": month, "kind": income.kind, "amount_fen": fen(income.amount)}


def situation_rows(case: Case, key: int, policy: Policy) -> Rows:
    given = case.village or (policy.division if policy.division != "0" else "110101001001")
    village = slot_range(given)[0]
    last_month = months_before(shape_of(policy, on=case.on).span("income")[1], 1)
    rows: Rows = {
        "household": [{"household_key": key, "village_code": village, **case.household}],
        "person": list(_members(case, key)),
        "income": list(_incomes(case, key, last_month)),
        "spending": [
            {"event_key": key * SPACE + number, "household_key": key, "cause": event.cause, "detail": event.detail,
             "event_date": event.date_ or case.on, "gross_fen": fen(event.gross), "self_paid_fen": fen(event.self_paid),
             "reimbursed_fen": fen(event.reimbursed)}
            for number, event in enumerate(case.spending, start=1)
        ],
        "status": [
            {"status_key": key * SPACE + number, "household_key": key, "kind": status.kind,
             "from_date": status.from_ or case.on, "until_date": status.until}
            for number, status in enumerate(case.status, start=1)
        ],
        "named": [{"household_key": key, "name": name, "value": value} for name, value in case.named.items()],
        "risk": [
            {"risk_key": key * SPACE + number, "household_key": key, "risk": risk.risk, "from_date": risk.from_,
             "removed_date": risk.removed, "removal": risk.removal}
            for number, risk in enumerate(case.risks, start=1)
        ],
        "measure": [
            {"measure_key": key * SPACE + number, "household_key": key, "kind": measure.kind,
             "from_date": measure.from_, "until_date": measure.until}
            for number, measure in enumerate(case.measures, start=1)
        ],
        "handled": [],
    }  # fmt: skip
    for text in case.handled:
        table, number = text.split()
        offset = 0 if table == "income" else key * SPACE
        rows["handled"].append({"household_key": key, "table": table, "key": offset + int(number)})
    return rows


@dataclass(frozen=True)
class Screened:
    """Cases of one day after a screening: their facts, outcomes and evidence, by the key of each case."""

    policy: Policy
    facts: dict[int, dict[str, Any]]
    outcomes: dict[int, Outcome]
    evidence: dict[int, list[str]]

    def misses(self, key: int, case: Case) -> Iterator[str]:
        """This function yields what came out otherwise than the case expects, by the engine."""
        yield from outcome_misses(self.policy, case, self.outcomes[key], self.facts[key])
        if case.expect.evidence is not None and sorted(case.expect.evidence) != self.evidence.get(key, []):
            yield f"evidence：应为 {sorted(case.expect.evidence)}，得到 {self.evidence.get(key, [])}"

    def differences(self, key: int, *, name: str) -> Iterator[str]:
        """This function yields what the scalar evaluator finds otherwise than the engine."""
        one = scalar_outcome(self.policy, self.facts[key])
        yield from outcome_differences(one, self.outcomes[key], name=name)


def cases_screen(cases: Sequence[Case], policy: Policy, *, engine: Callable[..., ScreenResult] = screen) -> Screened:
    """This function screens cases of one day together; the first has the key 1."""
    rows: Rows = defaultdict(list)
    for key, case in enumerate(cases, start=1):
        for table, found in situation_rows(case, key, policy).items():
            rows[table] += found
    with tempfile.TemporaryDirectory(prefix="shouwang-cases-") as name:
        snapshot_of(rows, Path(name))
        records_complete(rows, Path(name))
        handled = table_of("handled", rows["handled"])
        result = engine(Path(name), policy, on=policy.on, handled=handled, with_outcomes=True)
        facts = exit_facts(Path(name), policy, result.facts)
    evidence: dict[int, list[str]] = defaultdict(list)
    for row in result.warnings.select(["household_key", "evidence"]).to_pylist():
        evidence[row["household_key"]] += [_shown(item) for item in row["evidence"]]
    return Screened(
        policy=policy,
        facts={row["household_key"]: row for row in facts.to_pylist()},
        outcomes=screened_outcomes(policy, result, facts),
        evidence={key: sorted(set(found)) for key, found in evidence.items()},
    )


def _shown(item: dict[str, Any]) -> str:
    key = item["key"] if item["table"] in {"income", "household"} else item["key"] % SPACE
    return item["table"] if item["table"] == "household" else f"{item['table']} {key}"


def areas_judged(policy: Policy, given: pa.Table) -> list[dict[str, Any]]:
    """This function returns area facts with the result of each area rule, by DuckDB; in order of level and code."""
    with duckdb.connect() as connection:
        connection.register("given", given)
        query = judged_areas_step(program_compile(policy).areas, shape_of(policy, on=policy.on), areas="given")
        rows: list[dict[str, Any]] = connection.sql(query.sql(dialect=DIALECT)).to_arrow_table().to_pylist()
    return rows


def areas_misses(
    policy: Policy, cases: Sequence[AreaCase], *, judged: AreaEngine = areas_judged, name: str = "DuckDB"
) -> Iterator[tuple[AreaCase, tuple[str, ...]]]:
    """This function yields the area cases that came out otherwise than expected, by an engine and by hand."""
    rules = program_compile(policy).areas
    rows = [
        {"level": case.level, "code": number, **{name: case.facts.get(name) for name in AREA_FACTS}}
        for number, case in enumerate(cases)
    ]
    kinds = {fact.column: pa.bool_() if fact.kind is Kind.BOOL else pa.int64() for fact in AREA_FACTS.values()}
    schema = pa.schema([("level", pa.string()), ("code", pa.int64()), *kinds.items()])
    for row in judged(policy, pa.Table.from_pylist(rows, schema=schema)):
        case = cases[row["code"]]
        scalar = [
            rule.stated.value.level == case.level and evaluate(rule.when, rows[row["code"]], on=policy.on)
            for rule in rules if rule.when is not None
        ]  # fmt: skip
        results = [row[f"rule_{number}"] for number in range(len(rules))]
        sentences = [] if scalar == results else [f"逐地区计算得 {scalar}，{name} 得 {results}"]
        for name, wanted, value in (("holds", case.holds, True), ("unknown", case.unknown, None)):
            got = sorted(rule.stated.key for rule, result in zip(rules, results, strict=True) if result is value)
            if sorted(wanted) != got:
                sentences.append(f"{name}：应为 {sorted(wanted)}，得到 {got}")
        if sentences:
            yield case, tuple(sentences)


@dataclass(frozen=True)
class Casebook:
    """All cases of one place, with the file each stands in."""

    place: str
    files: tuple[tuple[str, CaseFile], ...]

    @classmethod
    def of(cls, source: PackSource, place: str) -> Casebook:
        """This function reads the cases of a place; raises PackError when one cannot be read."""
        return cls(place, tuple((file, cases_read(source, place, file)) for file in source.case_files(place)))

    def of_kind(self, kind: str) -> list[tuple[str, Any]]:
        """This function returns the cases of a kind (`cases`, `areas`, …) with their files."""
        return [(file, case) for file, read in self.files for case in getattr(read, kind)]

    def days(self, kind: str) -> dict[date, list[tuple[str, Any]]]:
        """This function returns the cases of a kind by day, in order of day."""
        by_day: dict[date, list[tuple[str, Any]]] = defaultdict(list)
        for file, case in self.of_kind(kind):
            by_day[case.on].append((file, case))
        return dict(sorted(by_day.items()))

    @property
    def count(self) -> int:
        """The number of all cases."""
        return sum(len(self.of_kind(kind)) for kind in ("cases", "areas", *PLAIN, "workflow", "checks"))


# Cases that need neither household nor area, and what judges them.
PLAIN: dict[str, Callable[[Policy, Any], Iterator[str]]] = {
    "values": value_misses,
    "rounds": sweep_misses,
    "claims": claim_misses,
    "care": care_misses,
}


def plain_misses(policy: Policy, kind: str, case: Any) -> tuple[str, ...]:
    """This function returns what comes out otherwise than a case without household or area expects."""
    if kind == "workflow":
        return tuple(workflow_misses(workflow_of(policy), case))
    return tuple(PLAIN[kind](policy, case))


def _failures(
    source: PackSource, book: Casebook, engine: Callable[..., ScreenResult], areas: AreaEngine, name: str
) -> Iterator[CaseFailure]:
    def policy_on(day: date) -> Policy:
        return load_policy(source, place=book.place, on=day)

    for day, group in book.days("cases").items():
        screened = cases_screen([case for _, case in group], policy_on(day), engine=engine)
        for key, (file, case) in enumerate(group, start=1):
            if sentences := (*screened.misses(key, case), *screened.differences(key, name=name)):
                yield CaseFailure(file, case.name, sentences)
    for day, group in book.days("areas").items():
        files = {id(case): file for file, case in group}
        for case, sentences in areas_misses(policy_on(day), [case for _, case in group], judged=areas, name=name):
            yield CaseFailure(files[id(case)], case.name, sentences)
    for kind in (*PLAIN, "workflow"):
        for file, case in book.of_kind(kind):
            if sentences := plain_misses(policy_on(case.on), kind, case):
                yield CaseFailure(file, case.name, sentences)


def cases_run(
    source: PackSource, *, place: str, engine: Callable[..., ScreenResult] = screen, areas: AreaEngine = areas_judged,
    checked: Callable[..., CheckResult] | None = None, name: str = "DuckDB",
) -> CaseReport:  # fmt: skip
    """This function runs all cases of one place on an engine and the scalar evaluator, which must agree.

    `engine` is called like `screen`, `areas` like `areas_judged`, `checked` like `check`. Raises PackError when the
    packs or the cases cannot be read.
    """
    from shouwang.engine.checkbook import check_misses, place_check_cases  # it builds its rows by this module

    book = Casebook.of(source, place)
    failures = [*_failures(source, book, engine, areas, name)]
    more = {} if checked is None else {"checked": checked}
    missed = check_misses(source, place=place, cases=place_check_cases(source, place), name=name, **more)
    failures.extend(CaseFailure(*row) for row in missed)
    return CaseReport(book.count, tuple(failures))
