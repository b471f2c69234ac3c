"""`shouwang synth --months` and `shouwang backtest`, as a person types them."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from shouwang.config.commands.backtest import grid_read, outcomes_read, panel_find
from shouwang.kit.errors import Refusal


def shouwang(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = "from shouwang.config.cli import main; main()"
    environment = {**os.environ, "COLUMNS": "120"}
    return subprocess.run([sys.executable, "-c", command, *arguments], capture_output=True, text=True, env=environment)


@pytest.fixture(scope="module")
def panel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("panel") / "out"
    done = shouwang("synth", "--people", "6000", "--place", "130529", "--months", "9", "--out", str(out))
    assert done.returncode == 0, done.stderr
    assert "共 9 个月末快照" in done.stdout and "陷入困难" in done.stdout
    return out


def test_a_back_test_is_told_in_a_table_and_written(panel: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    asked = ("backtest", "--panel", str(panel), "--pack", "hengshui", "--grid", "rigid_low_income=5000:20000:5000",
             "--out", str(out))  # fmt: skip
    done = shouwang(*asked, "--visits", "1000")
    assert done.returncode == 0, done.stderr
    for word in (
        "rigid_low_income",
        "现行",
        "5000",
        "20000",
        "每周入户",
        "找到",
        "虚惊",
        "★",
        "每周 1000 户，最好的是",
    ):
        assert word in done.stdout
    report = json.loads((out / "backtest.json").read_text())
    assert [one["candidate"] for one in report["candidates"]] == [
        "现行", *(f"rigid_low_income={limit}" for limit in (5000, 10000, 15000, 20000)),
    ]  # fmt: skip
    assert report["best"] in {one["candidate"] for one in report["candidates"]}
    best = next(one for one in report["candidates"] if one["candidate"] == report["best"])
    assert best["found"]["part"] == max(one["found"]["part"] for one in report["candidates"])
    with (out / "backtest.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["found_part"]) for row in rows] == [one["found"]["part"] for one in report["candidates"]]
    printed = shouwang(*asked, "--visits", "1000", "--json")
    assert json.loads(printed.stdout) == report
    few = shouwang(*asked, "--visits", "0.01")
    assert "不够" in few.stdout


def test_outcomes_are_read_from_csv_as_from_parquet(panel: Path) -> None:
    truth = panel / "truth"
    found = outcomes_read(truth / "hardship")
    assert found == outcomes_read(truth / "hardship.csv")
    assert found


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("rigid_low_income", "看不懂"),
        ("rigid_low_income=5000", "看不懂"),
        ("rigid_low_income=1:2:3:4", "看不懂"),
        ("rigid_low_income=a:2:1", "看不懂"),
        ("rigid_low_income=NaN:2:1", "不成一组"),
        ("rigid_low_income=5:4:1", "不成一组"),
        ("rigid_low_income=4:5:0", "不成一组"),
        ("rigid_low_income=1:41:1", "最多试 40 个数值，这里有 41 个"),
    ],
)
def test_a_grid_that_cannot_be_tried_is_refused_with_a_reason(text: str, said: str) -> None:
    with pytest.raises(Refusal, match=said):
        grid_read(text)


def test_a_grid_holds_both_ends_and_exact_decimals() -> None:
    assert grid_read("k=1:40:1")[-1] == "k=40"
    assert grid_read("topic.k@130529=0.1:0.3:0.1") == [f"topic.k@130529={value}" for value in ("0.1", "0.2", "0.3")]
    assert grid_read("k=5000:5900:500") == ["k=5000", "k=5500"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--grid", "nothing=1:2:1"), "没有这个数值"),
        (("--grid", "rigid_low_income=1:2:1", "--window", "12"), "至少要有前后 14 个月的快照"),
        (("--grid", "rigid_low_income=1:2:1", "--outcomes", "nowhere"), "后来谁陷入了困难"),
        (("--grid", "rigid_low_income=1:2:1", "--panel", "nowhere"), "没有以日期命名的快照目录"),
    ],
)
def test_a_failure_is_one_chinese_sentence_and_exit_code_one(
    panel: Path, tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    asked = ("--panel", str(panel), *arguments)
    done = shouwang("backtest", *asked, "--pack", "hengshui", "--out", str(tmp_path / "out"))
    assert (done.returncode, done.stdout) == (1, "")
    assert said in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "text",
    [
        "household_key,on\n1,2020-01-01\n",
        "household_key,on,cause\nx,2020-01-01,\n",
        "household_key,on,cause\n,2020-01-01,\n",
    ],
)
def test_an_outcome_table_that_cannot_be_read_is_refused_with_its_name(tmp_path: Path, text: str) -> None:
    file = tmp_path / "fallen.csv"
    file.write_text(text)
    with pytest.raises(Refusal, match=r"fallen\.csv"):
        outcomes_read(file)


def test_only_folders_named_by_a_day_are_snapshots(tmp_path: Path) -> None:
    for name in ("2020-01-31", "truth", "2020-13-01", "2020-02-29"):
        (tmp_path / name).mkdir()
    assert [moment.on.isoformat() for moment in panel_find(tmp_path, tmp_path / "cache")] == [
        "2020-01-31",
        "2020-02-29",
    ]


@pytest.mark.parametrize("more", [("--xlsx",), ("--truth", "5")])
def test_a_panel_has_no_workbooks_and_no_matching_truth(tmp_path: Path, more: tuple[str, ...]) -> None:
    done = shouwang("synth", "--people", "9", "--place", "130529", "--months", "3", "--out", str(tmp_path / "o"), *more)
    assert done.returncode == 1
    assert "--months" in done.stderr
