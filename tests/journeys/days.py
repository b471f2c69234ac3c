"""Days that pass in a journey: the program's clock moves on, nothing else does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

DaysPass = Callable[[int], date]


@pytest.fixture
def days_pass(monkeypatch: pytest.MonkeyPatch) -> DaysPass:
    """Moves the clock of the program (server and test alike) on by whole days, and returns the day it is then.

    Everything below the views takes the time from them, so this one clock is all there is; the database's own stays.
    """
    real, passed = timezone.now, timedelta()

    def now() -> datetime:
        return real() + passed

    def pass_(days: int) -> date:
        nonlocal passed
        passed += timedelta(days=days)
        return timezone.localdate()

    monkeypatch.setattr(timezone, "now", now)
    return pass_
