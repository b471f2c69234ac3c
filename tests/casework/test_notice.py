"""Appraisal and notice on the procedure of 连云港: votes decide, a sheet hangs its days, an objection leads back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from tests.factories.casework import AT, Walk, case_make, clue_make, second_clerk, workflow_ready
from tests.factories.cast import Cast, sign_in
from tests.factories.papers import pdf, photo, ready_photo
from tests.factories.people import viewer_make
from tests.factories.register import household_make

from shouwang.audit.models import Entry
from shouwang.casework import services
from shouwang.casework.models import Appraisal, Attachment, Case, CaseEvent, Decision, Notice, Objection
from shouwang.casework.selectors.notices import SheetRow, sheets_of
from shouwang.casework.services import (
    MeetingHeld,
    MeetingUnsound,
    NotAPhoto,
    NoticeDay,
    NoticeMissing,
    NoticeRunning,
    NoticeStands,
    NoticeUnproven,
    NotYourTurn,
    OwnWork,
    VoteContradicts,
    WrongStage,
)
from shouwang.kit.dates import SHANGHAI
from shouwang.kit.papers import Ready, paper_prepare
from shouwang.kit.texts import PersonalNumberInText
from shouwang.people.access import SYSTEM, Kind, Role, Viewer, acting_as
from shouwang.sources.models import Clue

pytestmark = pytest.mark.django_db(transaction=True)

HELD = MeetingHeld(
    met_on=date(2020, 6, 24), place="村委会", chaired_by="村支书", attended=12, in_favour=7, against=4, abstained=1
)


@pytest.fixture
def village(cast: Cast) -> Viewer:
    """Somebody of the village who did not report the household."""
    return viewer_make(Kind.VILLAGE, Role.LEADER, cast.places.village, name="村书记", organisation_name="大寨村")


def walk_to(cast: Cast, village: Viewer, stage: str) -> Walk:
    """This function opens a case under 连云港's five steps and walks it to the appraisal or to the notice."""
    workflow_ready(cast, "lianyungang")
    clue = clue_make(cast.officer, household_make(cast.slot).pk)
    services.clue_take(clue_id=clue.pk, at=AT)
    with acting_as(SYSTEM):
        case_id = Clue.objects.get(pk=clue.pk).collected_case_id
    assert case_id is not None
    walk = Walk(cast, case_id, AT)
    walk.dispatch(["check_medical"]).answer_all()
    if stage == "notice":
        appraise(walk, village)
    assert walk.case.stage == stage
    return walk


def appraise(walk: Walk, viewer: Viewer, *, held: MeetingHeld | None = HELD, move: str = "agreed", **said: str) -> Case:
    with acting_as(viewer):
        return services.case_appraise(
            viewer=viewer, case_id=walk.case_id, version=walk.version, move=move, held=held, at=AT + timedelta(days=1),
            **said,
        )  # fmt: skip


def post(
    walk: Walk, viewer: Viewer, *, on: date = date(2020, 6, 26), photos: Sequence[Ready] | None = None
) -> Notice:  # fmt: skip
    with acting_as(viewer):
        return services.notice_post(
            viewer=viewer, case_id=walk.case_id, version=walk.version, posted_on=on, place="村委会公示栏",
            at=AT + timedelta(days=2), photos=[ready_photo()] if photos is None else photos,
        )  # fmt: skip


def finish(walk: Walk, viewer: Viewer, day: date) -> Case:
    at = datetime(day.year, day.month, day.day, 8, tzinfo=SHANGHAI)
    with acting_as(viewer):
        return services.notice_finish(viewer=viewer, case_id=walk.case_id, version=walk.version, at=at)


@pytest.mark.parametrize(
    ("in_favour", "is_carried"), [(6, False), (7, True)], ids=["half is not more than half", "one more than half"]
)
def test_the_votes_decide_and_nobody_can_write_down_the_contrary(
    cast: Cast, village: Viewer, in_favour: int, is_carried: bool
) -> None:
    walk = walk_to(cast, village, "appraise")
    held = replace(HELD, in_favour=in_favour, against=11 - in_favour)
    right, wrong = ("agreed", "disagreed") if is_carried else ("disagreed", "agreed")
    with pytest.raises(VoteContradicts):
        appraise(walk, village, held=held, move=wrong, reason_key="over_line")
    case = appraise(walk, village, held=held, move=right, reason_key="" if is_carried else "over_line")
    assert case.stage == ("notice" if is_carried else "")
    with acting_as(SYSTEM):
        meeting = Appraisal.objects.get(case=case)
        decision = Decision.objects.get(case=case)
    assert (meeting.in_favour, meeting.is_carried, meeting.event_id) == (in_favour, is_carried, decision.event_id)
    assert "到会 12 人" in decision.reason


@pytest.mark.parametrize(("attended", "is_carried"), [(9, False), (10, True)])
def test_too_few_people_carry_nothing(cast: Cast, village: Viewer, attended: int, is_carried: bool) -> None:
    walk = walk_to(cast, village, "appraise")
    held = replace(HELD, attended=attended, in_favour=attended, against=0, abstained=0)
    if is_carried:
        assert appraise(walk, village, held=held).stage == "notice"
    else:
        with pytest.raises(VoteContradicts):
            appraise(walk, village, held=held)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"attended": 13}, "attended"),
        ({"met_on": date(2020, 6, 26)}, "met_on"),
        ({"met_on": date(2020, 6, 23)}, "met_on"),
        ({"place": " "}, "place"),
        ({"chaired_by": ""}, "chaired_by"),
        ({"against": -1, "abstained": 6}, "attended"),
    ],
    ids=["votes do not add up", "tomorrow", "before the warning", "nowhere", "nobody", "less than nobody"],
)
def test_a_meeting_that_cannot_have_been_is_refused(
    cast: Cast, village: Viewer, changes: dict[str, object], field: str
) -> None:
    walk = walk_to(cast, village, "appraise")
    with pytest.raises(MeetingUnsound) as refusal:
        appraise(walk, village, held=replace(HELD, **changes))  # type: ignore[arg-type]
    assert refusal.value.field == field
    assert walk.case.stage == "appraise"


def test_who_reported_or_sits_elsewhere_does_not_appraise(cast: Cast, village: Viewer) -> None:
    walk = walk_to(cast, village, "appraise")
    with pytest.raises(OwnWork):
        appraise(walk, cast.officer)
    with pytest.raises(NotYourTurn):
        appraise(walk, cast.county)


def test_an_appraisal_cannot_be_written_down_as_another_kind_of_decision(cast: Cast, village: Viewer) -> None:
    walk = walk_to(cast, village, "appraise")
    with acting_as(village), pytest.raises(WrongStage):
        services.case_judge(viewer=village, case_id=walk.case_id, version=walk.version, move="agreed", at=AT)


def test_sending_back_needs_no_meeting_but_a_reason(cast: Cast, village: Viewer) -> None:
    walk = walk_to(cast, village, "appraise")
    with pytest.raises(services.StatementMissing):
        appraise(walk, village, held=None, move="send_back")
    with pytest.raises(MeetingUnsound):
        appraise(walk, village, held=None, move="agreed")
    assert appraise(walk, village, held=None, move="send_back", reason="缺住院票据").stage == "collect"
    with acting_as(SYSTEM):
        assert not Appraisal.objects.exists()


def test_a_notice_hangs_its_days_and_nothing_follows_before_they_have_run(cast: Cast, village: Viewer) -> None:
    walk = walk_to(cast, village, "notice")
    sheet = post(walk, village)
    assert (sheet.posted_on, sheet.ends_on) == (date(2020, 6, 26), date(2020, 7, 1))
    assert walk.case.due_on == date(2020, 7, 2)
    with pytest.raises(NoticeRunning) as refusal:
        finish(walk, village, date(2020, 7, 1))
    assert "2020-07-01" in refusal.value.message
    case = finish(walk, village, date(2020, 7, 2))
    assert case.stage == "township_review"
    with acting_as(SYSTEM):
        assert Notice.objects.get().state == Notice.State.PASSED


def test_no_other_way_leads_past_the_notice(cast: Cast, village: Viewer) -> None:
    walk = walk_to(cast, village, "notice")
    post(walk, village)
    for viewer in (village, cast.township, cast.county, cast.leader):
        for move in ("unopposed", "opposed"):
            with acting_as(viewer), pytest.raises(WrongStage):
                services.case_judge(viewer=viewer, case_id=walk.case_id, version=walk.version, move=move, at=AT)
    with acting_as(cast.county), pytest.raises(WrongStage):
        services.assisted_record(viewer=cast.county, case_id=walk.case_id, at=AT, data={})


def test_what_hangs_shows_no_number_of_a_person(cast: Cast, village: Viewer) -> None:
    walk = walk_to(cast, village, "notice")
    shown = dict(post(walk, village).shown)
    assert set(shown) == {"公示事项", "户主", "住址", "家庭人口", "主要原因"}
    assert not any(len(part) >= 7 for text in shown.values() for part in text.split() if part.isdigit())


def test_a_sheet_is_posted_once_on_a_day_that_can_be(cast: Cast, village: Viewer) -> None:
    walk = walk_to(cast, village, "notice")
    for day in (date(2020, 6, 24), date(2020, 6, 27)):
        with pytest.raises(NoticeDay):
            post(walk, village, on=day)
    with pytest.raises(NoticeMissing):
        finish(walk, village, date(2020, 7, 30))
    post(walk, village)
    with pytest.raises(NoticeStands):
        post(walk, village)


def test_an_objection_leads_back_and_the_sheet_does_not_run_on(cast: Cast, village: Viewer) -> None:
    walk = walk_to(cast, village, "notice")
    post(walk, village)
    clerk = second_clerk(cast)
    with acting_as(clerk):
        services.notice_oppose(
            viewer=clerk, case_id=walk.case_id, version=walk.version, said_by="邻居", text="他家有商铺出租",
            at=AT + timedelta(days=3),
        )  # fmt: skip
    assert walk.case.stage == "collect"
    with acting_as(SYSTEM):
        assert Notice.objects.get().state == Notice.State.OPPOSED
        assert Objection.objects.get().text == "他家有商铺出租"
        assert CaseEvent.objects.filter(what="OPPOSED").count() == 1
    with acting_as(village), pytest.raises(WrongStage):
        finish(walk, village, date(2020, 7, 30))


def test_departments_take_down_no_objection_and_neighbours_see_nothing(cast: Cast, village: Viewer) -> None:
    walk = walk_to(cast, village, "notice")
    post(walk, village)
    for viewer in (cast.medical, cast.neighbour):
        with acting_as(viewer):
            assert not Notice.objects.exists()
            assert not Appraisal.objects.exists()
            with pytest.raises((NotYourTurn, services.CaseNotFound)):
                services.notice_oppose(
                    viewer=viewer, case_id=walk.case_id, version=walk.version, said_by="", text="不符合", at=AT
                )


def test_the_database_keeps_votes_and_sheets_sound(cast: Cast, village: Viewer) -> None:
    walk = walk_to(cast, village, "notice")
    sheet = post(walk, village)
    with acting_as(village), pytest.raises(IntegrityError), transaction.atomic():
        Notice.objects.create(**{
            name: getattr(sheet, name)
            for name in ("case_id", "slot", "stage", "key", "name", "days", "unit", "shown", "posted_on", "place",
                         "ends_on", "at", "actor")
        })  # fmt: skip
    with acting_as(SYSTEM), pytest.raises(IntegrityError), transaction.atomic():
        event = CaseEvent.objects.filter(case_id=walk.case_id).exclude(appraisal__isnull=False).first()
        Appraisal.objects.create(
            case_id=walk.case_id, slot=cast.slot, event=event, at=AT, met_on=date(2020, 6, 24), place="村",
            chaired_by="人", attended=3, in_favour=1, against=1, abstained=0, is_carried=False, actor="测试",
        )  # fmt: skip


def press(client: Client, viewer: Viewer, name: str, walk: Walk, *, status: int = 302, **data: object) -> str:
    address = reverse(f"casework:{name}", args=[walk.case_id])
    response = sign_in(client, viewer).post(address, {"version": walk.version, **data})
    assert response.status_code == status, response.content.decode()[:3000]
    return response.content.decode()


def test_the_pages_walk_a_case_through_meeting_and_notice(cast: Cast, village: Viewer, client: Client) -> None:
    walk = walk_to(cast, village, "appraise")
    told = {
        "move": "agreed", "met_on": "2020-06-24", "place": "村委会", "chaired_by": "村支书", "attended": 12,
        "in_favour": 7, "against": 4, "abstained": 1,
    }  # fmt: skip
    text = press(client, village, "judge", walk, status=422, **{**told, "place": "", "against": ""})
    assert "请填写评议地点。" in text and "请填写不同意。" in text and 'value="村支书"' in text
    text = press(client, village, "judge", walk, status=422, **{**told, "attended": 13})
    assert "加起来是 12 人" in text
    text = press(client, village, "judge", walk, status=422, **{**told, "in_favour": 6, "against": 5})
    assert "没有通过，不能记为同意" in text
    press(client, village, "judge", walk, **told)
    page = sign_in(client, village).get(reverse("casework:notice", args=[walk.case_id])).content.decode()
    assert "5 个日历日" in page and "要张贴的内容" in page
    text = press(client, village, "notice", walk, status=422, act="post", posted_on="2099-01-01", place="公示栏")
    assert "张贴的日期还没有到" in text and 'value="公示栏"' in text


def test_a_notice_that_has_run_is_finished_on_its_page(cast: Cast, village: Viewer, client: Client) -> None:
    walk = walk_to(cast, village, "notice")
    post(walk, village)
    press(client, village, "notice", walk, act="finish")
    assert walk.case.stage == "township_review"
    page = sign_in(client, cast.city).get(reverse("casework:notice", args=[walk.case_id])).content.decode()
    assert "期满无异议" in page and "登记张贴</button>" not in page


def test_an_objection_on_the_page_and_a_stale_one(cast: Cast, village: Viewer, client: Client) -> None:
    walk = walk_to(cast, village, "notice")
    post(walk, village)
    assert "请写明异议的内容。" in press(client, cast.township, "notice", walk, status=422, act="oppose", text="")
    old = walk.version - 1
    text = press(client, cast.township, "notice", walk, status=409, act="oppose", text="有商铺", version=old)
    assert "有商铺" in text
    text = press(client, village, "notice", walk, status=422, act="oppose", text="手机13800138000")
    assert walk.case.stage == "notice"
    press(client, cast.township, "notice", walk, act="oppose", text="有商铺")
    assert walk.case.stage == "collect"


def test_a_case_whose_procedure_has_no_notice_has_no_such_page(cast: Cast, client: Client) -> None:
    walk = case_make(cast, upto="dispatch")
    assert sign_in(client, cast.county).get(reverse("casework:notice", args=[walk.case_id])).status_code == 404


def test_a_posting_is_proven_by_its_photo_with_place_and_time(cast: Cast, village: Viewer) -> None:
    walk = walk_to(cast, village, "notice")
    taken = ready_photo(position=((37, 38, 15), (115, 3, 0)), taken="2020:06:26 09:30:00")
    sheet = post(walk, village, photos=[taken])
    with acting_as(SYSTEM):
        proof = Attachment.objects.get(notice=sheet)
    assert (str(proof.latitude), str(proof.longitude)) == ("37.637500", "115.050000")
    assert (proof.taken_at, proof.kind_name, proof.caption) == (taken.taken_at, "张贴照片", "村委会公示栏")


@pytest.mark.parametrize(("day", "is_older"), [("2020:06:25", True), ("2020:06:26", False)])
def test_a_photo_older_than_its_posting_is_pointed_out(
    cast: Cast, village: Viewer, client: Client, day: str, is_older: bool
) -> None:
    walk = walk_to(cast, village, "notice")
    post(walk, village, photos=[ready_photo(taken=f"{day} 23:59:00")])
    page = sign_in(client, cast.county).get(reverse("casework:notice", args=[walk.case_id])).content.decode()
    assert ("拍摄日期早于张贴日期" in page) is is_older


def test_what_hung_unproven_does_not_count_until_a_photo_shows_it(cast: Cast, village: Viewer, client: Client) -> None:
    walk = walk_to(cast, village, "notice")
    post(walk, village, photos=[])
    with pytest.raises(NoticeUnproven):
        finish(walk, village, date(2020, 7, 2))
    paper = paper_prepare(pdf(), name="公示.pdf")
    with acting_as(village), pytest.raises(NotAPhoto):
        services.notice_prove(viewer=village, case_id=walk.case_id, version=walk.version, photos=[paper], at=AT)
    with acting_as(cast.township), pytest.raises(NotYourTurn):
        services.notice_prove(
            viewer=cast.township, case_id=walk.case_id, version=walk.version, photos=[ready_photo()], at=AT
        )
    text = press(client, village, "notice", walk, status=422, act="prove")
    assert "还缺张贴的照片" in text and "请选择公示栏的照片。" in text
    text = press(client, village, "notice", walk, status=422, act="finish")
    assert "还没有张贴的照片" in text
    hung = SimpleUploadedFile("公示栏.jpg", photo(taken="2020:06:26 09:30:00"))
    press(client, village, "notice", walk, act="prove", photos=[hung])
    page = sign_in(client, cast.county).get(reverse("casework:notice", args=[walk.case_id])).content.decode()
    assert "张贴照片" in page and "还缺张贴的照片" not in page
    assert finish(walk, village, date(2020, 7, 2)).stage == "township_review"


def test_a_photo_taken_back_proves_nothing(cast: Cast, village: Viewer) -> None:
    walk = walk_to(cast, village, "notice")
    sheet = post(walk, village)
    with acting_as(SYSTEM):
        proof = Attachment.objects.get(notice=sheet)
    with acting_as(village):
        services.attachment_withdraw(
            viewer=village, attachment_id=proof.pk, version=walk.version, reason="拍错了", at=AT + timedelta(days=3)
        )
    with pytest.raises(NoticeUnproven):
        finish(walk, village, date(2020, 7, 2))


def test_the_printed_sheet_shows_what_the_rule_shows_and_the_printing_is_logged(
    cast: Cast, village: Viewer, client: Client
) -> None:
    walk = walk_to(cast, village, "notice")
    address = reverse("casework:notices_print")
    response = sign_in(client, village).get(address, {"case": walk.case_id})
    assert (response.status_code, response["Content-Type"]) == (200, "application/pdf")
    assert response["X-Content-Type-Options"] == "nosniff" and "attachment" in response["Content-Disposition"]
    assert len(paper_prepare(response.content, name="公示.pdf").content) > 5_000  # a sound PDF by our own measure
    with acting_as(village):
        (sheet,) = sheets_of(village, [walk.case])
    assert list(sheet.labels) == ["户主", "住址", "家庭人口", "主要原因"] and len(sheet.rows) == 1
    assert "5 个日历日" in sheet.period
    with acting_as(SYSTEM):
        assert Entry.objects.filter(action="case.notice_print", subject_id=walk.case_id).count() == 1
    post(walk, village)
    with acting_as(village):
        (sheet,) = sheets_of(village, [walk.case])
    assert sheet.period == "2020 年 06 月 26 日至 2020 年 07 月 01 日"
    page = sign_in(client, village).get(reverse("casework:notices")).content.decode()
    assert "已张贴，到 2020-07-01 满期" in page
    assert sign_in(client, cast.neighbour).get(address, {"case": walk.case_id}).status_code == 404
    assert sign_in(client, village).get(address).status_code == 409


def test_households_of_one_village_share_a_sheet_and_others_do_not(cast: Cast, village: Viewer) -> None:
    walks = [walk_to(cast, village, "notice") for _ in range(2)]
    post(walks[1], village)
    third = walk_to(cast, village, "notice")
    with acting_as(village):
        sheets = sheets_of(village, [walk.case for walk in (*walks, third)])
    assert [sorted(sheet.numbers) for sheet in sheets] == [[walks[0].case_id, third.case_id], [walks[1].case_id]]


@pytest.mark.parametrize("number", ["130599197005200018", "13800138000"])
def test_a_sheet_has_no_place_for_a_number_of_a_person(number: str) -> None:
    with pytest.raises(PersonalNumberInText):
        SheetRow(head=f"张三 {number}", place="大寨村", members="3 人", cause="因病")
    with pytest.raises(TypeError):
        SheetRow(head="张三", place="大寨村", members="3 人", cause="因病", identifiers=number)  # type: ignore[call-arg]
