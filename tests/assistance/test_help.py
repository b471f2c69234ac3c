"""Help is planned by the centre, delivered by its provider, and counted to whose money it is."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.factories.casework import AT, Walk, case_make
from tests.factories.cast import Cast

from shouwang.assistance.models import Measure, Primary
from shouwang.assistance.selectors import measure_of_task, measures_of_case, measures_visible_to
from shouwang.assistance.services import (
    Delivery,
    DeliveryDay,
    MeasureNotFound,
    MeasureSettled,
    MeasureStale,
    NotInHelp,
    NotYetDelivered,
    Plan,
    ProviderUnknown,
    ReasonMissing,
    help_complete,
    measure_cancel,
    measure_deliver,
    measure_plan,
    primary_choose,
)
from shouwang.audit.models import Entry
from shouwang.casework.errors import NotYourTurn
from shouwang.casework.models import CaseEvent, Task
from shouwang.funds.models import Grant
from shouwang.funds.selectors import grant_totals, grants_of_household
from shouwang.funds.services import AmountNotSane
from shouwang.people.access import SYSTEM, Viewer, acting_as
from shouwang.people.models import TaskGrant

pytestmark = pytest.mark.django_db

LATER = AT + timedelta(days=20)
DAY = LATER.date()


def planned(walk: Walk, provider: Viewer | None, *, kind: str = "HEALTH", outside: str = "", **more: object) -> Measure:
    viewer = walk.cast.county
    with acting_as(viewer):
        return measure_plan(
            viewer=viewer,
            case_id=walk.case_id,
            version=None,
            plan=Plan(
                kind=kind,
                summary="医疗救助",
                organisation_id=provider.organisation_id if provider else None,
                outside_name=outside,
                **more,  # type: ignore[arg-type]
            ),
            at=LATER,
        )


def delivered(
    measure: Measure, viewer: Viewer, *, fen: int | None = 1_426_913, unit: str = "ONCE", version: int | None = None
) -> Measure:
    with acting_as(viewer):
        return measure_deliver(
            viewer=viewer,
            measure_id=measure.pk,
            version=version or measure.version,
            delivery=Delivery(delivered_on=DAY, result="已发放", amount_fen=fen, unit=unit),
            at=LATER,
        )


def test_a_department_reports_its_help_as_money_of_another_body(cast: Cast) -> None:
    walk = case_make(cast, upto="help")
    measure = planned(walk, cast.medical)
    done = delivered(measure, cast.medical)
    with acting_as(cast.county):
        (grant,) = grants_of_household(cast.county, walk.case.household_id)
        totals = grant_totals(cast.county)
    assert (grant.amount_fen, grant.unit, grant.standing) == (1_426_913, "ONCE", "REPORTED")
    assert (totals.paid_by_us_fen, totals.reported_fen) == (0, 1_426_913)
    assert done.grant_id == grant.pk
    assert grant.payer_organisation_id == cast.medical.organisation_id


def test_a_monthly_benefit_runs_and_is_not_added_to_single_payments(cast: Cast) -> None:
    walk = case_make(cast, upto="help")
    delivered(planned(walk, cast.civil, kind="SAFETY_NET"), cast.civil, fen=23_500, unit="MONTHLY")
    with acting_as(cast.county):
        totals = grant_totals(cast.county)
    assert (totals.reported_fen, totals.running) == (0, 1)


def test_what_the_centre_itself_pays_is_ours(cast: Cast) -> None:
    walk = case_make(cast, upto="help")
    measure = planned(walk, cast.county)
    assert measure.task_id is None
    delivered(measure, cast.county, fen=100_000)
    with acting_as(cast.county):
        assert grant_totals(cast.county).paid_by_us_fen == 100_000


def test_what_an_outside_body_gives_is_recorded_by_the_centre_as_reported(cast: Cast) -> None:
    walk = case_make(cast, upto="help")
    measure = planned(walk, None, kind="SOCIAL", outside="县慈善会")
    delivered(measure, cast.county, fen=50_000)
    with acting_as(cast.county):
        assert grant_totals(cast.county).reported_fen == 50_000


def test_a_plan_opens_a_task_and_its_grant_and_the_delivery_ends_both(cast: Cast) -> None:
    walk = case_make(cast, upto="help")
    measure = planned(walk, cast.medical)
    with acting_as(cast.medical):
        assert measure_of_task(cast.medical, measure.task_id or 0) == measure
    with acting_as(SYSTEM):
        assert Task.objects.get(pk=measure.task_id).state == "OPEN"
        assert TaskGrant.objects.filter(task_id=measure.task_id, until__gt=LATER).exists()
    delivered(measure, cast.medical)
    with acting_as(SYSTEM):
        assert Task.objects.get(pk=measure.task_id).state == "ANSWERED"
        assert not TaskGrant.objects.filter(task_id=measure.task_id, until__gt=LATER).exists()


def test_every_arrival_stands_in_the_timeline_and_the_audit(cast: Cast) -> None:
    walk = case_make(cast, upto="help")
    delivered(planned(walk, cast.medical), cast.medical)
    with acting_as(SYSTEM):
        texts = list(CaseEvent.objects.filter(case_id=walk.case_id, what="ASSISTED").values_list("text", flat=True))
        actions = set(Entry.objects.values_list("action", flat=True))
    assert len(texts) == 1
    assert "14,269.13 元（其他单位发放）" in texts[0]
    assert {"measure.plan", "measure.deliver", "grant.record"} <= actions


def test_the_case_goes_on_to_the_visit_only_when_everything_arrived(cast: Cast) -> None:
    walk = case_make(cast, upto="help")
    viewer = cast.county

    def complete() -> None:
        with acting_as(viewer):
            help_complete(viewer=viewer, case_id=walk.case_id, version=walk.version, at=LATER)

    with pytest.raises(NotYetDelivered):
        complete()
    first, second = planned(walk, cast.medical), planned(walk, cast.civil, kind="SAFETY_NET")
    delivered(first, cast.medical)
    with pytest.raises(NotYetDelivered):
        complete()
    delivered(second, cast.civil, fen=23_500, unit="MONTHLY")
    complete()
    assert walk.case.act == "visit"
    assert walk.case.assisted_at == LATER


def test_nobody_delivers_for_another_organisation(cast: Cast) -> None:
    measure = planned(case_make(cast, upto="help"), cast.medical)
    for viewer in (cast.civil, cast.county, cast.neighbour_medical, cast.insurer):
        with pytest.raises(MeasureNotFound):
            delivered(measure, viewer)
    with acting_as(SYSTEM):
        assert not Grant.objects.exists()


def test_a_measure_arrives_once(cast: Cast) -> None:
    measure = planned(case_make(cast, upto="help"), cast.medical)
    delivered(measure, cast.medical)
    with pytest.raises(MeasureStale):
        delivered(measure, cast.medical)
    with pytest.raises(MeasureSettled):
        delivered(measure, cast.medical, version=measure.version + 1)
    with acting_as(SYSTEM):
        assert Grant.objects.count() == 1


def test_a_delivery_of_nothing_or_tomorrow_leaves_no_row(cast: Cast) -> None:
    measure = planned(case_make(cast, upto="help"), cast.medical)
    with pytest.raises(AmountNotSane):
        delivered(measure, cast.medical, fen=0)
    with acting_as(cast.medical), pytest.raises(DeliveryDay):
        measure_deliver(
            viewer=cast.medical,
            measure_id=measure.pk,
            version=1,
            delivery=Delivery(delivered_on=DAY + timedelta(days=1), result="已发放"),
            at=LATER,
        )
    with acting_as(SYSTEM):
        assert not Grant.objects.exists()
        assert Measure.objects.get().state == "PLANNED"


def test_a_cancelled_measure_takes_its_task_back_and_needs_a_reason(cast: Cast) -> None:
    measure = planned(case_make(cast, upto="help"), cast.medical)
    viewer = cast.county
    with acting_as(viewer), pytest.raises(ReasonMissing):
        measure_cancel(viewer=viewer, measure_id=measure.pk, version=1, reason=" ", at=LATER)
    with acting_as(viewer):
        measure_cancel(viewer=viewer, measure_id=measure.pk, version=1, reason="选错了单位", at=LATER)
    with acting_as(SYSTEM):
        assert Task.objects.get(pk=measure.task_id).state == "WITHDRAWN"


def test_help_is_planned_only_in_its_stage_and_by_the_centre(cast: Cast) -> None:
    with pytest.raises(NotInHelp):
        planned(case_make(cast, upto="review"), cast.medical)
    walk = case_make(cast, upto="help")
    with acting_as(cast.township), pytest.raises(NotYourTurn):
        measure_plan(
            viewer=cast.township,
            case_id=walk.case_id,
            version=None,
            plan=Plan(kind="HEALTH", summary="医疗救助", organisation_id=cast.medical.organisation_id),
            at=LATER,
        )


def test_a_provider_must_answer_for_the_place(cast: Cast) -> None:
    walk = case_make(cast, upto="help")
    for provider in (cast.neighbour_medical, cast.leader, cast.city):
        with pytest.raises(ProviderUnknown):
            planned(walk, provider)
    with pytest.raises(ProviderUnknown):
        planned(walk, None, outside=" ")


def test_one_measure_a_person_and_year_is_the_primary_one(cast: Cast) -> None:
    walk = case_make(cast, upto="help")
    first = planned(walk, cast.medical, person_id=7)
    second = planned(walk, cast.civil, kind="SAFETY_NET", person_id=7)
    other = planned(walk, None, kind="SOCIAL", outside="县慈善会", person_id=8)
    with acting_as(SYSTEM):
        counted = list(Primary.objects.order_by("person_id").values_list("person_id", "measure_id", "year"))
    assert counted == [(7, first.pk, 2020), (8, other.pk, 2020)]
    with acting_as(cast.county):
        assert primary_choose(viewer=cast.county, measure_id=second.pk, at=LATER) == 1
    with acting_as(SYSTEM):
        assert Primary.objects.get(person_id=7).measure_id == second.pk
    with acting_as(cast.county):
        measure_cancel(viewer=cast.county, measure_id=second.pk, version=second.version, reason="改了", at=LATER)
    with acting_as(SYSTEM):
        assert Primary.objects.get(person_id=7).measure_id == first.pk  # the next in turn


def test_departments_see_their_own_measures_and_neighbours_none(cast: Cast) -> None:
    walk = case_make(cast, upto="help")
    mine, theirs = planned(walk, cast.medical), planned(walk, cast.civil, kind="SAFETY_NET")
    with acting_as(cast.medical):
        assert list(Measure.objects.all()) == [mine]
        assert list(measures_visible_to(cast.medical)) == [mine]
    with acting_as(cast.county):
        assert list(measures_of_case(cast.county, walk.case_id)) == [mine, theirs]
    with acting_as(cast.neighbour):
        assert not Measure.objects.exists()
        assert not Grant.objects.exists()
