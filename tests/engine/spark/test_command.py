"""`shouwang screen --engine spark` over addresses and folders divided by county, to the same bytes as DuckDB."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from tests.engine.populations import ON, policy_of

from shouwang.engine import SnapshotError, screen
from shouwang.engine.spark import spark_screen
from shouwang.synth.population import population_write

pytestmark = pytest.mark.full
TABLES = ("household", "person", "income", "spending", "status", "named")


@pytest.fixture(scope="module")
def counties(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A register of a city, each table a folder with one file a county."""
    whole = tmp_path_factory.mktemp("whole") / "register"
    population_write(people=3_000, place="1305", seed=3, on=ON, out=whole)
    folder = tmp_path_factory.mktemp("counties")
    household = pq.read_table(whole / "household.parquet")
    county = pc.divide(household["village_code"], 1_000_000)
    of = dict(zip(household["household_key"].to_pylist(), county.to_pylist(), strict=True))
    for table in TABLES:
        rows = pq.read_table(whole / f"{table}.parquet")
        codes = [of[key] for key in rows["household_key"].to_pylist()]
        for code in sorted(set(codes)):
            part = folder / table / f"county={code}"
            part.mkdir(parents=True)
            pq.write_table(rows.filter([one == code for one in codes]), part / "part.parquet")
    (folder / "feed.parquet").write_bytes((whole / "feed.parquet").read_bytes())
    return folder


def _told(out: Path) -> dict[str, Any]:
    report = json.loads((out / "run.json").read_text(encoding="utf-8"))
    return {name: value for name, value in report.items() if name != "engine"}


def test_the_command_reads_and_writes_addresses(spark_there: None, counties: Path, tmp_path: Path) -> None:
    where = f"file://{counties}"
    words = ["screen", "--register", where, "--feeds", where, "--pack", "xingtai", "--on", "2020-06-30", "--engine",
             "spark", "--master", "local[2]", "--out", f"file://{tmp_path}/spark"]  # fmt: skip
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3] / "src")}
    done = subprocess.run([sys.executable, "-m", "shouwang", *words], capture_output=True, text=True, env=environment,
                          timeout=600, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    one = screen(counties, policy_of("xingtai"), on=ON, facts="warned", out=tmp_path / "duckdb")
    assert one.warnings.num_rows > 0
    files = [(tmp_path / engine / "warnings.parquet").read_bytes() for engine in ("duckdb", "spark")]
    assert files[0] == files[1]
    assert _told(tmp_path / "duckdb") == _told(tmp_path / "spark")
    facts = pq.read_table(tmp_path / "spark" / "household_facts.parquet").sort_by("household_key")
    assert facts.cast(one.facts.schema).equals(one.facts)
    left = sorted(path.name for path in (tmp_path / "spark").iterdir())
    assert left == ["household_facts.parquet", "run.json", "warnings.parquet"]


def test_a_run_twice_gives_the_same_bytes(small_spark: Any, counties: Path, tmp_path: Path) -> None:
    policy = policy_of("hengshui")
    files = []
    for name in ("one", "two"):
        spark_screen(counties, policy, on=ON, session=small_spark, out=tmp_path / name)
        files.append([(tmp_path / name / file).read_bytes() for file in ("warnings.parquet", "run.json")])
    assert files[0] == files[1]


def test_a_run_that_fails_leaves_the_run_before_whole(small_spark: Any, counties: Path, tmp_path: Path) -> None:
    policy, out = policy_of("hengshui"), tmp_path / "out"
    spark_screen(counties, policy, on=ON, session=small_spark, out=out)
    before = (out / "run.json").read_bytes(), (out / "warnings.parquet").read_bytes()
    broken = tmp_path / "broken"
    broken.mkdir()
    household = pq.read_table(counties / "household" / "county=130502" / "part.parquet").slice(0, 1)
    pq.write_table(household, broken / "household.parquet")
    (broken / "income.parquet").write_bytes(b"PAR1 not really PAR1")
    with pytest.raises(SnapshotError, match="快照文件读不出来"):
        spark_screen(broken, policy, on=ON, session=small_spark, out=out)
    assert ((out / "run.json").read_bytes(), (out / "warnings.parquet").read_bytes()) == before
    assert sorted(path.name for path in out.iterdir()) == ["household_facts.parquet", "run.json", "warnings.parquet"]
