"""A run on Spark killed at any moment: what stands in its folder is whole, or is not taken for a finished run."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from tests.engine.populations import ON, policy_of
from tests.engine.test_kills import snapshot

from shouwang.engine.spark import run as spark_run
from shouwang.engine.spark import spark_screen
from shouwang.engine.spark.places import Storage

pytestmark = pytest.mark.full
NAMES = ("one", "other")
ROOT = Path(__file__).parents[3]


class Killed(BaseException):
    """The process would be gone here; nothing is tidied up."""


def _dying_at(step: int) -> type[Storage]:
    """A storage whose process dies before its n-th change of the disk: from then on nothing is changed any more."""

    class Dying(Storage):
        steps = 0

        def _count(self) -> None:
            Dying.steps += 1
            if Dying.steps >= step:
                raise Killed

        def folder_make(self, address: str) -> None:
            self._count()
            super().folder_make(address)

        def remove(self, address: str) -> None:
            self._count()
            super().remove(address)

        def move(self, address: str, target: str) -> None:
            self.remove(target)
            self._count()
            assert self._system(address).rename(self._path(address), self._path(target))

        def put(self, file: Path, address: str) -> None:
            self._count()
            super().put(file, address)

    return Dying


@pytest.fixture
def root(tmp_path: Path) -> Path:
    snapshot(tmp_path / "one", 1_500_000)
    snapshot(tmp_path / "other", 1_499_800)
    return tmp_path


def _stands(out: Path) -> dict[str, Any]:
    """What a finished run holds."""
    return {
        "report": json.loads((out / "run.json").read_text(encoding="utf-8")),
        "warnings": (out / "warnings.parquet").read_bytes(),
        "facts": pq.read_table(out / "household_facts.parquet").sort_by("household_key").to_pylist(),
    }


def _screened(session: Any, root: Path, name: str, out: Path) -> dict[str, Any]:
    spark_screen(root / name, policy_of("hengshui"), on=ON, session=session, is_small=True, out=out)
    return _stands(out)


def test_killed_before_any_change_of_the_disk_it_is_whole_or_not_there(
    small_spark: Any, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = (_screened(small_spark, root, name, root / f"whole-{name}") for name in NAMES)
    assert one != other
    found = []
    for step in range(1, 30):
        out = root / str(step)
        _screened(small_spark, root, "one", out)
        with monkeypatch.context() as patch:
            patch.setattr(spark_run, "Storage", _dying_at(step))
            try:
                spark_screen(root / "other", policy_of("hengshui"), on=ON, session=small_spark, is_small=True, out=out)
            except Killed:
                found.append(_stands(out) if (out / "run.json").exists() else None)
            else:
                break
        assert _screened(small_spark, root, "other", out) == other, "what a kill left does not disturb"
    assert len(found) > 8, "each change of the disk was died before"
    order = [("one", "nothing", "other")[[one, None, other].index(state)] for state in found]  # ValueError: half of it
    assert order == sorted(order, key=("one", "nothing", "other").index) and set(order) == {"one", "nothing", "other"}


def test_killed_with_all_its_processes_at_a_random_moment(small_spark: Any, root: Path) -> None:
    wholes = [_screened(small_spark, root, name, root / f"whole-{name}") for name in NAMES]
    drawn = random.Random(20200630)
    environment = {
        **os.environ,
        "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'src'}",
    }
    for _ in range(4):
        with subprocess.Popen(
            [sys.executable, "-m", "tests.engine.spark.endless", str(root)], stdout=subprocess.PIPE, text=True,
            start_new_session=True, env=environment,
        ) as process:  # fmt: skip
            assert process.stdout is not None and process.stdout.readline() == "one\n"
            time.sleep(drawn.uniform(0, 6))
            os.killpg(process.pid, signal.SIGKILL)
        state = root / "state"
        shutil.copytree(root / "out", state)
        if (state / "run.json").exists():
            assert _stands(state) in wholes
        shutil.rmtree(state)
    assert _screened(small_spark, root, "other", root / "out") == wholes[1]
