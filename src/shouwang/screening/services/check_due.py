"""When the checks run by themselves: after an import into a county, and once a day."""

from __future__ import annotations

from datetime import datetime, time

from django.utils import timezone

from shouwang.kit import divisions
from shouwang.kit.errors import Refusal
from shouwang.people.access import SYSTEM
from shouwang.people.selectors import area_by_code
from shouwang.register.selectors import imports_visible_to as register_imports
from shouwang.register.selectors import villages_with_households
from shouwang.screening.models import CheckRun
from shouwang.screening.rules import COUNTY
from shouwang.screening.services.check_runs import check_request
from shouwang.sources.selectors import imports_visible_to as feed_imports

DAILY_AT = time(4, 0)


def counties_registered() -> list[int]:
    """This function returns the codes of the counties that have households."""
    villages = (slot for slot, _, _ in villages_with_households(SYSTEM))
    return sorted({divisions.at_level(slot, COUNTY) for slot in villages})


def _imported_since(lo: int, hi: int, since: datetime) -> bool:
    done = {"slot__gte": lo, "slot__lte": hi, "state": "DONE", "finished_at__gt": since}
    return register_imports(SYSTEM).filter(**done).exists() or feed_imports(SYSTEM).filter(**done).exists()


def _is_due(lo: int, hi: int, *, at: datetime) -> bool:
    """This function tells whether a county must be checked: new data came, or the day's own run is still to come."""
    last = CheckRun.objects.filter(slot=lo).order_by("-pk").first()
    if last is None:
        return True
    if last.state in (CheckRun.State.WAITING, CheckRun.State.RUNNING):
        return False
    local = timezone.localtime(at)
    is_daily = timezone.localdate(last.requested_at) < local.date() and local.time() >= DAILY_AT
    return is_daily or _imported_since(lo, hi, last.requested_at)


def checks_due(*, at: datetime) -> int:
    """This function asks for the runs that are due and returns how many; counties without a policy wait for one."""
    asked = 0
    for code in counties_registered():
        lo, hi = divisions.slot_range(code)
        area = area_by_code(f"{lo:012d}")
        if area is None or not _is_due(lo, hi, at=at):
            continue
        try:
            check_request(viewer=SYSTEM, area_id=area.pk, on=timezone.localdate(at), at=at)
            asked += 1
        except Refusal:  # no policy adopted yet, or somebody else asked in the same minute: nothing is due then
            continue
    return asked
