import os
import subprocess
import sys

import pytest


def shouwang(*arguments):
    command = "from shouwang.config.cli import main; main()"
    return subprocess.run(
        [sys.executable, "-c", command, *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, "COLUMNS": "200"},
    )


def test_the_command_says_in_chinese_what_it_made(tmp_path):
    done = shouwang("synth", "--people", "50", "--place", "130529103", "--seed", "2", "--out", str(tmp_path / "out"))
    assert done.returncode == 0
    assert "50 人" in done.stdout
    assert (tmp_path / "out/manifest.json").is_file()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--people", "0", "--place", "130529"), "人数"),
        (("--people", "200000", "--place", "130529", "--xlsx"), "100,000"),
        (("--people", "10", "--place", "x"), "地区代码"),
        (("--people", "10", "--place", "130529", "--on", "2020-02-30"), "没有这一天"),
        (("--people", "10", "--place", "130529", "--on", "1950-01-01"), "2005"),
        (("--people", "10", "--place", "130529", "--seed", "-1"), "种子"),
    ],
)
def test_a_failure_is_one_chinese_sentence_and_exit_code_one(tmp_path, arguments, sentence):
    done = shouwang("synth", *arguments, "--out", str(tmp_path / "out"))
    assert done.returncode == 1
    assert done.stdout == ""
    assert sentence in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert not (tmp_path / "out").exists()


def test_the_command_imports_no_django(tmp_path):
    code = (
        "import sys; from datetime import date; from pathlib import Path;"
        "from shouwang.synth.population import population_write;"
        f"out = Path({str(tmp_path / 'o')!r});"
        "population_write(people=5, place='130529103', seed=1, on=date(2020, 6, 30), out=out);"
        "assert not any(name.split('.')[0] == 'django' for name in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
