"""Appeal, withdrawal and objection: a row, a desk, a clock; what does not apply is refused without a word too many."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.casework.test_notice import walk_to
from tests.factories.casework import Walk, second_clerk
from tests.factories.cast import Cast, sign_in
from tests.factories.people import viewer_make
from tests.factories.public import PIN, applied, status_page, taken
from tests.factories.register import household_make, resident_id_make

from shouwang.audit.models import Entry
from shouwang.casework import services
from shouwang.casework.models import Case, Notice, Objection
from shouwang.casework.services import OwnWork
from shouwang.kit.workdays import calendar_seed
from shouwang.people.access import SYSTEM, Kind, Role, StaleWrite, Viewer, acting_as
from shouwang.public.models import Petition
from shouwang.public.selectors.petitions import PetitionNotFound, petitions_of_desk
from shouwang.public.services import petitions
from shouwang.public.services.petitions import NotYourDesk, objections_take, petition_answer
from shouwang.sources.models import Clue
from shouwang.sources.services import ClueTaken, clue_attach

pytestmark = pytest.mark.django_db(transaction=True)


def own_case(cast: Cast, client: Client, *, upto: str = "") -> tuple[str, Walk]:
    """A case that an application opened, walked on to an act; its receipt."""
    number = resident_id_make()
    household_make(cast.slot, head="李老根", resident_id=number)
    receipt = applied(client, cast, resident_id=number)
    taken()
    with acting_as(SYSTEM):
        case_id = Clue.objects.get(channel="APPLICATION", household_id__isnull=False).collected_case_id
    assert case_id is not None
    walk = Walk(cast, case_id, timezone.now() - timedelta(minutes=30))
    walk.hours = 0
    steps = {"check": walk.pass_on, "dispatch": walk.dispatch, "answers": walk.answer_all}
    while upto and walk.case.act != upto:
        steps[walk.case.act]()
    return receipt, walk


def rejected(cast: Cast, client: Client) -> tuple[str, Walk]:
    receipt, walk = own_case(cast, client, upto="review")
    walk.review(conforms=False, reason_key="covered", told="您家的花费医保已经报销了大部分，现在不另外救助。")
    assert walk.case.outcome == "REJECTED"
    return receipt, walk


def opened(client: Client, receipt: str, pin: str = PIN) -> tuple[str, str]:
    """The page that the PIN opens, and what its forms carry."""
    page = status_page(client, receipt, pin).content.decode()
    assert 'name="opened"' in page or "办得怎么样" in page, page
    return page, page.split('name="opened" value="')[1].split('"')[0] if 'name="opened"' in page else ""


def post(client: Client, name: str, carried: str, text: str = "我家的花费没有算全", **more: Any) -> Any:
    return client.post(reverse(f"public:{name}"), {"opened": carried, "text": text}, **more)


def petition() -> Petition:
    with acting_as(SYSTEM):
        return Petition.objects.get()


def answer(viewer: Viewer, found: Petition, *, granted: bool, text: str = "已经重新核对", version: int = 1) -> Petition:
    with acting_as(viewer):
        return petition_answer(
            viewer=viewer, petition_id=found.pk, version=version, granted=granted, answer=text, at=timezone.now()
        )


def test_a_refusal_is_told_in_plain_words_with_the_pin_and_can_be_appealed(cast: Cast, client: Client) -> None:
    receipt, walk = rejected(cast, client)
    assert "医保已经报销" not in status_page(client, receipt).content.decode()
    page, carried = opened(client, receipt)
    assert "没有通过" in page and "医保已经报销了大部分" in page and "可以申诉" in page
    response = post(client, "appeal", carried)
    due = calendar_seed().working_days_add(timezone.localdate(), 15).day
    assert response.status_code == 200 and f"{due:%Y-%m-%d}" in response.content.decode()
    found = petition()
    assert (found.kind, found.holder_kind, found.case_id, found.due_on) == (
        "APPEAL",
        "COUNTY_CENTRE",
        walk.case_id,
        due,
    )
    assert post(client, "appeal", carried).status_code == 409
    with acting_as(cast.county):
        assert petitions_of_desk(cast.county).count() == 1
    for other in (cast.township, cast.neighbour, cast.officer, cast.medical):
        with acting_as(other):
            assert not petitions_of_desk(other).exists()


def test_who_refused_does_not_answer_the_appeal_and_another_may(cast: Cast, client: Client) -> None:
    receipt, _walk = rejected(cast, client)
    carried = opened(client, receipt)[1]
    post(client, "appeal", carried)
    found = petition()
    with pytest.raises(OwnWork):
        answer(cast.county, found, granted=False)
    page = sign_in(Client(), cast.county).get(reverse("public:petition", args=[found.pk])).content.decode()
    assert "要由同岗位的另一个人答复" in page and "<h2>答复</h2>" not in page
    for stranger in (cast.township, cast.neighbour):
        with pytest.raises((NotYourDesk, PetitionNotFound)):
            answer(stranger, found, granted=False)
    clerk = second_clerk(cast)
    with pytest.raises(StaleWrite):
        answer(clerk, found, granted=False, version=2)
    answer(clerk, found, granted=False, text="花费已经全部算过，维持原来的决定。")
    page, _ = opened(client, receipt)
    assert "维持原来的决定" in page and "没有同意" in page and "可以申诉" not in page
    assert "不能再申诉" in post(client, "appeal", carried).content.decode(), "one appeal a decision"
    with pytest.raises(StaleWrite):
        answer(clerk, found, granted=True, version=2)


def test_an_appeal_that_is_granted_opens_a_new_case_which_the_receipt_follows(
    cast: Cast, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    receipt, walk = rejected(cast, client)
    post(client, "appeal", opened(client, receipt)[1])
    answer(second_clerk(cast), petition(), granted=True, text="有票据没有算，重新核实。")
    with acting_as(SYSTEM):
        clue = Clue.objects.order_by("-pk").first()
        assert clue is not None and clue.details["appealed_case_id"] == walk.case_id
        fresh = Case.objects.get(pk=clue.collected_case_id)
    assert fresh.pk != walk.case_id and fresh.is_open and fresh.household_id == walk.case.household_id
    assert "已经收到" in status_page(client, receipt).content.decode()
    page, _ = opened(client, receipt)
    assert "有票据没有算" in page and "可以申诉" not in page
    # Refused again: a second appeal only where the policy takes one.
    with acting_as(SYSTEM):
        on = timezone.localdate()
        Case.objects.filter(pk=fresh.pk).update(
            outcome="REJECTED", closed_at=timezone.now(), closed_on=on, stage="", stage_name="", act="", holder_kind="",
            end_key="rejected", end_name="没有通过",
        )  # fmt: skip
    assert "可以申诉" not in opened(client, receipt)[0]
    stated = petitions.matter_for(walk.case.slot, "appeal", on=on)
    assert stated is not None
    twice = replace(stated, value=stated.value.model_copy(update={"times": 2}))
    with monkeypatch.context() as policy:
        policy.setattr(petitions, "matter_for", lambda *_, **__: twice)
        assert "可以申诉" in opened(client, receipt)[0]


def test_nothing_refused_means_no_appeal_and_the_answer_does_not_say_why(cast: Cast, client: Client) -> None:
    waiting = applied(client, cast)
    _, carried = opened(client, waiting)
    first = post(client, "appeal", carried)
    receipt, _walk = own_case(cast, client, upto="review")
    second = post(client, "appeal", opened(client, receipt)[1])
    assert first.status_code == second.status_code == 409
    assert first.content == second.content
    with acting_as(SYSTEM):
        assert not Petition.objects.exists()


def test_the_time_for_an_appeal_ends_after_its_last_day(cast: Cast, client: Client) -> None:
    receipt, walk = rejected(cast, client)
    last = timezone.localdate() - timedelta(days=30)
    for closed_on, may in ((last, True), (last - timedelta(days=1), False)):
        with acting_as(SYSTEM):
            Case.objects.filter(pk=walk.case_id).update(opened_on=closed_on, closed_on=closed_on)
        assert ("可以申诉" in opened(client, receipt)[0]) is may


def test_what_a_form_carries_is_worth_nothing_when_made_up_or_after_a_new_pin(cast: Cast, client: Client) -> None:
    receipt, _walk = rejected(cast, client)
    _, carried = opened(client, receipt)
    for forged in ("", "x", carried[:-2] + "zz", carried.replace(":", "", 1)):
        response = post(client, "appeal", forged)
        assert response.status_code == 409 and "请重新输入回执号和密码" in response.content.decode()
    with acting_as(cast.officer):
        from shouwang.public.services.handing import receipt_hand_over

        clue_id = Clue.objects.get(channel="APPLICATION").pk
        receipt_hand_over(viewer=cast.officer, at=timezone.now(), seen=True, with_receipt=False, clue_id=clue_id)
    assert post(client, "appeal", carried).status_code == 409
    assert "对不上" in status_page(client, receipt, PIN).content.decode()


def test_a_withdrawal_closes_the_case_by_a_person_or_ends_an_application_that_is_no_case(
    cast: Cast, client: Client
) -> None:
    receipt, walk = own_case(cast, client, upto="review")
    response = post(client, "withdraw", opened(client, receipt)[1], "孩子找到活了")
    assert response.status_code == 200 and walk.case.is_open
    answer(cast.county, petition(), granted=True)
    assert walk.case.outcome == "WITHDRAWN"
    page, _ = opened(client, receipt)
    assert "已经撤回" in page and "要撤回" not in page
    with acting_as(SYSTEM):
        assert {"petition.lodge", "petition.answer", "case.close"} <= set(
            Entry.objects.values_list("action", flat=True)
        )


def test_an_application_of_somebody_unknown_is_withdrawn_too(cast: Cast, client: Client) -> None:
    receipt = applied(client, cast)
    post(client, "withdraw", opened(client, receipt)[1], "不用了")
    answer(cast.county, petition(), granted=True)
    assert "已经办完" in status_page(client, receipt).content.decode()
    assert "要撤回" not in opened(client, receipt)[0]


def test_what_was_withdrawn_waits_on_no_list_of_clues(cast: Cast, client: Client) -> None:
    receipt = applied(client, cast)
    assert taken() == 1
    clerk = sign_in(Client(), cast.county)
    clues = reverse("sources:clues")
    assert "1 条还没有转成案件" in clerk.get(clues).content.decode()
    post(client, "withdraw", opened(client, receipt)[1], "不用了")
    answer(cast.county, petition(), granted=True)
    page = clerk.get(clues).content.decode()
    assert "0 条还没有转成案件" in page and "申请人已撤回" in page
    assert "李老根" not in clerk.get(clues, {"state": "waiting"}).content.decode()
    assert "李老根" in clerk.get(clues, {"state": "withdrawn"}).content.decode()
    home = household_make(cast.slot, head="李老根")
    with acting_as(SYSTEM):
        clue = Clue.objects.get()
        assert Entry.objects.filter(action="clue.withdraw", subject_id=clue.pk).exists()
    with acting_as(cast.county), pytest.raises(ClueTaken, match="已经撤回"):
        clue_attach(viewer=cast.county, clue_id=clue.pk, household_id=home.pk, at=timezone.now())


def test_what_was_withdrawn_before_the_worker_came_becomes_no_clue(cast: Cast, client: Client) -> None:
    receipt = applied(client, cast)
    post(client, "withdraw", opened(client, receipt)[1], "不用了")
    answer(cast.county, petition(), granted=True)
    assert taken() == 0
    with acting_as(SYSTEM):
        assert not Clue.objects.exists()


def test_a_withdrawal_that_a_case_overtook_closes_the_case(cast: Cast, client: Client) -> None:
    receipt = applied(client, cast)
    post(client, "withdraw", opened(client, receipt)[1], "不用了")
    taken()
    home = household_make(cast.slot, head="李老根")
    with acting_as(SYSTEM):
        clue_id = Clue.objects.get().pk
    with acting_as(cast.county):
        clue_attach(viewer=cast.county, clue_id=clue_id, household_id=home.pk, at=timezone.now())
    services.clue_take(clue_id=clue_id, at=timezone.now())
    answer(cast.county, petition(), granted=True)
    with acting_as(SYSTEM):
        assert Case.objects.get(household_id=home.pk).outcome == "WITHDRAWN"


@pytest.fixture
def posted(cast: Cast) -> tuple[Walk, Notice]:
    """A notice that hangs in 大寨村 now."""
    village = viewer_make(Kind.VILLAGE, Role.LEADER, cast.places.village, name="村书记", organisation_name="大寨村")
    walk = walk_to(cast, village, "notice")
    today = timezone.localdate()
    with acting_as(village):
        notice = services.notice_post(
            viewer=village, case_id=walk.case_id, version=walk.version, posted_on=today, place="村委会公示栏",
            at=timezone.now(),
        )  # fmt: skip
    return walk, notice


def objection_address(cast: Cast, notice: Notice) -> str:
    return reverse("public:object", args=[f"{cast.slot:012d}", notice.pk])


def test_notices_that_hang_are_shown_with_masked_names_and_no_others(
    cast: Cast, client: Client, posted: tuple[Walk, Notice]
) -> None:
    _walk, notice = posted
    address = reverse("public:notices", args=[f"{cast.slot:012d}"])
    page = client.get(address).content.decode()
    assert "张•坤" in page and "张胜坤" not in page and "村委会公示栏" in page
    elsewhere = reverse("public:notices", args=[f"{cast.places.sibling_village.lo:012d}"])
    assert "现在没有公示" in client.get(elsewhere).content.decode()
    with acting_as(SYSTEM):
        Notice.objects.filter(pk=notice.pk).update(posted_on=date(2020, 1, 1), ends_on=date(2020, 1, 6))
    assert "现在没有公示" in client.get(address).content.decode()
    assert client.get(objection_address(cast, notice)).status_code == 404


def test_a_named_objection_leads_the_case_back_at_once_and_shows_nobody_the_name(
    cast: Cast, client: Client, posted: tuple[Walk, Notice]
) -> None:
    walk, notice = posted
    said = {"text": "他家有门面房出租", "said_by": "王邻居"}
    assert client.post(objection_address(cast, notice), said).status_code == 200
    client.post(objection_address(cast, notice), said)
    assert objections_take(at=timezone.now()) == 1 and objections_take(at=timezone.now()) == 0
    assert walk.case.stage == "collect"
    with acting_as(SYSTEM):
        assert Objection.objects.get().said_by == "王邻居"
    assert petition().state == "GRANTED"
    assert "王邻居" not in client.get(reverse("public:notices", args=[f"{cast.slot:012d}"])).content.decode()
    assert client.post(objection_address(cast, notice), said).status_code == 404


@pytest.mark.parametrize(("granted", "stage"), [(True, "collect"), (False, "notice")])
def test_an_unnamed_objection_waits_for_the_township(
    cast: Cast, client: Client, posted: tuple[Walk, Notice], granted: bool, stage: str
) -> None:
    walk, notice = posted
    assert client.post(objection_address(cast, notice), {"text": "他家有门面房出租"}).status_code == 200
    assert objections_take(at=timezone.now()) == 0 and walk.case.stage == "notice"
    found = petition()
    assert (found.holder_kind, found.state) == ("TOWNSHIP", "OPEN")
    answer(cast.township, found, granted=granted)
    assert walk.case.stage == stage


def test_an_objection_without_words_or_with_a_number_is_refused_and_kept(
    cast: Cast, client: Client, posted: tuple[Walk, Notice]
) -> None:
    _walk, notice = posted
    for text, sentence in (("", "请写有什么不对。"), ("打13800138000问他", "不要写身份证号")):
        response = client.post(objection_address(cast, notice), {"text": text, "said_by": "王邻居"})
        assert response.status_code == 422 and sentence in response.content.decode()
        assert "王邻居" in response.content.decode()
    for nowhere in (notice.pk + 1, 10**15):
        address = reverse("public:object", args=[f"{cast.slot:012d}", nowhere])
        assert client.post(address, {"text": "不对"}).status_code == 404
    with acting_as(SYSTEM):
        assert not Petition.objects.exists()


def test_the_desk_answers_on_its_page_and_the_number_on_the_desk_leads_there(cast: Cast, client: Client) -> None:
    receipt, _walk = own_case(cast, client, upto="review")
    post(client, "withdraw", opened(client, receipt)[1], "孩子找到活了")
    clerk = Client()
    desk = sign_in(clerk, cast.county).get(reverse("desks:desk")).content.decode()
    assert "群众来件要答复" in desk and reverse("public:petitions") in desk
    page = clerk.get(reverse("public:petitions")).content.decode()
    assert "撤回申请" in page
    address = reverse("public:petition", args=[petition().pk])
    response = clerk.post(address, {"version": 1, "granted": "no", "answer": ""})
    assert response.status_code == 422 and "请写明答复对方的话。" in response.content.decode()
    assert clerk.post(address, {"version": 1, "granted": "no", "answer": "照常办"}).status_code == 302
    assert "群众来件要答复" not in clerk.get(reverse("desks:desk")).content.decode()
    assert "照常办" in opened(client, receipt)[0]


def test_the_database_keeps_petitions_whole(cast: Cast, client: Client) -> None:
    receipt = applied(client, cast)
    post(client, "withdraw", opened(client, receipt)[1], "不用了")
    found = petition()
    for changes in ({"state": "GRANTED"}, {"kind": "APPEAL"}, {"kind": "OBJECTION"}, {"answer": "话"}):
        with acting_as(SYSTEM), pytest.raises(IntegrityError), transaction.atomic():
            Petition.objects.filter(pk=found.pk).update(**changes)
