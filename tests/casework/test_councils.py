"""A meeting of the leading group: agenda, decisions by the same services, minutes, a second signature."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, ProgrammingError, transaction
from django.test import Client
from django.urls import reverse
from docx import Document
from tests.factories.casework import AT, case_make
from tests.factories.cast import Cast, sign_in
from tests.factories.people import viewer_make

from shouwang.audit.models import Entry
from shouwang.casework.errors import (
    AgendaUnsettled,
    CaseStale,
    CouncilClosed,
    CouncilNotFound,
    CouncilUnsound,
    NotOnAgenda,
    NotYourTurn,
    OwnMinutes,
)
from shouwang.casework.models import Council, CouncilItem, Decision
from shouwang.casework.selectors.councils import minutes_text
from shouwang.casework.services import councils
from shouwang.casework.services.councils import CouncilStated
from shouwang.casework.services.minutes import minutes_pdf, minutes_word
from shouwang.kit.papers import paper_prepare
from shouwang.kit.texts import PersonalNumberInText
from shouwang.office.models import Paper
from shouwang.people.access import SYSTEM, Kind, Role, StaleWrite, Viewer, acting_as

pytestmark = pytest.mark.django_db(transaction=True)

STATED = CouncilStated(
    title="六月会商会议", met_on=date(2020, 6, 24), place="三楼会议室", chaired_by="刘志远",
    members=(("刘志远", "组长"), ("王秀英", "防贫中心")),
)  # fmt: skip
SAID = {"move": "approve", "clause": "四步认定救助第二步", "reason": "符合条件"}


def call(viewer: Viewer, case_ids: list[int], *, stated: CouncilStated = STATED) -> Council:
    with acting_as(viewer):
        return councils.council_call(viewer=viewer, stated=stated, case_ids=case_ids, at=AT + timedelta(days=1))


def now(council: Council) -> Council:
    with acting_as(SYSTEM):
        return Council.objects.get(pk=council.pk)


def items(council: Council) -> list[CouncilItem]:
    with acting_as(SYSTEM):
        return list(council.items.select_related("case").order_by("number"))


def decide(viewer: Viewer, item: CouncilItem, **said: object) -> CouncilItem:
    with acting_as(viewer):
        version = said.pop("version", item.case.version)
        return councils.item_decide(
            viewer=viewer, item_id=item.pk, version=version, at=AT + timedelta(days=1), **{**SAID, **said}
        )  # fmt: skip


def record(viewer: Viewer, council: Council) -> Council:
    with acting_as(viewer):
        return councils.council_record(viewer=viewer, council_id=council.pk, version=now(council).version, at=AT)


def sign(viewer: Viewer, council: Council, *, version: int | None = None) -> Council:
    def made(signed: Council):
        said = minutes_text(viewer, signed)
        return {"pdf": minutes_pdf(said, at=AT), "word": minutes_word(said, at=AT)}

    with acting_as(viewer):
        return councils.council_sign(
            viewer=viewer, council_id=council.pk, version=version or now(council).version, minutes=made, at=AT
        )


def test_a_meeting_decides_puts_off_and_is_signed_by_another(cast: Cast) -> None:
    walks = [case_make(cast, upto="decide") for _ in range(2)]
    council = call(cast.county, [walk.case_id for walk in walks])
    first, second = items(council)
    before = walks[0].version
    decide(cast.leader, first)
    with acting_as(SYSTEM):
        decision = Decision.objects.filter(case_id=walks[0].case_id).latest("pk")
    assert (decision.clause, decision.user_id, decision.act) == (SAID["clause"], cast.leader.user_id, "decide")
    assert items(council)[0].decision_id == decision.pk and walks[0].version == before + 1
    with pytest.raises(AgendaUnsettled):
        record(cast.county, council)
    stage = walks[1].case.stage
    with acting_as(cast.leader):
        councils.item_put_off(viewer=cast.leader, item_id=second.pk, reason="缺评估报告", at=AT)
    assert (walks[1].case.stage, walks[1].case.act) == (stage, "decide")  # put off, it goes nowhere
    record(cast.county, council)
    signed = sign(cast.leader, council)
    assert (signed.state, signed.recorded_by, signed.signed_by) == ("SIGNED", cast.county.label, cast.leader.label)
    with acting_as(cast.leader):
        kept = Paper.objects.in_bulk([signed.pdf_id, signed.word_id])
    assert {paper.media_type.rpartition("/")[2][:3] for paper in kept.values()} == {"pdf", "vnd"}
    with acting_as(SYSTEM):
        found = list(
            Entry.objects.filter(subject_type="casework.Council").order_by("pk").values_list("action", flat=True)
        )
    assert found == ["council.convene", "council.decide", "council.put_off", "council.record", "council.sign"]


def test_minutes_say_the_same_in_word_and_pdf_and_nothing_of_a_persons_numbers(cast: Cast) -> None:
    walk = case_make(cast, upto="decide")
    council = call(cast.leader, [walk.case_id])
    decide(cast.leader, items(council)[0])
    with acting_as(cast.leader):
        said = minutes_text(cast.leader, now(council))
    word = Document(io.BytesIO(minutes_word(said, at=AT).content))
    text = "\n".join(
        [each.text for each in word.paragraphs]
        + [cell.text for table in word.tables for row in table.rows for cell in row.cells]
    )
    parts = [said.items[0].name, SAID["clause"], SAID["reason"], f"案件号 {walk.case_id}"]
    for part in ("六月会商会议", "草稿，尚未签发", "刘志远（组长）、王秀英（防贫中心）", *parts):
        assert part in text
    assert paper_prepare(minutes_pdf(said, at=AT).content, name="纪要.pdf").pages == 1


def test_who_recorded_does_not_sign_and_who_does_not_lead_neither(cast: Cast) -> None:
    walk = case_make(cast, upto="decide")
    council = call(cast.leader, [walk.case_id])
    decide(cast.leader, items(council)[0])
    record(cast.leader, council)
    with pytest.raises(OwnMinutes):
        sign(cast.leader, council)
    with pytest.raises(NotYourTurn):
        sign(cast.county, council)
    other = viewer_make(
        Kind.LEADING_GROUP, Role.LEADER, cast.places.county, name="马建国", organisation_name="巨鹿县防贫领导小组"
    )
    with pytest.raises(StaleWrite):
        sign(other, council, version=now(council).version - 1)
    with acting_as(other):
        councils.council_return(
            viewer=other, council_id=council.pk, version=now(council).version, reason="漏了一位参会人", at=AT
        )
    assert now(council).state == "OPEN"
    with acting_as(cast.leader):
        more = replace(STATED, members=(*STATED.members, ("马建国", "副组长")))
        councils.council_amend(
            viewer=cast.leader, council_id=council.pk, version=now(council).version, stated=more, case_ids=[], at=AT
        )
    record(cast.leader, council)
    assert sign(other, council).signed_by == other.label
    with pytest.raises(CouncilClosed):
        record(cast.leader, council)


def test_a_decision_of_the_meeting_is_checked_like_any_other(cast: Cast) -> None:
    walk = case_make(cast, upto="decide")
    council = call(cast.leader, [walk.case_id])
    (item,) = items(council)
    with pytest.raises(NotYourTurn):
        decide(cast.county, item)
    with pytest.raises(CaseStale):
        decide(cast.leader, item, version=item.case.version - 1)
    with pytest.raises(PersonalNumberInText):
        decide(cast.leader, item, reason="身份证 130599197005200018")
    assert items(council)[0].decision_id is None and walk.case.act == "decide"
    decide(cast.leader, item)
    with pytest.raises(CouncilClosed):
        decide(cast.leader, items(council)[0])


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": " "}, "title"),
        ({"met_on": date(2020, 6, 26)}, "met_on"),
        ({"place": ""}, "place"),
        ({"chaired_by": ""}, "chaired_by"),
        ({"members": (("刘志远", ""),)}, "members"),
        ({"members": (("刘志远", "组长"), ("刘志远", "副组长"))}, "members"),
    ],
    ids=["no name", "tomorrow", "nowhere", "nobody leads", "alone", "one twice"],
)
def test_a_meeting_that_cannot_be_is_refused(cast: Cast, changes: dict[str, object], field: str) -> None:
    walk = case_make(cast, upto="decide")
    with pytest.raises(CouncilUnsound) as refusal:
        call(cast.leader, [walk.case_id], stated=replace(STATED, **changes))  # type: ignore[arg-type]
    assert refusal.value.field == field


def test_only_what_waits_comes_on_the_agenda(cast: Cast) -> None:
    early, ripe = case_make(cast, upto="review"), case_make(cast, upto="decide")
    with pytest.raises(CouncilUnsound):
        call(cast.leader, [early.case_id])
    with pytest.raises(NotOnAgenda):
        call(cast.leader, [early.case_id, ripe.case_id])
    with pytest.raises(NotYourTurn):
        call(cast.township, [ripe.case_id])


def test_neither_neighbours_nor_villages_know_of_the_meeting(cast: Cast, client: Client) -> None:
    walk = case_make(cast, upto="decide")
    council = call(cast.leader, [walk.case_id])
    (item,) = items(council)
    for viewer in (cast.neighbour, cast.officer, cast.township, cast.medical):
        with acting_as(viewer):
            assert not Council.objects.exists() and not CouncilItem.objects.exists()
        assert sign_in(client, viewer).get(reverse("casework:council", args=[council.pk])).status_code == 404
    with acting_as(cast.neighbour), pytest.raises(CouncilNotFound):
        councils.item_put_off(viewer=cast.neighbour, item_id=item.pk, reason="不议", at=AT)
    assert sign_in(client, cast.city).get(reverse("casework:council", args=[council.pk])).status_code == 200


def test_the_database_keeps_the_second_signature(cast: Cast) -> None:
    walk = case_make(cast, upto="decide")
    council = call(cast.leader, [walk.case_id])
    decide(cast.leader, items(council)[0])
    record(cast.county, council)
    with acting_as(cast.leader), pytest.raises(IntegrityError), transaction.atomic():
        Council.objects.filter(pk=council.pk).update(
            state="SIGNED", signed_at=AT, signed_by_user_id=cast.county.user_id, pdf_id=1, word_id=2
        )
    with acting_as(cast.leader), pytest.raises(ProgrammingError), transaction.atomic():
        CouncilItem.objects.filter(council=council).delete()


def test_the_pages_lead_from_the_agenda_to_the_signed_minutes(cast: Cast, client: Client) -> None:
    walk = case_make(cast, upto="decide")
    sign_in(client, cast.county)
    assert "开会商会议" in client.get(reverse("casework:councils")).content.decode()
    address = reverse("casework:council_call")
    told = {
        "title": "六月会商会议", "met_on": "2020-06-24", "place": "三楼", "chaired_by": "刘志远", "cases": walk.case_id,
        "members": "刘志远 组长\n王秀英，防贫中心",
    }  # fmt: skip
    text = client.post(address, {**told, "members": "刘志远"}).content.decode()
    assert "参会人至少写 2 人" in text and 'value="三楼"' in text
    made = client.post(address, told)
    assert made.status_code == 302, made.content.decode()[:2000]
    with acting_as(SYSTEM):
        council = Council.objects.get()
    (item,) = items(council)
    page, item_page = made["Location"], reverse("casework:council_item", args=[item.pk])
    assert client.get(item_page).status_code == 404  # the centre prepares, the group decides
    sign_in(client, cast.leader)
    assert client.get(item_page).status_code == 200
    assert client.post(item_page, {"act": "put_off", "reason": ""}).status_code == 422
    assert client.post(item_page, {"version": walk.version, **SAID}).status_code == 302
    draft = client.get(reverse("casework:council_minutes", args=[council.pk, "pdf"]))
    assert draft["Content-Type"] == "application/pdf" and draft.content[:5] == b"%PDF-"
    sign_in(client, cast.county)
    assert client.post(page, {"act": "record", "version": now(council).version}).status_code == 302
    sign_in(client, cast.leader)
    assert "签发会议纪要" in client.get(page).content.decode()
    assert client.post(page, {"act": "sign", "version": now(council).version}).status_code == 302
    assert "纪要不再改动" in client.get(page).content.decode()
    for form, start in (("pdf", b"%PDF-"), ("word", b"PK")):
        kept = client.get(reverse("casework:council_minutes", args=[council.pk, form]))
        assert kept.content.startswith(start) and kept["X-Content-Type-Options"] == "nosniff"
    assert client.get(reverse("casework:council_minutes", args=[council.pk, "exe"])).status_code == 404
