"""Writes of screening."""

from shouwang.screening.services.carrying import run_execute
from shouwang.screening.services.check_due import checks_due
from shouwang.screening.services.check_exports import PurposeMissing, TooManyHits, export_execute, export_request
from shouwang.screening.services.check_hits import HitNotFound, HitSettled, hit_accept, hit_reopen
from shouwang.screening.services.check_rules import (
    NotOneCounty,
    RuleNotFound,
    RuleText,
    TrialNotDone,
    TrialNotFound,
    rule_adopt,
    rule_try,
    rule_withdraw,
    trial_execute,
)
from shouwang.screening.services.check_runs import CheckUnderWay, DayBeforeLast, check_execute, check_request
from shouwang.screening.services.collecting import warning_collect, warning_move, warnings_collect
from shouwang.screening.services.daily import runs_due, runs_resume
from shouwang.screening.services.holding import NotHeld, ReasonMissing, held_settle
from shouwang.screening.services.past import run_moment
from shouwang.screening.services.reasons import Reasons, household_reasons
from shouwang.screening.services.replay import Replay, WarningNotFound, warning_replay
from shouwang.screening.services.revoked import revoked_hold
from shouwang.screening.services.runs import AreaNotYours, RunUnderWay, run_request
from shouwang.screening.services.snapshot import (
    SnapshotIncomplete,
    snapshot_table_add,
    snapshot_take,
    snapshots_expire,
    snapshots_sweep,
)
from shouwang.screening.services.storms import StormNotFound, StormSettled, storm_settle, storm_waiting
from shouwang.screening.services.trying import (
    SnapshotGone,
    run_household_ids,
    run_is_ready,
    run_whatif,
    run_whatif_make,
    run_whatif_prepare,
    run_whatif_request,
)

__all__ = [
    "AreaNotYours",
    "CheckUnderWay",
    "DayBeforeLast",
    "HitNotFound",
    "HitSettled",
    "NotHeld",
    "NotOneCounty",
    "PurposeMissing",
    "ReasonMissing",
    "Reasons",
    "Replay",
    "RuleNotFound",
    "RuleText",
    "RunUnderWay",
    "SnapshotGone",
    "SnapshotIncomplete",
    "StormNotFound",
    "StormSettled",
    "TooManyHits",
    "TrialNotDone",
    "TrialNotFound",
    "WarningNotFound",
    "check_execute",
    "check_request",
    "checks_due",
    "export_execute",
    "export_request",
    "held_settle",
    "hit_accept",
    "hit_reopen",
    "household_reasons",
    "revoked_hold",
    "rule_adopt",
    "rule_try",
    "rule_withdraw",
    "run_execute",
    "run_household_ids",
    "run_is_ready",
    "run_moment",
    "run_request",
    "run_whatif",
    "run_whatif_make",
    "run_whatif_prepare",
    "run_whatif_request",
    "runs_due",
    "runs_resume",
    "snapshot_table_add",
    "snapshot_take",
    "snapshots_expire",
    "snapshots_sweep",
    "storm_settle",
    "storm_waiting",
    "trial_execute",
    "warning_collect",
    "warning_move",
    "warning_replay",
    "warnings_collect",
]
