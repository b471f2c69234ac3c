"""Files that cannot be a register: one sentence that names the file, and nothing written."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.utils import timezone
from tests.factories.bad_files import WRONG_FILES
from tests.factories.cast import Cast
from tests.factories.register import resident_id_make
from tests.factories.sources import csv, xlsx

from shouwang.kit.tables import TableTooLarge
from shouwang.people.access import SYSTEM, acting_as
from shouwang.register.models import Household, ImportRefusal, Person, RegisterImport
from shouwang.register.services.importing import UploadedFile, import_run, import_start

DAY = date(2020, 6, 30)
HEAD = ["村", "户编号", "姓名", "证件号码", "与户主关系"]


def good(number: str = "H1") -> list[list[Any]]:
    return [HEAD, ["大寨村", number, "张胜坤", resident_id_make(date(1970, 5, 20)), "户主"]]


def ran(cast: Cast, *files: UploadedFile) -> RegisterImport:
    lo, hi = cast.county.ranges[0]
    with acting_as(cast.county):
        run = import_start(
            viewer=cast.county, files=files, lo=lo, hi=hi, data_date=DAY, at=timezone.now(), is_queued=False
        )
    import_run(import_id=run.pk, clock=timezone.now)
    with acting_as(SYSTEM):
        run.refresh_from_db()
    return run


@pytest.mark.parametrize("wrong", WRONG_FILES)
def test_a_wrong_file_is_refused_by_name_and_nothing_of_its_neighbour_goes_in(cast: Cast, wrong: str) -> None:
    name, make, word = WRONG_FILES[wrong]
    book = xlsx(good(), sheet="监测对象信息")
    run = ran(cast, UploadedFile("好表.xlsx", book), UploadedFile(name, make(book)))
    assert run.state == RegisterImport.State.FAILED
    assert f"文件“{name}”" in run.message
    assert word in run.message
    with acting_as(SYSTEM):
        assert not Household.objects.exists()


@pytest.mark.parametrize(("name", "setting"), [("表.xlsx", "XLSX_LIMIT_BYTES"), ("表.csv", "CSV_LIMIT_BYTES")])
def test_each_kind_of_file_has_its_own_largest_size(cast: Cast, settings: Any, name: str, setting: str) -> None:
    content = xlsx(good(), sheet="监测对象信息") if name.endswith("xlsx") else csv(good())
    setattr(settings, setting, len(content))
    assert ran(cast, UploadedFile(name, content)).state == RegisterImport.State.DONE
    setattr(settings, setting, len(content) - 1)
    try:
        run = ran(cast, UploadedFile(name, content))
    except TableTooLarge as refusal:  # already at the door
        assert f"文件“{name}”" in str(refusal)
        assert "太大" in str(refusal)
    else:
        assert run.state == RegisterImport.State.FAILED
        assert "太大" in run.message


def test_an_id_where_another_number_belongs_is_refused_and_stored_nowhere(cast: Cast) -> None:
    number = resident_id_make(date(1970, 5, 20))
    head = [*HEAD, "人编号"]
    rows = [
        ["大寨村", number, "张一", resident_id_make(date(1971, 5, 20)), "户主", ""],
        ["大寨村", "H2", "张二", resident_id_make(date(1972, 5, 20)), "户主", number],
        ["大寨村", "H3", f"张三{number}", resident_id_make(date(1973, 5, 20)), "户主", ""],
    ]
    run = ran(cast, UploadedFile("表.xlsx", xlsx([head, *rows], sheet="监测对象信息")))
    with acting_as(SYSTEM):
        refused = {row.column: row.message for row in ImportRefusal.objects.filter(run=run, is_notice=False)}
        assert {"户编号", "人编号"} == set(refused)
        assert "身份证号" in refused["户编号"]
        assert "身份证号" in refused["人编号"]
        assert [household.number for household in Household.objects.all()] == ["H3"]
        assert number not in Person.objects.get().name
