from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from click.testing import Result
from tests.factories.cast import Cast
from tests.factories.register import household_make, resident_id_make
from tests.factories.sources import INPATIENT, stay, xlsx
from typer.testing import CliRunner

from shouwang.config.commands.feed import group
from shouwang.kit.errors import Refusal
from shouwang.people.access import SYSTEM, acting_as
from shouwang.register.models import Spending
from shouwang.sources.models import FeedImport

ID = resident_id_make(date(1970, 5, 20))
OFFICE = "巨鹿县医疗保障局"


def run(*words: str) -> Result:
    return CliRunner().invoke(group, list(words))


def sentence_of(result: Result) -> str:
    assert isinstance(result.exception, Refusal), result.output
    return result.exception.message


def test_a_file_is_imported_listed_and_taken_back(cast: Cast, tmp_path: Path) -> None:
    household_make(cast.slot, head="张胜坤", resident_id=ID)
    file = tmp_path / "六月.xlsx"
    file.write_bytes(xlsx([["表"], INPATIENT, stay("张胜坤", ID), stay("李四", "1")]))
    words = ("--organisation", OFFICE, "--kind", "个人住院信息表", "--data-date", "2020-06-30", "--yes")
    done = run("import", str(file), *words)
    assert done.exit_code == 0, done.exception
    assert "B 列 身份证号码 → 身份证号码" in done.output
    assert "读取 2 行" in done.output
    assert "身份证号和姓名都对上：1 行" in done.output
    assert "没有通过检查：1 行" in done.output
    assert "Sheet1 第 4 行 身份证号码：" in done.output, "the row that was refused, and why"
    assert ID not in done.output
    with acting_as(SYSTEM):
        taken = FeedImport.objects.get()
    assert str(taken.pk) in run("list").output
    assert "已经上传过" in sentence_of(run("import", str(file), *words))
    undone = run("undo", str(taken.pk), "--organisation", OFFICE, "--yes")
    assert undone.exit_code == 0, undone.exception
    with acting_as(SYSTEM):
        assert not Spending.objects.filter(superseded_at__isnull=True).exists()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("no.xlsx", "--organisation", "没有的局", "--kind", "inpatient"), "没有叫“没有的局”的部门"),
        (("no.xlsx", "--organisation", OFFICE, "--kind", "星座表"), "没有“星座表”这种数据表"),
        (("no.xlsx", "--organisation", OFFICE, "--kind", "inpatient"), "读不了文件 no.xlsx"),
    ],
)
def test_a_failure_is_one_sentence(cast: Cast, words: tuple[str, ...], sentence: str) -> None:
    assert sentence in sentence_of(run("import", *words))


def test_a_table_of_the_wrong_kind_says_which_headings_are_wanted(cast: Cast, tmp_path: Path) -> None:
    file = tmp_path / "错.xlsx"
    file.write_bytes(xlsx([["说明", "无"]]))
    told = sentence_of(run("import", str(file), "--organisation", OFFICE, "--kind", "inpatient", "--yes"))
    assert "没有导入" in told
    assert "“身份证号码”" in told


def test_the_kinds_are_listed() -> None:
    assert "个人住院信息表" in run("kinds").output
