"""Policies tried on the snapshot of a run: the facts are cached beside it by the worker, and go when it goes."""

from __future__ import annotations

from collections.abc import Sequence

from shouwang.engine.whatif import WhatIf, whatif, whatif_prepare
from shouwang.kit.errors import Refusal
from shouwang.people.access import SYSTEM, acting_as
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


def run_whatif_prepare(*, run_id: int) -> None:
    """This function caches the facts of a run under its own policy (worker only)."""
    with acting_as(SYSTEM):
        run = Run.objects.select_related("snapshot").get(pk=run_id)
        snapshot = _snapshot_of(run)
        policy = policy_by_version_id(run.pack_version_id, on=run.on)
        handled = handled_table(handled_before(run), run, snapshot)
    whatif_prepare(snapshot_folder(snapshot), policy, cache=whatif_folder(snapshot), handled=handled)


def run_whatif(*, run_id: int, base: Policy, variants: Sequence[Policy]) -> WhatIf:
    """This function tells what policies would have warned of in a run (worker only); raises SnapshotGone.

    Evidence counts as handled that was handled when the run began: under its own policy the run's warnings come out.
    """
    with acting_as(SYSTEM):
        run = Run.objects.select_related("snapshot").get(pk=run_id)
        snapshot = _snapshot_of(run)
        handled = handled_table(handled_before(run), run, snapshot)
    return whatif(snapshot_folder(snapshot), base, variants, cache=whatif_folder(snapshot), handled=handled)
