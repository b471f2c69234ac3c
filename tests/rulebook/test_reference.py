"""The written reference is what the program would write today."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from shouwang.rulebook import load_policy, reference
from shouwang.rulebook.area_facts import AREA_FACTS
from shouwang.rulebook.check_facts import ALL_FACTS
from shouwang.rulebook.check_program import check_parse, scopes_of
from shouwang.rulebook.checks import Over
from shouwang.rulebook.conditions.functions import CALLED, FUNCTIONS, OF_CHECKS, Function
from shouwang.rulebook.conditions.parse import Scope, _Reader, expression_parse
from shouwang.rulebook.facts import FACTS
from shouwang.rulebook.reference import pages
from shouwang.rulebook.source import PackSource, packs_directory

FOLDER = Path(__file__).parents[2] / "docs" / "algorithms"
SOURCE = PackSource.from_directory(packs_directory())
XINGTAI = load_policy(SOURCE, place="xingtai", on=date(2020, 6, 30))


def test_no_page_of_the_algorithms_is_stale() -> None:
    written = pages(SOURCE, FOLDER)
    stale = [path.name for path, text in written.items() if path.read_text(encoding="utf-8") != text]
    assert stale == [], "renew them by: shouwang pack reference"


def test_every_fact_a_rule_may_speak_of_is_on_the_page() -> None:
    page = (FOLDER / "facts.md").read_text(encoding="utf-8")
    declared = {*FACTS, *AREA_FACTS, *(key for facts in ALL_FACTS.values() for key in facts)}
    assert {key for key in declared if f"| `{key}` |" not in page} == set()


def test_every_function_a_rule_may_call_is_in_the_table() -> None:
    assert set(_Reader(Scope({})).functions) | {"listed", "coalesce"} == set(FUNCTIONS)
    of_checks = {name for scope in scopes_of(XINGTAI).values() for name in scope.functions}
    assert of_checks == {function.key for function in OF_CHECKS}


@pytest.mark.parametrize("function", [one for one in CALLED if one.key != "listed"], ids=lambda one: one.key)
def test_a_function_can_be_written_as_the_table_shows_it(function: Function) -> None:
    text = re.sub(r"named\('.*?'\)", "poverty_status", function.form).replace("'limit'", "'start_illness'")
    expression_parse(text, Scope(FACTS, XINGTAI))


@pytest.mark.parametrize("function", OF_CHECKS, ids=lambda one: one.key)
def test_a_function_of_the_checks_can_be_written_as_the_table_shows_it(function: Function) -> None:
    over = Over.VILLAGE if "村" in function.where else Over.PERSON
    more = "= '1'" if function.gives == "文字" else "> 0"
    check_parse(XINGTAI, over=over, text=f"{function.form} {more}")


def test_a_fact_or_function_that_changes_makes_its_page_stale(monkeypatch: pytest.MonkeyPatch) -> None:
    before = pages(SOURCE, FOLDER)
    monkeypatch.setattr(reference, "CALLED", CALLED[1:])
    monkeypatch.setattr(reference, "FACTS", dict(list(FACTS.items())[1:]))
    after = pages(SOURCE, FOLDER)
    assert sorted(path.name for path in before if before[path] != after[path]) == ["conditions.md", "facts.md"]
