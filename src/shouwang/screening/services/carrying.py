"""A recorded run carried out: snapshot, rules, warnings. Whatever dies in between leaves nothing, and is done again."""

from __future__ import annotations

import logging
import shutil
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa
from procrastinate.contrib.django import app

from shouwang.engine import ScreenResult, SnapshotError, screen
from shouwang.engine.edition import edition
from shouwang.kit.errors import Refusal
from shouwang.kit.locks import Lock
from shouwang.office.services import process_lock, progress_finish, progress_start
from shouwang.people.access import SYSTEM, acting_as
from shouwang.rulebook import Policy
from shouwang.screening.models import Run, Snapshot
from shouwang.screening.rules import ATTEMPTS
from shouwang.screening.services.following import Chain, chain_choose, results_folder
from shouwang.screening.services.handled import handled_now, handled_table
from shouwang.screening.services.raising import Raised, warnings_raise
from shouwang.screening.services.runs import STEPS
from shouwang.screening.services.snapshot import snapshot_folder, snapshot_take
from shouwang.screening.services.storms import Storm, storm_find, storms_withdraw
from shouwang.screening.services.telling import run_fail, step_reached
from shouwang.standards.selectors import policy_by_version_id

LOG = logging.getLogger(__name__)
IDS_KEPT = 50  # households named when a check finds a difference


def run_locked(run_id: int) -> AbstractContextManager[bool]:
    """This function holds a run for this process alone, and tells whether it got it."""
    return process_lock(Lock.RUN.key(run_id))


def run_execute(*, run_id: int, at: datetime) -> None:
    """This function carries out a recorded run. A failure leaves one sentence and no warning.

    A run that is finished, or that another process is carrying out, is left alone.
    """
    with run_locked(run_id) as is_mine:
        run = _begin(run_id, at=at) if is_mine else None
        if run is None:
            return
        try:
            _carry_out(run, at=at)
        except Refusal as refusal:
            run_fail(run, at=at, message=refusal.message)
        except Exception:
            run_fail(run, at=at, message="筛查因程序故障停止，没有产生任何预警。请联系系统管理员查看日志。")
            raise


def _begin(run_id: int, *, at: datetime) -> Run | None:
    with acting_as(SYSTEM):
        run = Run.objects.select_for_update(of=("self",)).get(pk=run_id)
        if run.state not in (Run.State.WAITING, Run.State.RUNNING):
            return None
        if run.attempts < ATTEMPTS:
            run.state, run.started_at, run.attempts = Run.State.RUNNING, at, run.attempts + 1
            run.save(update_fields=["state", "started_at", "attempts"])
            if run.progress_id:
                progress_start(progress_id=run.progress_id, at=at, total=STEPS)
            return run
    run_fail(run, at=at, message=f"筛查中断了 {ATTEMPTS} 次，没有产生任何预警。请联系系统管理员查看日志后重新筛查。")
    return None


@dataclass(frozen=True)
class _Screened:
    """What the engine found, what the run hangs on after all, and what a check found different."""

    result: ScreenResult
    chain: Chain
    compared: dict[str, Any] | None


def _carry_out(run: Run, *, at: datetime) -> None:
    with acting_as(SYSTEM):
        policy = policy_by_version_id(run.pack_version_id, on=run.on)
        chain = chain_choose(run, policy)
        snapshot = snapshot_take(lo=run.slot, hi=run.hi, on=run.on, at=at, salt=chain.salt)
        step_reached(run, 1, at=at)
    with acting_as(SYSTEM):
        handled = handled_table(handled_now(), run, snapshot)
        screened = _screen(run, chain, snapshot=snapshot, policy=policy, handled=handled)
        storm = storm_find(run, policy=policy, snapshot=snapshot, warnings=screened.result.warnings, handled=handled)
        step_reached(run, 2, at=at)
    with acting_as(SYSTEM):
        _finish(run, screened, snapshot=snapshot, storm=storm, at=at)


def _screen(run: Run, chain: Chain, *, snapshot: Snapshot, policy: Policy, handled: pa.Table) -> _Screened:
    """This function screens what was touched since the run before, or everybody; on a check both, and compares."""

    def screened(**more: Any) -> ScreenResult:
        return screen(snapshot_folder(snapshot), policy, on=run.on, facts="warned", handled=handled, **more)

    out = results_folder(snapshot, run)
    followed = None
    if chain.followed is not None:
        try:
            followed = screened(previous=chain.followed, out=out)
        except (SnapshotError, pa.ArrowException, OSError):  # what the run before kept cannot be read any more
            LOG.warning("run %s cannot follow run %s", run.pk, chain.previous and chain.previous.pk, exc_info=True)
            shutil.rmtree(out, ignore_errors=True)
            chain = Chain(why_full="GONE", link=chain.link)
    if followed is not None and followed.followed is not None and followed.followed.why_full is not None:
        chain = Chain(why_full=str(followed.followed.why_full), link=chain.link)
    if followed is not None and not chain.is_check:
        return _Screened(followed, chain, None)
    full = screened(with_outcomes=True, out=out)
    compared = None
    if followed is not None:
        differing = sorted(key ^ snapshot.salt for key in households_differing(full, followed))
        compared = {"households": len(differing), "ids": differing[:IDS_KEPT]}
        if differing:
            LOG.error("run %s: following run %s gave another answer than screening everybody for %d households",
                      run.pk, chain.previous and chain.previous.pk, len(differing))  # fmt: skip
        full = _told_of(full, followed)
    return _Screened(full, chain, compared)


def _told_of(full: ScreenResult, followed: ScreenResult) -> ScreenResult:
    return ScreenResult(**{**vars(full), "followed": followed.followed})


def households_differing(one: ScreenResult, other: ScreenResult) -> set[int]:
    """This function returns the households of which two results of one snapshot say different things."""
    differing: set[int] = set()
    for name in ("warnings", "outcomes", "facts"):
        mine, theirs = getattr(one, name), getattr(other, name)
        if mine is None or theirs is None or mine.equals(theirs):
            continue
        rows = [{(row["household_key"], repr(sorted(row.items()))) for row in table.to_pylist()}
                for table in (mine, theirs)]  # fmt: skip
        differing |= {key for key, _ in rows[0] ^ rows[1]}
    return differing


def _finish(run: Run, screened: _Screened, *, snapshot: Snapshot, storm: Storm | None, at: datetime) -> None:
    now = Run.objects.select_for_update(of=("self",)).get(pk=run.pk)
    if (now.state, now.attempts) != (Run.State.RUNNING, run.attempts):
        return  # taken up anew meanwhile: that attempt stores what it finds
    result, followed = screened.result, screened.result.followed
    raised = warnings_raise(run=run, snapshot=snapshot, result=result, at=at, storm=storm)
    storms_withdraw(run=run, warnings=result.warnings, snapshot=snapshot, at=at)
    run.snapshot = snapshot
    run.policy_digest = str(result.run.get("policy_digest", ""))
    run.engine = edition()
    run.previous, run.link, run.why_full = screened.chain.previous, screened.chain.link, screened.chain.why_full
    if followed is not None and followed.why_full is None and screened.chain.previous is not None:
        run.touched, run.touched_by = followed.touched, dict(followed.by)
    run.compared = screened.compared
    run.state = Run.State.DONE
    run.households = int(result.run["households"])
    run.warnings_found, run.warnings_new, run.warnings_standing = (
        result.warnings.num_rows, raised.new, raised.standing
    )  # fmt: skip
    if storm is not None and raised.stormed:
        run.storm, run.storm_reason = raised.stormed, storm.reason[:300]  # as its warnings say it
    run.stale_feeds = [feed.sentence for feed in result.stale]
    run.finished_at = at
    run.save()
    if run.progress_id:
        progress_finish(progress_id=run.progress_id, at=at, message=_message(run, raised), partly=bool(run.stale_feeds))
    # Policies are tried on this snapshot without waiting: its facts are cached now.
    app.configure_task("screening.whatif_prepare", queue="long", allow_unknown=False).defer(run_id=run.pk)


def _message(run: Run, raised: Raised) -> str:
    touched = f"，其中有变动的 {run.touched} 户重新筛查" if run.touched is not None and run.compared is None else ""
    return f"{run.households} 户{touched}，新预警 {raised.new} 条。"
