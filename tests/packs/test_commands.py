"""`shouwang pack` and `shouwang screen`: plain sentences, right exit codes, no database."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from shouwang.engine.casebook import snapshot_of
from shouwang.rulebook import packs_directory

MAIN = "from shouwang.config.cli import main; main()"


def shouwang(*words: str) -> subprocess.CompletedProcess[str]:
    path = str(Path(__file__).parents[2] / "src")
    environment = {**os.environ, "PYTHONPATH": path, "DATABASE_URL": "postgresql://nobody@localhost:1/none"}
    return subprocess.run(
        [sys.executable, "-c", MAIN, *words], capture_output=True, text=True, env=environment, timeout=120
    )


@pytest.fixture
def snapshot(tmp_path: Path) -> Path:
    folder = tmp_path / "snapshot"
    folder.mkdir()
    household = {"household_key": 1, "village_code": 131102001001, "poverty_status": "POOR", "is_exit_unstable": False}
    event = {
        "event_key": 1,
        "household_key": 1,
        "cause": "STUDY",
        "event_date": date(2020, 5, 1),
        "self_paid_fen": 500_001,
    }
    snapshot_of({"household": [household], "spending": [event]}, folder)
    return folder


def test_pack_test_ends_with_the_count() -> None:
    done = shouwang("pack", "test", "hebei")
    assert done.returncode == 0
    assert re.fullmatch(r"[1-9]\d* cases, 0 failed", done.stdout.splitlines()[-1])


def test_pack_test_of_an_unknown_place_is_one_sentence() -> None:
    done = shouwang("pack", "test", "nowhere")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "没有名为“nowhere”的政策包" in done.stderr


def test_pack_check_of_a_broken_pack_names_file_and_key(tmp_path: Path) -> None:
    (tmp_path / "low").mkdir()
    (tmp_path / "low" / "pack.yaml").write_text("name: 下级\ndivision: '1305'\nowner: 测试\n", encoding="utf-8")
    (tmp_path / "low" / "amounts.yaml").write_text("limit: {values: [{from: 2019-01-01, value: 5, unit: 元}]}", "utf-8")
    done = shouwang("pack", "check", "--packs", str(tmp_path))
    assert done.returncode == 1
    assert done.stderr == "政策包文件“low/amounts.yaml”的“limit.values.0”：缺少“source（来源）”\n"


def test_pack_check_passes_the_packs_of_the_house() -> None:
    assert shouwang("pack", "check", "--packs", str(packs_directory())).returncode == 0


def test_screen_writes_warnings_facts_and_report(snapshot: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = shouwang("screen", "--register", str(snapshot), "--feeds", str(snapshot), "--pack", "hengshui",
                    "--on", "2020-06-30", "--engine", "duckdb", "--explain", "--out", str(out))  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "预警 1 条" in done.stdout
    assert "刚性自付支出超过前四类刚性支出预警线（5,000.01 元 与 5,000.00 元）：成立" in done.stdout
    assert pq.read_table(out / "warnings.parquet").num_rows == 1
    assert sorted(path.name for path in out.iterdir()) == [
        "explanations.txt", "household_facts.parquet", "run.json", "warnings.parquet",
    ]  # fmt: skip


def test_screen_tells_one_household_how_far_it_is_from_another_answer(snapshot: Path, tmp_path: Path) -> None:
    words = ("screen", "--register", str(snapshot), "--feeds", str(snapshot), "--pack", "hengshui",
             "--on", "2020-06-30", "--out", str(tmp_path / "out"))  # fmt: skip
    done = shouwang(*words, "--household", "1")
    assert done.returncode == 0, done.stderr
    assert "户 1：有预警" in done.stdout
    assert "刚性自付支出再少 0.01 元（到 5,000.00 元），就不会预警。" in done.stdout
    absent = shouwang(*words, "--household", "4711")
    assert absent.returncode == 1
    assert absent.stderr.endswith("登记数据里没有户 4711。\n")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--pack", "nowhere", "--on", "2020-06-30"), "没有名为“nowhere”的政策包"),
        (("--pack", "hengshui", "--on", "2020-06-31"), "不是日期"),
        (("--pack", "hengshui", "--on", "2020-06-30", "--engine", "abacus"), "没有名为“abacus”的计算引擎"),
    ],
)
def test_screen_refuses_in_one_sentence(snapshot: Path, tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    done = shouwang(
        "screen", "--register", str(snapshot), "--feeds", str(snapshot), "--out", str(tmp_path / "o"), *words
    )
    assert done.returncode != 0
    assert said in done.stderr
    assert "Traceback" not in done.stderr
