"""A stand-alone master with two workers screens a million people and finds what DuckDB finds, to the byte."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.engine.populations import policy_of
from tests.engine.spark.standalone import SETTINGS, standalone

from shouwang.engine import screen
from shouwang.engine.spark import session_open, spark_screen
from shouwang.synth.population import population_write

pytestmark = pytest.mark.full
ON = date(2020, 6, 30)
PEOPLE = 1_000_000
# Nothing but Java computes rows: a Python worker could not even start.
NO_PYTHON = {"spark.pyspark.python": "/nowhere/python", "spark.executorEnv.PYSPARK_PYTHON": "/nowhere/python"}


@pytest.fixture(scope="module")
def million(spark_there: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("million") / "register"
    population_write(people=PEOPLE, place="1305", seed=7, on=ON, out=folder)
    return folder


@pytest.fixture(scope="module")
def cluster(spark_there: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with standalone(tmp_path_factory.mktemp("cluster")) as master:
        yield master


@pytest.fixture(scope="module")
def session(cluster: str) -> Iterator[Any]:
    with session_open(cluster, settings={**SETTINGS, **NO_PYTHON}) as opened:
        yield opened


def _report(out: Path) -> dict[str, Any]:
    report = json.loads((out / "run.json").read_text(encoding="utf-8"))
    return {name: value for name, value in report.items() if name != "engine"}


def _facts(out: Path) -> pa.Table:
    return pq.read_table(out / "household_facts.parquet")


@pytest.mark.parametrize(("place", "facts"), [("xingtai", "all"), ("hengshui", "warned")])
def test_a_million_people_are_warned_of_as_by_duckdb(
    session: Any, million: Path, tmp_path: Path, place: str, facts: Any
) -> None:
    policy = policy_of(place, ON)
    one = screen(million, policy, on=ON, facts=facts, out=tmp_path / "duckdb")
    spark_screen(million, policy, on=ON, facts=facts, out=tmp_path / "spark", session=session)
    assert one.run["persons"] == PEOPLE
    assert one.warnings.num_rows > 1_000
    by_duckdb, by_spark = ((tmp_path / engine / "warnings.parquet").read_bytes() for engine in ("duckdb", "spark"))
    assert by_duckdb == by_spark
    assert _report(tmp_path / "duckdb") == _report(tmp_path / "spark")
    facts_by_duckdb, facts_by_spark = _facts(tmp_path / "duckdb"), _facts(tmp_path / "spark").sort_by("household_key")
    assert facts_by_spark.cast(facts_by_duckdb.schema).equals(facts_by_duckdb)
    assert len(session._jsc.sc().statusTracker().getExecutorInfos()) == 3, "the driver and two executors"


STARTS = """
import sys, time
from pathlib import Path
from tests.engine.spark.standalone import standalone
with standalone(Path(sys.argv[1])) as master:
    print(master, flush=True)
    if sys.argv[2] == "fails":
        raise RuntimeError("in the middle")
    time.sleep(600)
"""


def _running(folder: Path) -> list[str]:
    """The processes that work below a folder."""
    found = []
    for process in Path("/proc").iterdir():
        try:
            if process.name.isdigit() and (process / "cwd").resolve().is_relative_to(folder):
                found.append((process / "cmdline").read_text().replace("\0", " "))
        except OSError:
            continue
    return found


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="processes are found in /proc")
@pytest.mark.parametrize("how", ["fails", "killed"])
def test_the_cluster_is_stopped_however_its_user_ends(spark_there: None, tmp_path: Path, how: str) -> None:
    code = [sys.executable, "-c", STARTS, str(tmp_path), how]
    root = Path(__file__).parents[3]
    environment = {**os.environ, "PYTHONPATH": f"{root / 'src'}{os.pathsep}{root}"}
    with subprocess.Popen(code, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment) as user:
        assert user.stdout is not None
        assert re.match(r"spark://127\.0\.0\.1:\d+$", user.stdout.readline().strip())
        if how == "killed":
            assert len(_running(tmp_path)) >= 3
            user.kill()
        user.wait(timeout=120)
    until = time.monotonic() + 60
    while (left := _running(tmp_path)) and time.monotonic() < until:
        time.sleep(0.2)
    assert left == []
