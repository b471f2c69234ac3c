"""Jobs of insurance: many claims are computed in one go; claims and care bills follow their payments; offices learn
whose assessment for care ends."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from shouwang.insurance.care.services import bills_follow, offices_remind
from shouwang.insurance.services import LOOKBACK, YEAR, payments_follow, settle_execute, settles_resume


@app.periodic(cron="* * * * *")
@app.task(name="insurance.follow", queue="short", queueing_lock="insurance.follow", lock="insurance.follow")
def follow_payments(timestamp: int) -> None:
    """This function lets claims and care bills that the county pays follow their payments, each minute."""
    payments_follow(at=timezone.now())
    bills_follow(at=timezone.now(), lookback=LOOKBACK)


@app.periodic(cron="20 18 * * *")  # in the night in China
@app.task(name="insurance.follow_all", queue="long", queueing_lock="insurance.follow_all", lock="insurance.follow")
def follow_payments_of_the_year(timestamp: int) -> None:
    """This function looks each night through all that came back in a year: what a stopped worker has missed."""
    payments_follow(at=timezone.now(), lookback=YEAR)
    bills_follow(at=timezone.now(), lookback=YEAR)


@app.periodic(cron="30 23 * * 0")  # Monday morning in China
@app.task(name="insurance.care_remind", queue="long", queueing_lock="insurance.care_remind", lock="insurance.care")
def remind_of_assessments(timestamp: int) -> None:
    """This function tells offices of long-term care each week whom to have assessed again."""
    offices_remind(at=timezone.now())


@app.task(name="insurance.settle", queue="long")
def settle_claims(work_id: int) -> None:
    """This function computes the claims of a pool that were asked for."""
    settle_execute(work_id=work_id, at=timezone.now())


@app.periodic(cron="*/2 * * * *")
@app.task(name="insurance.settles_resume", queue="short")
def resume_settling(timestamp: int) -> None:
    """This function puts computations back into the queue whose worker died."""
    settles_resume(at=timezone.now())
