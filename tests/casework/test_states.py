"""A state machine that tries every move in every order: whatever happens, the case stays whole."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from tests.factories.casework import Walk, case_make, clue_make
from tests.factories.cast import Cast

from shouwang.casework import services
from shouwang.casework.models import Case, CaseCause, CaseEvent, Decision, Task
from shouwang.casework.rules import Happening, lamp_of
from shouwang.casework.selectors import with_lamp
from shouwang.casework.selectors.procedures import procedure_for
from shouwang.kit.dates import SHANGHAI
from shouwang.kit.errors import Refusal
from shouwang.people.access import SYSTEM, Viewer, acting_as
from shouwang.people.models import TaskGrant

MEMBERS = ("officer", "township", "county", "leader", "medical", "insurer", "auditor", "neighbour")
MOVES = (
    "pass_on", "send_back", "amended", "conform", "reject", "ask_again", "approve", "refuse", "early", "help_again",
    "hand_over", "complete",
)  # fmt: skip


class CaseMachine(RuleBasedStateMachine):
    """One case; anybody tries anything, most of it refused."""

    cast: Cast

    @initialize()
    def begin(self) -> None:
        self.block = transaction.atomic()
        self.block.__enter__()
        self.walk: Walk = case_make(self.cast)
        self.decisions = 0
        self.events = 0
        self.was_closed = False

    def teardown(self) -> None:
        if hasattr(self, "block"):
            transaction.set_rollback(True)
            self.block.__exit__(None, None, None)

    def attempt(self, viewer: Viewer, service: Any, **arguments: Any) -> None:
        """Calls a service in somebody's name; a refusal must leave the version as it was."""
        before = self.walk.version
        self.walk.at += timedelta(hours=7)
        try:
            with acting_as(viewer):
                service(viewer=viewer, at=self.walk.at, **arguments)
        except Refusal:
            assert self.walk.version == before
        else:
            assert self.walk.version > before

    @rule(member=st.sampled_from(MEMBERS), move=st.sampled_from(MOVES), stale=st.integers(0, 1), told=st.booleans())
    def judge(self, member: str, move: str, stale: int, told: bool) -> None:
        self.attempt(
            self.cast.members()[member],
            services.case_judge,
            case_id=self.walk.case_id,
            version=self.walk.version - stale * (self.walk.version > 1),
            move=move,
            clause="条款",
            reason="理由",
            told="告知的话" if told else "",
        )

    @rule()
    def the_right_one_goes_on(self) -> None:
        steps = {
            "check": self.walk.pass_on,
            "dispatch": self.walk.dispatch,
            "answers": self.walk.answer_all,
            "review": self.walk.review,
            "decide": self.walk.decide,
            "help": self.walk.assist,
        }
        act = self.walk.case.act
        if act in steps:
            steps[act]()

    @rule(
        member=st.sampled_from(MEMBERS),
        keys=st.sets(st.sampled_from(("check_medical", "check_insurer", "check_water"))),
    )
    def dispatch(self, member: str, keys: set[str]) -> None:
        self.attempt(
            self.cast.members()[member],
            services.case_dispatch,
            case_id=self.walk.case_id,
            version=self.walk.version,
            tasks=sorted(keys),
        )

    @precondition(lambda self: hasattr(self, "walk") and self.walk.tasks())
    @rule(data=st.data(), member=st.sampled_from(MEMBERS), meets=st.booleans())
    def answer(self, data: st.DataObject, member: str, meets: bool) -> None:
        task = data.draw(st.sampled_from(self.walk.tasks()))
        self.attempt(
            self.cast.members()[member],
            services.task_answer,
            task_id=task.pk,
            version=task.version,
            meets=meets,
            reasons="查过",
            figures={},
        )

    @rule(member=st.sampled_from(MEMBERS), is_complete=st.booleans())
    def assist(self, member: str, is_complete: bool) -> None:
        self.attempt(
            self.cast.members()[member],
            services.assisted_record,
            case_id=self.walk.case_id,
            data={},
            is_complete=is_complete,
        )

    @rule(member=st.sampled_from(MEMBERS), is_risk_gone=st.booleans())
    def visit(self, member: str, is_risk_gone: bool) -> None:
        self.attempt(
            self.cast.members()[member],
            services.visited_record,
            case_id=self.walk.case_id,
            data={},
            is_risk_gone=is_risk_gone,
        )

    @rule(member=st.sampled_from(MEMBERS), closing=st.sampled_from(("withdrawn", "died", "nonsense")))
    def close(self, member: str, closing: str) -> None:
        self.attempt(
            self.cast.members()[member],
            services.case_close,
            case_id=self.walk.case_id,
            version=self.walk.version,
            closing=closing,
            reason="核实",
        )

    @rule()
    def another_report(self) -> None:
        clue = clue_make(self.cast.officer, self.walk.case.household_id, at=self.walk.at)
        services.clue_take(clue_id=clue.pk, at=self.walk.at)

    @rule()
    def time_passes(self) -> None:
        self.walk.at += timedelta(days=40)
        services.tasks_expire(at=self.walk.at)

    @invariant()
    def the_case_stays_whole(self) -> None:
        if not hasattr(self, "walk"):
            return
        with acting_as(SYSTEM):
            on = self.walk.at.astimezone(SHANGHAI).date()
            case = with_lamp(Case.objects.filter(pk=self.walk.case_id), on).get()
            events = list(CaseEvent.objects.filter(case=case).order_by("pk"))
            self._lamp_follows_from_events(case, events, on)
            self._history_only_grows(case, events)
            self._open_or_closed(case)
            open_tasks = set(Task.objects.filter(case=case, state="OPEN").values_list("pk", flat=True))
            live = set(
                TaskGrant.objects.filter(case_id=case.pk, until__gt=self.walk.at).values_list("task_id", flat=True)
            )
            assert live <= open_tasks
            assert case.is_open or not open_tasks

    def _lamp_follows_from_events(self, case: Any, events: list[CaseEvent], on: Any) -> None:
        history = [
            Happening(event.what, event.at.astimezone(SHANGHAI).date(), event.data.get("ending", ""))
            for event in events
        ]
        assert case.lamp == lamp_of(history, on=on)

    def _history_only_grows(self, case: Case, events: list[CaseEvent]) -> None:
        decisions = Decision.objects.filter(case=case).count()
        assert len(events) >= self.events
        assert decisions >= self.decisions
        self.events, self.decisions = len(events), decisions
        assert max(event.case_version for event in events) == case.version
        assert {event.case_version for event in events} == set(range(1, case.version + 1))

    def _open_or_closed(self, case: Case) -> None:
        stages = procedure_for(case).stages
        if case.is_open:
            assert stages[case.stage].name == case.stage_name
            assert stages[case.stage].who.kind == case.holder_kind
            assert not self.was_closed
        else:
            self.was_closed = True
        assert set(CaseCause.objects.filter(case=case).values_list("is_open", flat=True)) == {case.is_open}


def walk_at_random(cast: Cast, *, examples: int, steps: int) -> None:
    class Machine(CaseMachine):
        pass

    Machine.cast = cast
    options = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    run_state_machine_as_test(Machine, settings=options)


def test_any_order_of_moves_leaves_the_case_whole(cast: Cast) -> None:
    walk_at_random(cast, examples=6, steps=25)


@pytest.mark.full
def test_a_great_many_orders_leave_the_case_whole(cast: Cast) -> None:
    walk_at_random(cast, examples=60, steps=50)
