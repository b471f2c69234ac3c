"""`shouwang register import`: what it prints, and one sentence when it cannot."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from click.testing import Result
from tests.factories.cast import Cast
from tests.factories.exports import person, persons
from tests.factories.register import resident_id_make
from typer.testing import CliRunner

from shouwang.config.commands.register import group
from shouwang.kit.errors import Refusal
from shouwang.people.access import SYSTEM, acting_as
from shouwang.people.models import User
from shouwang.register.models import Household, RegisterImport


def run(*words: str) -> Result:
    return CliRunner().invoke(group, ["import", *words])


def exports(folder: Path) -> Path:
    number = resident_id_make(date(1970, 5, 20))
    path = folder / "监测对象信息.xlsx"
    path.write_bytes(persons(person(number, "户主", "张胜坤"), person("13", "户主", "王错", household="H2")))
    return path


def test_an_export_goes_in_and_refused_rows_are_listed(cast: Cast, tmp_path: Path) -> None:
    done = run(str(exports(tmp_path)), "--area", "130529")
    assert done.exit_code == 0, done.exception
    assert "新登记 1 户、1 人" in done.output
    assert "退回 1 行" in done.output
    with acting_as(SYSTEM):
        assert Household.objects.get().slot == cast.slot
        taken = RegisterImport.objects.get()
    assert (taken.created_by, taken.organisation_id) == ("守望 系统自动", None)


def test_a_user_imports_under_her_own_name(cast: Cast, tmp_path: Path) -> None:
    name = User.objects.get(pk=cast.county.user_id).username
    done = run(str(exports(tmp_path)), "--area", "130529", "--as", name)
    assert done.exit_code == 0, done.exception
    with acting_as(SYSTEM):
        assert RegisterImport.objects.get().created_by == cast.county.label


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("/没有.xlsx", "--area", "130529"), "读不了文件"),
        (("FILE", "--area", "13052"), "区划代码应是 12 位数字"),
        (("FILE", "--area", "130529", "--on", "昨天"), "日期看不懂"),
        (("FILE", "--area", "130529", "--as", "nobody"), "没有管理这个辖区台账的任职"),
        (("FILE", "--area", "220101"), "只能选本人辖区内的县"),
    ],
)
def test_what_cannot_be_is_one_sentence(cast: Cast, tmp_path: Path, words: tuple[str, ...], sentence: str) -> None:
    path = str(exports(tmp_path))
    result = run(*(path if word == "FILE" else word for word in words))
    assert isinstance(result.exception, Refusal)
    assert sentence in result.exception.message


def test_a_file_that_is_no_table_is_refused_and_nothing_is_written(cast: Cast, tmp_path: Path) -> None:
    path = tmp_path / "照片.xlsx"
    path.write_bytes(b"\x89PNG\0\0")
    result = run(str(path), "--area", "130529")
    assert isinstance(result.exception, Refusal)
    assert "文件“照片.xlsx”" in result.exception.message
