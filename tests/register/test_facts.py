"""States with their history, corrections, objections, records of sources and taking a source back."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from tests.factories.cast import Cast
from tests.factories.register import household_make, income_make, person_make, spending_make

from shouwang.kit.codes import CodeUnknown
from shouwang.kit.dates import month_window, months_add
from shouwang.people.access import SYSTEM, acting_as
from shouwang.register import errors, services
from shouwang.register.models import (
    FactObjection,
    Household,
    HouseholdState,
    Income,
    NamedFact,
    PersonState,
    Spending,
    Status,
)
from shouwang.register.selectors import household_file, objections_open, state_on
from shouwang.register.services import IncomeRow, NamedRow, SpendingRow, StatusRow

NOW = timezone.now()
TODAY = timezone.localdate(NOW)


def state(household: Household) -> HouseholdState:
    with acting_as(SYSTEM):
        return HouseholdState.objects.get(household=household, superseded_at__isnull=True, valid_to__isnull=True)


def test_a_changed_fact_opens_a_new_state_and_names_its_source(cast: Cast) -> None:
    household = household_make(cast.slot, water_safe=True, watch_type="MARGINAL")
    with acting_as(cast.county):
        changed = services.household_state_set(
            viewer=cast.county, household_id=household.pk, facts={"water_safe": False, "watch_type": "MARGINAL"},
            source="water", source_ref="feed:9:row:3", on=TODAY, at=NOW,
        )  # fmt: skip
        assert changed == {"water_safe"}
        assert state_on(cast.county, household.pk, TODAY - timedelta(days=1)).water_safe is True
        file = household_file(cast.county, household.pk, TODAY)
        facts = {fact.field: (fact.text, fact.source) for fact in file.facts}
        assert facts["water_safe"] == ("否", "水利局")
        assert facts["watch_type"] == ("边缘易致贫户", "全国防返贫系统")


def test_an_unchanged_fact_writes_nothing(cast: Cast) -> None:
    household = household_make(cast.slot, water_safe=True)
    before = state(household)
    with acting_as(cast.county):
        changed = services.household_state_set(
            viewer=cast.county, household_id=household.pk, facts={"water_safe": True}, source="water", on=TODAY, at=NOW
        )
    assert changed == set()
    assert state(household).pk == before.pk


def test_casework_marks_a_household_removed_through_the_register(cast: Cast) -> None:
    household = household_make(cast.slot, watch_type="SUDDEN", identified_date=date(2026, 1, 1))
    with acting_as(cast.county):
        services.household_status_set(
            viewer=cast.county, household_id=household.pk, removed_date=TODAY, removal="帮扶消除", on=TODAY, at=NOW,
            reason="风险消除",
        )  # fmt: skip
    assert (state(household).removed_date, state(household).watch_type) == (TODAY, "SUDDEN")


def test_at_school_means_no_education_and_work_needs_place_and_months(cast: Cast) -> None:
    person = person_make(household_make(cast.slot), education="PRIMARY")
    with acting_as(cast.county):
        services.person_state_set(
            viewer=cast.county, person_id=person.pk, facts={"student_status": "JUNIOR", "work_place": "天津市"},
            source="education", on=TODAY, at=NOW,
        )  # fmt: skip
        row = PersonState.objects.get(person=person, superseded_at__isnull=True, valid_to__isnull=True)
        assert (row.student_status, row.education, row.work_place) == ("JUNIOR", None, None)
    with acting_as(SYSTEM), pytest.raises(IntegrityError), transaction.atomic():
        PersonState.objects.filter(pk=row.pk).update(education="PRIMARY")


def test_a_wrong_fact_is_objected_to_and_corrected_with_its_reason(cast: Cast) -> None:
    household = household_make(cast.slot, housing_safe=True)
    row = state(household)
    with acting_as(cast.officer):
        services.fact_object(
            viewer=cast.officer, household_id=household.pk, subject="household_state", row_id=row.pk,
            field="housing_safe", claimed="否", reason="去年雨季塌了一间，户主电话 13800138000", at=NOW,
        )  # fmt: skip
        with pytest.raises(errors.ObjectionOpen):
            services.fact_object(
                viewer=cast.officer, household_id=household.pk, subject="household_state", row_id=row.pk,
                field="housing_safe", claimed="否", reason="塌了", at=NOW,
            )  # fmt: skip
    with acting_as(cast.township):
        objection = objections_open(cast.township).get()
        assert "13800138000" not in objection.reason
        services.fact_correct(
            viewer=cast.township, household_id=household.pk, version=1, subject="household_state", row_id=row.pk,
            field="housing_safe", value="否", reason="现场看过", at=NOW,
        )  # fmt: skip
        assert FactObjection.objects.get(pk=objection.pk).state == "CORRECTED"
        assert state_on(cast.township, household.pk, date(2015, 1, 1)).housing_safe is False
        titles = [entry.title for entry in household_file(cast.township, household.pk, TODAY).timeline]
        assert "异议办结：已更正" in titles


def test_a_fact_found_right_is_answered(cast: Cast) -> None:
    household = household_make(cast.slot, housing_safe=True)
    with acting_as(cast.officer):
        number = services.fact_object(
            viewer=cast.officer, household_id=household.pk, subject="household_state", row_id=state(household).pk,
            field="housing_safe", claimed="", reason="房子旧", at=NOW,
        )  # fmt: skip
        with pytest.raises(errors.MayNotChange):
            services.objection_reject(viewer=cast.officer, objection_id=number, answer="住建局鉴定过", at=NOW)
    with acting_as(cast.township):
        services.objection_reject(viewer=cast.township, objection_id=number, answer="住建局鉴定过", at=NOW)
        assert FactObjection.objects.get(pk=number).answer == "住建局鉴定过"
        with pytest.raises(errors.ObjectionSettled):
            services.objection_reject(viewer=cast.township, objection_id=number, answer="再答", at=NOW)


def test_a_change_since_a_day_keeps_what_was_before(cast: Cast) -> None:
    household = household_make(cast.slot, watch_type=None)
    with acting_as(cast.township):
        services.fact_correct(
            viewer=cast.township, household_id=household.pk, version=1, subject="household_state",
            row_id=state(household).pk, field="watch_type", value="边缘户", reason="会议认定", since=TODAY, at=NOW,
        )  # fmt: skip
        assert state_on(cast.township, household.pk, TODAY - timedelta(days=1)).watch_type is None
        assert state_on(cast.township, household.pk, TODAY).watch_type == "MARGINAL"


def test_a_corrected_event_keeps_its_id_and_what_was_believed(cast: Cast) -> None:
    household = household_make(cast.slot)
    event = spending_make(household, date(2026, 3, 1), gross_fen=1000000, self_paid_fen=500000)
    with acting_as(cast.township):
        services.fact_correct(
            viewer=cast.township, household_id=household.pk, version=1, subject="spending", row_id=event.pk,
            field="self_paid_fen", value="4,000.00 元", reason="发票", at=NOW,
        )  # fmt: skip
        assert Spending.objects.get(pk=event.pk).self_paid_fen == 400000
        old = Spending.objects.get(household=household, superseded_at__isnull=False)
        assert old.self_paid_fen == 500000
        with pytest.raises(errors.FactsContradict):
            services.fact_correct(
                viewer=cast.township, household_id=household.pk, version=2, subject="spending", row_id=event.pk,
                field="self_paid_fen", value="40000", reason="发票", at=NOW,
            )  # fmt: skip
        with pytest.raises(CodeUnknown):
            services.fact_correct(
                viewer=cast.township, household_id=household.pk, version=2, subject="spending", row_id=event.pk,
                field="cause", value="不知道的原因", reason="发票", at=NOW,
            )  # fmt: skip


def test_a_fact_of_another_household_is_absent(cast: Cast) -> None:
    household, other = household_make(cast.slot), household_make(cast.slot)
    with acting_as(cast.township), pytest.raises(errors.RowNotFound):
        services.fact_correct(
            viewer=cast.township, household_id=household.pk, version=1, subject="household_state",
            row_id=state(other).pk, field="watch_type", value="边缘户", reason="认定", at=NOW,
        )  # fmt: skip


def test_rows_of_a_source_count_once_and_can_be_taken_back(cast: Cast) -> None:
    household = household_make(cast.slot, water_safe=True)
    person = person_make(household, is_disabled=None)
    pk = household.pk
    with acting_as(SYSTEM):
        for _ in range(2):
            services.income_record_many(
                viewer=SYSTEM, at=NOW, rows=[IncomeRow(pk, date(2026, 5, 9), "WAGE", 100, "labour", "feed:7:row:1")]
            )
            services.spending_record_many(
                viewer=SYSTEM, at=NOW,
                rows=[SpendingRow(pk, "ILLNESS", date(2026, 5, 9), "medical_insurance", 9, source_ref="feed:7:row:2")],
            )  # fmt: skip
            services.status_record_many(
                viewer=SYSTEM, at=NOW,
                rows=[StatusRow(pk, "DIBAO", date(2026, 5, 9), "civil_affairs", source_ref="feed:7:row:3")],
            )  # fmt: skip
            services.named_record_many(
                viewer=SYSTEM, at=NOW, rows=[NamedRow(pk, "rural", {"耕地面积（亩）": "3"}, "feed:7:row:4")]
            )
        services.household_state_set(
            viewer=SYSTEM, household_id=pk, facts={"water_safe": False}, source="water", source_ref="feed:7:row:5",
            on=TODAY, at=NOW,
        )  # fmt: skip
        services.person_state_set(
            viewer=SYSTEM, person_id=person.pk, facts={"is_disabled": True}, source="disabled",
            source_ref="feed:7:row:6", on=TODAY, at=NOW,
        )  # fmt: skip
        services.person_state_set(
            viewer=SYSTEM, person_id=person.pk, facts={"is_chronic": True}, source="health",
            source_ref="feed:8:row:6", on=TODAY, at=NOW,
        )  # fmt: skip
        counts = [model.objects.filter(superseded_at=None).count() for model in (Income, Spending, Status, NamedFact)]
        assert counts == [1, 1, 1, 1]
        assert Income.objects.get().month == date(2026, 5, 1)
        undone = services.source_undo(viewer=SYSTEM, source_ref_prefix="feed:7:", at=NOW)
        assert undone == {
            "income": 1, "spending": 1, "status": 1, "namedfact": 1, "householdstate": 1, "personstate": 1,
        }  # fmt: skip
        assert state(household).water_safe is True
        row = PersonState.objects.get(person=person, superseded_at__isnull=True, valid_to__isnull=True)
        assert (row.is_disabled, row.is_chronic) == (None, True)


def test_rows_of_a_household_out_of_scope_are_refused_whole(cast: Cast) -> None:
    here, there = household_make(cast.slot), household_make(cast.neighbour_slot)
    rows = [IncomeRow(pk, date(2026, 5, 1), "WAGE", 100, "labour", f"feed:1:row:{pk}") for pk in (here.pk, there.pk)]
    with acting_as(cast.county), pytest.raises(errors.HouseholdNotFound):
        services.income_record_many(viewer=cast.county, rows=rows, at=NOW)
    with acting_as(SYSTEM):
        assert not Income.objects.exists()


def test_per_capita_income_counts_the_twelve_full_months_before(cast: Cast) -> None:
    household = household_make(cast.slot, members=[("妻", "SPOUSE"), ("子", "CHILD")])
    first, end = month_window(TODAY)
    for month in (months_add(first, -1), first, months_add(end, -1), end):
        income_make(household, month, 100001)
    income_make(household, first, 50000, kind="COST")
    income_make(household, first, 999999, kind="CLAIMS")
    with acting_as(cast.officer):
        net = household_file(cast.officer, household.pk, TODAY).net
    assert (net.net_fen, net.members, net.per_capita_fen, net.claims_fen) == (150002, 3, 50000, 999999)


@pytest.mark.parametrize(
    "bad",
    [
        {"gross_fen": -1},
        {"gross_fen": 10_000_000_000},
        {"gross_fen": 5, "reimbursed_fen": 6},
        {"gross_fen": 5, "self_paid_fen": 6},
    ],
)
def test_amounts_that_cannot_be_are_refused_by_the_database(cast: Cast, bad: dict[str, int]) -> None:
    household = household_make(cast.slot)
    with pytest.raises(IntegrityError), transaction.atomic():
        spending_make(household, TODAY, **bad)
