from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from datetime import date, timedelta

import pytest
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob
from tests.factories.cast import Cast
from tests.factories.register import household_make, resident_id_make
from tests.factories.sources import INPATIENT, csv, deliver, stay, xlsx

from shouwang.people.access import SYSTEM, acting_as
from shouwang.register.models import Spending
from shouwang.sources.models import FeedImport, FeedMatch
from shouwang.sources.services import imports_resume, mapping_confirm
from shouwang.sources.services.reading import import_load

ID = resident_id_make(date(1970, 5, 20))
State = FeedImport.State


def confirmed(cast: Cast, content: bytes, name: str = "住院.xlsx") -> FeedImport:
    taken = deliver(cast.medical, content, name=name)
    with acting_as(cast.medical):
        mapping_confirm(
            viewer=cast.medical, import_id=taken.pk, version=taken.version, fields={}, at=timezone.now(),
            is_queued=False,
        )  # fmt: skip
    return import_load(taken.pk)


@pytest.mark.parametrize(("minutes", "jobs"), [(4, 0), (6, 1)])
def test_an_import_that_stands_still_is_put_back_into_the_queue(cast: Cast, minutes: int, jobs: int) -> None:
    taken = confirmed(cast, xlsx([INPATIENT, stay("张三", ID)]))
    assert imports_resume(at=taken.moved_at + timedelta(minutes=minutes)) == jobs
    queued = ProcrastinateJob.objects.filter(task_name="sources.feed_import")
    assert [job.args for job in queued] == [{"import_id": taken.pk}] * jobs


def test_what_waits_for_the_clerk_or_is_over_is_left_alone(cast: Cast) -> None:
    deliver(cast.medical, xlsx([INPATIENT, stay("张三", ID)]))
    deliver(cast.medical, xlsx([["说明"]]), name="错.xlsx")
    assert imports_resume(at=timezone.now() + timedelta(days=1)) == 0


WORKER = """
import django
django.setup()
from django.utils import timezone
from shouwang.sources.services import importing
importing.CHUNK_ROWS = 20
print("ready", flush=True)
importing.feed_import_run(import_id={import_id}, clock=timezone.now)
"""


@pytest.mark.full
@pytest.mark.django_db(transaction=True)
def test_killed_again_and_again_an_import_still_counts_each_row_once(
    real_cast: Cast, command_env: dict[str, str]
) -> None:
    household_make(real_cast.slot, head="张胜坤", resident_id=ID)
    days = [date(2018, 1, 1) + timedelta(days=number) for number in range(400)]
    rows = [stay("张胜坤", ID, start=day, end=day) for day in days]
    taken = confirmed(real_cast, csv([INPATIENT, *rows]), "住院.csv")
    chance, kills = random.Random(7), 0
    env = {**command_env, "PYTHONPATH": os.pathsep.join(["src", command_env.get("PYTHONPATH", "")])}
    for _ in range(25):
        program = WORKER.format(import_id=taken.pk)
        worker = subprocess.Popen([sys.executable, "-c", program], env=env, stdout=subprocess.PIPE, text=True)
        assert worker.stdout is not None
        assert worker.stdout.readline() == "ready\n"
        try:
            worker.wait(timeout=1 + 3 * chance.random())
        except subprocess.TimeoutExpired:
            worker.send_signal(signal.SIGKILL)
            worker.wait()
            kills += 1
        worker.stdout.close()
        if import_load(taken.pk).state == State.DONE:
            break
    done = import_load(taken.pk)
    assert done.state == State.DONE, f"{done.rows_read} rows after {kills} kills"
    assert kills > 0
    assert (done.rows_read, done.rows_exact, done.facts_recorded) == (400, 400, 400)
    with acting_as(SYSTEM):
        assert Spending.objects.count() == 400
        assert FeedMatch.objects.count() == 400
