"""Past screenings as back-tests read them."""

from __future__ import annotations

from shouwang.engine.backtest import Moment
from shouwang.screening.models import Run
from shouwang.screening.services.snapshot import snapshot_folder, whatif_folder
from shouwang.screening.services.trying import SnapshotGone


def run_moment(run: Run) -> Moment:
    """This function returns where a screening's data lies and by which salt its keys are row ids; raises SnapshotGone.

    The caller has made sure that the run is hers to read; `snapshot` is loaded.
    """
    snapshot = run.snapshot
    if snapshot is None or snapshot.removed_at is not None or not snapshot_folder(snapshot).is_dir():
        raise SnapshotGone
    cache = whatif_folder(snapshot)
    cache.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    cache.mkdir(mode=0o700, exist_ok=True)
    return Moment(run.on, snapshot_folder(snapshot), cache, salt=snapshot.salt)
