"""Clues and warnings become cases: each once, one open case per household and cause, also under two connections."""

from __future__ import annotations

import threading
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connections, transaction
from django.test import Client
from django.utils import timezone
from tests.factories.casework import AT, case_make, clue_make, workflow_ready
from tests.factories.cast import Cast
from tests.factories.register import household_make, resident_id_make
from tests.factories.sources import key_make

from shouwang.casework import services
from shouwang.casework.models import Case, CaseCause, CaseEvent, CaseSource
from shouwang.casework.selectors import cases_visible_to
from shouwang.people.access import SYSTEM, acting_as
from shouwang.sources.models import Clue


def cases() -> list[Case]:
    with acting_as(SYSTEM):
        return list(Case.objects.order_by("pk").prefetch_related("cause_rows"))


def test_a_clue_opens_a_case_once(cast: Cast) -> None:
    workflow_ready(cast)
    clue_make(cast.officer, household_make(cast.slot).pk)
    first = services.sources_collect(at=AT)
    second = services.sources_collect(at=AT)
    assert (first.opened, first.joined, first.held) == (1, 0, 0)
    assert (second.opened, second.joined, second.held) == (0, 0, 0)
    (case,) = cases()
    assert case.causes == ("ILLNESS",)
    assert case.opened_on == date(2020, 6, 24)
    with acting_as(SYSTEM):
        source = CaseSource.objects.get()
        assert Clue.objects.get().collected_case_id == case.pk
    assert (source.channel, source.reporter_label) == ("OFFICER", "大寨村防贫工作站 吴同科")
    assert source.reporter_user_id == cast.officer.user_id


def test_a_second_clue_of_the_cause_joins_and_another_cause_opens(cast: Cast) -> None:
    workflow_ready(cast)
    household = household_make(cast.slot).pk
    for cause in ("ILLNESS", "ILLNESS", "STUDY"):
        clue_make(cast.officer, household, cause=cause)
    done = services.sources_collect(at=AT)
    assert (done.opened, done.joined) == (2, 1)
    assert [case.causes for case in cases()] == [("ILLNESS",), ("STUDY",)]
    with acting_as(SYSTEM):
        assert list(CaseEvent.objects.order_by("pk").values_list("what", flat=True)) == ["OPENED", "JOINED", "OPENED"]


def test_a_clue_that_a_departments_system_sends_opens_a_case_past_the_township(cast: Cast, client: Client) -> None:
    workflow_ready(cast)
    number = resident_id_make(date(1970, 3, 7))
    home = household_make(cast.slot, head="张胜坤", resident_id=number).pk
    headers = {"Authorization": f"Bearer {key_make(cast, cast.medical)[1]}", "Idempotency-Key": "k-1"}
    said = {
        "person_name": "张胜坤", "resident_id": number, "village": str(cast.slot), "cause": "ILLNESS",
        "occurred_on": "2020-06-20", "summary": "住院自付较多", "self_paid_fen": 2_000_000,
    }  # fmt: skip
    sent = client.post("/api/department/clues", said, content_type="application/json", headers=headers).json()
    for opened in (1, 0):
        assert services.sources_collect(at=timezone.now()).opened == opened
    (case,) = cases()
    assert (case.household_id, case.causes, case.act) == (home, ("ILLNESS",), "dispatch")
    with acting_as(SYSTEM):
        source = CaseSource.objects.get()
        assert Clue.objects.get(pk=sent["clue_id"]).collected_case_id == case.pk
    assert (source.channel, source.reporter_label) == ("DEPARTMENT", "巨鹿县医疗保障局 何医保（接口：结算系统）")
    state = client.get(f"/api/department/clues/{sent['clue_id']}", headers=headers).json()
    assert (state["state"], bool(state["taken_up_at"])) == ("TAKEN_UP", True)
    with acting_as(cast.medical):  # who reported is not asked, and sees no case
        assert not cases_visible_to(cast.medical).exists()


def test_a_closed_case_is_not_joined(cast: Cast) -> None:
    walk = case_make(cast, upto="closed")
    clue = clue_make(cast.officer, walk.case.household_id, at=AT + timedelta(days=90))
    assert services.clue_take(clue_id=clue.pk) == "opened"
    assert len(cases()) == 2


def test_a_clue_without_a_policy_waits_and_is_not_lost(cast: Cast) -> None:
    clue_make(cast.officer, household_make(cast.slot).pk)
    assert services.sources_collect(at=AT).held == 1
    assert cases() == []
    workflow_ready(cast)
    assert services.sources_collect(at=AT).opened == 1


def test_one_clue_that_must_wait_holds_nobody_else_up(cast: Cast) -> None:
    workflow_ready(cast)
    clue_make(cast.neighbour_officer, household_make(cast.neighbour_slot).pk)
    clue_make(cast.officer, household_make(cast.slot).pk)
    done = services.sources_collect(at=AT)
    assert (done.opened, done.held) == (1, 1)


def test_the_collector_goes_on_page_by_page_past_those_that_wait(cast: Cast) -> None:
    workflow_ready(cast)
    for _ in range(3):
        clue_make(cast.neighbour_officer, household_make(cast.neighbour_slot).pk)
    for _ in range(2):
        clue_make(cast.officer, household_make(cast.slot).pk)
    once = services.sources_collect(at=AT, limit=2)
    assert (once.opened, once.held) == (0, 2)
    asked: list[int] = []
    done = services.sources_collect(at=AT, limit=2, goes_on=lambda: asked.append(1) is None)
    assert (done.opened, done.joined, done.held) == (2, 0, 3)
    assert len(asked) == 2  # three pages: the last is not full, and nobody is asked about it


def test_a_report_opens_its_case_at_once(real_cast: Cast) -> None:
    workflow_ready(real_cast)
    clue_make(real_cast.officer, household_make(real_cast.slot).pk)  # the listener acts on commit
    (case,) = cases()
    assert case.opened_at == AT


def test_two_collectors_at_once_open_one_case(real_cast: Cast) -> None:
    household = household_make(real_cast.slot).pk
    for _ in range(6):
        clue_make(real_cast.officer, household)
    workflow_ready(real_cast)
    ready = threading.Barrier(2)
    results: list[services.Collected] = []

    def collect() -> None:
        try:
            ready.wait(timeout=30)
            results.append(services.sources_collect(at=AT))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=collect) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    assert sum(result.opened for result in results) == 1
    assert sum(result.joined for result in results) == 5
    assert len(cases()) == 1
    with acting_as(SYSTEM):
        assert CaseSource.objects.count() == 6


def test_the_database_refuses_a_second_open_case_of_the_cause(cast: Cast) -> None:
    walk = case_make(cast)
    with acting_as(SYSTEM):
        twin = Case.objects.get(pk=walk.case_id)
        twin.pk = None
        twin.save(force_insert=True)
        row = {"case": twin, "slot": twin.slot, "household_id": twin.household_id, "cause": "ILLNESS"}
        with pytest.raises(IntegrityError, match="case_one_open_per_cause"), transaction.atomic():
            CaseCause.objects.create(**row)


def test_the_database_refuses_a_clue_taken_twice(cast: Cast) -> None:
    case_make(cast)
    with acting_as(SYSTEM):
        source = CaseSource.objects.get()
        source.pk = None
        with pytest.raises(IntegrityError, match="clue_id"), transaction.atomic():
            source.save(force_insert=True)


def test_the_day_of_the_report_is_the_day_of_the_case(cast: Cast) -> None:
    workflow_ready(cast)
    clue_make(cast.officer, household_make(cast.slot).pk, at=AT)
    services.sources_collect(at=AT + timedelta(days=2))
    (case,) = cases()
    assert case.opened_on == date(2020, 6, 24)
    assert case.due_on == date(2020, 6, 29)
