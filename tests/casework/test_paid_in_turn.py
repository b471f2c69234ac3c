"""Whoever tries whatever in whatever order: nothing is given before its turn, and no clue is lost or doubled."""

from __future__ import annotations

import contextlib
import itertools
import secrets
from datetime import datetime, timedelta
from typing import Any

import pytest
import yaml
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from tests.casework.paid_in_turn import clue_misses, help_misses, money_misses
from tests.casework.procedure_table import (
    ACTIONS,
    AT,
    PACKS,
    Action,
    Tree,
    actors,
    attempt,
    may,
    procedure_read,
)
from tests.factories.casework import adopted, version_ready
from tests.factories.cast import Cast
from tests.factories.papers import ready_photo
from tests.factories.register import household_make
from tests.factories.screening import run_make, warning_make

from shouwang.assistance.models import Measure
from shouwang.assistance.services import Delivery, Plan, help_complete, measure_deliver, measure_plan
from shouwang.casework import services
from shouwang.casework.models import Case, CaseSource, Notice, Task
from shouwang.kit.dates import SHANGHAI
from shouwang.kit.errors import Refusal
from shouwang.people.access import SYSTEM, StaleWrite, Viewer, acting_as
from shouwang.public.services.applying import Contact, Wish, application_send
from shouwang.public.services.collecting import applications_take
from shouwang.register.models import Household
from shouwang.sources.models import Clue
from shouwang.sources.services import clue_attach, clue_report
from shouwang.sources.services.calls import call_take
from shouwang.sources.services.opinions import opinion_enter, opinion_judge

CAUSES = ("ILLNESS", "DISASTER")
PHOTO = ready_photo()
FORWARD = ("pass_on", "sent", "complete", "conform", "agreed", "unopposed", "approve", "assisted", "help_again")
SETTLED = ("risk_gone", "at_risk", "reject", "refuse", "disagreed", "send_back", "ask_again", "opposed", "hand_over")
ACTORS = (
    "officer", "village_clerk", "township", "township_leader", "county", "county_leader", "leader", "group_clerk",
    "medical", "civil", "insurer", "auditor", "city", "neighbour",
)  # fmt: skip
CLOSINGS = tuple(Action(f"close:{name}", (), name) for name in ("withdrawn", "doubled"))
_key = itertools.count(1)


def notices_read(place: str) -> Tree:
    """The notices of a place by key: its own file over its parents'."""
    head = yaml.safe_load((PACKS / place / "pack.yaml").read_text(encoding="utf-8"))
    file = PACKS / place / "notice.yaml"
    own = yaml.safe_load(file.read_text(encoding="utf-8")) if file.exists() else {}
    return {**(notices_read(head["extends"]) if head.get("extends") else {}), **own}


class Casework(RuleBasedStateMachine):
    """Two households under one procedure; anybody tries anything, and sometimes the right one goes on."""

    cast: Cast
    place: str
    procedure: str

    @initialize()
    def begin(self) -> None:
        self.block = transaction.atomic()
        self.block.__enter__()
        self.at, self.told, self.dismissed = AT, 0, 0
        self.read, self.notices = procedure_read(self.place, self.procedure), notices_read(self.place)
        version = version_ready(self.place, route=self.procedure)
        adopted(self.cast, version, valid_from=AT.date() - timedelta(days=365))
        self.people = {**self.cast.members(), **actors(self.cast)}
        self.homes = [household_make(self.cast.slot, head=name).pk for name in ("张胜坤", "李守信")]
        county = self.cast.places.county
        self.run = run_make(version, lo=county.lo, hi=county.hi, on=AT.date(), at=AT)
        self.last: dict[str, Any] = {}

    def teardown(self) -> None:
        if hasattr(self, "block"):
            transaction.set_rollback(True)
            self.block.__exit__(None, None, None)

    # ---- what has happened so far

    def now(self) -> datetime:
        self.at += timedelta(minutes=40)
        return self.at

    def cases(self, *, is_open: bool = True) -> list[Case]:
        with acting_as(SYSTEM):
            return list(Case.objects.filter(closed_on__isnull=is_open).order_by("pk"))

    def tried(self, viewer: Viewer, service: Any, **arguments: Any) -> Any:
        """Calls a service in somebody's name; what it refuses leaves nothing behind."""
        try:
            with acting_as(viewer):
                return service(viewer=viewer, **arguments)
        except (Refusal, StaleWrite):
            return None

    # ---- clues, on every channel

    @rule(home=st.integers(0, 1), cause=st.sampled_from(CAUSES), channel=st.sampled_from(("OFFICER", "SWEEP", "PAPER")))
    def form_in(self, home: int, cause: str, channel: str) -> None:
        viewer = self.cast.township if channel == "PAPER" else self.cast.officer
        self.last = {
            "viewer": viewer, "household_id": self.homes[home], "person_id": None, "cause": cause, "channel": channel,
            "occurred_on": self.at.date(), "summary": "住院花费很大", "at": self.now(),
            "idempotency_key": f"form-{next(_key)}",
        }  # fmt: skip
        with acting_as(viewer):
            clue_report(**self.last)
        self.told += 1

    @precondition(lambda self: getattr(self, "last", None))
    @rule()
    def same_form_again(self) -> None:
        with acting_as(self.last["viewer"]):
            clue_report(**self.last)

    @rule(home=st.integers(0, 1), channel=st.sampled_from(("HOTLINE", "WECHAT")))
    def call_in(self, home: int, channel: str) -> None:
        with acting_as(self.cast.county):
            call_take(
                viewer=self.cast.county, channel=channel, household_id=self.homes[home], cause="ILLNESS",
                occurred_on=self.at.date(), summary="老人住院没有钱", at=self.now(), phone="13812345678",
                idempotency_key=f"call-{next(_key)}",
            )  # fmt: skip
        self.told += 1

    @rule(home=st.integers(0, 1), channel=st.sampled_from(("LETTER", "MEDIA")), is_clue=st.booleans())
    def letter_in(self, home: int, channel: str, is_clue: bool) -> None:
        viewer = self.cast.county
        with acting_as(viewer):
            letter = opinion_enter(
                viewer=viewer, channel=channel, origin="某报", received_on=self.at.date(), subject="一家人遭了灾",
                household_id=self.homes[home], at=self.now(),
            )  # fmt: skip
            opinion_judge(
                viewer=viewer, opinion_id=letter.pk, version=letter.version, verdict="CLUE" if is_clue else "NONE",
                why="" if is_clue else "说的是别的事", cause="DISASTER", household_id=self.homes[home], at=self.now(),
            )  # fmt: skip
        self.told += 1
        self.dismissed += not is_clue

    @rule(is_registered=st.booleans())
    def stranger_in(self, is_registered: bool) -> None:
        """The household applies itself, or the officer meets somebody who is not registered: to be put to a household.

        The form of somebody unknown waits for a person; its clue stays open until then.
        """
        if is_registered:
            contact = Contact(name="张胜坤", phone="13912345678")
            wish = Wish(self.cast.slot, "SELF", "ILLNESS", "", self.at.date(), "住院借了钱", None, contact)
            application_send(
                wish=wish, key=secrets.token_hex(16), pin="", address=f"10.0.0.{next(_key)}", at=self.now()
            )
            assert applications_take(at=self.now()) == 1
        else:
            with acting_as(self.cast.officer):
                clue_report(
                    viewer=self.cast.officer, household_id=None, person_id=None, cause="ILLNESS", channel="OFFICER",
                    occurred_on=self.at.date(), summary="外来户住院", person_name="王大山", slot=self.cast.slot,
                    at=self.now(), idempotency_key=f"form-{next(_key)}",
                )  # fmt: skip
        self.told += 1

    @rule(data=st.data(), home=st.integers(0, 1), actor=st.sampled_from(("county", "township", "officer", "leader")))
    def stranger_placed(self, data: st.DataObject, home: int, actor: str) -> None:
        with acting_as(SYSTEM):
            waiting = list(Clue.objects.order_by("pk").values_list("pk", flat=True))
        if waiting:
            clue_id = data.draw(st.sampled_from(waiting))
            self.tried(self.people[actor], clue_attach, clue_id=clue_id, household_id=self.homes[home], at=self.now())

    @rule(home=st.integers(0, 1), cause=st.sampled_from(CAUSES))
    def warning_in(self, home: int, cause: str) -> None:
        with acting_as(SYSTEM):
            household = Household.objects.get(pk=self.homes[home])
        with contextlib.suppress(IntegrityError), transaction.atomic():  # one warning at a time waits for a case
            warning_make(self.run, household, cause)

    @rule()
    def the_minute_comes(self) -> None:
        services.sources_collect(at=self.now())

    # ---- joining and parting

    @rule(data=st.data(), actor=st.sampled_from(("county", "county", "county_leader", "officer", "leader")))
    def join(self, data: st.DataObject, actor: str) -> None:
        cases = self.cases()
        if len(cases) > 1:
            case, into = data.draw(st.permutations(cases))[:2]
            self.tried(
                self.people[actor], services.cases_join, case_id=case.pk, version=case.version, into_id=into.pk,
                into_version=into.version, reason="是一回事", at=self.now(),
            )  # fmt: skip

    @rule(data=st.data(), actor=st.sampled_from(("county", "county", "township")), home=st.integers(0, 2))
    def part(self, data: st.DataObject, actor: str, home: int) -> None:
        with acting_as(SYSTEM):
            sources = list(CaseSource.objects.select_related("case").order_by("pk"))
        if sources:
            source = data.draw(st.sampled_from(sources))
            self.tried(
                self.people[actor], services.source_part, source_id=source.pk, version=source.case.version,
                reason="不是一回事", at=self.now(), household_id=self.homes[home] if home < 2 else None,
            )  # fmt: skip

    # ---- somebody tries something, out of order as like as not

    @rule(
        data=st.data(), actor=st.sampled_from(ACTORS), action=st.sampled_from((*ACTIONS, *CLOSINGS)), old=st.booleans()
    )
    def somebody_tries(self, data: st.DataObject, actor: str, action: Action, old: bool) -> None:
        cases = self.cases(is_open=not old) or self.cases()
        if cases:
            case = data.draw(st.sampled_from(cases))
            stage = self.read["stages"].get(case.stage) or next(iter(self.read["stages"].values()))
            self.tried_action(self.people[actor], case, stage, action)

    def tried_action(self, viewer: Viewer, case: Case, stage: Tree, action: Action) -> None:
        move = stage["moves"].get(action.move)
        if move is None:  # the service must refuse a move that the stage does not have; the table cannot word it
            stage = {**stage, "moves": {**stage["moves"], action.move: {}}}
        try:
            with transaction.atomic(), acting_as(viewer):
                attempt(self.place, stage, viewer, case, action, self.now())
        except (Refusal, StaleWrite):
            pass

    @rule(data=st.data(), actor=st.sampled_from(ACTORS))
    def somebody_plans(self, data: st.DataObject, actor: str) -> None:
        cases = self.cases() or self.cases(is_open=False)
        if cases:
            case = data.draw(st.sampled_from(cases))
            self.planned(self.people[actor], case)

    def planned(self, viewer: Viewer, case: Case) -> Any:
        plan = Plan(kind="SAFETY_NET", summary="临时救助", organisation_id=self.cast.civil.organisation_id)
        return self.tried(viewer, measure_plan, case_id=case.pk, version=case.version, plan=plan, at=self.now())

    @rule(data=st.data(), actor=st.sampled_from(("civil", "civil", *ACTORS)), days=st.integers(0, 3))
    def somebody_delivers(self, data: st.DataObject, actor: str, days: int) -> None:
        """Also of a measure that was planned before the case went back, or was delivered already."""
        with acting_as(SYSTEM):
            measures = list(Measure.objects.order_by("pk"))
        self.at += timedelta(days=days)
        if measures:
            self.delivered(self.people[actor], data.draw(st.sampled_from(measures)))

    def delivered(self, viewer: Viewer, measure: Measure) -> None:
        on = self.at.astimezone(SHANGHAI).date()
        self.tried(
            viewer, measure_deliver, measure_id=measure.pk, version=measure.version,
            delivery=Delivery(on, "已打入一卡通", 300_000), at=self.now(),
        )  # fmt: skip

    @rule(days=st.integers(1, 8))
    def days_pass(self, days: int) -> None:
        self.at += timedelta(days=days)
        services.tasks_expire(at=self.at)

    # ---- the right one goes on

    @precondition(lambda self: hasattr(self, "people") and self.cases())
    @rule(data=st.data(), steps=st.integers(1, 9))
    def the_right_ones_go_on(self, data: st.DataObject, steps: int) -> None:
        case_id = data.draw(st.sampled_from(self.cases())).pk
        for _ in range(steps):
            with acting_as(SYSTEM):
                case = Case.objects.get(pk=case_id)
            if not case.is_open:
                return
            self.one_step(case)

    @precondition(lambda self: hasattr(self, "people") and self.cases())
    @rule(data=st.data(), move=st.sampled_from(SETTLED))
    def the_right_one_turns_it(self, data: st.DataObject, move: str) -> None:
        case = data.draw(st.sampled_from(self.cases()))
        stage = self.read["stages"][case.stage]
        for action in ACTIONS:
            if action.move == move and stage["act"] in action.acts and move in stage["moves"]:
                self.tried_action(self.right_one(case, stage, action), case, stage, action)

    def right_one(self, case: Case, stage: Tree, action: Action) -> Viewer:
        """Who may take a step by the table and did none of the work that it judges; anybody where there is nobody."""
        for viewer in self.people.values():
            is_posted = action.name in ("finish", "oppose")
            if viewer.user_id not in case.barred_user_ids and may(
                self.read, stage, viewer, action, slot=case.slot, is_posted=is_posted
            ):
                return viewer
        return self.cast.county

    def one_step(self, case: Case) -> None:
        stage = self.read["stages"][case.stage]
        act = stage["act"]
        if act == "answers":
            self.answered(case)
        elif act == "notice":
            self.posted_or_run(case, stage)
        elif act == "help":
            self.helped(case)
        elif act == "visit":
            self.tried_action(self.cast.county, case, stage, Action("visit:at_risk", ("visit",), "at_risk"))
        else:
            action = next(
                one for one in ACTIONS if one.move in FORWARD and act in one.acts and one.move in stage["moves"]
            )
            viewer = self.right_one(case, stage, action)
            if stage["moves"][action.move].get("requires"):
                self.tried(
                    viewer, services.case_attach, case_id=case.pk, version=case.version, ready=[PHOTO],
                    kind="authorisation", caption="", at=self.now(),
                )  # fmt: skip
                with acting_as(SYSTEM):
                    case = Case.objects.get(pk=case.pk)
            self.tried_action(viewer, case, stage, action)

    def answered(self, case: Case) -> None:
        with acting_as(SYSTEM):
            tasks = list(Task.objects.filter(case=case, state="OPEN"))
        for task in tasks:
            viewer = next(one for one in self.people.values() if one.organisation_id == task.organisation_id)
            self.tried(
                viewer, services.task_answer, task_id=task.pk, version=task.version, meets=True, reasons="属实",
                figures={}, at=self.now(),
            )  # fmt: skip

    def posted_or_run(self, case: Case, stage: Tree) -> None:
        with acting_as(SYSTEM):
            sheet = Notice.objects.filter(case=case, state="POSTED").first()
        if sheet is None:
            viewer = self.right_one(case, stage, next(one for one in ACTIONS if one.name == "post"))
            self.tried(
                viewer, services.notice_post, case_id=case.pk, version=case.version, place="公示栏", photos=[PHOTO],
                posted_on=self.at.astimezone(SHANGHAI).date(), at=self.now(),
            )  # fmt: skip
            return
        action = next(one for one in ACTIONS if one.name == "finish")
        self.tried_action(self.right_one(case, stage, action), case, stage, action)
        self.at += timedelta(days=2)

    def helped(self, case: Case) -> None:
        with acting_as(SYSTEM):
            measures = Measure.objects.filter(case_id=case.pk, planned_at__gte=case.stage_since_at)
            waiting, done = measures.filter(state="PLANNED").first(), measures.filter(state="DELIVERED").first()
        if waiting is not None:
            self.delivered(self.cast.civil, waiting)
        elif done is not None:
            self.tried(self.cast.county, help_complete, case_id=case.pk, version=case.version, at=self.now())
        else:
            self.planned(self.cast.county, case)

    # ---- whatever happened

    @invariant()
    def nothing_is_given_before_its_turn(self) -> None:
        if hasattr(self, "people"):
            with acting_as(SYSTEM):
                wrong = [miss for case in Case.objects.all() for miss in help_misses(case, self.place, self.notices)]
                wrong += money_misses()
            assert not wrong, wrong

    @invariant()
    def no_clue_is_lost_or_doubled(self) -> None:
        if hasattr(self, "people"):
            with acting_as(SYSTEM):
                wrong = list(clue_misses(told=self.told, dismissed=self.dismissed))
            assert not wrong, wrong


def tried_at_random(cast: Cast, place: str, procedure: str, *, examples: int, steps: int, shrinks: bool) -> None:
    phases = [Phase.generate, Phase.shrink] if shrinks else [Phase.generate]
    names = {"cast": cast, "place": place, "procedure": procedure}
    options = settings(
        max_examples=examples, stateful_step_count=steps, deadline=None, suppress_health_check=list(HealthCheck),
        database=None, phases=phases,
    )  # fmt: skip
    run_state_machine_as_test(type("Machine", (Casework,), names), settings=options)


def test_no_order_of_acts_pays_early_or_loses_a_clue(cast: Cast) -> None:
    tried_at_random(cast, "national", "identification", examples=3, steps=25, shrinks=False)
    tried_at_random(cast, "lianyungang", "five_steps", examples=2, steps=25, shrinks=False)


@pytest.mark.full
@pytest.mark.parametrize(
    ("place", "procedure"),
    [
        ("national", "identification"), ("lianyungang", "five_steps"), ("xingtai", "township_first"),
        ("xingtai", "county_straight"), ("julu", "five_levels"), ("hebei", "county_straight"),
    ],
)  # fmt: skip
def test_a_great_many_orders_pay_nothing_early_and_lose_no_clue(cast: Cast, place: str, procedure: str) -> None:
    tried_at_random(cast, place, procedure, examples=40, steps=50, shrinks=True)


def test_the_right_ones_reach_help_and_are_paid_in_turn(cast: Cast) -> None:
    """The machine would prove nothing if it never came as far as money."""
    machine = type("Machine", (Casework,), {"cast": cast, "place": "national", "procedure": "identification"})()
    machine.begin()
    try:
        machine.form_in(0, "ILLNESS", "OFFICER")
        machine.the_minute_comes()
        for _ in range(40):
            (case,) = machine.cases() or (None,)
            if case is None or case.act == "visit":
                break
            machine.one_step(case)
        machine.nothing_is_given_before_its_turn()
        machine.no_clue_is_lost_or_doubled()
        with acting_as(SYSTEM):
            assert Measure.objects.filter(state="DELIVERED", grant_id__isnull=False).count() == 1
    finally:
        machine.teardown()
