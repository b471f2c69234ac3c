"""Policies tried on the snapshot of a run: the facts are cached beside it by the worker, and go when it goes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

import pyarrow as pa
from procrastinate.contrib.django import app

from shouwang.engine.factcache import facts_are_cached
from shouwang.engine.whatif import WhatIf, whatif, whatif_prepare
from shouwang.kit.errors import Refusal
from shouwang.office.services import progress_fail, progress_finish, progress_plan, progress_start
from shouwang.people.access import SYSTEM, Viewer, acting_as
from shouwang.rulebook import Policy
from shouwang.screening.models import Run, Snapshot
from shouwang.screening.services.handled import handled_before, handled_table
from shouwang.screening.services.snapshot import snapshot_folder, whatif_folder
from shouwang.standards.selectors import policy_by_version_id


class SnapshotGone(Refusal):
    """The files of the run's snapshot were removed under their retention rule."""

    def __init__(self) -> None:
        super().__init__("这次筛查的数据快照已过保存期限被清除，不能再试算。请先重新筛查，再用新的数据试算。")


def _snapshot_of(run: Run) -> Snapshot:
    snapshot = run.snapshot
    if snapshot is None or snapshot.removed_at is not None or not snapshot_folder(snapshot).is_dir():
        raise SnapshotGone
    folder = whatif_folder(snapshot)
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    return snapshot


def _handled(run: Run, snapshot: Snapshot) -> pa.Table:
    return handled_table(handled_before(run), run, snapshot)


def run_whatif_prepare(*, run_id: int, version_id: int | None = None) -> None:
    """This function caches the facts of a run, under its own policy or another version's (worker only)."""
    with acting_as(SYSTEM):
        run = Run.objects.select_related("snapshot").get(pk=run_id)
        snapshot = _snapshot_of(run)
        policy = policy_by_version_id(version_id or run.pack_version_id, on=run.on)
        handled = _handled(run, snapshot)
    whatif_prepare(snapshot_folder(snapshot), policy, cache=whatif_folder(snapshot), handled=handled)


def run_whatif_request(*, viewer: Viewer, run: Run, version_id: int, href: str, at: datetime) -> int:
    """This function lets the worker cache the facts of a run under a version and returns its progress; `href` is where
    the policy is then tried. The caller has made sure that the run is the viewer's to see. Raises SnapshotGone.
    """
    _snapshot_of(run)
    progress = progress_plan(
        viewer=viewer, label=f"为推演准备数据：{run.area_name}（{run.on:%Y-%m-%d}）", at=at, slot=run.slot, unit="步",
        href=href,
    )  # fmt: skip
    job = app.configure_task("screening.whatif_make", queue="long", allow_unknown=False)
    job.defer(run_id=run.pk, version_id=version_id, progress_id=progress.pk)
    return progress.pk


def run_whatif_make(*, run_id: int, version_id: int, progress_id: int, at: datetime) -> None:
    """This function caches the facts that somebody waits for, and tells her progress (worker only)."""
    with acting_as(SYSTEM):
        progress_start(progress_id=progress_id, at=at, total=1)
    try:
        run_whatif_prepare(run_id=run_id, version_id=version_id)
    except Refusal as refusal:
        with acting_as(SYSTEM):
            progress_fail(progress_id=progress_id, at=at, message=refusal.message)
        return
    except Exception:
        with acting_as(SYSTEM):
            progress_fail(progress_id=progress_id, at=at, message="准备数据时程序出了故障，请联系系统管理员查看日志。")
        raise
    with acting_as(SYSTEM):
        progress_finish(progress_id=progress_id, at=at, message="数据已备好，改数值马上能看到结果。")


def run_is_ready(*, run: Run, policy: Policy) -> bool:
    """This function tells whether a policy can be tried on a run at once; raises SnapshotGone."""
    snapshot = _snapshot_of(run)
    handled = _handled(run, snapshot)
    return facts_are_cached(
        [snapshot_folder(snapshot).resolve()], policy, cache=whatif_folder(snapshot), handled=handled
    )


def run_whatif(*, run: Run, base: Policy, variants: Sequence[Policy]) -> WhatIf:
    """This function tells what policies would have warned of in a run that the caller may see; raises SnapshotGone.

    Evidence counts as handled that was handled when the run began: under its own policy the run's warnings come out.
    Facts that are not cached yet are made first, which takes as long as a screening.
    """
    snapshot = _snapshot_of(run)
    handled = _handled(run, snapshot)
    return whatif(snapshot_folder(snapshot), base, variants, cache=whatif_folder(snapshot), handled=handled)


def run_household_ids(*, run: Run, keys: Iterable[int]) -> dict[int, int]:
    """This function returns the households that keys of a run's snapshot mean; raises SnapshotGone."""
    salt = _snapshot_of(run).salt
    return {key: key ^ salt for key in keys}
