"""Writes of screening."""

from shouwang.screening.services.collecting import warning_collect
from shouwang.screening.services.holding import NotHeld, ReasonMissing, held_settle
from shouwang.screening.services.replay import Replay, WarningNotFound, warning_replay
from shouwang.screening.services.runs import AreaNotYours, RunUnderWay, run_execute, run_request
from shouwang.screening.services.snapshot import SnapshotIncomplete, snapshot_take, snapshots_expire

__all__ = [
    "AreaNotYours",
    "NotHeld",
    "ReasonMissing",
    "Replay",
    "RunUnderWay",
    "SnapshotIncomplete",
    "WarningNotFound",
    "held_settle",
    "run_execute",
    "run_request",
    "snapshot_take",
    "snapshots_expire",
    "warning_collect",
    "warning_replay",
]
