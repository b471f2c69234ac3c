"""Each stage × actor × action of every shipped procedure through the real services: exactly the table's yes and no."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from tests.casework.procedure_table import (
    ACTIONS,
    AT,
    PROCEDURES,
    SHIPPED,
    Action,
    actors,
    attempt,
    blocks,
    in_force,
    is_allowed,
    may,
    procedure_read,
    ready,
    standing,
)
from tests.factories.cast import Cast

from shouwang.casework.models import Answer, Attachment, Case, CaseEvent, CaseSource, Decision, Task
from shouwang.casework.selectors.barred import barred_users
from shouwang.casework.selectors.procedures import procedure_for
from shouwang.casework.services import PapersRequired, case_judge
from shouwang.people.access import SYSTEM, Viewer, acting_as

LATER = AT + timedelta(days=30)


@pytest.mark.parametrize(("place", "key"), PROCEDURES)
def test_only_the_table_says_who_may_take_which_step(cast: Cast, place: str, key: str) -> None:
    read, walk, people = procedure_read(place, key), ready(cast, place), actors(cast)
    actions = [*ACTIONS, *(Action(f"close:{name}", (), name) for name in read["closings"])]
    wrong, taken, tried = [], set(), 0
    for stage_key, stage in read["stages"].items():
        for is_posted in (False, True) if stage["act"] == "notice" else (False,):
            with standing(walk, key, stage_key, is_posted=is_posted) as case:
                for name, viewer in people.items():
                    with acting_as(viewer):  # each attempt is taken back inside it
                        tries = [
                            (action, is_allowed(lambda: attempt(place, stage, viewer, case, action, LATER)))  # noqa: B023
                            for action in actions
                        ]
                    for action, found in tries:
                        expected = may(read, stage, viewer, action, slot=case.slot, is_posted=is_posted)
                        tried += 1
                        if found:
                            taken.add((stage_key, action.move))
                        if found is not expected:
                            wrong.append(f"{stage_key} {name} {action.name}: table {expected}, service {found}")
    assert not wrong, wrong
    assert tried >= len(read["stages"]) * len(people) * len(actions)
    everything = {(stage_key, move) for stage_key, stage in read["stages"].items() for move in stage["moves"]}
    assert {step for step in taken if step[1]} >= {step for step in everything if step[1] != "complete"}


@pytest.mark.parametrize(("place", "key"), PROCEDURES)
def test_whose_earlier_work_it_is_may_not_take_a_step(cast: Cast, place: str, key: str) -> None:
    read, walk, people = procedure_read(place, key), ready(cast, place), actors(cast)
    judging = [
        name for name, stage in read["stages"].items() if stage["act"] in ("check", "review", "decide", "appraise")
    ]
    tried = 0
    for stage_key, stage in read["stages"].items():
        holder = next(
            viewer for viewer in people.values()
            if may(read, stage, viewer, Action("x", (stage["act"],), ""), slot=cast.slot, is_posted=False)
        )  # fmt: skip
        for work in ("report", "answer", *(name for name in judging if name != stage_key)):
            with standing(walk, key, stage_key) as case, acting_as(SYSTEM):
                _worked(case, holder, work, judging)
                is_barred = holder.user_id in barred_users(case, procedure_for(case).stages[stage_key])
                assert is_barred is (work in stage.get("not_by", [])), (stage_key, work)
                tried += 1
    assert tried


def _worked(case: Case, viewer: Viewer, work: str, judging: list[str]) -> None:
    common = {"case": case, "slot": case.slot, "user_id": viewer.user_id, "actor": viewer.label, "at": AT}
    if work == "report":
        CaseSource.objects.create(
            case=case, slot=case.slot, warning_id=10**9, cause="ILLNESS", channel="OFFICER", reported_at=AT,
            reporter_label=viewer.label, reporter_user_id=viewer.user_id, joined_at=AT,
        )  # fmt: skip
    elif work == "answer":
        task = Task.objects.create(
            case=case, slot=case.slot, household_id=case.household_id, key="check_medical", name="核查", asks="aid",
            question="？", kind="DEPARTMENT", organisation_id=viewer.organisation_id, opened_at=AT, opened_by="测试",
            due_on=AT.date(), warn_on=AT.date(),
        )  # fmt: skip
        Answer.objects.create(task=task, organisation_id=viewer.organisation_id, meets=True, reasons="属实", **common)
    else:
        assert work in judging
        event = CaseEvent.objects.create(what="DECIDED", text="决定", case_version=case.version, **common)
        Decision.objects.create(
            event=event, stage=work, stage_name=work, act="check", move="x", move_name="x", **common
        )


def test_shanxi_goes_the_national_way() -> None:
    found = blocks("shanxi")
    assert in_force(found["route"], AT.date())["route"] == SHIPPED["national"]
    assert procedure_read("shanxi", SHIPPED["national"]) == procedure_read("national", SHIPPED["national"])


@pytest.mark.parametrize("place", SHIPPED)
def test_what_a_place_opens_cases_with_is_what_is_tried_here(place: str) -> None:
    assert in_force(blocks(place)["route"], AT.date())["route"] == SHIPPED[place]


def test_a_household_is_not_compared_before_it_has_signed(cast: Cast) -> None:
    walk = ready(cast, "national")
    with standing(walk, "identification", "household_check") as case:
        with acting_as(SYSTEM):
            Attachment.objects.filter(case=case).update(kind="photo")
        with acting_as(cast.township), pytest.raises(PapersRequired, match="承诺授权书"), transaction.atomic():
            case_judge(viewer=cast.township, case_id=case.pk, version=case.version, move="pass_on", at=LATER)
