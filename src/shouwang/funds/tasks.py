"""Jobs of funds."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from shouwang.funds.services import balances_verify


@app.periodic(cron="45 18 * * *")  # in the night in China
@app.task(name="funds.verify", queue="long", queueing_lock="funds.verify", lock="funds.verify")
def verify_balances(timestamp: int) -> None:
    """This function recounts every balance, each night."""
    balances_verify(at=timezone.now())
