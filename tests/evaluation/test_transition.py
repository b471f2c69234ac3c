"""After a removal: visits at a slower rhythm, a weak removal taken back by two people, a new risk identified anew."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from tests.factories.casework import clue_make, workflow_ready
from tests.factories.cast import Cast, sign_in
from tests.factories.removal import AT, removal_make, watched_make

from shouwang.audit.models import Entry
from shouwang.casework import services as casework
from shouwang.casework.models import Case, CaseSource
from shouwang.casework.selectors import lamp_counts
from shouwang.evaluation.models import FollowUp, RollBack
from shouwang.evaluation.selectors import transition_of_household, transitions_due
from shouwang.evaluation.selectors.following import due_next
from shouwang.evaluation.services import (
    FollowUpDay,
    MayNot,
    NotInTransition,
    NotWeak,
    OwnProposal,
    RollBackRuns,
    RollBackSettled,
    Search,
    follow_up_record,
    roll_back_decide,
    roll_back_propose,
    weak_removals_search,
)
from shouwang.people.access import SYSTEM, Viewer, acting_as
from shouwang.register.selectors import state_on
from shouwang.register.services import household_status_set
from shouwang.rulebook.visits import Rhythm


def removed(cast: Cast) -> tuple[int, datetime]:
    """A household whose risk was removed, and when."""
    walk = removal_make(cast, watched_make(cast.slot)).check().appraise().post().finish().review().approve()
    return walk.case.household_id, walk.at


def status(home: int, at: datetime, **facts: Any) -> None:
    with acting_as(SYSTEM):
        household_status_set(viewer=SYSTEM, household_id=home, on=at.date(), at=at, **facts)


def visit(viewer: Viewer, home: int, on: date, at: datetime) -> Any:
    with acting_as(viewer), transaction.atomic():
        return follow_up_record(
            viewer=viewer, household_id=home, way="ON_SITE", visited_on=on, spoke_with="王秀兰", is_steady=True,
            note="日子稳定", at=at,
        )  # fmt: skip


def test_the_transition_is_visited_at_the_pack_s_rhythm_and_late_ones_stand_in_front(cast: Cast) -> None:
    home, at = removed(cast)
    gone = at.date()  # 2021-07-06

    def due(viewer: Viewer, on: date) -> list[tuple[int, date | None, bool]]:
        with acting_as(viewer):
            return [
                (line.household.household_id, line.due_on, line.is_late(on)) for line in transitions_due(viewer, on)
            ]

    first, second = date(gone.year, gone.month + 3, gone.day), date(gone.year + 1, gone.month - 6, gone.day)
    assert due(cast.county, first) == [(home, first, False)]
    assert due(cast.county, first + timedelta(days=1)) == [(home, first, True)]
    assert due(cast.neighbour, first) == []
    with pytest.raises(FollowUpDay):
        visit(cast.officer, home, gone, at + timedelta(days=30))  # the day of the removal itself
    made = visit(cast.officer, home, first, at + timedelta(days=100))
    assert made.due_on == first
    assert due(cast.county, first) == [(home, second, False)]
    with pytest.raises(FollowUpDay):
        visit(cast.officer, home, first, at + timedelta(days=101))  # the same visit again
    with pytest.raises(MayNot):
        visit(cast.auditor, home, first + timedelta(days=1), at + timedelta(days=101))
    end = date(gone.year + 1, gone.month, gone.day)
    assert [line[0] for line in due(cast.county, end)] == [home]
    assert due(cast.county, end + timedelta(days=1)) == []
    with pytest.raises(NotInTransition):
        visit(cast.officer, home, end, at + timedelta(days=366))


def told_again(made: FollowUp) -> dict[str, Any]:
    return {field.attname: getattr(made, field.attname) for field in made._meta.concrete_fields if field.name != "id"}


def test_a_removal_made_elsewhere_is_visited_from_the_day_on_which_it_came_to_be_known(cast: Cast) -> None:
    rhythm, gone = Rhythm(months=12, every_months=3), date(2021, 1, 31)
    days = [date(2021, 4, 30), date(2021, 7, 31), date(2021, 10, 31), date(2022, 1, 31)]
    after = [day + timedelta(days=1) for day in days]
    for known_on, left in zip([gone, *days, *after], [4, 4, 3, 2, 1, 3, 2, 1, 0], strict=True):
        asked = [due_next(rhythm, gone, made, known_on=known_on) for made in range(5)]
        assert asked == [*days[4 - left :], *[None] * (5 - left)]
    assert due_next(None, gone, 0) is None

    workflow_ready(cast, "national")
    told = {"removed_date": date(2021, 3, 1), "removal": "自然消除"}  # known in the register since 30 June
    home, later = watched_make(cast.slot, **told), AT + timedelta(days=40)
    status(home, later, housing_safe=True)  # what is learned of something else later does not begin anew

    def due(on: date) -> list[tuple[date | None, bool]]:
        with acting_as(cast.county):
            return [(line.due_on, line.is_late(on)) for line in transitions_due(cast.county, on)]

    assert due(date(2021, 9, 1)) == [(date(2021, 9, 1), False)] and due(date(2021, 9, 2)) == [(date(2021, 9, 1), True)]
    made = visit(cast.officer, home, date(2021, 8, 20), AT + timedelta(days=60))
    assert (made.removal_id, made.removed_on, made.due_on) == (None, date(2021, 3, 1), date(2021, 9, 1))
    assert due(date(2021, 9, 2)) == [(date(2021, 12, 1), False)]
    with pytest.raises(FollowUpDay):
        visit(cast.officer, home, date(2021, 8, 20), AT + timedelta(days=61))
    with acting_as(SYSTEM), pytest.raises(IntegrityError, match="follow_up_of_one_removal"), transaction.atomic():
        FollowUp.objects.create(**{**told_again(made), "removal_id": 1, "due_on": gone})


def test_a_weak_removal_is_taken_back_by_two_and_the_household_is_watched_again(cast: Cast) -> None:
    home, at = removed(cast)
    later = at + timedelta(days=60)

    def propose(viewer: Viewer = cast.township) -> RollBack:
        with acting_as(viewer), transaction.atomic():
            return roll_back_propose(viewer=viewer, household_id=home, reason="住房又成了危房", at=later)

    def decide(viewer: Viewer, approve: bool = True) -> RollBack:
        with acting_as(viewer), transaction.atomic():
            return roll_back_decide(
                viewer=viewer, household_id=home, approve=approve, reason="核过", at=later + timedelta(days=1)
            )

    with pytest.raises(NotWeak):  # everything still holds
        propose()
    status(home, later, housing_safe=None)
    with pytest.raises(NotWeak):  # not known is no reason to take anything back
        propose()
    status(home, later, housing_safe=False)
    with pytest.raises(MayNot):
        propose(cast.auditor)
    assert [one["key"] for one in propose(cast.county).found] == ["housing"]
    with pytest.raises(RollBackRuns):
        propose()
    deputy = replace(cast.leader, deputises_user_id=cast.county.user_id)
    for viewer, refusal in ((cast.township, MayNot), (cast.county, OwnProposal), (deputy, OwnProposal)):
        with pytest.raises(refusal):
            decide(viewer)
    made = decide(cast.leader)
    assert (made.state, made.decided_by_user_id != made.proposed_by_user_id) == ("DONE", True)
    with pytest.raises(RollBackSettled):
        decide(cast.leader)
    with pytest.raises(NotInTransition):
        propose()
    day = (later + timedelta(days=1)).date()
    with acting_as(SYSTEM):
        now, before = state_on(SYSTEM, home, day), state_on(SYSTEM, home, day - timedelta(days=1))
        actions = set(Entry.objects.filter(subject_id=str(made.pk)).values_list("action", flat=True))
        assert lamp_counts(SYSTEM, day, 3) == []  # no lamp burns for a removal or for taking it back
        assert transitions_due(SYSTEM, day) == []
        assert Case.objects.get(household_id=home).outcome == "REMOVED"  # what was decided stays as it was
    assert now is not None and before is not None
    assert (now.removed_date, now.removal, now.watch_type, now.identified_date) == (
        None, "", "UNSTABLE", date(2020, 12, 30),
    )  # fmt: skip
    assert before.removed_date == at.date()
    assert actions >= {"roll_back.propose", "roll_back.decide"}


def test_what_is_mended_before_the_decision_is_not_taken_back(cast: Cast) -> None:
    home, at = removed(cast)
    later = at + timedelta(days=60)
    status(home, later, water_safe=False)
    with acting_as(cast.township):
        made = roll_back_propose(viewer=cast.township, household_id=home, reason="饮水又不安全", at=later)
    status(home, later, water_safe=True)
    with acting_as(cast.county), pytest.raises(NotWeak), transaction.atomic():
        roll_back_decide(viewer=cast.county, household_id=home, approve=True, reason="核过", at=later)
    with acting_as(SYSTEM), pytest.raises(IntegrityError), transaction.atomic():  # the database holds it, too
        RollBack.objects.filter(pk=made.pk).update(
            state="DONE", decided_at=later, decided_by_user_id=made.proposed_by_user_id
        )
    with acting_as(cast.county):
        roll_back_decide(viewer=cast.county, household_id=home, approve=False, reason="已经修好", at=later)
        found = transition_of_household(cast.county, home, later.date())
    assert found is not None and found.is_running(later.date())


def test_a_new_risk_after_a_removal_opens_a_case_that_shows_the_earlier_one(client: Client, cast: Cast) -> None:
    home, at = removed(cast)
    later = at + timedelta(days=90)
    clue = clue_make(cast.officer, home, at=later)
    casework.clue_take(clue_id=clue.pk, at=later)
    with acting_as(SYSTEM):
        new = CaseSource.objects.get(clue_id=clue.pk).case
        old = Case.objects.get(household_id=home, is_removal=True)
    assert new.pk != old.pk and not new.is_removal
    page = sign_in(client, cast.county).get(reverse("casework:case", args=[new.pk])).content.decode()
    assert reverse("casework:case", args=[old.pk]) in page and "标注风险消除" in page


def test_the_pages_list_what_is_due_and_walk_through_a_roll_back(
    client: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, at = removed(cast)
    later = at + timedelta(days=100)
    status(home, later, housing_safe=False)
    monkeypatch.setattr("django.utils.timezone.now", lambda: later)
    with acting_as(SYSTEM):
        assert weak_removals_search(at=later) == Search(looked=1, found=1, ended=0, left=0)
    listed = sign_in(client, cast.township).get(reverse("evaluation:due")).content.decode()
    assert "过渡期里的户：1 户" in listed and "走访逾期 1 户</a>" in listed and "不再成立：住房安全" in listed
    address = reverse("evaluation:transition", args=[home])
    assert address in listed
    shown = client.get(address).content.decode()
    assert "住房安全</strong>：没有达到" in shown
    assert "现在不成立</strong>：住房安全</p>" in shown  # beside the form, too, for who reads on a phone
    empty = client.post(address, {"do": "propose", "reason": ""})
    assert empty.status_code == 422 and "请写明为什么要回退" in empty.content.decode()
    assert client.post(address, {"do": "propose", "reason": "住房又成了危房"}).status_code == 302
    own = client.post(address, {"do": "decide", "approve": "yes", "reason": "核过"})
    assert own.status_code == 422  # a township decides nothing
    county = sign_in(client, cast.county)
    decided = county.get(address).content.decode()
    assert "复核回退" in decided and "现在不成立</strong>：住房安全</p>" in decided
    assert "住房安全：不成立" in decided and "住房安全：住房安全" not in decided
    assert county.post(address, {"do": "decide", "approve": "yes", "reason": "核过"}).status_code == 302
    assert "已经回退，或者又重新识别" in county.get(address).content.decode()
    assert later > AT
