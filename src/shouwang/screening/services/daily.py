"""The daily run of every county, asked for by the clock; and runs whose worker died, asked for again."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.utils import timezone

from shouwang.kit import divisions
from shouwang.kit.errors import Refusal
from shouwang.people.access import SYSTEM, acting_as
from shouwang.people.selectors import area_by_code
from shouwang.screening.models import Run
from shouwang.screening.services.carrying import run_locked
from shouwang.screening.services.check_due import counties_registered
from shouwang.screening.services.runs import run_queue, run_request

DAILY_AT = time(2, 30)
RETRY_AFTER = timedelta(hours=1)
TRIES = 3  # a day
STILL_FOR = timedelta(minutes=2)


def _is_due(lo: int, *, at: datetime) -> bool:
    """This function tells whether a county's run of the day is still to come: not done, not under way, not given up."""
    local = timezone.localtime(at)
    if local.time() < DAILY_AT:
        return False
    if Run.objects.filter(slot=lo, state__in=(Run.State.WAITING, Run.State.RUNNING)).exists():
        return False
    today = list(Run.objects.filter(slot=lo, is_daily=True, on=local.date()).order_by("-pk")[:TRIES])
    if not today:
        return True
    is_failed = all(run.state == Run.State.FAILED for run in today)
    return is_failed and len(today) < TRIES and today[0].requested_at + RETRY_AFTER <= at


def runs_due(*, at: datetime) -> int:
    """This function asks for the daily runs that are due and returns how many; counties without a policy wait."""
    asked = 0
    for code in counties_registered():
        lo, _ = divisions.slot_range(code)
        area = area_by_code(f"{lo:012d}")
        if area is None or not _is_due(lo, at=at):
            continue
        try:
            run_request(viewer=SYSTEM, area_id=area.pk, on=timezone.localdate(at), at=at, is_daily=True)
            asked += 1
        except Refusal:  # no policy adopted yet, or somebody else asked in the same minute: nothing is due then
            continue
    return asked


def runs_resume(*, at: datetime) -> int:
    """This function queues runs again that nobody is carrying out, and returns how many; worker only.

    A run is held by its process as long as that lives, so that a dead one is known at once and a long one never taken
    for dead.
    """
    with acting_as(SYSTEM):
        open_ = Run.objects.filter(
            state__in=(Run.State.WAITING, Run.State.RUNNING), requested_at__lt=at - STILL_FOR
        ).values_list("pk", flat=True)
        waiting = list(open_)
    resumed = 0
    for run_id in waiting:
        with run_locked(run_id) as is_free:
            resumed += is_free and run_queue(run_id)
    return resumed
