"""Every bad file: one sentence that names the place, nothing lost, nothing half written."""

from __future__ import annotations

import time
from datetime import date, timedelta

import pytest
from django.utils import timezone
from tests.factories.bad_files import WRONG_FILES, bomb, with_macros
from tests.factories.cast import Cast
from tests.factories.register import household_make, resident_id_make
from tests.factories.sources import INPATIENT, csv, deliver, import_all, stay, xlsx

from shouwang.people.access import SYSTEM, acting_as
from shouwang.register.models import Spending
from shouwang.sources.models import FeedImport, FeedMatch, FeedRow
from shouwang.sources.services import chunking, importing
from shouwang.sources.services.importing import feed_import_run
from shouwang.sources.services.reading import import_load
from shouwang.sources.services.uploads import mapping_confirm

ID = resident_id_make(date(1970, 5, 20))
State = FeedImport.State


def test_a_bomb_is_refused_before_it_unfolds(cast: Cast) -> None:
    content = bomb(xlsx([INPATIENT]))
    started = time.monotonic()
    taken = deliver(cast.medical, content)
    assert taken.state == State.FAILED
    assert time.monotonic() - started < 20  # a busy machine; tests/kit/test_tables.py counts processor seconds
    assert "有害" in taken.message or "超出限制" in taken.message


def test_a_workbook_with_macros_is_refused_and_without_is_not(cast: Cast) -> None:
    good = xlsx([INPATIENT, stay("张三", ID)])
    assert deliver(cast.medical, good).state == State.MAPPING
    taken = deliver(cast.medical, with_macros(good), name="有宏.xlsm")
    assert taken.state == State.FAILED
    assert "宏" in taken.message


@pytest.mark.parametrize(("limit", "is_taken"), [(0, False), (1_000_000, True)])
def test_an_oversized_workbook_is_refused_by_the_setting(cast: Cast, settings, limit: int, is_taken: bool) -> None:  # type: ignore[no-untyped-def]
    content = xlsx([INPATIENT, stay("张三", ID)])
    settings.XLSX_LIMIT_BYTES = limit or len(content) - 1
    taken = deliver(cast.medical, content)
    assert (taken.state == State.MAPPING) is is_taken
    if not is_taken:
        assert "太大" in taken.message


def test_an_oversized_csv_is_refused_by_its_own_setting(cast: Cast, settings) -> None:  # type: ignore[no-untyped-def]
    content = csv([INPATIENT, stay("张三", ID)])
    settings.CSV_LIMIT_BYTES = len(content)
    assert deliver(cast.medical, content, name="一.csv").state == State.MAPPING
    settings.CSV_LIMIT_BYTES = len(content) - 1
    taken = deliver(cast.medical, content + b"\n", name="二.csv")
    assert "太大" in taken.message


def test_the_sentence_names_sheet_and_no_personal_file_name_is_stored_in_plain_text(cast: Cast) -> None:
    taken = deliver(cast.medical, xlsx([["说明", "无"]], sheet="封面"), name="张胜坤住院.xlsx")
    assert "工作表“封面”" in taken.message
    assert "张胜坤" not in taken.message


def test_a_table_without_rows_is_imported_as_nothing(cast: Cast) -> None:
    taken = import_all(cast.medical, xlsx([INPATIENT]))
    assert (taken.state, taken.rows_read, taken.message) == (State.DONE, 0, "")


def test_a_file_that_breaks_off_in_the_middle_leaves_nothing_behind(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    household_make(cast.slot, head="张胜坤", resident_id=ID)
    monkeypatch.setattr(importing, "CHUNK_ROWS", 1)
    rows = [stay("张胜坤", ID), stay("张胜坤", "错号", start="2020-04-01"), stay("张胜坤", ID, start="2020-03-01")]
    taken = deliver(cast.medical, xlsx([INPATIENT, *rows]))
    with acting_as(cast.medical):
        mapping_confirm(
            viewer=cast.medical, import_id=taken.pk, version=taken.version, fields={}, at=timezone.now(),
            is_queued=False,
        )  # fmt: skip
    from shouwang.kit.tables import TableUnreadable

    real, calls = chunking.facts_record, []

    def breaking(*args: object, **more: object) -> int:
        calls.append(1)
        if len(calls) == 3:
            raise TableUnreadable
        return real(*args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(chunking, "facts_record", breaking)
    feed_import_run(import_id=taken.pk, clock=timezone.now)
    done = import_load(taken.pk)
    assert done.state == State.FAILED
    assert done.rows_read == 0
    with acting_as(SYSTEM):
        assert not Spending.objects.filter(superseded_at__isnull=True).exists()
        assert not FeedRow.objects.exists()
        assert not FeedMatch.objects.exists()


def test_an_expired_upload_says_to_upload_again(cast: Cast) -> None:
    taken = deliver(cast.medical, xlsx([INPATIENT, stay("张三", ID)]))
    with acting_as(cast.medical):
        mapping_confirm(
            viewer=cast.medical, import_id=taken.pk, version=taken.version, fields={}, at=timezone.now(),
            is_queued=False,
        )  # fmt: skip
    feed_import_run(import_id=taken.pk, clock=lambda: timezone.now() + timedelta(days=30))
    assert "重新上传" in import_load(taken.pk).message


def test_no_plain_number_is_stored_for_a_row_that_was_refused(cast: Cast) -> None:
    from django.db import connection

    taken = import_all(cast.medical, xlsx([INPATIENT, stay("没有的人", ID), stay("张三", ID[:17] + "A")]))
    assert taken.rows_read == 2
    tables = [
        "sources_feedrow",
        "sources_feedimport",
        "sources_feed",
        "office_storedfile",
        "office_progress",
        "audit_entry",
    ]
    with acting_as(SYSTEM), connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"select count(*) from {table} t where t::text like %s", [f"%{ID[:17]}%"])
            assert cursor.fetchone() == (0,), table
        cursor.execute("select count(*) from procrastinate_jobs j where j::text like %s", [f"%{ID[:17]}%"])
        assert cursor.fetchone() == (0,)


@pytest.mark.parametrize("wrong", WRONG_FILES)
def test_a_wrong_file_gets_one_sentence_and_leaves_nothing(cast: Cast, wrong: str) -> None:
    name, make, word = WRONG_FILES[wrong]
    taken = deliver(cast.medical, make(xlsx([INPATIENT, stay("张三", ID)])), name=name)
    assert taken.state == State.FAILED
    assert word in taken.message
    assert taken.message.count("。") <= 2
    assert not FeedRow.objects.exists()


def test_a_number_in_the_words_of_a_row_is_hidden_before_it_is_kept(cast: Cast) -> None:
    household_make(cast.slot, head="张胜坤", resident_id=ID)
    taken = import_all(cast.medical, xlsx([INPATIENT, stay("张胜坤", ID, disease="胃癌 家属 138 1234 5678")]))
    assert taken.rows_exact == 1
    with acting_as(SYSTEM):
        assert Spending.objects.get().detail == "胃癌 家属 （号码已隐去）"
