"""Importing by page, pairs for the common superior, findings."""

from __future__ import annotations

import io
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from python_calamine import CalamineWorkbook
from tests.factories.cast import Cast, sign_in
from tests.factories.register import household_make, person_make, resident_id_make
from tests.factories.sources import xlsx

from shouwang.people.access import SYSTEM, acting_as
from shouwang.register.models import Household, Membership, RegisterFinding, RegisterImport, RegistrationConflict
from shouwang.register.services import NewMember, household_register
from shouwang.register.services.importing import import_run

TOMORROW = (timezone.localdate() + timedelta(days=1)).isoformat()
HEADINGS = [
    "省", "市", "县", "乡（镇）", "村", "户编号", "人编号", "姓名", "性别", "证件号码", "人数", "与户主关系",
    "监测对象类别",
]  # fmt: skip


@pytest.fixture(autouse=True)
def files(settings: Any, tmp_path: Path) -> None:
    settings.FILES_DIR = tmp_path


def row(cast: Cast, number: str, name: str, resident_id: str, *, relationship: str = "户主") -> list[object]:
    at = cast.places
    return [
        at.province.name, at.city.name, at.county.name, at.town.name, at.village.name, number, f"{number}1", name, "男",
        resident_id, "1", relationship, "边缘易致贫户",
    ]  # fmt: skip


def workbook(rows: list[list[object]]) -> SimpleUploadedFile:
    content = xlsx([["监测对象信息"], ["导出时间 2020-06-30"], HEADINGS, *rows], sheet="监测对象信息")
    return SimpleUploadedFile("监测对象信息.xlsx", content)


def upload(client: Client, cast: Cast, *files: SimpleUploadedFile, **changes: str) -> Any:
    body = {"area": f"{cast.places.county.lo}", "data_date": "2020-06-30", "files": list(files), **changes}
    return client.post(reverse("register:imports"), body)


def test_workbooks_are_imported_and_every_refused_row_says_why(client: Client, cast: Cast) -> None:
    good, wrong = resident_id_make(), resident_id_make()[:-1] + "5"
    wrong = wrong if wrong[-1] != resident_id_make()[-1] else wrong[:-1] + "6"
    sign_in(client, cast.county)
    rows = [row(cast, "1305290001", "张胜坤", good), row(cast, "1305290002", "李守信", "13059919700520")]
    answer = upload(client, cast, workbook(rows))
    assert answer.status_code == 302
    waiting = client.get(answer["Location"]).content.decode()
    assert "等待中" in waiting
    assert 'hx-trigger="every 3s"' in waiting
    with acting_as(SYSTEM):
        run = RegisterImport.objects.get()
    import_run(import_id=run.pk, clock=timezone.now)
    page = client.get(answer["Location"]).content.decode()
    assert "已完成" in page
    assert "监测对象信息 第 5 行" in page
    assert good not in page
    assert "hx-trigger" not in page.split('id="import-live"')[1]
    with acting_as(SYSTEM):
        assert Household.objects.get().number == "1305290001"
    refused = client.get(reverse("register:import_refused", args=[run.pk]))
    cells = CalamineWorkbook.from_filelike(io.BytesIO(refused.content)).get_sheet_by_index(0).to_python()
    assert "李守信" in cells[1]
    assert refused["Cache-Control"] == "no-store"
    listed = client.get(reverse("register:imports")).content.decode()
    assert "监测对象信息.xlsx" in listed


def test_several_workbooks_go_at_once(client: Client, cast: Cast) -> None:
    sign_in(client, cast.county)
    first = workbook([row(cast, "1305290001", "张胜坤", resident_id_make())])
    second = workbook([row(cast, "1305290002", "李守信", resident_id_make())])
    second.name = "另一张.xlsx"
    assert upload(client, cast, first, second).status_code == 302
    with acting_as(SYSTEM):
        run = RegisterImport.objects.get()
    assert run.file_labels == ["监测对象信息.xlsx", "另一张.xlsx"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"data_date": TOMORROW}, "不能晚于今天"),
        ({"area": ""}, "还没有填"),
        ({"area": "130532000000"}, "没有找到这个地方"),
        ({"data_date": "昨天吧"}, ""),
    ],
)
def test_a_wrong_upload_says_why_beside_its_field(
    client: Client, cast: Cast, changes: dict[str, str], words: str
) -> None:
    sign_in(client, cast.county)
    answer = upload(client, cast, workbook([]), **changes)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    with acting_as(SYSTEM):
        assert not RegisterImport.objects.exists()


def test_no_file_says_so(client: Client, cast: Cast) -> None:
    sign_in(client, cast.county)
    answer = upload(client, cast)
    assert answer.status_code == 422
    assert "还没有选" in answer.content.decode()


def test_an_unreadable_file_shows_its_sentence(client: Client, cast: Cast) -> None:
    sign_in(client, cast.county)
    answer = upload(client, cast, SimpleUploadedFile("错.xlsx", b"not a workbook"))
    assert answer.status_code == 302
    with acting_as(SYSTEM):
        run = RegisterImport.objects.get()
    import_run(import_id=run.pk, clock=timezone.now)
    page = client.get(answer["Location"]).content.decode()
    assert "未完成" in page
    assert "错.xlsx" in page
    assert "没有导入任何一户" in page


@pytest.mark.parametrize("who", ["neighbour", "township", "officer", "medical", "city"])
def test_another_organisations_import_is_absent(client: Client, cast: Cast, who: str) -> None:
    sign_in(client, cast.county)
    upload(client, cast, workbook([row(cast, "1305290001", "张胜坤", resident_id_make())]))
    with acting_as(SYSTEM):
        run = RegisterImport.objects.get()
    sign_in(client, getattr(cast, who))
    assert client.get(reverse("register:import", args=[run.pk])).status_code == 404
    assert client.get(reverse("register:import_refused", args=[run.pk])).status_code == 404


# ---- pairs ----


@pytest.fixture
def pair(cast: Cast) -> RegistrationConflict:
    """张胜坤 of 大寨村 is registered again by the neighbouring county, as somebody's son."""
    number = resident_id_make()
    household_make(cast.slot, head="张胜坤", members=[("李秀兰", "SPOUSE")], resident_id=number)
    members = [NewMember("李远", "HEAD", resident_id_make()), NewMember("张胜坤", "CHILD", number)]
    with acting_as(cast.neighbour):
        household_register(
            viewer=cast.neighbour, slot=cast.neighbour_slot, members=members, on=date(2020, 6, 1), at=timezone.now()
        )
    with acting_as(SYSTEM):
        return RegistrationConflict.objects.get()


def test_the_common_superior_sees_both_sides_and_moves_the_person(
    client: Client, cast: Cast, pair: RegistrationConflict
) -> None:
    sign_in(client, cast.city)
    page = client.get(reverse("register:conflicts")).content.decode()
    assert cast.places.village.name in page
    assert cast.places.neighbour_village.name in page
    url = reverse("register:conflict", args=[pair.pk])
    form = client.get(url).content.decode()
    assert "李秀兰" in form
    body: dict[str, Any] = {"decision": "MOVE", "reason": "电话核实，人在平乡", "version": pair.version}
    lacking = client.post(url, body)
    assert lacking.status_code == 422
    assert "户主" in lacking.content.decode()
    with acting_as(SYSTEM):
        wife = Membership.objects.get(person__name="李秀兰").person_id
    assert client.post(url, body | {"new_head": wife}).status_code == 302
    with acting_as(SYSTEM):
        home = Membership.objects.get(person=pair.person_id, superseded_at__isnull=True, valid_to__isnull=True)
    assert home.household_id == pair.household_here_id
    assert client.get(url).status_code == 404


def test_a_pair_can_be_left_as_it_is(client: Client, cast: Cast, pair: RegistrationConflict) -> None:
    sign_in(client, cast.city)
    url = reverse("register:conflict", args=[pair.pk])
    assert client.post(url, {"decision": "KEEP", "reason": "", "version": pair.version}).status_code == 422
    assert client.post(url, {"decision": "KEEP", "reason": "重名误报", "version": 99}).status_code == 409
    assert client.post(url, {"decision": "KEEP", "reason": "重名误报", "version": pair.version}).status_code == 302
    assert "没有要核对的人" in client.get(reverse("register:conflicts")).content.decode()


@pytest.mark.parametrize("who", ["county", "neighbour", "township"])
def test_neither_side_reads_the_pair(client: Client, cast: Cast, pair: RegistrationConflict, who: str) -> None:
    sign_in(client, getattr(cast, who))
    assert "没有要核对的人" in client.get(reverse("register:conflicts")).content.decode()
    assert client.get(reverse("register:conflict", args=[pair.pk])).status_code == 404


@pytest.mark.parametrize("who", ["officer", "leader", "medical", "insurer"])
def test_who_decides_no_pairs_finds_no_list(client: Client, cast: Cast, who: str) -> None:
    sign_in(client, getattr(cast, who))
    assert client.get(reverse("register:conflicts")).status_code == 404


# ---- findings ----


@pytest.fixture
def finding(cast: Cast) -> RegisterFinding:
    home = household_make(cast.slot, head="张小宝")
    with acting_as(SYSTEM):
        return RegisterFinding.objects.create(
            slot=cast.slot, household=home, kind="NO_ADULT", note="户内成员都未满 18 周岁", opened_at=timezone.now()
        )


def test_a_finding_is_settled_with_what_was_found_out(client: Client, cast: Cast, finding: RegisterFinding) -> None:
    sign_in(client, cast.township)
    assert "户内没有成年人" in client.get(reverse("register:findings")).content.decode()
    url = reverse("register:finding", args=[finding.pk])
    assert client.post(url, {"settlement": ""}).status_code == 422
    assert client.post(url, {"settlement": "监护人是同村的伯父"}).status_code == 302
    assert "没有要核对的户" in client.get(reverse("register:findings")).content.decode()
    assert client.post(url, {"settlement": "再来一次"}).status_code == 404


def test_who_looks_on_sees_findings_and_settles_none(client: Client, cast: Cast, finding: RegisterFinding) -> None:
    for who in ("leader", "city"):
        sign_in(client, getattr(cast, who))
        page = client.get(reverse("register:findings")).content.decode()
        assert "户内没有成年人" in page
        assert "写明结果并办结" not in page
        assert client.get(reverse("register:finding", args=[finding.pk])).status_code == 404


def test_the_neighbour_sees_no_finding(client: Client, cast: Cast, finding: RegisterFinding) -> None:
    person_make(household_make(cast.neighbour_slot, head="李远"), "李近", "CHILD")
    sign_in(client, cast.neighbour)
    assert "没有要核对的户" in client.get(reverse("register:findings")).content.decode()
    assert client.get(reverse("register:finding", args=[finding.pk])).status_code == 404


def test_the_list_of_imports_renews_itself_while_one_runs(client: Client, cast: Cast) -> None:
    sign_in(client, cast.county)
    upload(client, cast, workbook([row(cast, "1305290001", "张胜坤", resident_id_make())]))
    running = client.get(reverse("register:imports")).content.decode()
    assert 'id="imports-live" data-live' in running and "等待中" in running
    with acting_as(SYSTEM):
        run = RegisterImport.objects.get()
    assert 'id="import-live" data-live' in client.get(reverse("register:import", args=[run.pk])).content.decode()
    import_run(import_id=run.pk, clock=timezone.now)
    over = client.get(reverse("register:imports")).content.decode()
    assert 'id="imports-live"' in over and "data-live" not in over
