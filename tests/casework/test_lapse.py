"""Clocks that run out: warned of before, recorded once after, and only what a pack names follows by itself."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.factories.casework import AT, Walk, case_make, pack_changed, workflow_ready
from tests.factories.cast import Cast, sign_in

from shouwang.casework import services
from shouwang.casework.models import CaseEvent
from shouwang.casework.services.escalating import escalations_make
from shouwang.people.access import SYSTEM, Viewer, acting_as

TOTAL = {"clock": "clock_visit", "owner": "COUNTY_CENTRE", "until": ["help"]}  # 30 calendar days, warned 7 before


def lapses(walk: Walk) -> list[str]:
    with acting_as(SYSTEM):
        events = CaseEvent.objects.filter(case_id=walk.case_id, what="LAPSED").order_by("pk")
        return [event.text for event in events]


def timed(cast: Cast, *, total: dict[str, Any] | None = None, lapse: str = "") -> None:
    """邢台's route with a clock over all of it, or with an amendment that goes back by itself."""

    def change(procedure: dict[str, Any]) -> None:
        if total:
            procedure["total"] = total
        if lapse:
            procedure["stages"]["amend"].update(clock="clock_check", lapse=lapse)

    pack_changed(cast, lambda stages: None, procedure=change)


@pytest.mark.parametrize(("day", "lapsed"), [(24, 0), (25, 1), (26, 1)])
def test_the_clock_over_all_runs_out_after_its_last_day_and_is_recorded_once(cast: Cast, day: int, lapsed: int) -> None:
    timed(cast, total=TOTAL)
    walk = case_make(cast)
    assert (walk.case.total_due_on, walk.case.total_warn_on) == (date(2020, 7, 24), date(2020, 7, 17))
    at = AT.replace(month=7, day=day)
    assert services.clocks_lapse(at=at) == lapsed
    assert services.clocks_lapse(at=at + timedelta(hours=1)) == 0
    assert lapses(walk) == ["全程期限 2020-07-24 已过（县级防贫中心负责），案件还在“乡镇核实上报”"][:lapsed]
    assert walk.case.stage == "township_check"


def test_a_case_that_came_through_in_time_does_not_lapse(cast: Cast) -> None:
    timed(cast, total=TOTAL)
    walk = case_make(cast, upto="help")
    assert walk.case.total_met_on == AT.date()
    assert services.clocks_lapse(at=AT + timedelta(days=90)) == 0


def test_a_case_closed_on_its_way_stops_the_clock(cast: Cast) -> None:
    timed(cast, total=TOTAL)
    walk = case_make(cast, upto="dispatch")
    with acting_as(cast.county):
        services.case_withdraw(viewer=cast.county, case_id=walk.case_id, version=walk.version, reason="误报", at=AT)
    assert walk.case.total_met_on == AT.date()
    assert services.clocks_lapse(at=AT + timedelta(days=90)) == 0


def test_an_amendment_that_never_comes_goes_back_to_who_asked_for_it(cast: Cast) -> None:
    timed(cast, lapse="amended")
    walk = case_make(cast)
    with acting_as(cast.township):
        services.case_check(
            viewer=cast.township, case_id=walk.case_id, version=walk.version, passes=False, reason="缺票", at=AT
        )
    # five working days after the 24th is 2 July; ten more is 16 July
    assert (walk.case.due_on, walk.case.expires_on) == (date(2020, 7, 2), date(2020, 7, 16))
    assert services.clocks_lapse(at=AT.replace(month=7, day=16)) == 0
    assert services.clocks_lapse(at=AT.replace(month=7, day=17)) == 1
    assert (walk.case.stage, walk.case.is_returned) == ("township_check", True)
    assert lapses(walk) == ["“预警员补充情况”2020-07-02 到期，村防贫工作站一直没有办理"]
    assert services.clocks_lapse(at=AT.replace(month=7, day=18)) == 0


def test_what_lapses_by_itself_goes_up_to_nobody(cast: Cast) -> None:
    timed(cast, lapse="amended")
    walk = case_make(cast)
    with acting_as(cast.township):
        services.case_check(
            viewer=cast.township, case_id=walk.case_id, version=walk.version, passes=False, reason="缺票", at=AT
        )
    assert escalations_make(at=AT.replace(month=7, day=10)) == 0  # late since the 2nd, and sure to go on by the 17th
    services.clocks_lapse(at=AT.replace(month=7, day=17))
    assert escalations_make(at=AT.replace(month=7, day=31)) == 1  # with the township again, where nothing lapses


def test_what_goes_up_does_not_lapse(cast: Cast) -> None:
    workflow_ready(cast)
    walk = case_make(cast)
    assert walk.case.expires_on is None
    assert escalations_make(at=AT + timedelta(days=60)) == 1
    assert services.clocks_lapse(at=AT + timedelta(days=60)) == 0 and lapses(walk) == []


def test_an_overrun_case_stands_on_the_desks_until_it_has_come_through(cast: Cast) -> None:
    timed(cast, total=TOTAL)
    late = timezone.now() - timedelta(days=60)
    walk = case_make(cast, upto="decide", at=late)
    services.clocks_lapse(at=timezone.now())

    def listed(viewer: Viewer) -> str:
        return sign_in(Client(), viewer).get(reverse("casework:list"), {"overrun": "1"}).content.decode()

    assert "全程期限已过的案件" in sign_in(Client(), cast.county).get(reverse("desks:desk")).content.decode()
    assert "共 1 件" in listed(cast.county) and "共 0 件" in listed(cast.neighbour)
    walk.decide()
    assert "共 0 件" in listed(cast.county)
    assert "全程期限已过的案件" not in sign_in(Client(), cast.county).get(reverse("desks:desk")).content.decode()


@pytest.mark.parametrize(("reason", "moved"), [("pause_disaster", 10), ("pause_treatment", 0)])
def test_the_clock_over_all_stands_still_for_the_reasons_that_say_so(cast: Cast, reason: str, moved: int) -> None:
    timed(cast, total=TOTAL)
    walk = case_make(cast, upto="dispatch")
    due = date(2020, 7, 24)
    with acting_as(cast.county):
        services.case_pause(
            viewer=cast.county, case_id=walk.case_id, version=walk.version, reason_key=reason, note="", at=AT,
            until_on=AT.date() + timedelta(days=30),
        )  # fmt: skip
    assert walk.case.total_due_on == due + timedelta(days=30 if moved else 0)
    back = AT + timedelta(days=10)
    with acting_as(cast.county):
        services.case_resume(viewer=cast.county, case_id=walk.case_id, version=walk.version, at=back)
    assert walk.case.total_due_on == due + timedelta(days=moved)
    walk.at = back
    walk.dispatch()  # the days that stood still stay counted at the next stage
    assert walk.case.total_due_on == due + timedelta(days=moved)
    assert services.clocks_lapse(at=AT + timedelta(days=30 + moved)) == 0
    assert services.clocks_lapse(at=AT + timedelta(days=31 + moved)) == 1
