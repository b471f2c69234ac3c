"""An ID, a phone and an account go in through every door, and stand in plain text nowhere that anything is written.

Web and worker are the real processes on this test's database. Afterwards the database's dump, its data directory with
the write-ahead log, var/ with uploads, exports and snapshots, the logs and a backup are searched, in every form in
which a number may be written. The control puts numbers into each of those places and must be told of every one.
"""

from __future__ import annotations

import base64
import gzip
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from tests.conftest import RUN
from tests.factories.cast import Cast
from tests.factories.sources import INPATIENT, stay, xlsx
from tests.factories.standards import policy_adopt
from tests.proof.planted import CONTROL, REAL, Planted
from tests.proof.running import Answer, Person, eventually, house_running
from tests.proof.search import Written, in_bytes, in_file, in_folders

from shouwang.casework.models import Case, Task
from shouwang.kit.seal import keyring
from shouwang.people.access import SYSTEM, Viewer, acting_as
from shouwang.public.models import Application
from shouwang.register.models import (
    Household,
    Identifier,
    ImportRefusal,
    NamedFact,
    RegisterImport,
)
from shouwang.register.models import (
    Person as Registered,
)
from shouwang.screening.models import CheckExport, CheckHit, CheckRun, Run, Snapshot
from shouwang.sources.models import Clue, FeedImport, FeedRow, MatchPair

TODAY = f"{timezone.localdate():%Y-%m-%d}"
WORKBOOK = ["县", "乡", "村", "户编号", "姓名", "证件号码", "与户主关系", "联系电话", "家庭住址", "监测对象类别",
            "工资性收入", "务工所在地", "务工时间（月）", "一卡通账号", "备注", "户主邻居", "数字列"]  # fmt: skip


def member(number: str, name: str, planted: Planted, **changes: Any) -> list[Any]:
    """One row of 监测对象信息, with the numbers where they belong and where they do not."""
    row: dict[str, Any] = {
        "county": "巨鹿县", "town": "王虎寨镇", "village": "大寨村", "number": number, "name": name,
        "id": planted.resident_id, "relationship": "户主", "phone": planted.phone,
        "address": f"村东头，电话{planted.phone}", "type": f"边缘户{planted.phone}", "wage": 12000,
        "place": f"石家庄 {planted.phone}", "months": 6, "account": planted.account,
        "note": f"身份证{planted.resident_id}，卡号 {planted.account}", "neighbour": f"李四 {planted.phone}",
        "numeric": float(planted.account),
    }  # fmt: skip
    return list((row | changes).values())


class Doors:
    """Every way in, walked once; what it keeps for the next door is an attribute."""

    def __init__(self, port: int, cast: Cast) -> None:
        self.port, self.cast = port, cast
        self.plants = REAL.plant()
        self.home = 0
        self.used: list[Planted] = []

    def planted(self) -> Planted:
        """The next numbers."""
        self.used.append(next(self.plants))
        return self.used[-1]

    def by(self, viewer: Viewer) -> Person:
        return Person(self.port, viewer)

    # ---- register ----

    def workbook_by_page(self) -> None:
        """Two households: one goes in, the other is refused for its amount and comes back as a refused row."""
        first, second = self.planted(), self.planted()
        rows = [WORKBOOK, member("H1", "张胜坤", first), member("H2", "李守信", second, wage=f"约{second.phone}元")]
        rows.append(member(second.resident_id, "孙立新", second))  # an ID where the household's number belongs
        file = SimpleUploadedFile(f"台账{second.phone}.xlsx", xlsx(rows, sheet="监测对象信息"))
        county = self.by(self.cast.county)
        answer = county.post(reverse("register:imports"), {"area": "130529000000", "data_date": TODAY, "files": file})
        assert answer.status == 302, answer.text
        run = eventually(lambda: self._one(RegisterImport, state__in=["DONE", "FAILED"]))
        assert run.state == "DONE", run.message
        assert county.get(answer.to).status == 200
        refused = county.get(reverse("register:import_refused", args=[run.pk]))
        assert refused.status == 200
        with acting_as(SYSTEM):
            self.home = Household.objects.get(number="H1").pk
            assert ImportRefusal.objects.filter(run=run, is_notice=False).count() >= 2
            kept = Identifier.objects.filter(person__memberships__household_id=self.home)
            assert {row.kind for row in kept} >= {"RESIDENT_ID", "OTHER"}
            said = json.dumps([row.facts for row in NamedFact.objects.filter(household_id=self.home)])
            assert not in_bytes(said.encode(), REAL)

    def registration_by_page(self) -> None:
        """A household typed in, first with numbers in the wrong fields."""
        planted, town = self.planted(), self.by(self.cast.township)
        form = {
            "village": "130529101214", "on": TODAY, "number": "H9", "phone": planted.phone, "rows": "1",
            "member0-name": "王秀英", "member0-relationship": "HEAD", "member0-resident_id": planted.resident_id,
            "member0-phone": planted.phone,
        }  # fmt: skip
        for wrong in (
            {"address": f"打{planted.phone}"},
            {"number": planted.resident_id},
            {"member0-name": planted.phone},
        ):
            assert town.post(reverse("register:new"), form | wrong).status == 422, wrong
        assert town.post(reverse("register:new"), form).status == 302

    def search_by_page(self) -> None:
        """Numbers typed into the search, in the body and (refused) in the address; the same for pickers."""
        planted, officer = self.used[0], self.by(self.cast.officer)
        for number in (*planted.numbers, f" {planted.resident_id.lower()} ", planted.phone[:8]):
            assert officer.post(reverse("register:search"), {"q": number}).status in (200, 302)
            assert officer.get(reverse("register:search"), q=number).status == 200
            officer.get(reverse("register:villages"), q=number)
            officer.get(reverse("people:areas_search"), q=number)
        assert officer.get(f"/register/{planted.resident_id}/").status == 404

    def number_corrected_and_shown(self) -> None:
        planted, town = self.planted(), self.by(self.cast.township)
        with acting_as(SYSTEM):
            person = Registered.objects.get(memberships__household_id=self.home)
        page = reverse("register:identifier", args=[person.pk])
        for kind, text in (("RESIDENT_ID", planted.resident_id), ("PHONE", planted.phone)):
            form = {"kind": kind, "text": text, "reason": f"原来是{planted.account}", "version": self._version(person)}
            assert town.post(page, form).status == 422
            assert town.post(page, form | {"reason": "与户口本不符"}).status == 302
        show = reverse("register:show", args=[person.pk])
        assert town.post(show, {"purpose": f"打给{planted.phone}"}).status == 422
        shown = town.post(show, {"purpose": "联系入户"})
        assert planted.resident_id in shown.text, "the full number is shown to who asked for it"

    # ---- department ----

    def feed_by_page(self) -> None:
        """A department's table: one row taken, one refused, one of nobody, numbers in the words beside them."""
        planted, stranger, medical = self.used[-1], self.planted(), self.by(self.cast.medical)
        rows = [
            ["个人住院信息表", *[""] * 9],
            INPATIENT,
            stay("张胜坤", planted.resident_id, disease=f"胃癌 家属{stranger.phone} 卡{stranger.account}"),
            stay("别人", planted.resident_id, start="2020-03-01"),
            stay("路人", stranger.resident_id, start="2020-03-02", disease=stranger.phone),
            stay("路人", stranger.resident_id, gross=f"{stranger.phone}元多", start="2020-03-03"),
        ]
        file = SimpleUploadedFile(f"住院{stranger.phone}.xlsx", xlsx(rows, sheet=f"表{stranger.phone}"))
        answer = medical.post(reverse("sources:feeds"), {"kind": "inpatient", "data_date": "2020-06-30", "file": file})
        assert answer.status == 302, answer.text
        eventually(lambda: self._one(FeedImport, state="MAPPING"))
        number = int(re.findall(r"/(\d+)/", answer.to)[0])
        headings = reverse("sources:feed_headings", args=[number])
        page = medical.get(headings).text
        chosen = dict(re.findall(r'name="(column-[\d-]+)".*?<option value="(\w*)" selected', page, re.S))
        version = re.findall(r'name="version" value="(\d+)"', page)[0]
        assert medical.post(headings, {**chosen, "version": version}).status == 302
        done = eventually(lambda: self._one(FeedImport, state__in=["DONE", "FAILED"]))
        assert (done.state, done.rows_read) == ("DONE", 4), done.message
        assert done.rows_exact == 1
        with acting_as(SYSTEM):
            assert FeedRow.objects.filter(feed_import=done).count() == 3
        assert medical.get(answer.to).status == 200
        assert medical.get(reverse("sources:feed_refused", args=[number])).status == 200
        assert self.by(self.cast.county).get(answer.to).status == 200  # sees whose the unmatched rows are

    def pairs_by_page(self) -> None:
        """The queue of pairs: a number of the register under another name."""
        medical, county = self.by(self.cast.medical), self.by(self.cast.county)
        with acting_as(SYSTEM):
            kept = Identifier.objects.filter(
                person__memberships__household_id=self.home, kind="RESIDENT_ID",
                superseded_at__isnull=True, valid_to__isnull=True,
            ).get()  # fmt: skip
            number = keyring().open(bytes(kept.sealed), context=f"register_identifier:{kept.pk}")
        rows = [INPATIENT, stay("完全另名", number, start="2020-04-01")]
        answer = medical.post(
            reverse("sources:feeds"),
            {"kind": "inpatient", "data_date": "2020-06-30", "file": SimpleUploadedFile("住院.xlsx", xlsx(rows))},
        )
        taken = int(re.findall(r"/(\d+)/", answer.to)[0])
        done = eventually(lambda: self._one(FeedImport, pk=taken, state__in=["DONE", "FAILED"]))
        assert done.state == "DONE", done.message
        with acting_as(SYSTEM):
            assert MatchPair.objects.filter(feed_import_id=taken).exists(), "a pair waits"
        page = county.get(reverse("sources:pairs"))
        assert page.status == 200 and "完全另名" in page.text
        assert not in_bytes(page.content, REAL)

    def checks_by_page(self) -> None:
        """A run of the data-quality checks and the workbook made of its hits."""
        planted, county = self.used[0], self.by(self.cast.county)
        number = self._started(
            county, reverse("screening:check_start"), {"area": str(self.cast.places.county.pk)}, CheckRun
        )
        run = eventually(lambda: self._one(CheckRun, pk=number, state__in=["DONE", "FAILED"]))
        assert run.state == "DONE", run.message
        assert run.hits, "something to write into a workbook"
        page = reverse("screening:check_export")
        self._refused(county, page, {}, "purpose", planted)
        made = county.post(page, {"purpose": "派乡镇核对"})
        assert made.status == 302, made.text
        export = eventually(lambda: self._one(CheckExport, file_id__isnull=False))
        book = county.get(made.to, get="1")
        assert book.status == 200 and book.content.startswith(b"PK") and export.rows
        hit = self._one(CheckHit, state="OPEN")
        settle = reverse("screening:check_settle", args=[hit.pk])
        self._refused(county, settle, {"version": str(hit.version)}, "reason", planted)
        self._refused(county, reverse("screening:check_rule_new"), {"when": "member_count > 9"}, "name", planted)

    # ---- people's own words ----

    def report_by_page(self) -> None:
        planted, officer = self.used[0], self.by(self.cast.officer)
        form = {
            "key": "k" * 32, "cause": "ILLNESS", "occurred_on": TODAY, "person": "0",
            "summary": "查出胃癌，在县医院手术", "gross_yuan": "100000",
        }  # fmt: skip
        with acting_as(SYSTEM):
            form["person"] = str(Registered.objects.get(memberships__household_id=self.home).pk)
        page = reverse("sources:report_household", args=[self.home])
        for number in planted.numbers:
            refused = officer.post(page, form | {"summary": f"查出胃癌，打给 {number}"})
            assert refused.status == 422, refused.text
            assert "不要写身份证号" in refused.text
        assert officer.post(page, form).status == 302
        stranger = form | {"person_name": "路人", "person_note": f"打 {planted.phone}", "key": "m" * 32}
        assert officer.post(reverse("sources:report_unregistered"), stranger).status == 422
        with acting_as(SYSTEM):
            assert Clue.objects.count() == 1

    def case_by_page(self) -> None:
        """The case of the report, with numbers typed into every sentence that its actors write."""
        planted = self.used[0]
        case: Case = eventually(lambda: self._one(Case))
        town, county = self.by(self.cast.township), self.by(self.cast.county)
        judge = reverse("casework:judge", args=[case.pk])
        form = {"move": "pass_on", "reason": "情况属实"}
        self._refused(town, judge, form | {"version": self._version(case)}, "reason", planted)
        assert town.post(judge, form | {"version": self._version(case)}).status == 302
        send = reverse("casework:dispatch", args=[case.pk])
        order = {"tasks": ["check_medical", "check_civil"], "note": "请核查"}
        self._refused(county, send, order | {"version": self._version(case)}, "note", planted)
        assert county.post(send, order | {"version": self._version(case)}).status == 302
        medical = self.by(self.cast.medical)
        with acting_as(SYSTEM):
            task = Task.objects.get(case=case, organisation_id=self.cast.medical.organisation_id)
        page = reverse("casework:task", args=[task.pk])
        answer = {"meets": "yes", "reasons": "已报销", "version": str(task.version)}
        self._refused(medical, page, answer, "reasons", planted)
        assert medical.post(page, answer).status == 302
        objection = reverse("register:facts", args=[self.home])
        assert county.get(objection).status == 200
        assert county.get(reverse("desks:household", args=[self.home])).status == 200

    def sign_in_by_page(self) -> None:
        """Numbers where an account and a password belong."""
        planted, stranger = self.used[0], Person(self.port)
        for number in planted.numbers:
            stranger.post(reverse("account_login"), {"login": number, "password": number})
        assert stranger.get(f"/nowhere/{planted.phone}/").status == 404

    def application_by_page(self) -> None:
        """A household applies for itself, with no account; the worker takes it; an officer looks the numbers up."""
        planted, stranger = self.planted(), Person(self.port)
        page = reverse("public:apply_form", args=[f"{self.cast.slot:012d}"])
        form = {
            "key": "e" * 32, "by": "SELF", "name": "李老根", "resident_id": planted.resident_id,
            "phone": planted.phone, "cause": "ILLNESS", "occurred_on": TODAY, "summary": "老伴住院，借了钱",
            "pin": "519274", "pin_again": "519274",
        }  # fmt: skip
        for field in ("name", "home", "summary"):
            self._refused(stranger, page, form, field, planted)
        assert stranger.post(page, form | {"phone": planted.account}).status == 422
        assert stranger.post(page, form | {"pin": planted.phone}).status == 422
        assert stranger.post(page, form).status == 200
        for number in planted.numbers:
            assert stranger.post(reverse("public:status"), {"receipt": number, "pin": number}).status == 422
        application = eventually(lambda: self._one(Application, clue_id__isnull=False))
        shown, officer = reverse("public:application", args=[application.clue_id]), self.by(self.cast.officer)
        assert planted.phone not in officer.get(shown).text
        self._refused(officer, shown, {}, "purpose", planted)
        assert planted.phone in officer.post(shown, {"purpose": "打电话约上门"}).text

    def screening_by_page(self) -> None:
        county = self.by(self.cast.county)
        form = {"area": str(self.cast.places.county.pk), "on": TODAY}
        number = self._started(county, reverse("screening:start"), form, Run)
        run = eventually(lambda: self._one(Run, pk=number, state__in=["DONE", "FAILED"]))
        assert run.state == "DONE", run.message
        with acting_as(SYSTEM):
            taken = Snapshot.objects.get(runs=run)
        assert taken.counts["person"] >= 2

    # ---- helpers ----

    @staticmethod
    def _started(person: Person, page: str, form: dict[str, str], model: Any) -> int:
        """The new run's key. The worker's own daily run may be under way: then the page says so, and she waits."""

        def accepted() -> Answer | None:
            answer: Answer = person.post(page, form)
            if answer.status == 409 and "完成后再" in answer.text:
                return None
            assert answer.status == 302, answer.text
            return answer

        eventually(accepted)
        with acting_as(SYSTEM):
            return int(model.objects.latest("pk").pk)

    def _refused(self, person: Person, page: str, form: dict[str, Any], field: str, planted: Planted) -> None:
        for number in planted.numbers:
            answer: Answer = person.post(page, form | {field: f"请打 {number} 问问"})
            assert answer.status in (409, 422), (page, answer.status)
            assert "不要写身份证号" in answer.text

    @staticmethod
    def _one(model: Any, **wanted: Any) -> Any:
        with acting_as(SYSTEM):
            return model.objects.filter(**wanted).first()

    @staticmethod
    def _version(row: Any) -> str:
        with acting_as(SYSTEM):
            row.refresh_from_db()
        return str(row.version)


@pytest.fixture
def logs() -> Iterator[Path]:
    folder = Path(settings.VAR_DIR) / "log"
    folder.mkdir(parents=True, exist_ok=True)
    yield folder


def test_planted_numbers_stand_nowhere_in_plain_text(
    real_cast: Cast, database_name: str, command_env: dict[str, str], logs: Path, tmp_path: Path
) -> None:
    policy_adopt(real_cast.places.county)
    written = Written(RUN, database_name)
    with house_running(command_env, logs) as port:
        doors = Doors(port, real_cast)
        doors.workbook_by_page()
        doors.registration_by_page()
        doors.search_by_page()
        doors.number_corrected_and_shown()
        doors.feed_by_page()
        doors.report_by_page()
        doors.case_by_page()
        doors.sign_in_by_page()
        doors.application_by_page()
        doors.screening_by_page()
        doors.pairs_by_page()
        doors.checks_by_page()
    backup = tmp_path / "backup"
    subprocess.run(
        [sys.executable, "-m", "shouwang", "backup", str(backup / "whole.backup")], check=True, env=command_env,
        capture_output=True,
    )  # fmt: skip
    with acting_as(SYSTEM):
        sealed = [bytes(row.sealed) for row in Identifier.objects.all()]
        assert len(sealed) >= 8
        opened = [keyring().open(bytes(row.sealed), context=f"register_identifier:{row.pk}")
                  for row in Identifier.objects.all()]  # fmt: skip
    assert set(doors.used[0].numbers) <= set(opened), "what was planted did arrive, sealed"
    assert (logs / "web.log").stat().st_size
    assert (logs / "worker.log").stat().st_size
    found = written.found(REAL)
    found |= in_folders([Path(settings.VAR_DIR), backup], REAL)
    found |= {"postgres.log": names} if (names := in_file(settings.TEST_ROOT / "postgres.log", REAL)) else {}
    assert found == {}


def table_of_numbers(folder: Path, planted: Planted, admin: psycopg.Connection[Any]) -> None:
    admin.execute("create table testing.control (note text, raw bytea)")
    admin.execute("insert into testing.control values (%s, %s)", [f"电话{planted.phone}", planted.account.encode()])


def var_in_utf16(folder: Path, planted: Planted, admin: psycopg.Connection[Any]) -> None:
    (folder / "upload").write_bytes(f"姓名,{planted.resident_id}\n".encode("utf-16"))


def log_line(folder: Path, planted: Planted, admin: psycopg.Connection[Any]) -> None:
    (folder / "web.log").write_text(f"GET /register/?q={planted.phone}\n")


def parquet_column(folder: Path, planted: Planted, admin: psycopg.Connection[Any]) -> None:
    names = pa.table({"name": ["张三"] * 50 + [planted.resident_id], "n": list(range(51))})
    pq.write_table(names, folder / "person.parquet", compression="zstd")


def session_in_base64(folder: Path, planted: Planted, admin: psycopg.Connection[Any]) -> None:
    body = base64.b64encode(json.dumps({"found": planted.resident_id}).encode()).decode()
    (folder / "session.json").write_text(json.dumps({"data": body}))


def export_unsealed(folder: Path, planted: Planted, admin: psycopg.Connection[Any]) -> None:
    (folder / "export").write_bytes(xlsx([["卡号"], [planted.account]]))


def packed_log(folder: Path, planted: Planted, admin: psycopg.Connection[Any]) -> None:
    with gzip.open(folder / "web.log.1.gz", "wb") as packed:
        packed.write(planted.account.encode())


def name_of_a_file(folder: Path, planted: Planted, admin: psycopg.Connection[Any]) -> None:
    (folder / f"{planted.phone}.xlsx").write_bytes(b"sealed")


WRONGS: dict[Callable[..., None], set[str]] = {
    table_of_numbers: {"pg_dump", "base/", "pg_wal/"},
    var_in_utf16: {"upload"},
    log_line: {"web.log"},
    parquet_column: {"person.parquet"},
    session_in_base64: {"session.json"},
    export_unsealed: {"export"},
    packed_log: {"web.log.1.gz"},
    name_of_a_file: {".xlsx"},
}


@pytest.mark.parametrize("wrong", WRONGS, ids=lambda wrong: wrong.__name__)
def test_the_proof_fails_where_a_number_is_left_in_the_open(
    wrong: Callable[..., None], database_name: str, admin_url: str, tmp_path: Path
) -> None:
    written = Written(RUN, database_name)
    planted = next(CONTROL.plant())
    folder = tmp_path / "var"
    folder.mkdir()
    with psycopg.connect(admin_url, autocommit=True) as admin:
        try:
            wrong(folder, planted, admin)
            is_in_database = wrong is table_of_numbers
            found = written.found(CONTROL) if is_in_database else in_folders([folder], CONTROL)
        finally:
            admin.execute("drop table if exists testing.control")
    missing = {place for place in WRONGS[wrong] if not any(place in name for name in found)}
    assert not missing, found
