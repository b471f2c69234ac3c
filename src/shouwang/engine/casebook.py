"""Running a pack's cases: every household through the tables, DuckDB and the scalar evaluator, which must agree."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from shouwang.engine.explanation import typed_facts
from shouwang.engine.result import ScreenResult
from shouwang.engine.run import screen
from shouwang.engine.schema import HANDLED, TABLES
from shouwang.engine.shape import shape_of
from shouwang.kit.divisions import slot_range
from shouwang.rulebook.cases import AreaCase, Case, cases_read, fen
from shouwang.rulebook.conditions import evaluate
from shouwang.rulebook.policy import Policy, load_policy
from shouwang.rulebook.program import Program, program_compile
from shouwang.rulebook.source import PackSource
from shouwang.rulebook.windows import months_before
from shouwang.rulebook.workflow_cases import WorkflowCase, workflow_misses
from shouwang.rulebook.workflow_policy import workflow_of

Rows = dict[str, list[dict[str, Any]]]
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


def _rows(case: Case, key: int, policy: Policy) -> Rows:
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
        "handled": [],
    }  # fmt: skip
    for text in case.handled:
        table, number = text.split()
        offset = 0 if table == "income" else key * SPACE
        rows["handled"].append({"household_key": key, "table": table, "key": offset + int(number)})
    return rows


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else list(value) if isinstance(value, tuple | list) else value


class _Judge:
    """Holds one screening of many cases and tells each case's outcome, by DuckDB and by the scalar evaluator."""

    def __init__(self, policy: Policy, program: Program, result: ScreenResult) -> None:
        self.policy, self.program = policy, program
        self.facts = {row["household_key"]: row for row in result.facts.to_pylist()}
        outcomes = result.outcomes.to_pylist() if result.outcomes is not None else []
        self.outcomes = {row["household_key"]: row for row in outcomes}
        self.warnings: dict[int, list[dict[str, Any]]] = defaultdict(list)
        for row in result.warnings.to_pylist():
            self.warnings[row["household_key"]].append(row)

    def differences(self, key: int) -> Iterator[str]:
        """This function yields what the scalar evaluator finds otherwise than DuckDB."""
        row = self.facts[key]
        stored = {name: value for name, value in row.items() if name not in {"household_type", "is_type_unknown"}}
        scalar = typed_facts(self.policy, stored, on=self.policy.on)
        for name in ("household_type", "is_type_unknown"):
            if scalar[name] != row[name]:
                yield f"{name}：逐户计算得 {scalar[name]}，DuckDB 得 {row[name]}"
        for rule in self.program.triggers:
            one = evaluate(rule.result, scalar, on=self.policy.on)
            other = self.outcomes[key][rule.stated.key] if key in self.outcomes else False
            if one is not other:
                yield f"{rule.stated.key}：逐户计算得 {one}，DuckDB 得 {other}"
        if self.warnings[key]:
            yield from self._flag_differences(key, scalar)

    def _flag_differences(self, key: int, scalar: dict[str, Any]) -> Iterator[str]:
        one = [rule.stated.key for rule in self.program.flags if evaluate(rule.when, scalar, on=self.policy.on) is True]
        other = [flag["key"] for flag in self.warnings[key][0]["flags"]]
        if one != other:
            yield f"核看情形：逐户计算得 {one}，DuckDB 得 {other}"

    def misses(self, key: int, case: Case) -> Iterator[str]:
        """This function yields what came out otherwise than the case expects."""
        expect, row = case.expect, self.facts[key]
        warned = self.warnings[key]
        fired = sorted({trigger for warning in warned for trigger in warning["trigger_keys"]})
        undecided = [name for name, result in self.outcomes.get(key, {}).items() if result is None]
        found: list[tuple[str, Any, Any]] = [("warns", sorted(expect.warns), fired)]
        if "type" in expect.model_fields_set:
            found.append(("type", expect.type, row["household_type"]))
        if expect.undecided is not None:
            found.append(("undecided", sorted(expect.undecided), sorted(undecided)))
        if expect.causes is not None:
            found.append(("causes", sorted(expect.causes), sorted(warning["cause"] for warning in warned)))
        if expect.is_held is not None:
            found.append(("is_held", expect.is_held, any(warning["is_held"] for warning in warned)))
        if expect.flags is not None:
            flags = sorted({flag["key"] for warning in warned for flag in warning["flags"]})
            found.append(("flags", sorted(expect.flags), flags))
        for name, value in expect.facts.items():
            wanted = fen(value) if name.endswith("_fen") and value is not None else _plain(value)
            found.append((name, wanted, _plain(row.get(name))))
        for name, wanted, got in found:
            if wanted != got:
                yield f"{name}：应为 {wanted}，得到 {got}"


def _judge(cases: list[Case], policy: Policy) -> _Judge:
    rows: Rows = defaultdict(list)
    for key, case in enumerate(cases, start=1):
        for table, found in _rows(case, key, policy).items():
            rows[table] += found
    with tempfile.TemporaryDirectory(prefix="shouwang-cases-") as name:
        snapshot_of(rows, Path(name))
        handled = table_of("handled", rows["handled"])
        result = screen(Path(name), policy, on=policy.on, handled=handled, with_outcomes=True)
    return _Judge(policy, program_compile(policy), result)


def _households(source: PackSource, place: str, cases: list[tuple[str, Case]]) -> Iterator[CaseFailure]:
    by_day: dict[date, list[tuple[str, Case]]] = defaultdict(list)
    for file, case in cases:
        by_day[case.on].append((file, case))
    for day, group in sorted(by_day.items()):
        judge = _judge([case for _, case in group], load_policy(source, place=place, on=day))
        for key, (file, case) in enumerate(group, start=1):
            sentences = (*judge.misses(key, case), *judge.differences(key))
            if sentences:
                yield CaseFailure(file, case.name, sentences)


def _area(source: PackSource, place: str, file: str, case: AreaCase) -> Iterator[CaseFailure]:
    stated = load_policy(source, place=place, on=case.on).watch.get(case.watch)
    if stated is None:
        yield CaseFailure(file, case.name, (f"当日没有“{case.watch}”这一项",))
    elif stated.value.is_watched(poor=case.poor, population=case.population) is not case.is_watched:
        yield CaseFailure(file, case.name, (f"is_watched：应为 {case.is_watched}",))


def cases_run(source: PackSource, *, place: str) -> CaseReport:
    """This function runs all cases of one place; raises PackError when its packs or cases cannot be read."""
    households: list[tuple[str, Case]] = []
    areas: list[tuple[str, AreaCase]] = []
    ways: list[tuple[str, WorkflowCase]] = []
    for file in source.case_files(place):
        read = cases_read(source, place, file)
        households += [(file, case) for case in read.cases]
        areas += [(file, case) for case in read.areas]
        ways += [(file, case) for case in read.workflow]
    failures = list(_households(source, place, households))
    for file, case in areas:
        failures += _area(source, place, file, case)
    for file, way in ways:
        flow = workflow_of(load_policy(source, place=place, on=way.on))
        if sentences := tuple(workflow_misses(flow, way)):
            failures.append(CaseFailure(file, way.name, sentences))
    return CaseReport(len(households) + len(areas) + len(ways), tuple(failures))
