"""Daily runs follow the run before: they find what a run of everybody would, and say what they did."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from procrastinate.contrib.django.models import ProcrastinateJob
from tests.factories.cast import Cast
from tests.factories.standards import policy_adopt
from tests.screening.days import FILES, Days, full_again, illness, low_income, ran, run_of, said, warnings_open

from shouwang.people.access import SYSTEM, acting_as
from shouwang.screening import rules
from shouwang.screening.models import Run, Warning
from shouwang.screening.services import carrying, run_execute, run_request, runs_due, warning_collect
from shouwang.screening.services.following import results_folder

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner", "batch"])

ON = date(2020, 6, 29)
NEXT = date(2020, 6, 30)


@pytest.fixture(autouse=True)
def snapshots(tmp_path: Path, settings: object) -> Iterator[Path]:
    """A folder of this test's own for snapshots."""
    settings.SNAPSHOTS_DIR = tmp_path / "snapshots"  # type: ignore[attr-defined]
    yield tmp_path / "snapshots"
    shutil.rmtree(tmp_path / "snapshots", ignore_errors=True)


@pytest.fixture
def county(real_cast: Cast) -> Cast:
    """A county under the policy of 衡水, with two households that it warns of and one that it does not."""
    policy_adopt(real_cast.places.county, "hengshui")
    for head in ("甲", "乙"):
        illness(low_income(real_cast.slot, head=head), 2_000_000, date(2020, 5, 10))
    low_income(real_cast.slot, head="丙")
    return real_cast


# ---- the union equals a full run ----


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32 - 1))
def test_days_of_random_changes_give_what_full_runs_give(county: Cast, tmp_path: Path, seed: int) -> None:
    with acting_as(SYSTEM):
        last = Run.objects.order_by("-on").first()
    days = Days(county, random.Random(seed), last.on if last is not None else ON)
    for step in (0, 1, 1, days.chance.choice([1, 30, 200])):
        done = [days.change() for _ in range(days.chance.randrange(4))]
        days.on += timedelta(days=step)
        run = ran(county, days.on)
        assert (run.state, run.message) == (Run.State.DONE, ""), done
        assert run.snapshot is not None
        full = full_again(run, tmp_path / "full")
        for name in FILES:
            kept, again = results_folder(run.snapshot, run) / name, tmp_path / "full" / name
            assert kept.read_bytes() == again.read_bytes(), (name, done)
        assert run.compared is None or run.compared["households"] == 0
        found = {(row["household_key"] ^ run.snapshot.salt, row["cause"]) for row in full.warnings.to_pylist()}
        # What stands open in the database says the same, row for row, as storing the full run's answer would.
        mine = {said(warning) for warning in warnings_open() if (warning.household_id, warning.cause) in found}
        with acting_as(SYSTEM):
            Warning.objects.filter(collected_case_id=None, settled_at=None).delete()
            carrying.warnings_raise(run=run, snapshot=run.snapshot, result=full, at=run.requested_at)
        theirs = {said(warning) for warning in warnings_open()}
        assert mine == theirs, done


# ---- what a run says of itself ----


def test_a_daily_run_names_the_run_before_and_counts_whom_something_touched(county: Cast) -> None:
    first = ran(county, ON)
    assert (first.previous, first.why_full, first.link, first.warnings_new) == (None, "FIRST", 0, 2)
    late = low_income(county.slot, head="丁")
    illness(late, 2_000_000, date(2020, 6, 1))
    before = {warning.pk for warning in warnings_open()}
    second = ran(county, ON)
    assert (second.previous_id, second.why_full, second.link) == (first.pk, "", 1)
    assert (second.touched, second.touched_by) == (1, {"ROWS": 1})
    assert (second.warnings_found, second.warnings_new, second.warnings_standing) == (3, 1, 2)
    after = warnings_open()
    assert before < {warning.pk for warning in after}, "warnings that stand are left as they were"
    assert [warning.household_id for warning in after if warning.run_id == second.pk] == [late.pk]
    assert first.snapshot is not None and second.snapshot is not None
    assert first.snapshot.salt == second.snapshot.salt


def test_an_event_that_a_case_took_up_touches_its_household_and_does_not_warn_again(county: Cast) -> None:
    ran(county, ON)
    with acting_as(SYSTEM):
        warning_collect(warning_id=warnings_open()[0].pk, case_id=7, at=datetime(2020, 6, 29, 4, tzinfo=UTC))
    second = ran(county, NEXT)
    assert second.touched_by["HANDLED"] == 1
    assert (second.warnings_found, second.warnings_new, second.warnings_standing) == (1, 0, 1)


def test_an_event_taken_up_while_the_run_is_under_way_does_not_warn_again(
    county: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran(county, ON)
    honest = carrying.storm_find

    def taken_meanwhile(*args: object, **more: object) -> object:
        with acting_as(SYSTEM):
            warning_collect(warning_id=warnings_open()[0].pk, case_id=7, at=datetime(2020, 6, 30, 3, tzinfo=UTC))
        return honest(*args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(carrying, "storm_find", taken_meanwhile)
    run = ran(county, NEXT)
    assert (run.warnings_found, run.warnings_new, run.warnings_standing) == (2, 0, 1)


def test_a_run_that_a_person_asks_for_screens_everybody_under_new_keys(county: Cast) -> None:
    first, second = ran(county, ON), ran(county, ON, is_daily=False)
    assert (second.previous, second.why_full, second.touched) == (None, "", None)
    assert (second.warnings_new, second.warnings_standing) == (0, 2)
    assert first.snapshot is not None and second.snapshot is not None
    assert first.snapshot.salt != second.snapshot.salt
    assert ran(county, NEXT).previous_id == second.pk


def _gone(run: Run) -> None:
    assert run.snapshot is not None
    shutil.rmtree(results_folder(run.snapshot, run))


def _damaged(run: Run) -> None:
    assert run.snapshot is not None
    (results_folder(run.snapshot, run) / "outcomes.parquet").write_bytes(b"PAR1")


def _other_edition(run: Run) -> None:
    with acting_as(SYSTEM):
        Run.objects.filter(pk=run.pk).update(engine="of another release")


def _long(run: Run) -> None:
    with acting_as(SYSTEM):
        Run.objects.filter(pk=run.pk).update(link=rules.CHAIN_LINKS - 1)


@pytest.mark.parametrize(
    ("spoil", "why"), [(_gone, "GONE"), (_damaged, "GONE"), (_other_edition, "EDITION"), (_long, "RENEWED")]
)
def test_a_run_that_cannot_follow_screens_everybody_and_says_why(county: Cast, spoil: object, why: str) -> None:
    spoil(ran(county, ON))  # type: ignore[operator]
    second = ran(county, NEXT)
    assert (second.state, second.previous, second.why_full, second.touched) == (Run.State.DONE, None, why, None)
    assert (second.warnings_found, second.warnings_standing) == (2, 2)
    assert why in rules.WHY_FULL
    assert ran(county, NEXT).why_full == ""


def test_the_last_run_before_a_chain_is_renewed_still_follows(county: Cast) -> None:
    first = ran(county, ON)
    with acting_as(SYSTEM):
        Run.objects.filter(pk=first.pk).update(link=rules.CHAIN_LINKS - 2)
    assert ran(county, NEXT).link == rules.CHAIN_LINKS - 1
    assert ran(county, NEXT).why_full == "RENEWED"


# ---- the check by a full run ----


def before_check(cast: Cast) -> Run:
    run = ran(cast, ON)
    with acting_as(SYSTEM):
        Run.objects.filter(pk=run.pk).update(link=rules.CHECK_EVERY - 1)
    return run


def test_every_seventh_run_also_screens_everybody_and_finds_no_difference(county: Cast) -> None:
    first = before_check(county)
    run = ran(county, NEXT)
    assert (run.previous_id, run.compared) == (first.pk, {"households": 0, "ids": []})
    assert ran(county, NEXT).compared is None


def test_a_difference_is_reported_and_the_answer_of_the_full_run_stands(
    county: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    before_check(county)
    new = low_income(county.slot, head="丁")
    illness(new, 2_000_000, date(2020, 6, 1))
    honest = carrying.screen

    def blind(*args: object, previous: object = None, **more: object) -> object:
        """Follows, but loses a household's warning."""
        result = honest(*args, previous=previous, **more)  # type: ignore[arg-type]
        if previous is None:
            return result
        assert run_of(1 + before).snapshot is None
        found = result.warnings
        keep = pa.array([row["household_key"] != found.column("household_key")[0].as_py() for row in found.to_pylist()])
        return type(result)(**{**vars(result), "warnings": found.filter(keep)})

    with acting_as(SYSTEM):
        before = max(Run.objects.values_list("pk", flat=True))
    monkeypatch.setattr(carrying, "screen", blind)
    run = ran(county, NEXT)
    assert run.compared is not None
    assert run.compared["households"] == 1
    assert run.warnings_found == 3
    assert run.compared["ids"][0] in {warning.household_id for warning in warnings_open()}


# ---- asked for by the clock ----


def at_local(hour: int, minute: int, day: int = 29) -> datetime:
    return datetime(2020, 6, day, hour, minute, tzinfo=UTC) - timedelta(hours=8)


def due(at: datetime) -> int:
    with acting_as(SYSTEM):
        return runs_due(at=at)


def test_each_county_is_asked_for_once_a_day_after_half_past_two(county: Cast) -> None:
    assert due(at_local(2, 29)) == 0
    assert due(at_local(2, 30)) == 1
    assert due(at_local(2, 40)) == 0, "it is under way"
    with acting_as(SYSTEM):
        run = Run.objects.get()
        queued = ProcrastinateJob.objects.filter(task_name="screening.run")
        assert [job.args for job in queued] == [{"run_id": run.pk}]
    assert (run.is_daily, run.on, run.slot) == (True, ON, county.places.county.lo)
    run_execute(run_id=run.pk, at=at_local(2, 41))
    assert due(at_local(23, 50)) == 0
    assert due(at_local(2, 29) + timedelta(days=1)) == 0
    assert due(at_local(2, 30) + timedelta(days=1)) == 1


def test_a_run_of_a_person_does_not_stand_for_the_daily_one(county: Cast) -> None:
    ran(county, ON, is_daily=False)
    assert due(at_local(2, 30)) == 1


def test_a_county_without_a_policy_waits_for_one(real_cast: Cast) -> None:
    low_income(real_cast.slot)
    assert due(at_local(3, 0)) == 0
    policy_adopt(real_cast.places.county, "hengshui")
    assert due(at_local(3, 10)) == 1


def test_a_failed_run_is_tried_again_after_an_hour_three_times_a_day(county: Cast) -> None:
    for hour in (3, 4, 5):
        assert due(at_local(hour, 0)) == 1
        with acting_as(SYSTEM):
            Run.objects.filter(state=Run.State.WAITING).update(state=Run.State.FAILED)
        assert due(at_local(hour, 59)) == 0
    assert due(at_local(6, 0)) == 0
    assert due(at_local(3, 0) + timedelta(days=1)) == 1


def test_another_asks_in_the_same_minute(county: Cast) -> None:
    with acting_as(SYSTEM):
        run_request(viewer=SYSTEM, area_id=county.places.county.pk, on=ON, at=at_local(2, 30))
    assert due(at_local(2, 30)) == 0
