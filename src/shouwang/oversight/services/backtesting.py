"""Back-tests: asked for by a person, carried out by the worker, stored whole and never changed."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from procrastinate.contrib.django import app

from shouwang.audit.services import entry_append
from shouwang.casework.selectors import CaseOutcome, outcomes_in
from shouwang.engine.backtest import backtest
from shouwang.engine.score_rows import backtest_row
from shouwang.engine.scores import Hardship, Terms, enough_check
from shouwang.kit.errors import Refusal
from shouwang.office.selectors import progress_visible_to
from shouwang.office.services import progress_advance, progress_fail, progress_finish, progress_plan, progress_start
from shouwang.oversight.models import PolicyBacktest
from shouwang.oversight.rules.backtests import CASES, IN_FORCE, digest_of
from shouwang.oversight.rules.variants import NothingMoved, policy_of_variant
from shouwang.oversight.selectors.backtests import Past
from shouwang.people.access import SYSTEM, Viewer, acting_as, viewer_for
from shouwang.people.selectors import appointment_by_id
from shouwang.rulebook.variants import area_code, change_parse, provision_in_force, quantity_text
from shouwang.screening.selectors import runs_triable
from shouwang.screening.services import SnapshotGone, run_moment
from shouwang.standards.selectors import policy_by_version_id

if TYPE_CHECKING:
    from shouwang.engine.backtest import Moment
    from shouwang.rulebook import Policy

TASK = "oversight.backtest"
ADDRESS = "/screen/lab/backtests/"
UNDER_WAY = ("WAITING", "RUNNING")


class BacktestUnderWay(Refusal):
    """The organisation's last back-test is not over yet."""

    sentence = "上一次回测还没有算完，完成后再开始新的一次。"


class AskerGone(Refusal):
    """The appointment of the person who asked has ended."""

    sentence = "申请人的任职已经结束，没有回测。"


@dataclass(frozen=True)
class Asked:
    """One back-test as it is asked for: which value in which sizes, over which screenings, counted how."""

    slot: int
    hi: int
    area_name: str
    version_id: int
    path: str
    values: tuple[str, ...]
    runs: tuple[int, ...]
    window_months: int
    rest_months: int
    by_cause: bool

    @property
    def terms(self) -> Terms:
        """How things are counted."""
        return Terms(self.window_months, self.rest_months, by_cause=self.by_cause)

    @property
    def inputs(self) -> dict[str, Any]:
        """What is stored of it beside the area and the version."""
        return {
            "path": self.path, "values": list(self.values), "window_months": self.window_months,
            "rest_months": self.rest_months, "by_cause": self.by_cause, "runs": list(self.runs), "hardships": CASES,
        }  # fmt: skip

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Asked:
        """This function reads what a job carries."""
        return cls(**{**given, "values": tuple(given["values"]), "runs": tuple(given["runs"])})


def candidates_of(asked: Asked, on: date) -> list[Policy]:
    """This function returns the version's policy on a day and its variants; raises PackError."""
    base = policy_by_version_id(asked.version_id, on=on)
    return [base, *(policy_of_variant({asked.path: text}, base) for text in asked.values)]


def backtest_request(*, viewer: Viewer, past: Past, asked: Asked, at: datetime) -> str:
    """This function hands a back-test to the worker and returns its key; `past` is the viewer's to read.

    Raises NothingMoved, BacktestUnderWay, Refusal for too few months, PackError where a month lacks the value.
    """
    if not asked.values:
        raise NothingMoved
    enough_check(past.days, asked.terms)
    for on in past.days:
        candidates_of(asked, on)
    if progress_visible_to(viewer).filter(href__startswith=ADDRESS, state__in=UNDER_WAY).exists():
        raise BacktestUnderWay
    key = secrets.token_hex(16)
    with transaction.atomic():
        progress = progress_plan(
            viewer=viewer, label=f"回测：{asked.area_name}，{past.days[0]:%Y-%m} 至 {past.days[-1]:%Y-%m}", at=at,
            slot=asked.slot, total=len(past.runs), unit="个月", href=f"{ADDRESS}{key}/",
        )  # fmt: skip
        app.configure_task(TASK, queue="long", allow_unknown=False).defer(
            key=key, appointment_id=viewer.appointment_id or 0, progress_id=progress.pk, asked=asdict(asked)
        )
        entry_append(
            viewer=viewer, action="backtest.request", subject_type="oversight.PolicyBacktest", subject_id=progress.pk,
            slot=asked.slot, at=at, after={"key": key, "version": asked.version_id, **asked.inputs},
        )  # fmt: skip
    return key


def backtest_execute(
    *, key: str, appointment_id: int, progress_id: int, asked: Asked, clock: Callable[[], datetime], today: date
) -> None:
    """This function carries out a back-test in the scope of who asked for it; a failure leaves one sentence."""
    with acting_as(SYSTEM):
        progress_start(progress_id=progress_id, at=clock(), total=len(asked.runs))
        appointment = appointment_by_id(appointment_id)
        viewer = viewer_for(appointment, on=today) if appointment else None
    try:
        if viewer is None or not viewer.ranges:
            raise AskerGone
        _carry_out(key=key, viewer=viewer, progress_id=progress_id, asked=asked, clock=clock, today=today)
    except Refusal as refusal:
        _fail(progress_id, refusal.message, at=clock())
    except Exception:
        _fail(progress_id, "回测因程序故障停止。请联系系统管理员查看日志。", at=clock())
        raise


def _fail(progress_id: int, message: str, *, at: datetime) -> None:
    with acting_as(SYSTEM):
        progress_fail(progress_id=progress_id, at=at, message=message)


def _carry_out(
    *, key: str, viewer: Viewer, progress_id: int, asked: Asked, clock: Callable[[], datetime], today: date
) -> None:
    with acting_as(viewer):
        moments = _moments(viewer, asked)
        policies = {moment.on: candidates_of(asked, moment.on) for moment in moments}
        outcomes = outcomes_in(lo=asked.slot, hi=asked.hi)

    def tell(done: int, total: int) -> None:
        with acting_as(SYSTEM):
            progress_advance(progress_id=progress_id, done=done, total=total, at=clock())

    found = backtest(
        moments, policies.__getitem__, hardships_of(outcomes, by_cause=asked.by_cause), until=today, terms=asked.terms,
        progress=tell,
    )  # fmt: skip
    results = {
        **backtest_row(found, [IN_FORCE, *asked.values]),
        "value": value_said(asked.path, policies[moments[-1].on][0]),
        "cases": {
            "confirmed": sum(one.is_confirmed for one in outcomes),
            "rejected": sum(not one.is_confirmed for one in outcomes),
            "unwarned": sum(one.is_confirmed and not one.is_warned for one in outcomes),
        },
    }
    with acting_as(viewer):
        backtest_store(viewer=viewer, key=key, asked=asked, inputs=asked.inputs, results=results, at=clock())
    with acting_as(SYSTEM):
        progress_finish(progress_id=progress_id, at=clock(), message=f"试了 {len(asked.values)} 个数值。")


def _moments(viewer: Viewer, asked: Asked) -> list[Moment]:
    """This function returns the past as the engine reads it; raises SnapshotGone when a month has gone since."""
    runs = {run.pk: run for run in runs_triable(viewer).filter(pk__in=asked.runs).select_related("snapshot")}
    if len(runs) != len(asked.runs):
        raise SnapshotGone
    return [run_moment(runs[pk]) for pk in asked.runs]


def hardships_of(outcomes: Sequence[CaseOutcome], *, by_cause: bool) -> list[Hardship]:
    """This function returns the need that cases found: one a household and day, or one a cause."""
    return [
        Hardship(one.household_id, one.on, cause)
        for one in outcomes
        if one.is_confirmed
        for cause in (one.causes if by_cause else ("",))
    ]


def value_said(path: str, policy: Policy) -> dict[str, str]:
    """This function returns what the value is called, its unit, and as it stands in the policy (that of its area)."""
    change = change_parse(f"{path}=1", policy)
    stated = provision_in_force(policy, change.topic, change.key)
    value = stated.value.value
    if change.area:
        value = next((own for lo, hi, own in stated.value.areas if area_code(lo, hi) == change.area), value)
    current = quantity_text(value, stated.value.measure)
    return {"path": path, "name": stated.name, "unit": stated.unit, "current": current}


def backtest_store(
    *, viewer: Viewer, key: str, asked: Asked, inputs: Mapping[str, Any], results: Mapping[str, Any], at: datetime
) -> PolicyBacktest:
    """This function keeps a back-test as it is, with everything it rests on; the caller acts as `viewer`."""
    days = [date.fromisoformat(one["on"]) for one in results["snapshots"]]
    stored = PolicyBacktest.objects.create(
        key=key, slot=asked.slot, hi=asked.hi, area_name=asked.area_name, first_on=days[0], last_on=days[-1],
        pack_version_id=asked.version_id, inputs=inputs, results=results, digest=digest_of(inputs, results), made_at=at,
        asked_by=viewer.label, asked_by_user_id=viewer.user_id, appointment_id=viewer.appointment_id,
    )  # fmt: skip
    entry_append(
        viewer=viewer, action="backtest.store", subject_type="oversight.PolicyBacktest", subject_id=stored.pk,
        slot=asked.slot, at=at, after={"key": key, "version": asked.version_id, "digest": stored.digest, **inputs},
    )  # fmt: skip
    return stored
