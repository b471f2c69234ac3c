from __future__ import annotations

import io
import re
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from python_calamine import CalamineWorkbook
from tests.factories.cast import Cast, sign_in
from tests.factories.register import household_make, resident_id_make
from tests.factories.sources import INPATIENT, deliver, import_all, stay, xlsx

from shouwang.audit.models import Entry
from shouwang.people.access import SYSTEM, acting_as
from shouwang.sources.models import FeedImport
from shouwang.sources.services.importing import feed_import_run
from shouwang.sources.services.reading import feed_read
from shouwang.sources.services.undoing import feed_import_undo_run

ID = resident_id_make(date(1970, 5, 20))


@pytest.fixture
def home(cast: Cast) -> int:
    return household_make(cast.slot, head="张胜坤", resident_id=ID).pk


def upload(client: Client, content: bytes, *, name: str = "六月.xlsx", **changes: str):  # type: ignore[no-untyped-def]
    body = {"kind": "inpatient", "data_date": "2020-06-30", "file": SimpleUploadedFile(name, content), **changes}
    return client.post(reverse("sources:feeds"), body)


def test_a_department_walks_from_the_file_to_the_result(client: Client, cast: Cast, home: int) -> None:
    sign_in(client, cast.medical)
    answer = upload(client, xlsx([["表"], INPATIENT, stay("张胜坤", ID), stay("=1+1", ID, start="2020-01-01")]))
    assert answer.status_code == 302
    taken_id = int(re.findall(r"/(\d+)/", answer["Location"])[0])
    feed_read(import_id=taken_id, at=timezone.now(), is_queued=False)
    page = client.get(answer["Location"]).content.decode()
    assert "核对表头" in page
    headings = reverse("sources:feed_headings", args=[taken_id])
    form = client.get(headings).content.decode()
    assert "医疗费总额（元）" in form
    selected = dict(re.findall(r'name="(column-[\d-]+)".*?<option value="(\w*)" selected', form, re.S))
    version = re.findall(r'name="version" value="(\d+)"', form)[0]
    lacking = client.post(headings, {**selected, "column-0-1": "", "version": version})
    assert lacking.status_code == 422
    assert "还没有指明哪一列是“身份证号码”" in lacking.content.decode()
    assert client.post(headings, {**selected, "version": version}).status_code == 302
    feed_import_run(import_id=taken_id, clock=timezone.now)
    page = client.get(answer["Location"]).content.decode()
    assert "身份证号和姓名对不上" in page
    assert "合计读取" in page
    assert "张胜坤" not in page
    refused = client.get(reverse("sources:feed_refused", args=[taken_id]))
    rows = CalamineWorkbook.from_filelike(io.BytesIO(refused.content)).get_sheet_by_index(0).to_python()
    assert rows[0][:2] == ["姓名", "身份证号码"]
    assert rows[1][:2] == ["'=1+1", ID]
    assert "对不上" in rows[1][-2]
    assert rows[1][-1] == "Sheet1 第 4 行"


def test_an_import_is_taken_back_after_one_question(client: Client, cast: Cast, home: int) -> None:
    taken = import_all(cast.medical, xlsx([INPATIENT, stay("张胜坤", ID)]))
    sign_in(client, cast.medical)
    url = reverse("sources:feed_undo", args=[taken.pk])
    page = client.get(url).content.decode()
    assert "全部收回" in page
    assert client.post(url, {"version": taken.version}).status_code == 302
    assert client.post(url, {"version": taken.version}).status_code == 409
    feed_import_undo_run(import_id=taken.pk, clock=timezone.now)
    assert "已撤销" in client.get(reverse("sources:feed", args=[taken.pk])).content.decode()


def test_a_wrong_delivery_says_why_beside_its_field(client: Client, cast: Cast) -> None:
    sign_in(client, cast.medical)
    late = upload(client, xlsx([INPATIENT]), data_date="2099-01-01")
    assert late.status_code == 422
    assert "还没有到" in late.content.decode()
    assert upload(client, b"").status_code == 422
    assert upload(client, xlsx([INPATIENT]), kind="dibao_household").status_code == 422
    with acting_as(SYSTEM):
        assert not FeedImport.objects.exists()


def test_a_file_without_headings_shows_its_sentence(client: Client, cast: Cast) -> None:
    taken = deliver(cast.medical, xlsx([["说明", "无"]], sheet="封面"), name="错表.xlsx")
    sign_in(client, cast.medical)
    page = client.get(reverse("sources:feed", args=[taken.pk])).content.decode()
    assert "错表.xlsx" in page
    assert "工作表“封面”" in page
    assert "没有认出" in page


@pytest.mark.parametrize("who", ["civil", "neighbour_medical", "neighbour", "insurer", "officer", "township"])
def test_another_organisation_finds_no_import(client: Client, cast: Cast, home: int, who: str) -> None:
    taken = import_all(cast.medical, xlsx([INPATIENT, stay("李四", ID)]))
    sign_in(client, getattr(cast, who))
    for name in ("feed", "feed_headings", "feed_refused", "feed_undo"):
        assert client.get(reverse(f"sources:{name}", args=[taken.pk])).status_code == 404, name


def test_the_county_reads_results_but_hands_out_no_rows(client: Client, cast: Cast, home: int) -> None:
    taken = import_all(cast.medical, xlsx([INPATIENT, stay("李四", ID)]))
    sign_in(client, cast.county)
    page = client.get(reverse("sources:feed", args=[taken.pk])).content.decode()
    assert "对不上" in page
    assert "下载没有导入的行" not in page
    assert client.get(reverse("sources:feed_refused", args=[taken.pk])).status_code == 404
    listed = client.get(reverse("sources:feeds")).content.decode()
    assert "巨鹿县医疗保障局" in listed
    assert "2020-06-30" in listed


def test_the_county_sees_whom_unmatched_rows_name_and_the_reading_is_logged(
    client: Client, cast: Cast, home: int
) -> None:
    number = resident_id_make(date(1980, 1, 1))
    taken = import_all(cast.medical, xlsx([INPATIENT, stay("王外人", number), stay("张胜坤", "错")]))
    sign_in(client, cast.county)
    page = client.get(reverse("sources:feed", args=[taken.pk])).content.decode()
    assert "王外人" in page
    assert number not in page
    assert number[-4:] in page
    with acting_as(SYSTEM):
        assert Entry.objects.filter(action="feed.unmatched_read", subject_id=taken.pk).count() == 1
    for who in ("leader", "city", "province"):
        sign_in(client, getattr(cast, who))
        assert "王外人" not in client.get(reverse("sources:feed", args=[taken.pk])).content.decode(), who


def test_the_page_renews_itself_until_the_work_is_over(client: Client, cast: Cast, home: int) -> None:
    sign_in(client, cast.medical)
    answer = upload(client, xlsx([INPATIENT, stay("张胜坤", ID)]))
    assert "every 3s" in client.get(answer["Location"]).content.decode()
    taken_id = int(re.findall(r"/(\d+)/", answer["Location"])[0])
    feed_read(import_id=taken_id, at=timezone.now(), is_queued=False)
    page = client.get(answer["Location"]).content.decode()
    assert "every 3s" not in page
    assert reverse("sources:feed_headings", args=[taken_id]) in page
