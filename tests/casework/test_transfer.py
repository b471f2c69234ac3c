"""Transfer with acceptance: the clock runs on, and the task is with exactly one owner at every moment."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.factories.casework import Walk, case_make
from tests.factories.cast import Cast, sign_in
from tests.factories.people import viewer_make

from shouwang.audit.models import Entry
from shouwang.casework.errors import (
    CaseStale,
    ReasonsMissing,
    Recused,
    TaskClosed,
    TaskNotFound,
    TransferNotFound,
    TransferRefused,
    TransferSettled,
)
from shouwang.casework.models import CaseEvent, Task, Transfer
from shouwang.casework.selectors import tasks_of_organisation
from shouwang.casework.selectors.transfers import tasks_declined, transfers_waiting
from shouwang.casework.services.recusing import task_recuse
from shouwang.casework.services.transferring import (
    transfer_accept,
    transfer_decline,
    transfer_propose,
    transfer_take_back,
)
from shouwang.people.access import SYSTEM, Kind, Role, Viewer, acting_as
from shouwang.people.models import TaskGrant
from shouwang.people.selectors import granted_households

pytestmark = pytest.mark.django_db(transaction=True)
WHY = "这户的救助归民政管"


def task_of(walk: Walk, viewer: Viewer) -> Task:
    return walk.tasks(organisation_id=viewer.organisation_id)[0]


def propose(walk: Walk, task: Task, viewer: Viewer, to: Viewer, *, reason: str = WHY) -> Transfer:
    with acting_as(viewer):
        return transfer_propose(
            viewer=viewer, task_id=task.pk, version=task.version, organisation_id=to.organisation_id or 0,
            reason=reason, at=walk.at + timedelta(minutes=1),
        )  # fmt: skip


def sees(viewer: Viewer, household_id: int) -> bool:
    with acting_as(viewer):
        return household_id in set(granted_households(viewer))


@pytest.fixture
def asked(cast: Cast) -> Walk:
    # Grants last until real instants, so these cases are of these days.
    made = case_make(cast, upto="dispatch", at=timezone.now() - timedelta(days=1))
    return made.dispatch(("check_medical", "check_township"))


def owners(task: Task, *viewers: Viewer) -> list[Viewer]:
    """Who of some may work on a task now."""
    found = []
    for viewer in viewers:
        with acting_as(viewer):
            if tasks_of_organisation(viewer).filter(pk=task.pk, state="OPEN").exists():
                found.append(viewer)
    return found


def test_the_task_stays_with_who_was_asked_until_the_other_accepts(cast: Cast, asked: Walk) -> None:
    task, home = task_of(asked, cast.medical), asked.case.household_id
    both = (cast.medical, cast.civil)
    assert owners(task, *both) == [cast.medical]
    made = propose(asked, task, cast.medical, cast.civil)
    assert owners(task, *both) == [cast.medical] and sees(cast.medical, home) and not sees(cast.civil, home)
    with acting_as(cast.civil):
        assert [row.pk for row in transfers_waiting(cast.civil)] == [made.pk]
        transfer_accept(viewer=cast.civil, transfer_id=made.pk, at=asked.at + timedelta(minutes=2))
        assert not transfers_waiting(cast.civil)
    assert owners(task, *both) == [cast.civil] and sees(cast.civil, home) and not sees(cast.medical, home)
    now = asked.tasks(pk=task.pk)[0]
    assert (now.due_on, now.warn_on, now.expires_on) == (task.due_on, task.warn_on, task.expires_on)
    assert (now.kind, now.department) == ("DEPARTMENT", "civil_affairs")
    with acting_as(SYSTEM):
        grant = TaskGrant.objects.get(task_id=task.pk)
        texts = list(CaseEvent.objects.filter(what="TRANSFER").order_by("pk").values_list("text", flat=True))
        actions = set(Entry.objects.values_list("action", flat=True))
    assert grant.organisation_id == cast.civil.organisation_id and set(grant.fields) >= {"head", "health"}
    assert WHY in texts[0] and "期限不变" in texts[1] and {"task.offer", "task.take_over"} <= actions
    with pytest.raises(TaskNotFound):
        propose(asked, now, cast.medical, cast.insurer)
    asked.answer_all()
    assert asked.case.act == "review"


def test_who_declines_says_why_and_the_task_stays(cast: Cast, asked: Walk) -> None:
    task = task_of(asked, cast.medical)
    made = propose(asked, task, cast.medical, cast.civil)
    later = asked.at + timedelta(minutes=2)
    with acting_as(cast.civil):
        with pytest.raises(ReasonsMissing):
            transfer_decline(viewer=cast.civil, transfer_id=made.pk, reason=" ", at=later)
        transfer_decline(viewer=cast.civil, transfer_id=made.pk, reason="医疗费用仍归医保核", at=later)
        with pytest.raises(TransferSettled):
            transfer_accept(viewer=cast.civil, transfer_id=made.pk, at=later)
    assert owners(task, cast.medical, cast.civil) == [cast.medical]
    with acting_as(cast.medical):
        assert [row.pk for row in tasks_declined(cast.medical)] == [task.pk]
    again = propose(asked, task, cast.medical, cast.labour)
    with acting_as(cast.medical):
        assert not tasks_declined(cast.medical)
        transfer_take_back(viewer=cast.medical, transfer_id=again.pk, at=later)
    with acting_as(cast.labour), pytest.raises(TransferSettled):
        transfer_accept(viewer=cast.labour, transfer_id=again.pk, at=later)


def test_a_township_may_take_a_question_and_hand_it_on(cast: Cast, asked: Walk) -> None:
    task, home = task_of(asked, cast.medical), asked.case.household_id
    at = asked.at + timedelta(minutes=2)
    other = viewer_make(Kind.TOWNSHIP, Role.CLERK, cast.places.town, name="乡镇二", organisation_name="王虎寨镇民政所")
    first = propose(asked, task, cast.medical, other)
    with acting_as(other):
        transfer_accept(viewer=other, transfer_id=first.pk, at=at)
    assert not sees(cast.medical, home) and owners(task, other, cast.medical) == [other]
    second = propose(asked, asked.tasks(pk=task.pk)[0], other, cast.civil)
    with acting_as(cast.civil):
        transfer_accept(viewer=cast.civil, transfer_id=second.pk, at=at)
    assert owners(task, other, cast.civil) == [cast.civil]


def test_what_is_refused(cast: Cast, asked: Walk) -> None:
    task = task_of(asked, cast.medical)
    for to in (cast.medical, cast.neighbour_medical, cast.county):
        with pytest.raises(TransferRefused):
            propose(asked, task, cast.medical, to)
    with pytest.raises(ReasonsMissing):
        propose(asked, task, cast.medical, cast.civil, reason="")
    with pytest.raises(TaskNotFound):
        propose(asked, task, cast.civil, cast.labour)
    made = propose(asked, task, cast.medical, cast.civil)
    with pytest.raises(TransferRefused):
        propose(asked, task, cast.medical, cast.labour)
    for stranger in (cast.labour, cast.medical, cast.neighbour_medical):
        with acting_as(stranger), pytest.raises(TransferNotFound):
            transfer_accept(viewer=stranger, transfer_id=made.pk, at=asked.at)
    with acting_as(cast.civil), pytest.raises(TransferNotFound):
        transfer_take_back(viewer=cast.civil, transfer_id=made.pk, at=asked.at)
    with acting_as(cast.labour):
        assert not Transfer.objects.exists()  # who is not concerned does not see it
    asked.answer(task)  # a colleague answers meanwhile
    with acting_as(cast.civil), pytest.raises(TransferSettled):
        transfer_accept(viewer=cast.civil, transfer_id=made.pk, at=asked.at)
    with pytest.raises(TaskClosed):
        propose(asked, asked.tasks(pk=task.pk)[0], cast.medical, cast.civil)
    township = task_of(asked, cast.township)
    township.version += 1
    with pytest.raises(CaseStale):
        propose(asked, township, cast.township, cast.civil)
    township.version -= 1
    with acting_as(cast.township):
        task_recuse(viewer=cast.township, task_id=township.pk, relation="KIN", at=asked.at)
    with pytest.raises(Recused):
        propose(asked, township, cast.township, cast.civil)


def test_help_to_be_delivered_goes_with_its_measure(cast: Cast) -> None:
    walk = case_make(cast, upto="help")
    from shouwang.assistance.services import Plan, measure_plan

    with acting_as(cast.county):
        measure_plan(
            viewer=cast.county, case_id=walk.case_id, version=None, at=walk.at,
            plan=Plan(kind="EMPLOYMENT", summary="技能培训", organisation_id=cast.labour.organisation_id),
        )  # fmt: skip
    with pytest.raises(TransferRefused):
        propose(walk, walk.tasks(state="OPEN")[0], cast.labour, cast.civil)


def test_the_pages_propose_show_and_answer(client: Client, cast: Cast, asked: Walk) -> None:
    task = task_of(asked, cast.medical)
    address = reverse("casework:transfer", args=[task.pk])
    page = sign_in(client, cast.medical).get(reverse("casework:task", args=[task.pk])).content.decode()
    assert address in page
    text = client.get(address).content.decode()
    assert "巨鹿县民政局" in text and "平乡县" not in text and "巨鹿县医疗保障局</option>" not in text
    given = {"version": task.version, "organisation_id": cast.civil.organisation_id, "reason": WHY}
    assert client.post(address, given | {"reason": ""}).status_code == 422
    assert client.post(address, given).status_code == 302
    page = client.get(reverse("casework:task", args=[task.pk])).content.decode()
    assert "等对方答复" in page and "收回转办" in page and address not in page
    case = sign_in(Client(), cast.county).get(reverse("casework:case", args=[asked.case_id])).content.decode()
    assert "提出转给" in case
    other = sign_in(Client(), cast.civil)
    listed = other.get(reverse("casework:tasks")).content.decode()
    assert "想转给本单位的任务" in listed and WHY in listed and "张胜坤" not in listed
    assert "想转给本单位的任务" in other.get(reverse("desks:desk")).content.decode()
    answer = reverse("casework:transfer_answer", args=[the_transfer(asked)])
    shown = other.get(answer).content.decode()
    assert WHY in shown and "因病" in shown and "张胜坤" not in shown
    assert other.post(answer, {"accepts": "no"}).status_code == 422
    assert other.post(answer, {"accepts": "yes"}).status_code == 302
    assert other.get(reverse("casework:task", args=[task.pk])).status_code == 200
    assert client.get(reverse("casework:task", args=[task.pk])).status_code == 404
    assert sign_in(Client(), cast.labour).get(answer).status_code == 404


def the_transfer(walk: Walk) -> int:
    with acting_as(SYSTEM):
        return Transfer.objects.get(case_id=walk.case_id).pk
