"""Who may take which step: every member of the cast tries every move; only those whose turn it is get through."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.factories.casework import AT, Walk, case_make, clue_make, second_clerk
from tests.factories.cast import Cast
from tests.factories.people import appointment_make, organisation_make
from tests.factories.register import household_make

from shouwang.casework import services
from shouwang.casework.errors import CaseNotFound, NotYourTurn, OwnWork, TaskNotFound
from shouwang.casework.selectors import case_stage_action, cases_waiting
from shouwang.kit.errors import Refusal
from shouwang.people.access import SYSTEM, Kind, Role, Viewer, acting_as, viewer_for
from shouwang.people.models import User

Step = Callable[[Viewer, Walk], object]
COMMON = {"reason": "理由", "at": AT}

STEPS: dict[str, tuple[Step, set[str]]] = {
    "check": (
        lambda viewer, walk: services.case_check(
            viewer=viewer, case_id=walk.case_id, version=walk.version, passes=True, **COMMON
        ),
        {"township"},
    ),
    "dispatch": (
        lambda viewer, walk: services.case_dispatch(
            viewer=viewer, case_id=walk.case_id, version=walk.version, tasks=["check_medical"], at=AT
        ),
        {"county"},
    ),
    "answers": (
        lambda viewer, walk: services.case_judge(
            viewer=viewer, case_id=walk.case_id, version=walk.version, move="early", **COMMON
        ),
        {"county"},
    ),
    "review": (
        lambda viewer, walk: services.case_review(
            viewer=viewer, case_id=walk.case_id, version=walk.version, conforms=True, **COMMON
        ),
        {"county"},
    ),
    "decide": (
        lambda viewer, walk: services.case_decide(
            viewer=viewer, case_id=walk.case_id, version=walk.version, approve=True, clause="条款", **COMMON
        ),
        {"leader"},
    ),
    "help": (
        lambda viewer, walk: services.assisted_record(viewer=viewer, case_id=walk.case_id, at=AT, data={}),
        # Help is delivered by the township, the departments and the insurer of the county too.
        {"county", "township", "medical", "civil", "labour", "education", "disabled", "insurer"},
    ),
    "visit": (
        lambda viewer, walk: services.visited_record(
            viewer=viewer, case_id=walk.case_id, is_risk_gone=True, at=AT, data={}
        ),
        {"county"},
    ),
    "close": (
        lambda viewer, walk: services.case_withdraw(
            viewer=viewer, case_id=walk.case_id, version=walk.version, **COMMON
        ),
        {"county"},
    ),
}


@pytest.mark.parametrize("name", STEPS)
def test_only_whose_turn_it_is_may_take_a_step(cast: Cast, name: str) -> None:
    step, allowed = STEPS[name]
    walk = case_make(cast, upto="dispatch" if name == "close" else name)
    before = walk.case
    members = cast.members()
    for member in sorted(members.keys() - allowed):
        with acting_as(members[member]), pytest.raises((NotYourTurn, CaseNotFound, OwnWork)):
            step(members[member], walk)
        assert walk.case.version == before.version, member
    for member in sorted(allowed)[:1]:
        with acting_as(members[member]):
            step(members[member], walk)
        assert walk.case.version == before.version + 1


def test_only_the_asked_organisation_answers(cast: Cast) -> None:
    walk = case_make(cast, upto="dispatch").dispatch(["check_medical"])
    task = walk.tasks()[0]
    for member, viewer in cast.members().items():
        if member == "medical":
            continue
        with acting_as(viewer), pytest.raises(TaskNotFound):
            services.task_answer(
                viewer=viewer, task_id=task.pk, version=1, meets=True, reasons="属实", figures={}, at=AT
            )
    walk.answer(task)
    assert walk.case.act == "review"


def also_at(cast: Cast, viewer: Viewer, kind: Kind, role: Role, name: str) -> Viewer:
    """The same person under a second appointment."""
    organisation = organisation_make(kind, cast.places.county, name=name)
    with acting_as(SYSTEM):
        return viewer_for(appointment_make(User.objects.get(pk=viewer.user_id), organisation, role), on=AT.date())


def test_who_reported_may_not_review(cast: Cast) -> None:
    walk = case_make(cast, upto="review", reporter=cast.county, channel="HOTLINE")
    with acting_as(cast.county), pytest.raises(OwnWork):
        services.case_review(
            viewer=cast.county, case_id=walk.case_id, version=walk.version, conforms=True, reason="好", at=AT
        )
    walk.reviewer = second_clerk(cast)
    assert walk.review().case.act == "decide"


def test_who_joined_a_report_to_the_case_may_not_review_it_either(cast: Cast) -> None:
    walk = case_make(cast, upto="review")
    clue = clue_make(cast.county, walk.case.household_id, channel="HOTLINE")
    services.clue_take(clue_id=clue.pk, at=AT)
    with acting_as(cast.county), pytest.raises(OwnWork):
        services.case_review(
            viewer=cast.county, case_id=walk.case_id, version=walk.version, conforms=True, reason="好", at=AT
        )


def test_who_reviewed_may_not_decide_under_another_appointment(cast: Cast) -> None:
    walk = case_make(cast, upto="decide")
    both = also_at(cast, cast.county, Kind.LEADING_GROUP, Role.LEADER, "巨鹿县防贫领导小组")
    with acting_as(both):
        assert not cases_waiting(both).exists()
        action = case_stage_action(both, walk.case)
        assert (action.may_act, action.why_not) == (False, "您在前面经手过这个案件，这一步要由别人来办")
        with pytest.raises(OwnWork):
            services.case_decide(
                viewer=both, case_id=walk.case_id, version=walk.version, approve=True, clause="条", reason="好", at=AT
            )
    with acting_as(cast.leader):
        assert cases_waiting(cast.leader).exists()


def test_who_answered_for_a_department_may_not_decide(cast: Cast) -> None:
    walk = case_make(cast, upto="decide")
    both = also_at(cast, cast.medical, Kind.LEADING_GROUP, Role.LEADER, "巨鹿县防贫领导小组")
    with acting_as(both), pytest.raises(OwnWork):
        services.case_decide(
            viewer=both, case_id=walk.case_id, version=walk.version, approve=True, clause="条", reason="好", at=AT
        )


def test_a_clerk_of_the_leading_group_does_not_decide(cast: Cast) -> None:
    walk = case_make(cast, upto="decide")
    clerk = also_at(cast, cast.city, Kind.LEADING_GROUP, Role.CLERK, "巨鹿县防贫领导小组")
    with acting_as(clerk), pytest.raises(NotYourTurn):
        services.case_decide(
            viewer=clerk, case_id=walk.case_id, version=walk.version, approve=True, clause="条", reason="好", at=AT
        )


def test_every_refusal_says_why_in_chinese(cast: Cast) -> None:
    walk = case_make(cast, upto="dispatch")
    with acting_as(cast.leader), pytest.raises(Refusal) as refused:
        services.case_dispatch(
            viewer=cast.leader, case_id=walk.case_id, version=walk.version, tasks=["check_medical"], at=AT
        )
    assert refused.value.message == "“分送核查”由县级防贫中心办理。"


def test_the_neighbouring_county_does_not_even_find_the_case(cast: Cast) -> None:
    household = household_make(cast.neighbour_slot).pk
    walk = case_make(cast, upto="dispatch")
    with acting_as(cast.neighbour), pytest.raises(CaseNotFound):
        services.case_dispatch(
            viewer=cast.neighbour, case_id=walk.case_id, version=walk.version, tasks=["check_medical"], at=AT
        )
    assert household
