"""The nightly search for weak removals: what it finds, keeps, ends and leaves alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from tests.factories.casework import clue_make, workflow_ready
from tests.factories.cast import Cast
from tests.factories.register import income_make
from tests.factories.removal import AT, removal_make, watched_make

from shouwang.audit.models import Entry
from shouwang.casework import services as casework
from shouwang.evaluation.models import WeakRemoval
from shouwang.evaluation.selectors import roll_backs_waiting, weak_removals_visible_to
from shouwang.evaluation.services import (
    OwnProposal,
    follow_up_record,
    roll_back_decide,
    roll_back_propose,
    weak_removals_search,
)
from shouwang.people.access import SYSTEM, Viewer, acting_as
from shouwang.register.models import Household
from shouwang.register.selectors import state_on
from shouwang.register.services import household_status_set


def status(home: int, at: datetime, **facts: Any) -> None:
    with acting_as(SYSTEM):
        household_status_set(viewer=SYSTEM, household_id=home, on=at.date(), at=at, **facts)


def searched(at: datetime) -> tuple[int, int, int]:
    found = weak_removals_search(at=at)
    assert found.left == 0
    return found.looked, found.found, found.ended


def listed(viewer: Viewer) -> list[tuple[int, list[str], list[str], list[str]]]:
    with acting_as(viewer):
        rows = list(weak_removals_visible_to(viewer))
    return [(row.household_id, row.never_met, row.lost, row.troubles) for row in rows]


def waiting(viewer: Viewer) -> int:
    with acting_as(viewer):
        return roll_backs_waiting(viewer).count()


def decided(home: int, at: datetime, *, proposer: Viewer, decider: Viewer, approve: bool) -> None:
    with acting_as(proposer), transaction.atomic():
        roll_back_propose(viewer=proposer, household_id=home, reason="条件不成立", at=at)
    with acting_as(decider), transaction.atomic():
        roll_back_decide(viewer=decider, household_id=home, approve=approve, reason="核过", at=at)


def test_what_was_lost_or_never_met_is_found_once_and_ends_when_it_is_mended_or_decided(cast: Cast) -> None:
    walk = removal_make(cast, watched_make(cast.slot)).check().appraise().post().finish().review().approve()
    home, at = walk.case.household_id, walk.at + timedelta(days=30)
    assert searched(at) == (1, 0, 0) and listed(cast.county) == []
    status(home, at, water_safe=False)
    assert searched(at) == (1, 1, 0) and searched(at) == (1, 0, 0)
    assert listed(cast.county) == listed(cast.officer) == [(home, [], ["饮水安全"], [])]
    assert listed(cast.neighbour) == [] == listed(cast.medical)
    status(home, at + timedelta(days=1), water_safe=True)
    assert searched(at + timedelta(days=1)) == (1, 0, 0) and listed(cast.county) == []
    # Costs of the spring before the removal come to be known: it lacked three conditions on its day.
    late = at + timedelta(days=2)
    with acting_as(SYSTEM):
        income_make(Household.objects.get(pk=home), date(2021, 4, 1), 2, kind="COST")
    assert searched(late) == (1, 1, 0)
    never = ["收入超过当年监测范围线", "收入持续稳定半年以上", "大额支出已解决"]
    assert listed(cast.township) == [(home, never, [], [])]
    assert waiting(cast.leader) == 0
    # The county looks at it and leaves it: the same is not found again, something new is.
    decided(home, late, proposer=cast.county, decider=cast.leader, approve=False)
    assert searched(late) == (1, 0, 0) and listed(cast.county) == []
    status(home, late, housing_safe=False)
    assert searched(late + timedelta(days=1)) == (1, 1, 0)
    assert listed(cast.county) == [(home, never, ["住房安全"], [])]
    decided(home, late + timedelta(days=1), proposer=cast.township, decider=cast.county, approve=True)
    assert listed(cast.county) == [] and searched(late + timedelta(days=2)) == (0, 0, 0)
    with acting_as(SYSTEM):
        state = state_on(SYSTEM, home, (late + timedelta(days=1)).date())
        told = list(Entry.objects.filter(subject_type="evaluation.WeakRemoval").order_by("pk"))
    assert state is not None and state.removed_date is None
    assert [entry.action.split(".")[1] for entry in told] == ["find", "end", "find", "end", "find", "end"]


def test_trouble_on_a_visit_is_found_until_somebody_takes_it_further(cast: Cast) -> None:
    walk = removal_make(cast, watched_make(cast.slot)).check().appraise().post().finish().review().approve()
    home, at = walk.case.household_id, walk.at + timedelta(days=30)
    with acting_as(cast.officer):
        follow_up_record(
            viewer=cast.officer, household_id=home, way="PHONE", visited_on=at.date(), spoke_with="王秀兰",
            is_steady=False, note="又住院了", at=at,
        )  # fmt: skip
    assert searched(at) == (1, 1, 0)
    assert listed(cast.county) == [(home, [], [], [f"{at:%Y-%m-%d} 走访说又有困难，以后没有新的案件"])]
    clue = clue_make(cast.officer, home, at=at)
    casework.clue_take(clue_id=clue.pk, at=at)
    assert searched(at) == (1, 0, 0) and listed(cast.county) == []


def test_a_removal_made_elsewhere_is_held_to_what_must_go_on_holding_and_taken_back_by_two(cast: Cast) -> None:
    workflow_ready(cast, "national")
    gone = {"removed_date": date(2021, 5, 1), "removal": "帮扶消除"}  # no help is recorded here, which proves nothing
    fine = watched_make(cast.slot, **gone)
    home = watched_make(cast.slot, housing_safe=False, **gone)
    over = watched_make(cast.slot, housing_safe=False, identified_date=date(2019, 1, 1), removed_date=date(2020, 6, 29))
    assert searched(AT) == (2, 1, 0)
    assert listed(cast.county) == [(home, ["住房安全"], [], [])] and fine != home != over
    deputy = replace(cast.county, user_id=-1, deputises_user_id=cast.leader.user_id)
    with acting_as(deputy), transaction.atomic():
        roll_back_propose(viewer=deputy, household_id=home, reason="房子一直是危房", at=AT)
    assert listed(cast.county) == []  # it waits as a roll-back now
    assert waiting(cast.leader) == 0 and waiting(cast.county) == 1
    with acting_as(cast.leader), pytest.raises(OwnProposal), transaction.atomic():  # proposed in her name
        roll_back_decide(viewer=cast.leader, household_id=home, approve=True, reason="核过", at=AT)
    with acting_as(cast.county), transaction.atomic():
        roll_back_decide(viewer=cast.county, household_id=home, approve=True, reason="核过", at=AT)
    with acting_as(SYSTEM):
        state = state_on(SYSTEM, home, AT.date())
        assert WeakRemoval.objects.get(household_id=home).ended_on == AT.date()
    assert state is not None and (state.removed_date, state.identified_date) == (None, date(2020, 12, 30))
