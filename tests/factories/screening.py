"""Warnings as tests need them, without a run of the engine."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from shouwang.people.access import SYSTEM, acting_as
from shouwang.register.models import Household
from shouwang.screening.models import Run, Warning
from shouwang.standards.models import PackVersion


def run_make(version: PackVersion, *, lo: int, hi: int, on: date, at: datetime) -> Run:
    """This function records a finished run."""
    with acting_as(SYSTEM):
        return Run.objects.create(slot=lo, hi=hi, area_name="县", on=on, pack_version=version, requested_at=at,
                                  requested_by="测试", state=Run.State.DONE)  # fmt: skip


def warning_make(run: Run, household: Household, cause: str = "ILLNESS", **more: Any) -> Warning:
    """This function records a warning that waits for a case."""
    with acting_as(SYSTEM):
        return Warning.objects.create(
            slot=household.slot, household_id=household.pk, run=run, trigger_key="rigid", trigger_name="刚性支出",
            cause=cause, measured=2_000_000, threshold=1_500_000, unit="分", pack_version=run.pack_version,
            policy_digest="0" * 64, snapshot_digest="1" * 64, facts={}, on=run.on, raised_at=run.requested_at, **more,
        )  # fmt: skip
