"""Photos and PDFs of a case: sealed, walled like the case, every look logged, taken back with a reason."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, ProgrammingError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image
from tests.factories.casework import AT, Walk, case_make
from tests.factories.cast import Cast, sign_in
from tests.factories.papers import pdf, photo, ready_photo

from shouwang.audit.models import Entry
from shouwang.casework import services
from shouwang.casework.errors import PapersRequired
from shouwang.casework.models import Attachment, CaseEvent
from shouwang.casework.selectors import workflow_for
from shouwang.casework.services import AttachmentNotFound, CaseStale, NotYourTurn, PaperKindUnknown, PapersMissing
from shouwang.kit.texts import PersonalNumberInText
from shouwang.office.models import Paper
from shouwang.office.services.sweeping import files_sweep
from shouwang.people.access import SYSTEM, Viewer, acting_as

pytestmark = pytest.mark.django_db(transaction=True)


def attach(walk: Walk, viewer: Viewer, *, kind: str = "photo", caption: str = "屋顶", version: int | None = None):
    with acting_as(viewer):
        return services.case_attach(
            viewer=viewer, case_id=walk.case_id, version=version or walk.version, ready=[ready_photo()], kind=kind,
            caption=caption, at=AT + timedelta(hours=2),
        )  # fmt: skip


def upload(name: str, content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="application/x-whatever")


def look(client: Client, viewer: Viewer, row: Attachment, name: str = "paper"):
    return sign_in(client, viewer).get(reverse(f"casework:{name}", args=[row.pk]))


def test_a_photo_is_sealed_on_disk_told_in_the_case_and_logged(cast: Cast) -> None:
    walk = case_make(cast, upto="dispatch")
    before = walk.version
    (row,) = attach(walk, cast.officer)
    with acting_as(SYSTEM):
        paper = Paper.objects.get(pk=row.paper_id)
        event = CaseEvent.objects.filter(case_id=walk.case_id).latest("pk")
        actions = list(Entry.objects.order_by("-pk").values_list("action", flat=True)[:2])
    sealed = (Path(settings.FILES_DIR) / paper.path).read_bytes()
    assert b"JFIF" not in sealed and b"JFIF" not in bytes(paper.sealed_thumb) and sealed[:2] != b"\xff\xd8"
    assert (walk.version, event.what, event.text) == (before + 1, "ATTACHED", "附上现场照片 1 份：屋顶")
    assert actions == ["case.attach_papers", "paper.keep"]
    assert (row.latitude, row.taken_at) == (None, None)


@pytest.mark.parametrize("member", ["officer", "township", "county", "leader", "city", "province"])
def test_who_reads_the_case_sees_its_papers_and_each_look_is_logged(cast: Cast, client: Client, member: str) -> None:
    walk = case_make(cast, upto="dispatch")
    (row,) = attach(walk, cast.officer)
    viewer = cast.members()[member]
    whole, small = look(client, viewer, row), look(client, viewer, row, "paper_thumb")
    assert (whole.status_code, small.status_code) == (200, 200)
    for response in (whole, small):
        assert response["Content-Type"] == "image/jpeg"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Content-Security-Policy"] == "default-src 'none'; img-src 'self'; sandbox"
        assert "no-store" in response["Cache-Control"]
        assert response["Content-Disposition"].startswith("inline")
    with Image.open(io.BytesIO(whole.content)) as shown:
        assert shown.size == (640, 480)
    with acting_as(SYSTEM):
        seen = list(Entry.objects.filter(subject_type="office.Paper", user_id=viewer.user_id).order_by("pk"))
    assert [entry.action for entry in seen if entry.action != "paper.keep"] == ["paper.read", "paper.glance"]
    assert all(entry.slot == row.slot for entry in seen)


@pytest.mark.parametrize(
    "member", ["sibling_officer", "sibling_township", "neighbour", "medical", "insurer", "administrator", "security"]
)
def test_nobody_else_finds_them_behind_either_wall(cast: Cast, client: Client, member: str) -> None:
    walk = case_make(cast, upto="dispatch")
    (row,) = attach(walk, cast.officer)
    viewer = cast.members()[member]
    assert look(client, viewer, row).status_code in (302, 404)
    assert look(client, viewer, row, "paper_thumb").status_code in (302, 404)
    with acting_as(viewer):
        assert not Paper.objects.exists() and not Attachment.objects.exists()
    with acting_as(SYSTEM):
        assert not Entry.objects.filter(subject_type="office.Paper", user_id=viewer.user_id).exists()


def test_a_pdf_is_only_handed_out_as_a_download(cast: Cast, client: Client) -> None:
    walk = case_make(cast, upto="dispatch")
    send = {"version": walk.version, "kind": "bill", "papers": [upload("费用清单.pdf", pdf(2))]}
    response = sign_in(client, cast.county).post(reverse("casework:papers", args=[walk.case_id]), send)
    assert response.status_code == 302
    with acting_as(SYSTEM):
        row = Attachment.objects.get(case_id=walk.case_id)
    answer = look(client, cast.county, row)
    assert answer["Content-Type"] == "application/pdf" and answer["Content-Disposition"].startswith("attachment")
    assert look(client, cast.county, row, "paper_thumb").status_code == 409
    page = client.get(reverse("casework:case", args=[walk.case_id])).content.decode()
    assert "票据和费用清单" in page and "打开 PDF" in page and "2 页" in page


def test_several_at_once_and_the_foul_one_is_named(cast: Cast, client: Client) -> None:
    walk = case_make(cast, upto="dispatch")
    address = reverse("casework:papers", args=[walk.case_id])
    exe, svg = upload("房屋.jpg", b"MZ" + b"\0" * 200), upload("图.png", b"<svg onload='x'/>")
    send = {"version": walk.version, "kind": "photo", "caption": "漏雨", "papers": [upload("a.jpg", photo()), exe, svg]}
    response = sign_in(client, cast.officer).post(address, send)
    text = response.content.decode()
    assert response.status_code == 422
    assert (
        "文件“房屋.jpg”：这个文件的内容是程序" in text
        and "文件“图.png”：这是 SVG 图形" in text
        and 'value="漏雨"' in text
    )
    with acting_as(SYSTEM):
        assert not Attachment.objects.exists() and not Paper.objects.exists()
    send["papers"] = [upload("a.jpg", photo()), upload("b.png", photo(form="PNG"))]
    assert client.post(address, send).status_code == 302
    with acting_as(SYSTEM):
        assert Attachment.objects.count() == 2


def test_nothing_too_many_and_a_number_are_refused_beside_their_fields(cast: Cast, client: Client) -> None:
    walk = case_make(cast, upto="dispatch")
    address = reverse("casework:papers", args=[walk.case_id])
    send = {"version": walk.version, "kind": "photo", "caption": "电话 13800138000"}
    text = sign_in(client, cast.officer).post(address, send).content.decode()
    assert "请选择要附上的照片或 PDF。" in text and "请不要写身份证号" in text
    many = [upload(f"{number}.jpg", b"") for number in range(settings.PAPER_LIMIT_COUNT + 1)]
    text = client.post(address, {**send, "papers": many}).content.decode()
    assert f"一次最多 {settings.PAPER_LIMIT_COUNT} 份" in text


def test_a_department_proves_its_answer_and_sees_its_own_proof_only(cast: Cast, client: Client) -> None:
    walk = case_make(cast, upto="answers")
    (other,) = attach(walk, cast.officer)
    task = walk.tasks(organisation_id=cast.medical.organisation_id)[0]
    send = {"version": task.version, "meets": "yes", "reasons": "核查属实", "papers": [upload("结算单.jpg", photo())]}
    sign_in(client, cast.medical)
    address = reverse("casework:task", args=[task.pk])
    bad = client.post(address, {**send, "papers": [upload("结算单.jpg", b"MZ" + b"\0" * 99)]})
    assert bad.status_code == 422 and "内容是程序" in bad.content.decode() and "核查属实" in bad.content.decode()
    assert client.post(address, send).status_code == 302
    with acting_as(SYSTEM):
        proof = Attachment.objects.get(task=task)
    assert (proof.kind_name, proof.organisation_id) == ("证明材料", cast.medical.organisation_id)
    assert look(client, cast.medical, proof).status_code == 200
    assert look(client, cast.medical, other).status_code == 404
    assert look(client, cast.civil, proof).status_code == 404
    assert look(client, cast.county, proof).status_code == 200
    assert "证明材料" in sign_in(client, cast.medical).get(address).content.decode()


def test_what_is_attached_must_be_something_of_a_known_kind_for_the_case_as_seen(cast: Cast) -> None:
    walk = case_make(cast, upto="dispatch")
    with pytest.raises(PaperKindUnknown):
        attach(walk, cast.officer, kind="posting")
    with acting_as(cast.officer), pytest.raises(PapersMissing):
        services.case_attach(
            viewer=cast.officer, case_id=walk.case_id, version=walk.version, ready=[], kind="photo", at=AT
        )
    with pytest.raises(PersonalNumberInText):
        attach(walk, cast.officer, caption="身份证 130599197005200018")
    with pytest.raises(CaseStale):
        attach(walk, cast.officer, version=walk.version - 1)
    for member in ("city", "auditor"):
        with pytest.raises(NotYourTurn):
            attach(walk, cast.members()[member])
    with acting_as(SYSTEM):
        assert not Attachment.objects.exists()


def test_a_paper_attached_by_mistake_is_taken_back_and_nobody_sees_it(cast: Cast, client: Client) -> None:
    walk = case_make(cast, upto="dispatch")
    (row,) = attach(walk, cast.officer)
    address = reverse("casework:paper_withdraw", args=[row.pk])
    assert sign_in(client, cast.township).get(address).status_code == 404
    assert sign_in(client, cast.officer).post(address, {"version": walk.version, "reason": ""}).status_code == 200
    assert client.post(address, {"version": walk.version - 1, "reason": "拍错了户"}).status_code == 409
    assert client.post(address, {"version": walk.version, "reason": "拍错了户"}).status_code == 302
    assert look(client, cast.county, row).status_code == 404
    with acting_as(SYSTEM):
        assert Attachment.objects.get(pk=row.pk).withdrawn_reason == "拍错了户"
        assert CaseEvent.objects.filter(text="撤下现场照片 1 份。拍错了户").count() == 1
    with acting_as(cast.officer), pytest.raises(AttachmentNotFound):
        services.attachment_withdraw(
            viewer=cast.officer, attachment_id=row.pk, version=walk.version, reason="再来", at=AT
        )


def test_the_database_holds_papers_fast(cast: Cast) -> None:
    walk = case_make(cast, upto="dispatch")
    (row,) = attach(walk, cast.officer)
    for change in (
        lambda: Paper.objects.filter(pk=row.paper_id).update(size=1),
        lambda: Paper.objects.filter(pk=row.paper_id).delete(),
        lambda: Attachment.objects.filter(pk=row.pk).delete(),
    ):
        with acting_as(cast.county), pytest.raises(ProgrammingError), transaction.atomic():
            change()
    with acting_as(cast.county), pytest.raises(IntegrityError), transaction.atomic():
        Attachment.objects.filter(pk=row.pk).update(latitude=37)


def test_a_kept_paper_is_not_swept_away_and_one_of_a_failed_write_is(cast: Cast) -> None:
    walk = case_make(cast, upto="dispatch")
    (row,) = attach(walk, cast.officer)
    with pytest.raises(RuntimeError), acting_as(cast.officer):
        services.case_attach(
            viewer=cast.officer, case_id=walk.case_id, version=walk.version, ready=[ready_photo()], kind="photo", at=AT
        )
        raise RuntimeError
    with acting_as(SYSTEM):
        assert files_sweep(at=timezone.now() + timedelta(days=2)) >= 1
        assert (Path(settings.FILES_DIR) / Paper.objects.get(pk=row.paper_id).path).is_file()


def test_a_move_that_requires_a_paper_waits_for_it(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    walk = case_make(cast, upto="check")
    with acting_as(SYSTEM):
        flow = workflow_for(walk.case)
        stage = flow.stage(walk.case.procedure, walk.case.stage)
    move = stage.moves["pass_on"].model_copy(update={"requires": ("authorisation",)})
    monkeypatch.setitem(stage.moves, "pass_on", move)
    monkeypatch.setitem(flow.papers, "authorisation", "承诺授权书")
    attach(walk, cast.officer)
    with pytest.raises(PapersRequired) as refusal:
        walk.pass_on()
    assert "承诺授权书" in refusal.value.message
    attach(walk, cast.officer, kind="authorisation")
    before = walk.case.stage
    assert walk.pass_on().case.stage != before
