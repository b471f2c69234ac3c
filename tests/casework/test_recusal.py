"""Who is of a household, or close to it, steps aside: refused at every act, then and later; a colleague acts."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import ProgrammingError, transaction
from django.test import Client
from django.urls import reverse
from tests.factories.casework import AT, Walk, case_make, second_clerk
from tests.factories.cast import Cast, sign_in
from tests.factories.people import viewer_make

from shouwang.casework import services
from shouwang.casework.errors import (
    CaseNotFound,
    OwnRecusal,
    ReasonsMissing,
    RecusalNotFound,
    Recused,
    RelationUnknown,
    TaskNotFound,
)
from shouwang.casework.models import CaseEvent, Recusal
from shouwang.casework.selectors import case_stage_action, cases_waiting
from shouwang.casework.services.recusing import recusal_declare, recusal_end, task_recuse
from shouwang.people.access import SYSTEM, Kind, Role, Viewer, acting_as

pytestmark = pytest.mark.django_db(transaction=True)


def declare(walk: Walk, viewer: Viewer, relation: str = "KIN") -> Recusal:
    with acting_as(viewer):
        return recusal_declare(viewer=viewer, case_id=walk.case_id, relation=relation, at=AT + timedelta(hours=1))


def test_who_stepped_aside_is_refused_and_a_colleague_acts(cast: Cast) -> None:
    walk = case_make(cast, upto="dispatch")
    declare(walk, cast.county)
    with pytest.raises(Recused):
        walk.dispatch()
    with acting_as(cast.county):
        assert not cases_waiting(cast.county).filter(pk=walk.case_id).exists()
        assert "申报过回避" in case_stage_action(cast.county, walk.case).why_not
        with pytest.raises(Recused):
            services.case_withdraw(
                viewer=cast.county, case_id=walk.case_id, version=walk.version, reason="农户撤回", at=AT
            )
    other = second_clerk(cast)
    with acting_as(other):
        case = services.case_dispatch(
            viewer=other, case_id=walk.case_id, version=walk.version, tasks=["check_medical"], at=AT
        )
    assert case.act == "answers"


def test_it_holds_at_later_stages_and_in_a_later_case_of_the_household(cast: Cast) -> None:
    walk = case_make(cast, upto="check")
    declare(walk, cast.leader, "SELF")
    walk.pass_on().dispatch().answer_all().review()
    with pytest.raises(Recused):
        walk.decide()
    with acting_as(cast.county):
        services.case_withdraw(
            viewer=cast.county, case_id=walk.case_id, version=walk.version, reason="误报", at=walk.at
        )
    with acting_as(SYSTEM):
        household_id = walk.case.household_id
    again = case_make(cast, upto="decide", household_id=household_id, at=walk.at + timedelta(days=1))
    assert again.case_id != walk.case_id
    with pytest.raises(Recused):
        again.decide()


def test_a_department_clerk_steps_aside_and_her_colleague_answers(cast: Cast) -> None:
    walk = case_make(cast, upto="answers")
    task = walk.tasks(organisation_id=cast.medical.organisation_id)[0]
    with acting_as(cast.medical):
        task_recuse(viewer=cast.medical, task_id=task.pk, relation="KIN", at=AT)
    with pytest.raises(Recused):
        walk.answer(task)
    with acting_as(cast.civil), pytest.raises(TaskNotFound):
        task_recuse(viewer=cast.civil, task_id=task.pk, relation="KIN", at=AT)
    colleague = viewer_make(
        Kind.DEPARTMENT, Role.CLERK, cast.places.county, name="同事", department="medical_insurance",
        organisation_name=cast.medical.organisation_name,
    )  # fmt: skip
    assert colleague.organisation_id == cast.medical.organisation_id
    with acting_as(colleague):
        services.task_answer(
            viewer=colleague, task_id=task.pk, version=task.version, meets=True, reasons="属实", figures={}, at=AT
        )
    assert walk.tasks(pk=task.pk)[0].state == "ANSWERED"


def test_a_declaration_is_said_once_about_oneself_and_stays(cast: Cast) -> None:
    walk = case_make(cast, upto="dispatch")
    with pytest.raises(RelationUnknown):
        declare(walk, cast.county, "FRIEND")
    for stranger in (cast.neighbour, cast.sibling_officer, cast.medical):
        with pytest.raises(CaseNotFound):
            declare(walk, stranger)
    version = walk.version
    first = declare(walk, cast.county)
    assert declare(walk, cast.county, "SELF").pk == first.pk and walk.version == version + 1
    with acting_as(SYSTEM):
        event = CaseEvent.objects.get(case_id=walk.case_id, what="RECUSED")
        assert event.text == "申报回避，这一户的事由别人办" and event.user_id == cast.county.user_id
    with acting_as(cast.county), pytest.raises(ProgrammingError), transaction.atomic():
        Recusal.objects.filter(pk=first.pk).update(relation="OTHER")
    for viewer, sees in (
        (cast.county, 1),
        (cast.auditor, 1),
        (cast.officer, 0),
        (cast.township, 0),
        (cast.neighbour, 0),
    ):
        with acting_as(viewer):
            assert Recusal.objects.count() == sees


def test_the_pages_ask_once_and_say_who_goes_on(cast: Cast, client: Client) -> None:
    walk = case_make(cast, upto="dispatch")
    address = reverse("casework:recuse", args=[walk.case_id])
    text = sign_in(client, cast.county).get(address).content.decode()
    assert "您和这一户的关系" in text and "自己不能撤回" in text
    assert "请选您和这一户的关系。" in client.post(address).content.decode()
    assert client.post(address, {"relation": "KIN"}).status_code == 302
    page = client.get(reverse("casework:case", args=[walk.case_id])).content.decode()
    assert "申报过回避" in page and "送核查</a>" not in page
    assert "亲属" not in page


def end(recusal: Recusal, viewer: Viewer, reason: str = "已离婚，不再是亲属") -> Recusal:
    with acting_as(viewer):
        return recusal_end(viewer=viewer, recusal_id=recusal.pk, reason=reason, at=AT + timedelta(hours=2))


def test_another_of_the_centre_ends_a_recusal_with_a_reason_and_it_may_be_declared_again(cast: Cast) -> None:
    walk = case_make(cast, upto="dispatch")
    first = declare(walk, cast.county)
    with pytest.raises(OwnRecusal):
        end(first, cast.county)
    other = second_clerk(cast)
    with pytest.raises(ReasonsMissing):
        end(first, other, " ")
    for stranger in (cast.neighbour, cast.leader, cast.township, cast.auditor):
        with pytest.raises(RecusalNotFound):
            end(first, stranger)
    ended = end(first, other)
    assert ended.ended_by_user_id == other.user_id and ended.ended_reason
    with pytest.raises(RecusalNotFound):
        end(first, other)
    walk.dispatch()  # it is hers again
    with acting_as(SYSTEM):
        events = list(CaseEvent.objects.filter(case_id=walk.case_id, what="RECUSED").values_list("text", flat=True))
    assert len(events) == 2 and "不用再回避" in events[1]
    again = declare(walk, cast.county)
    assert again.pk != first.pk and cast.county.user_id in walk.case.barred_user_ids


def test_ending_a_recusal_leaves_her_own_work_closed_to_her(cast: Cast) -> None:
    walk = case_make(cast, upto="check")
    recusal = declare(walk, cast.township)
    officer = viewer_make(
        Kind.TOWNSHIP, Role.CLERK, cast.places.town, name="乡镇二", organisation_name="王虎寨镇防贫工作站"
    )
    with acting_as(officer):
        services.case_check(viewer=officer, case_id=walk.case_id, version=walk.version, passes=True, at=AT)
    walk.dispatch(("check_medical",)).answer_all()
    before = set(walk.case.barred_user_ids)
    assert {cast.township.user_id, officer.user_id} <= before
    end(recusal, cast.county)
    after = set(walk.case.barred_user_ids)
    assert officer.user_id in after and before - after <= {cast.township.user_id}


def test_the_page_lists_who_stepped_aside_and_ends_it(cast: Cast, client: Client) -> None:
    walk = case_make(cast, upto="dispatch")
    recusal = declare(walk, cast.leader)
    address = reverse("casework:recusals", args=[walk.case_id])
    text = sign_in(client, cast.county).get(address).content.decode()
    assert "刘志远" in text and "亲属" in text
    assert client.post(address, {"reason": "误报"}).status_code == 422
    assert client.post(address, {"reason": "误报", "recusal": recusal.pk}).status_code == 302
    assert "误报" in client.get(address).content.decode()


def test_the_list_of_a_leaver_names_what_she_worked_on_and_nothing_else(cast: Cast, client: Client) -> None:
    walk = case_make(cast, upto="answers")  # the county clerk dispatched it
    other = case_make(cast, upto="dispatch")
    address = reverse("casework:leaver")
    text = sign_in(client, cast.county).get(address).content.decode()
    assert reverse("casework:case", args=[walk.case_id]) in text
    assert reverse("casework:case", args=[other.case_id]) not in text
    colleague = second_clerk(cast)
    text = sign_in(Client(), colleague).get(f"{address}?appointment={cast.county.appointment_id}").content.decode()
    assert "王秀英" in text and reverse("casework:case", args=[walk.case_id]) in text
    assert sign_in(Client(), cast.leader).get(f"{address}?appointment={cast.county.appointment_id}").status_code == 404
