"""Jobs of oversight."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from procrastinate.contrib.django import app

from shouwang.oversight.services import Asked, backtest_execute


@app.task(name="oversight.backtest", queue="long")
def run_backtest(key: str, appointment_id: int, progress_id: int, asked: dict[str, Any]) -> None:
    """This function carries out one back-test that somebody asked for."""
    backtest_execute(
        key=key, appointment_id=appointment_id, progress_id=progress_id, asked=Asked.of(asked), clock=timezone.now,
        today=timezone.localdate(),
    )  # fmt: skip
