"""Pausing a clock: who may, for how long in all, what moves with it, and that it goes on by itself."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.factories.casework import AT, Walk, case_make
from tests.factories.cast import Cast, sign_in

from shouwang.audit.models import Entry
from shouwang.casework import services
from shouwang.casework.models import Case, CaseEvent, Pause
from shouwang.casework.selectors import desk_late, desk_waiting
from shouwang.casework.selectors.clocks import pause_budget
from shouwang.casework.services import CaseStale, NotPaused, NotYourTurn, PauseRefused
from shouwang.kit.dates import SHANGHAI
from shouwang.kit.texts import PersonalNumberInText
from shouwang.people.access import SYSTEM, Viewer, acting_as
from shouwang.people.models import TaskGrant

pytestmark = pytest.mark.django_db(transaction=True)


def pause(
    walk: Walk, viewer: Viewer, until_on: date, *, reason: str = "pause_treatment", at: datetime | None = None,
    note: str = "",
) -> Pause:  # fmt: skip
    with acting_as(viewer):
        return services.case_pause(
            viewer=viewer, case_id=walk.case_id, version=walk.version, reason_key=reason, note=note, until_on=until_on,
            at=at or walk.at,
        )  # fmt: skip


def resume(walk: Walk, viewer: Viewer, at: datetime) -> Case:
    with acting_as(viewer):
        return services.case_resume(viewer=viewer, case_id=walk.case_id, version=walk.version, at=at)


def on(day: date, hour: int = 9) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=SHANGHAI)


def test_a_pause_moves_the_last_day_and_the_case_is_not_late_meanwhile(cast: Cast) -> None:
    walk = case_make(cast, upto="review")  # three working days from 2020-06-24: the 30th, over the holiday
    due = walk.case.due_on
    assert due is not None
    pause(walk, cast.county, date(2020, 7, 10))
    case = walk.case
    assert (case.paused_until, case.pause_reason) == (date(2020, 7, 10), "农户正在住院治疗，费用还没有结清")
    assert case.due_on is not None
    assert case.due_on > date(2020, 7, 10)
    with acting_as(cast.county):
        assert not desk_late(cast.county, date(2020, 7, 9)).cases.exists()
        assert desk_waiting(cast.county, date(2020, 7, 9)).cases.exists()
    with acting_as(SYSTEM):
        event = CaseEvent.objects.filter(case=case).latest("pk")
        assert (event.what, event.case_version) == ("PAUSED", case.version)
        assert "最晚 2020-07-10 恢复" in event.text
        assert Entry.objects.filter(action="case.pause", subject_id=str(case.pk)).exists()


def test_resumed_early_only_the_days_that_stood_still_count(cast: Cast) -> None:
    walk = case_make(cast, upto="review")
    before = walk.case.due_on
    pause(walk, cast.county, date(2020, 7, 10))
    case = resume(walk, cast.county, walk.at + timedelta(minutes=5))
    assert (case.due_on, case.paused_until, case.pause_reason) == (before, None, "")
    with acting_as(SYSTEM):
        assert [row.days for row in Pause.objects.filter(case=case)] == [0]
    with pytest.raises(NotPaused):
        resume(walk, cast.county, walk.at)


def test_a_pause_ends_by_itself_on_its_day_and_not_before(cast: Cast) -> None:
    walk = case_make(cast, upto="review")
    pause(walk, cast.county, date(2020, 7, 10))
    due = walk.case.due_on
    assert services.pauses_expire(at=on(date(2020, 7, 9), 23)) == 0
    assert services.pauses_expire(at=on(date(2020, 7, 10), 0)) == 1
    assert services.pauses_expire(at=on(date(2020, 7, 11))) == 0
    assert (walk.case.due_on, walk.case.paused_until) == (due, None)


def test_open_tasks_and_their_grants_wait_too_and_an_answer_ends_the_pause(cast: Cast) -> None:
    walk = case_make(cast, upto="dispatch").dispatch()
    before = {task.key: (task.due_on, task.expires_on) for task in walk.tasks()}
    pause(walk, cast.county, date(2020, 7, 20))
    for task in walk.tasks():
        assert task.due_on > before[task.key][0]
        assert task.expires_on > before[task.key][1]
        assert task.due_on >= date(2020, 7, 20)
    assert walk.case.due_on == max(task.due_on for task in walk.tasks())
    with acting_as(SYSTEM):
        (grant,) = TaskGrant.objects.filter(task_id=walk.tasks(key="check_medical")[0].pk)
    assert grant.until.astimezone(SHANGHAI).date() == walk.tasks(key="check_medical")[0].expires_on + timedelta(days=1)
    walk.answer_all()
    assert (walk.case.act, walk.case.paused_until) == ("review", None)
    with acting_as(SYSTEM):
        assert not Pause.objects.filter(resumed_on__isnull=True).exists()


def test_who_may_pause_is_the_packs(cast: Cast) -> None:
    walk = case_make(cast, upto="review")
    pause(walk, cast.township, date(2020, 6, 30), reason="pause_away")
    resume(walk, cast.township, walk.at)
    with pytest.raises(PauseRefused, match="请选一个暂停的理由"):
        pause(walk, cast.township, date(2020, 6, 30), reason="pause_authority")
    for stranger in (cast.leader, cast.city, cast.sibling_township, cast.neighbour):
        with pytest.raises((NotYourTurn, services.CaseNotFound)):
            pause(walk, stranger, date(2020, 6, 30), reason="pause_away")


@pytest.mark.parametrize(("days", "is_allowed"), [(0, False), (1, True), (30, True), (31, False)])
def test_one_reason_lasts_so_many_days_and_no_more(cast: Cast, days: int, is_allowed: bool) -> None:
    walk = case_make(cast, upto="review")
    until = walk.at.astimezone(SHANGHAI).date() + timedelta(days=days)
    if is_allowed:
        assert pause(walk, cast.county, until).days == days
    else:
        with pytest.raises(PauseRefused, match=r"要晚于今天|一次最多暂停 30 天"):
            pause(walk, cast.county, until)


def test_all_pauses_of_a_case_together_have_a_limit(cast: Cast) -> None:
    walk = case_make(cast, upto="review")
    day = walk.at.astimezone(SHANGHAI).date()
    for _ in range(2):
        pause(walk, cast.county, day + timedelta(days=30), at=on(day, 23))
        day += timedelta(days=30)
        services.pauses_expire(at=on(day))
    with acting_as(SYSTEM):
        assert pause_budget(walk.case).left == 0
    with pytest.raises(PauseRefused, match="还剩 0 天"):
        pause(walk, cast.county, day + timedelta(days=1), at=on(day))


def test_what_has_run_out_or_stands_still_already_is_not_paused(cast: Cast) -> None:
    walk = case_make(cast, upto="review")
    due = walk.case.due_on
    assert due is not None
    with pytest.raises(PauseRefused, match="已经过了"):
        pause(walk, cast.county, due + timedelta(days=5), at=on(due + timedelta(days=1)))
    pause(walk, cast.county, due + timedelta(days=5), at=on(due))
    with pytest.raises(PauseRefused, match="已经暂停到"):
        pause(walk, cast.county, due + timedelta(days=6), at=on(due))
    with pytest.raises(CaseStale), acting_as(cast.county):
        services.case_resume(viewer=cast.county, case_id=walk.case_id, version=1, at=on(due))


def test_a_move_and_an_ending_end_the_pause(cast: Cast) -> None:
    walk = case_make(cast, upto="review")
    pause(walk, cast.county, date(2020, 7, 10))
    walk.review()
    assert (walk.case.act, walk.case.paused_until) == ("decide", None)
    other = case_make(cast, upto="review")
    pause(other, cast.county, date(2020, 7, 10))
    with acting_as(cast.county):
        services.case_withdraw(viewer=cast.county, case_id=other.case_id, version=other.version, reason="误报", at=AT)
    assert not other.case.is_open
    with acting_as(SYSTEM):
        assert not Pause.objects.filter(resumed_on__isnull=True).exists()


def test_the_database_holds_one_running_pause_a_case_and_no_number_in_its_note(cast: Cast) -> None:
    walk = case_make(cast, upto="review")
    with pytest.raises(PersonalNumberInText):
        pause(walk, cast.county, date(2020, 7, 10), note="电话 13812345678")
    made = pause(walk, cast.county, date(2020, 7, 10))
    with pytest.raises(IntegrityError), acting_as(SYSTEM), transaction.atomic():
        Pause.objects.create(
            case_id=walk.case_id, slot=made.slot, stage="x", reason_key="x", reason="x", at=AT,
            paused_on=made.paused_on, until_on=made.until_on, actor="x",
        )  # fmt: skip


def test_the_page_pauses_and_resumes_and_says_why_not(real_cast: Cast) -> None:
    cast, today = real_cast, timezone.localdate()
    walk = case_make(cast, upto="review", at=timezone.now() - timedelta(hours=12))
    client = sign_in(Client(), cast.county)
    address = reverse("casework:pause", args=[walk.case_id])
    page = client.get(address).content.decode()
    assert "合计最多暂停 60 天，已用 0 天" in page
    form = {"version": walk.version, "reason": "pause_treatment", "until_on": today.isoformat(), "note": ""}
    refused = client.post(address, form)
    assert refused.status_code == 422
    assert "恢复的日期要晚于今天" in refused.content.decode()
    until = today + timedelta(days=7)
    assert client.post(address, form | {"until_on": until.isoformat()}).status_code == 302
    shown = client.get(reverse("casework:case", args=[walk.case_id])).content.decode()
    assert "已暂停计时" in shown
    assert "恢复计时" in shown
    assert client.post(reverse("casework:resume", args=[walk.case_id]), {"version": walk.version}).status_code == 302
    assert "已暂停计时" not in client.get(reverse("casework:case", args=[walk.case_id])).content.decode()
