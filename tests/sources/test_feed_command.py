from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from tests.factories.cast import Cast
from tests.factories.register import household_make, resident_id_make
from tests.factories.sources import INPATIENT, stay, xlsx

from shouwang.people.access import SYSTEM, acting_as
from shouwang.register.models import Spending
from shouwang.sources.models import FeedImport

ID = resident_id_make(date(1970, 5, 20))
OFFICE = "巨鹿县医疗保障局"


def run(env: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    program = "from shouwang.config.cli import main; main()"
    return subprocess.run([sys.executable, "-c", program, "feed", *words], env=env, capture_output=True, text=True)


@pytest.fixture
def env(command_env: dict[str, str]) -> dict[str, str]:
    return {**command_env, "PYTHONPATH": "src"}


@pytest.mark.django_db(transaction=True)
def test_a_file_is_imported_listed_and_taken_back(real_cast: Cast, env: dict[str, str], tmp_path: Path) -> None:
    household_make(real_cast.slot, head="张胜坤", resident_id=ID)
    file = tmp_path / "六月.xlsx"
    file.write_bytes(xlsx([["表"], INPATIENT, stay("张胜坤", ID), stay("李四", "1")]))
    words = ("--organisation", OFFICE, "--kind", "个人住院信息表", "--data-date", "2020-06-30", "--yes")
    done = run(env, "import", str(file), *words)
    assert done.returncode == 0, done.stderr
    assert "读取 2 行" in done.stdout
    assert "身份证号和姓名都对上：1 行" in done.stdout
    assert "没有通过检查：1 行" in done.stdout
    assert ID not in done.stdout
    with acting_as(SYSTEM):
        taken = FeedImport.objects.get()
    assert str(taken.pk) in run(env, "list").stdout
    again = run(env, "import", str(file), *words)
    assert again.returncode == 1
    assert "已经上传过" in again.stderr
    assert "Traceback" not in again.stderr
    undone = run(env, "undo", str(taken.pk), "--organisation", OFFICE, "--yes")
    assert undone.returncode == 0, undone.stderr
    with acting_as(SYSTEM):
        assert not Spending.objects.filter(superseded_at__isnull=True).exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("no.xlsx", "--organisation", "没有的局", "--kind", "inpatient"), "没有叫“没有的局”的部门"),
        (("no.xlsx", "--organisation", OFFICE, "--kind", "星座表"), "没有“星座表”这种数据表"),
        (("no.xlsx", "--organisation", OFFICE, "--kind", "inpatient"), "读不了文件 no.xlsx"),
    ],
)
def test_a_failure_is_one_sentence(real_cast: Cast, env: dict[str, str], words: tuple[str, ...], sentence: str) -> None:
    done = run(env, "import", *words)
    assert done.returncode == 1
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_the_kinds_are_listed(env: dict[str, str]) -> None:
    done = run(env, "kinds")
    assert done.returncode == 0, done.stderr
    assert "个人住院信息表" in done.stdout
