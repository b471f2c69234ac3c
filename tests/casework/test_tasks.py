"""Tasks: clocks, grants that begin and end, what a department sees meanwhile, and whose they are."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.factories.casework import AT, Walk, case_make
from tests.factories.cast import Cast, sign_in
from tests.factories.people import appointment_make, user_make

from shouwang.casework import services
from shouwang.casework.errors import (
    FigureRefused,
    NothingToSend,
    OrganisationMissing,
    ReasonsMissing,
    TaskClosed,
    TaskNotAllowed,
    TaskNotFound,
)
from shouwang.casework.models import Case, CaseEvent, Decision
from shouwang.casework.selectors import tasks_late, tasks_of_organisation, tasks_visible_to
from shouwang.kit.dates import SHANGHAI
from shouwang.people.access import SYSTEM, Role, Viewer, acting_as, viewer_for
from shouwang.people.models import Appointment, Organisation, TaskGrant
from shouwang.register.models import Household
from shouwang.register.selectors import household_cards


@pytest.fixture
def sent(cast: Cast) -> Walk:
    return case_make(cast, upto="dispatch", at=timezone.now() - timedelta(hours=20)).dispatch()


def sees(viewer: Viewer, household_id: int) -> bool:
    """Whether row-level security shows the household."""
    with acting_as(viewer):
        return Household.objects.filter(pk=household_id).exists()


def grants() -> list[TaskGrant]:
    with acting_as(SYSTEM):
        return list(TaskGrant.objects.order_by("pk"))


def test_departments_and_insurer_get_a_grant_and_the_township_needs_none(cast: Cast, sent: Walk) -> None:
    given = {grant.organisation_id: grant for grant in grants()}
    assert set(given) == {cast.medical.organisation_id, cast.civil.organisation_id, cast.insurer.organisation_id}
    assert cast.medical.organisation_id is not None
    medical = given[cast.medical.organisation_id]
    assert {"health", "spending", "RESIDENT_ID"} <= set(medical.fields)
    assert "income" not in medical.fields


def test_a_department_sees_the_household_only_while_it_is_asked(cast: Cast, sent: Walk) -> None:
    household = sent.case.household_id
    assert sees(cast.medical, household)
    assert not sees(cast.labour, household)
    assert not sees(cast.neighbour_medical, household)
    sent.answer(sent.tasks(key="check_medical")[0])
    assert not sees(cast.medical, household)
    assert sees(cast.civil, household)
    with acting_as(cast.medical):
        assert household_cards(cast.medical, [household]) == {}


def test_the_case_itself_stays_closed_to_a_department_but_for_its_row(cast: Cast, sent: Walk) -> None:
    with acting_as(cast.medical):
        assert Case.objects.filter(pk=sent.case_id).exists()  # what the task is about
        assert not CaseEvent.objects.exists()
        assert not Decision.objects.exists()
        assert [task.key for task in tasks_visible_to(cast.medical)] == ["check_medical"]
    sent.answer(sent.tasks(key="check_medical")[0])
    with acting_as(cast.medical):
        assert not Case.objects.exists()
        assert [task.state for task in tasks_of_organisation(cast.medical)] == ["ANSWERED"]


@pytest.mark.parametrize("way", ["withdrawn", "expired", "closed"])
def test_a_grant_ends_with_its_task(cast: Cast, sent: Walk, way: str) -> None:
    household, now = sent.case.household_id, timezone.now() - timedelta(hours=10)
    task = sent.tasks(key="check_civil")[0]
    if way == "withdrawn":
        with acting_as(cast.county):
            services.task_withdraw(viewer=cast.county, task_id=task.pk, version=task.version, reason="送错单位", at=now)
    elif way == "expired":
        assert services.tasks_expire(at=now + timedelta(days=60)) == 4
    else:
        with acting_as(cast.county):
            services.case_withdraw(
                viewer=cast.county, case_id=sent.case_id, version=sent.version, reason="误报", at=now
            )
    (grant,) = [grant for grant in grants() if grant.task_id == task.pk]
    assert grant.until <= now + timedelta(days=60)
    if way != "expired":
        assert not sees(cast.civil, household)


def test_a_grant_runs_out_by_itself(cast: Cast) -> None:
    long_ago = case_make(cast, upto="dispatch").dispatch()  # 2020: its task was never ended, its grant has run out
    assert long_ago.tasks(key="check_civil")[0].state == "OPEN"
    assert not sees(cast.civil, long_ago.case.household_id)


def test_an_expired_round_lets_the_case_go_on(cast: Cast) -> None:
    walk = case_make(cast, upto="dispatch").dispatch(["check_medical", "check_civil"])
    walk.answer(walk.tasks(key="check_medical")[0])
    task = walk.tasks(key="check_civil")[0]
    assert task.expires_on == date(2020, 7, 16)  # ten working days past the last day
    assert services.tasks_expire(at=datetime(2020, 7, 16, 12, tzinfo=SHANGHAI)) == 0
    assert services.tasks_expire(at=datetime(2020, 7, 17, 0, 5, tzinfo=SHANGHAI)) == 1
    assert walk.case.act == "review"
    assert walk.tasks(key="check_civil")[0].state == "EXPIRED"


def test_the_clock_counts_working_days_over_the_holiday(cast: Cast) -> None:
    walk = case_make(cast, upto="dispatch").dispatch()
    task = walk.tasks(key="check_medical")[0]
    assert (task.due_on, task.warn_on) == (date(2020, 7, 2), date(2020, 7, 1))
    assert walk.case.due_on == date(2020, 7, 2)
    with acting_as(cast.medical):
        assert not tasks_late(cast.medical, date(2020, 7, 2)).exists()
        assert tasks_late(cast.medical, date(2020, 7, 3)).count() == 1
    with acting_as(cast.county):
        assert tasks_late(cast.county, date(2020, 7, 3)).count() == 4
    with acting_as(cast.neighbour):
        assert not tasks_late(cast.neighbour, date(2020, 7, 3)).exists()


def test_an_answer_keeps_its_figures_in_fen(cast: Cast, sent: Walk) -> None:
    task = sent.tasks(key="check_medical")[0]
    sent.answer(task, figures={"aid_fen": 1_426_913})
    with acting_as(SYSTEM):
        answer = sent.tasks(key="check_medical")[0].answer
    assert (answer.meets, answer.figures) == (True, {"aid_fen": 1_426_913})


@pytest.mark.parametrize(
    ("figures", "sentence"),
    [
        ({"aid_fen": -1}, "拟医疗救助要在 0 到"),
        ({"aid_fen": 10**14}, "请核对"),
        ({"payout_fen": 100}, "不用填这个金额"),
    ],
)
def test_a_wrong_figure_is_refused(cast: Cast, sent: Walk, figures: dict[str, int], sentence: str) -> None:
    with pytest.raises(FigureRefused, match=sentence):
        sent.answer(sent.tasks(key="check_medical")[0], figures=figures)
    assert sent.tasks(key="check_medical")[0].state == "OPEN"


def test_an_answer_says_why(cast: Cast, sent: Walk) -> None:
    task = sent.tasks(key="check_medical")[0]
    with acting_as(cast.medical), pytest.raises(ReasonsMissing):
        services.task_answer(
            viewer=cast.medical, task_id=task.pk, version=1, meets=False, reasons="  ", figures={}, at=AT
        )


def test_a_task_is_answered_once(cast: Cast, sent: Walk) -> None:
    task = sent.tasks(key="check_medical")[0]
    sent.answer(task)
    with pytest.raises(TaskClosed):
        sent.answer(task)


def test_a_refusal_of_one_is_not_a_refusal_of_the_other(cast: Cast, sent: Walk) -> None:
    sent.answer_all(check_insurer=False)
    with acting_as(SYSTEM):
        meets = {task.key: task.answer.meets for task in sent.tasks()}
    assert meets["check_insurer"] is False
    assert meets["check_medical"] is True
    assert {task.key: task.question for task in sent.tasks()}["check_insurer"] == "是否符合赔付条件？"
    assert sent.case.act == "review"


def test_sending_to_nobody_and_to_a_missing_body_is_refused(cast: Cast) -> None:
    walk = case_make(cast, upto="dispatch")
    for tasks, refusal in (
        ([], NothingToSend),
        (["check_health"], OrganisationMissing),
        (["nonsense"], TaskNotAllowed),
    ):
        with acting_as(cast.county), pytest.raises(refusal):
            services.case_dispatch(viewer=cast.county, case_id=walk.case_id, version=walk.version, tasks=tasks, at=AT)
    assert walk.tasks() == []
    assert grants() == []


def test_help_is_handed_out_as_tasks_and_their_answers_leave_the_stage_alone(cast: Cast) -> None:
    walk = case_make(cast, upto="help")
    with acting_as(cast.county):
        for note in ("技能培训", "介绍工作"):
            services.task_open(
                viewer=cast.county,
                case_id=walk.case_id,
                key="deliver_department",
                organisation_id=cast.labour.organisation_id,
                note=note,
                at=walk.at,
            )
    assert [task.department for task in walk.tasks(asks="deliver")] == ["labour", "labour"]
    walk.answer(walk.tasks(asks="deliver")[0], figures={"wage_fen": 6_000})
    assert walk.case.act == "help"


def test_a_task_of_the_verifying_kind_is_not_opened_in_help(cast: Cast) -> None:
    walk = case_make(cast, upto="help")
    with acting_as(cast.county), pytest.raises(TaskNotAllowed):
        services.task_open(viewer=cast.county, case_id=walk.case_id, key="check_medical", at=AT)


def test_tasks_stay_with_the_organisation_when_an_appointment_ends(client: Client, cast: Cast, sent: Walk) -> None:
    task = sent.tasks(key="check_medical")[0]
    with acting_as(SYSTEM):
        Appointment.objects.filter(pk=cast.medical.appointment_id).update(ended_at=timezone.now())
        organisation = Organisation.objects.get(pk=cast.medical.organisation_id)
        successor = appointment_make(user_make("接任者"), organisation, Role.CLERK)
    gone = sign_in(client, cast.medical).get(reverse("casework:task", args=[task.pk]))
    assert gone.status_code == 403
    viewer = viewer_for(successor, on=timezone.localdate())
    text = sign_in(client, viewer).get(reverse("casework:tasks")).content.decode()
    assert "张胜坤" in text
    with acting_as(viewer):
        services.task_answer(
            viewer=viewer, task_id=task.pk, version=1, meets=True, reasons="属实", figures={}, at=timezone.now()
        )
    assert sent.tasks(key="check_medical")[0].state == "ANSWERED"


def test_a_leader_of_another_department_cannot_answer(cast: Cast, sent: Walk) -> None:
    task = sent.tasks(key="check_medical")[0]
    with acting_as(cast.civil), pytest.raises(TaskNotFound):
        services.task_answer(
            viewer=cast.civil, task_id=task.pk, version=1, meets=True, reasons="属实", figures={}, at=AT
        )
