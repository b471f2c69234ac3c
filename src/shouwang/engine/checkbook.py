"""Running the cases of the data-quality checks through DuckDB and the scalar evaluator, which must agree."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from shouwang.engine.casebook import SPACE, Rows, records_complete, situation_rows, snapshot_of
from shouwang.engine.checks import CheckResult, check
from shouwang.kit.divisions import slot_range
from shouwang.rulebook.cases import Case
from shouwang.rulebook.check_cases import CheckCase, CheckSituation, check_cases_read
from shouwang.rulebook.check_facts import Tally
from shouwang.rulebook.check_program import CheckProgram, CheckRule, checks_compile
from shouwang.rulebook.checks import Over
from shouwang.rulebook.conditions import evaluate
from shouwang.rulebook.conditions.nodes import facts_of
from shouwang.rulebook.policy import Policy, load_policy
from shouwang.rulebook.source import PackSource

NEIGHBOURS = 20  # households that each case has room for


def _household_rows(situation: CheckSituation, key: int, village: int, policy: Policy) -> Rows:
    plain = {name: getattr(situation, name) for name in type(situation).model_fields}
    body = {name: value for name, value in plain.items() if name in Case.model_fields and name != "named"}
    members = [{}] * body["members"] if isinstance(body["members"], int) else body["members"]
    case = Case.model_construct(**{
        **body, "members": [{name: value for name, value in member.items() if name != "named"} for member in members],
        "village": None, "named": {}, "name": "", "on": policy.on, "expect": None,
    })  # fmt: skip
    rows = situation_rows(case, key, policy)
    rows["household"] = [{**row, "village_code": village} for row in rows["household"]]
    rows["named"] = [{"household_key": key, "name": name, "value": value} for name, value in situation.named.items()]
    for number, member in enumerate(members):
        rows["named"] += [
            {"household_key": key, "person_key": key * SPACE + number, "name": name, "value": value}
            for name, value in member.get("named", {}).items()
        ]
    return rows


def village_of(policy: Policy, number: int) -> int:
    """This function returns the code of the village that a case has for itself."""
    county = slot_range(policy.division)[0] if policy.division != "0" else 110101000000
    return county + number


def _snapshot(cases: Sequence[CheckCase], policy: Policy, folder: Path) -> None:
    rows: Rows = defaultdict(list)
    for number, case in enumerate(cases, start=1):
        for place, situation in enumerate((case, *case.neighbours)):
            found = _household_rows(situation, number * NEIGHBOURS + place, village_of(policy, number), policy)
            for table, more in found.items():
                rows[table] += more
    snapshot_of(rows, folder)
    records_complete(rows, folder)


class _Scalar:
    """Evaluates checks row by row, counting members, households and persons itself."""

    def __init__(self, result: CheckResult, *, on: date) -> None:
        rows = result.rows or {}
        self.on = on
        self.rows: dict[Over, list[dict[str, Any]]] = {over: rows[over].to_pylist() for over in Over}
        self.members: dict[int, list[dict[str, Any]]] = defaultdict(list)
        self.villages: dict[tuple[Over, int], list[dict[str, Any]]] = defaultdict(list)
        for row in self.rows[Over.PERSON]:
            self.members[row["household_key"]].append(row)
        for over in (Over.PERSON, Over.HOUSEHOLD):
            for row in self.rows[over]:
                self.villages[over, row["village_code"]].append(row)

    def _tallied(self, rule: Any, row: dict[str, Any], *, is_village: bool) -> dict[str, Any]:
        counted = {}
        for fact in facts_of(rule):
            if isinstance(fact, Tally):
                of = self.villages[fact.over, row["village_code"]] if is_village else self.members[row["household_key"]]
                counted[fact.column] = sum(
                    evaluate(fact.when, {**one, **self._tallied(fact.when, one, is_village=False)}, on=self.on) is True
                    for one in of
                )
        return counted

    def result(self, rule: CheckRule, row: dict[str, Any]) -> bool | None:
        """This function returns what a check says of one row."""
        counted = self._tallied(rule.when, row, is_village=rule.over is Over.VILLAGE)
        found: bool | None = evaluate(rule.when, {**row, **counted}, on=self.on)
        return found


def _name(rule: CheckRule, row: dict[str, Any]) -> str:
    return f"{rule.stated.key}/{row['person_key'] % SPACE + 1}" if rule.over is Over.PERSON else rule.stated.key


def _number(policy: Policy, rule: CheckRule, row: dict[str, Any]) -> int | None:
    """This function returns the number of the case a row belongs to; None for a neighbour's."""
    if rule.over is Over.VILLAGE:
        return int(row["village_code"]) - village_of(policy, 0)
    number, place = divmod(row["household_key"], NEIGHBOURS)
    return None if place else int(number)


def differences(
    result: CheckResult, program: CheckProgram, *, on: date, name: str = "DuckDB"
) -> Iterator[tuple[CheckRule, dict[str, Any], str]]:
    """This function yields each row of which the scalar evaluator says otherwise than an engine, and what each says."""
    scalar = _Scalar(result, on=on)
    for over in Over:
        for number, rule in enumerate(program.of(over)):
            for row in scalar.rows[over]:
                one, other = scalar.result(rule, row), row[f"result_{number}"]
                if one is not other:
                    yield rule, row, f"{rule.stated.key}：逐行计算得 {one}，{name} 得 {other}"


def _outcomes(
    policy: Policy, program: CheckProgram, result: CheckResult, name: str
) -> tuple[dict[int, list[str]], dict[int, list[str]], dict[int, list[str]]]:
    """This function returns, for each case, what was found wrong, what was undecided, and where evaluators differ."""
    wrong: dict[int, list[str]] = defaultdict(list)
    undecided: dict[int, list[str]] = defaultdict(list)
    differ: dict[int, list[str]] = defaultdict(list)
    for over in Over:
        rows = (result.rows or {})[over].to_pylist()
        for number, rule in enumerate(program.of(over)):
            for row in rows:
                case, found = _number(policy, rule, row), row[f"result_{number}"]
                if case is not None and found is not False:
                    (wrong if found else undecided)[case].append(_name(rule, row))
    for rule, row, sentence in differences(result, program, on=policy.on, name=name):
        case = _number(policy, rule, row)
        differ[case if case is not None else row["household_key"] // NEIGHBOURS].append(sentence)
    return wrong, undecided, differ


def _misses(case: CheckCase, wrong: list[str], undecided: list[str]) -> Iterator[str]:
    if sorted(case.expect.hits) != sorted(wrong):
        yield f"hits：应为 {sorted(case.expect.hits)}，得到 {sorted(wrong)}"
    if case.expect.undecided is not None and sorted(case.expect.undecided) != sorted(undecided):
        yield f"undecided：应为 {sorted(case.expect.undecided)}，得到 {sorted(undecided)}"


def check_misses(
    source: PackSource, *, place: str, cases: Sequence[tuple[str, CheckCase]],
    checked: Callable[..., CheckResult] = check, name: str = "DuckDB",
) -> Iterator[tuple[str, str, tuple[str, ...]]]:  # fmt: skip
    """This function yields file, name and sentences of each case of the checks that came out otherwise.

    `checked` is an engine called like `check`, with its name.
    """
    by_day: dict[date, list[tuple[str, CheckCase]]] = defaultdict(list)
    for file, case in cases:
        by_day[case.on].append((file, case))
    for day, group in sorted(by_day.items()):
        policy = load_policy(source, place=place, on=day)
        with tempfile.TemporaryDirectory(prefix="shouwang-checks-") as folder:
            _snapshot([case for _, case in group], policy, Path(folder))
            result = checked(Path(folder), policy, on=day, with_rows=True)
        wrong, undecided, differ = _outcomes(policy, checks_compile(policy), result, name)
        for number, (file, case) in enumerate(group, start=1):
            sentences = (*_misses(case, wrong[number], undecided[number]), *differ[number])
            if sentences:
                yield file, case.name, sentences


def place_check_cases(source: PackSource, place: str) -> list[tuple[str, CheckCase]]:
    """This function returns the cases of the checks of a place with their files."""
    return [(file, case) for file in source.case_files(place) for case in check_cases_read(source, file)]
