"""Imports that fail, stop, go on, come back as refused rows; and who may import where."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from tests.factories.cast import Cast
from tests.factories.exports import DAY, NOW, one_refusal, person, persons, ran, refusals, workbook
from tests.factories.register import resident_id_make

from shouwang.audit.models import Entry
from shouwang.kit.tables import tables_open
from shouwang.office.services import file_open
from shouwang.people.access import SYSTEM, acting_as
from shouwang.register import errors
from shouwang.register.models import (
    Household,
    NamedFact,
)
from shouwang.register.services.importing import UploadedFile, import_run, import_start, imports_resume
from shouwang.register.services.importing import run as running


def test_refused_rows_come_back_as_a_workbook_that_can_be_mended_and_imported(cast: Cast) -> None:
    number = resident_id_make(date(1990, 1, 1))
    bad = person("1305", "户主", "=1+1", 耕地面积="3")
    run = ran(cast.county, persons(bad))
    with acting_as(cast.county):
        _, content = file_open(viewer=cast.county, file_id=run.refused_file_id, at=NOW)
    with tables_open(content, name="退回.xlsx") as sheets:
        ((headings, row),) = [[cells for _, cells in sheet.rows] for sheet in sheets]
    assert headings[0] == "退回原因"
    assert "应是 18 位" in row[0]
    assert row[headings.index("姓名")] == "=1+1"
    mended = dict(zip(headings, row, strict=False)) | {"证件号码": number, "姓名": "张一"}
    again = ran(cast.county, workbook({"监测对象信息": (list(mended), [list(mended.values())])}, banner=False))
    assert refusals(again) == []
    with acting_as(cast.county):
        assert NamedFact.objects.get(person__isnull=False).facts == {"耕地面积": "3"}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "空的"),
        (b"PK\x03\x04", "打不开"),
        (workbook({"别的表": (["甲", "乙"], [[1, 2]])}), "没有找到能认出的表头"),
    ],
)
def test_a_file_that_cannot_be_read_fails_the_import_and_writes_nothing(
    cast: Cast, content: bytes, sentence: str
) -> None:
    good = persons(person(resident_id_make(date(1990, 1, 1)), "户主", "张一"))
    run = ran(cast.county, good, content)
    assert run.state == "FAILED"
    assert sentence in run.message
    assert "表2.xlsx" in run.message
    with acting_as(SYSTEM):
        assert not Household.objects.exists()


def test_a_killed_import_goes_on_where_it_was_and_counts_nothing_twice(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "CHUNK", 2)
    rows = [person(resident_id_make(date(1970, 1, 1)), "户主", f"张{n}", household=f"H{n}") for n in range(7)]
    rows[1]["证件号码"] = "13"
    lo, hi = cast.county.ranges[0]
    with acting_as(cast.county):
        run = import_start(
            viewer=cast.county, files=[UploadedFile("表.xlsx", persons(*rows))], lo=lo, hi=hi, data_date=DAY, at=NOW,
            is_queued=False,
        )  # fmt: skip

    class Killed(BaseException):
        pass

    def kill(done: int, total: int) -> None:
        if done >= 4:
            raise Killed

    with pytest.raises(Killed):
        import_run(import_id=run.pk, clock=lambda: NOW, advance=kill)
    with acting_as(SYSTEM):
        run.refresh_from_db()
        assert (run.state, run.done, Household.objects.count()) == ("RUNNING", 4, 3)
    import_run(import_id=run.pk, clock=lambda: NOW)
    import_run(import_id=run.pk, clock=lambda: NOW)
    with acting_as(SYSTEM):
        run.refresh_from_db()
        assert (run.state, run.done, run.counts["rows"], run.counts["rows_refused"]) == ("DONE", 7, 7, 1)
        assert Household.objects.count() == run.counts["households_new"] == 6
        assert Entry.objects.filter(action="register.import_chunk").count() == 4
    assert len(refusals(run)) == 1


def test_an_import_whose_worker_died_is_queued_again(cast: Cast) -> None:
    lo, hi = cast.county.ranges[0]
    with acting_as(cast.county):
        import_start(
            viewer=cast.county, files=[UploadedFile("表.xlsx", persons())], lo=lo, hi=hi, data_date=DAY, at=NOW,
            is_queued=False,
        )  # fmt: skip
    assert imports_resume(at=NOW + timedelta(minutes=1)) == 0
    assert imports_resume(at=NOW + timedelta(minutes=11)) == 1
    assert imports_resume(at=NOW + timedelta(minutes=12)) == 0


def test_only_townships_and_centres_import_and_only_into_their_area(cast: Cast) -> None:
    lo, hi = cast.neighbour.ranges[0]
    file = UploadedFile("表.xlsx", persons())
    for viewer, refusal in ((cast.medical, errors.MayNotChange), (cast.officer, errors.MayNotChange),
                            (cast.county, running.NoArea)):  # fmt: skip
        with acting_as(viewer), pytest.raises(refusal):
            import_start(viewer=viewer, files=[file], lo=lo, hi=hi, data_date=DAY, at=NOW, is_queued=False)


def test_a_township_cannot_import_into_the_next_one(cast: Cast) -> None:
    number = resident_id_make(date(1990, 1, 1))
    village = cast.places.sibling_town_village.name
    run = ran(cast.township, persons(person(number, "户主", "张一", village=village) | {"乡": "西郭城镇"}))
    assert "没有找到" in one_refusal(run)[2]
