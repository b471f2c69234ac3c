from __future__ import annotations

from datetime import date, datetime

import pytest
from tests.factories.cast import Cast
from tests.factories.register import household_make
from tests.factories.sources import report_make

from shouwang.audit.models import Entry
from shouwang.kit.dates import SHANGHAI
from shouwang.kit.errors import Refusal
from shouwang.people.access import SYSTEM, acting_as
from shouwang.sources.models import Clue
from shouwang.sources.rules.report import (
    CauseNoteMissing,
    OccurredInFuture,
    PersonalNumberInText,
    SomebodyMissing,
    SummaryMissing,
)
from shouwang.sources.selectors import (
    ClueNotFound,
    clue_get,
    clues_of_household,
    clues_reported_by,
    clues_uncollected,
    clues_visible_to,
)
from shouwang.sources.services import (
    ClueTaken,
    HouseholdElsewhere,
    MayNotReport,
    ReportKeyReused,
    clue_collect,
    report_listen,
)
from shouwang.sources.services.clues import _listeners

AT = datetime(2020, 7, 1, 9, 30, tzinfo=SHANGHAI)


@pytest.fixture
def home(cast: Cast) -> int:
    return household_make(cast.slot).pk


def test_a_report_becomes_a_clue_in_the_village_with_its_audit_row(cast: Cast, home: int) -> None:
    clue = report_make(cast.officer, home, at=AT, gross_fen=10_000_000, reimbursed_fen=1_426_913)
    assert (clue.slot, clue.household_id, clue.channel) == (cast.slot, home, "OFFICER")
    assert clue.self_paid_fen == 8_573_087
    assert clue.reporter_label == cast.officer.label
    with acting_as(SYSTEM):
        entry = Entry.objects.get(action="clue.report", subject_id=clue.pk)
    assert entry.appointment_id == cast.officer.appointment_id
    assert "胃癌" not in str(entry.after)


def test_the_same_form_sent_twice_is_one_clue(cast: Cast, home: int) -> None:
    first = report_make(cast.officer, home, idempotency_key="once", at=AT)
    again = report_make(cast.officer, home, idempotency_key="once", at=AT.replace(hour=10))
    assert again.pk == first.pk
    with acting_as(SYSTEM):
        assert Clue.objects.count() == 1
        assert Entry.objects.filter(action="clue.report").count() == 1


def test_another_body_under_the_same_key_is_refused(cast: Cast, home: int) -> None:
    report_make(cast.officer, home, idempotency_key="once", at=AT)
    with pytest.raises(ReportKeyReused):
        report_make(cast.officer, home, idempotency_key="once", at=AT, gross_fen=10_000_001)


def test_two_reporters_may_use_the_same_key(cast: Cast, home: int) -> None:
    first = report_make(cast.officer, home, idempotency_key="once")
    second = report_make(cast.township, home, idempotency_key="once")
    assert first.pk != second.pk


@pytest.mark.parametrize("who", ["sibling_officer", "neighbour", "neighbour_officer"])
def test_a_household_of_somebody_else_cannot_be_reported(cast: Cast, home: int, who: str) -> None:
    with pytest.raises(Refusal) as caught:
        report_make(getattr(cast, who), home)
    with pytest.raises(Refusal) as absent:
        report_make(getattr(cast, who), home + 1000)
    assert caught.value.message == absent.value.message


@pytest.mark.parametrize("who", ["medical", "insurer", "administrator", "auditor", "city"])
def test_only_village_township_and_county_report(cast: Cast, home: int, who: str) -> None:
    with pytest.raises(MayNotReport):
        report_make(getattr(cast, who), home)


def test_somebody_unregistered_is_reported_by_name_and_note(cast: Cast) -> None:
    clue = report_make(cast.officer, None, person_name="李老四", person_note="村东头", slot=cast.slot)
    assert (clue.household_id, clue.person_name, clue.slot) == (None, "李老四", cast.slot)
    with pytest.raises(SomebodyMissing):
        report_make(cast.officer, None, slot=cast.slot)
    with pytest.raises(HouseholdElsewhere):
        report_make(cast.officer, None, person_name="李老四", slot=cast.neighbour_slot)


def test_what_is_missing_or_wrong_is_refused_one_by_one(cast: Cast, home: int) -> None:
    with pytest.raises(SummaryMissing):
        report_make(cast.officer, home, summary="  ")
    with pytest.raises(CauseNoteMissing):
        report_make(cast.officer, home, cause="OTHER")
    with pytest.raises(OccurredInFuture):
        report_make(cast.officer, home, at=AT, occurred_on=date(2020, 7, 2))
    with pytest.raises(PersonalNumberInText):
        report_make(cast.officer, home, summary="电话 13800138000")
    with acting_as(SYSTEM):
        assert Clue.objects.count() == 0


def test_an_event_late_in_the_evening_in_shanghai_is_of_that_day(cast: Cast, home: int) -> None:
    late = datetime(2020, 7, 1, 23, 59, tzinfo=SHANGHAI)
    assert report_make(cast.officer, home, at=late, occurred_on=date(2020, 7, 1)).occurred_on == date(2020, 7, 1)


def test_clues_are_seen_in_their_area_only(cast: Cast, home: int) -> None:
    clue = report_make(cast.officer, home)
    for who in ("officer", "township", "county", "leader", "city", "province", "auditor"):
        viewer = getattr(cast, who)
        with acting_as(viewer):
            assert clue_get(viewer, clue.pk) == clue, who
            assert list(clues_of_household(viewer, home)) == [clue]
    for who in ("sibling_officer", "sibling_township", "neighbour", "medical", "insurer", "administrator"):
        viewer = getattr(cast, who)
        with acting_as(viewer):
            assert not clues_visible_to(viewer).exists(), who
            assert not Clue.objects.exists(), who
            with pytest.raises(ClueNotFound):
                clue_get(viewer, clue.pk)


def test_a_reporter_sees_her_own_reports(cast: Cast, home: int) -> None:
    mine = report_make(cast.officer, home)
    report_make(cast.township, home)
    with acting_as(cast.officer):
        assert list(clues_reported_by(cast.officer)) == [mine]


def test_a_clue_is_collected_once(cast: Cast, home: int) -> None:
    clue = report_make(cast.officer, home)
    with acting_as(SYSTEM):
        assert list(clues_uncollected()) == [clue]
        clue_collect(clue_id=clue.pk, case_id=7, at=AT)
        clue_collect(clue_id=clue.pk, case_id=7, at=AT)
        with pytest.raises(ClueTaken):
            clue_collect(clue_id=clue.pk, case_id=8, at=AT)
        assert not clues_uncollected().exists()


@pytest.mark.django_db(transaction=True)
def test_who_listens_hears_of_a_report_once_it_is_committed(real_cast: Cast) -> None:
    heard: list[int] = []
    before = list(_listeners)
    report_listen(heard.append)
    try:
        clue = report_make(real_cast.officer, household_make(real_cast.slot).pk)
    finally:
        _listeners[:] = before
    assert heard == [clue.pk]
