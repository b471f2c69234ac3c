"""What else is measured of our engine, beside its full run: each with what must stand before the clock."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from bench.data import CHANGED, KEYS, changed_keys
from bench.screening.task import Task, policy_load
from shouwang.engine import screen
from shouwang.engine.incremental import Previous
from shouwang.engine.shape import shape_of
from shouwang.engine.sieve import sieve_build
from shouwang.engine.whatif import whatif, whatif_prepare
from shouwang.rulebook import Policy
from shouwang.rulebook.program import program_compile
from shouwang.rulebook.variants import change_parse, policy_with

# Five by four: what illness costs at least, and up to how many lines a household is monitored.
STARTS, MULTIPLES = (8_000, 9_000, 10_000, 12_000, 15_000), ("1.3", "1.4", "1.6", "1.8")


@dataclass(frozen=True)
class EngineRow:
    """What is prepared before the clock, and what is timed. Its answer is compared with that of `same_as`."""

    answer: Callable[..., pa.Table]
    prepare: Callable[[Task], Any] = lambda task: None
    same_as: str = ""
    folder: str = KEYS


def _policy_moved(base: Policy, start: int, multiple: str) -> Policy:
    changes = (f"start_illness={start}", f"monitoring_multiple={multiple}")
    return policy_with(base, [change_parse(text, base) for text in changes])


def _cache(task: Task) -> Path:
    return task.folder.parent / "facts"


def _facts_prepare(task: Task) -> None:
    whatif_prepare(task.folder, policy_load(), cache=_cache(task))


def _what_if_one(task: Task, _: None) -> pa.Table:
    base = policy_load()
    return whatif(task.folder, base, [_policy_moved(base, STARTS[0], MULTIPLES[0])], cache=_cache(task)).base


def _what_if_twenty(task: Task, _: None) -> pa.Table:
    base = policy_load()
    variants = [_policy_moved(base, *moved) for moved in itertools.product(STARTS, MULTIPLES)]
    return whatif(task.folder, base, variants, cache=_cache(task)).base


def _facts_make(task: Task, _: None) -> pa.Table:
    shutil.rmtree(_cache(task), ignore_errors=True)
    _facts_prepare(task)
    return pa.table({})


def _day_before(task: Task) -> tuple[Path, list[int]]:
    """This function screens the snapshot of the day before, once, and returns the run and the list of changes."""
    population, policy = task.folder.parent, policy_load()
    run = population / f"run-{policy.digest[:16]}"
    if not (run / "run.json").exists():
        screen(population / KEYS, policy, on=policy.on, facts="warned", with_outcomes=True, out=run)
    return run, changed_keys(population)


def _daily(task: Task, ready: tuple[Path, list[int]]) -> pa.Table:
    policy, (run, keys) = policy_load(), ready
    found = screen(task.folder, policy, on=policy.on, facts="warned", previous=Previous(run, changed=keys))
    return found.warnings


def _full(task: Task, _: None) -> pa.Table:
    policy = policy_load()
    return screen(task.folder, policy, on=policy.on, facts="warned").warnings


def _unseen(task: Task) -> None:
    (task.folder / ".checked.json").unlink(missing_ok=True)


def _compiled(task: Task, _: None) -> pa.Table:
    policy = policy_load()
    sieve = sieve_build(program_compile(policy), shape_of(policy, on=policy.on))
    return pa.table({"stage": [stage.query.sql(dialect="duckdb") for stage in sieve.stages]})


ENGINE_ROWS = {
    "first_sight": EngineRow(_full, _unseen, same_as="ours"),
    "facts_made": EngineRow(_facts_make),
    "what_if": EngineRow(_what_if_one, _facts_prepare, same_as="ours"),
    "what_if_twenty": EngineRow(_what_if_twenty, _facts_prepare, same_as="ours"),
    "next_day_full": EngineRow(_full, folder=CHANGED),
    "next_day": EngineRow(_daily, _day_before, same_as="next_day_full", folder=CHANGED),
    "compile": EngineRow(_compiled),
}
