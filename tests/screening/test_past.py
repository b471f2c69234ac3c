"""Past months: which screenings count, how long their data stays, and that a back-test reads them by household."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from tests.factories.cast import Cast
from tests.factories.standards import policy_adopt
from tests.screening.test_runs import illness, low_income, ran

from shouwang.engine.backtest import backtest
from shouwang.engine.scores import Hardship, Share, Terms
from shouwang.people.access import SYSTEM, acting_as
from shouwang.screening.models import Run, Snapshot
from shouwang.screening.selectors import runs_of_months
from shouwang.screening.services import SnapshotGone, run_moment, snapshots_expire
from shouwang.standards.selectors import policy_by_version_id

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner", "batch"])


@pytest.fixture(autouse=True)
def snapshots(tmp_path: Path, settings: object) -> Iterator[Path]:
    """Folders of this test's own for snapshots and cached facts."""
    settings.SNAPSHOTS_DIR, settings.WHATIF_DIR = tmp_path / "snapshots", tmp_path / "whatif"  # type: ignore[attr-defined]
    yield tmp_path / "snapshots"
    shutil.rmtree(tmp_path / "snapshots", ignore_errors=True)


def noon(on: date) -> datetime:
    return datetime(on.year, on.month, on.day, 4, tzinfo=UTC)


def screened(cast: Cast, *days: date) -> list[Run]:
    return [ran(cast, noon(on), on) for on in days]


def months_of(cast: Cast) -> list[date]:
    with acting_as(cast.county):
        return [run.on for run in runs_of_months(cast.county)]


def test_the_last_screening_of_each_month_counts_and_only_of_its_own_day(real_cast: Cast) -> None:
    policy_adopt(real_cast.places.county, "hengshui")
    low_income(real_cast)
    screened(real_cast, date(2020, 4, 3), date(2020, 4, 28), date(2020, 6, 30))
    ran(real_cast, noon(date(2020, 6, 30)), date(2020, 5, 31))  # about May, with what June knows
    assert months_of(real_cast) == [date(2020, 4, 28), date(2020, 6, 30)]
    with acting_as(real_cast.neighbour):
        assert runs_of_months(real_cast.neighbour) == []


def test_a_day_is_that_of_shanghai(real_cast: Cast) -> None:
    policy_adopt(real_cast.places.county, "hengshui")
    low_income(real_cast)
    ran(real_cast, datetime(2020, 4, 29, 17, tzinfo=UTC), date(2020, 4, 30))  # one o'clock at night, in Shanghai
    assert months_of(real_cast) == [date(2020, 4, 30)]


def test_the_last_of_each_month_outlives_the_others_by_its_months(real_cast: Cast) -> None:
    policy_adopt(real_cast.places.county, "hengshui")
    low_income(real_cast)
    days = [date(2020, 3, 5), date(2020, 4, 3), date(2020, 4, 28), date(2020, 6, 30)]
    runs = screened(real_cast, *days)
    with acting_as(SYSTEM):
        # March is older than the months kept, the third of April is not the month's last.
        assert snapshots_expire(before=noon(date(2020, 5, 31)), months_before=noon(date(2020, 4, 1))) == 2
    assert months_of(real_cast) == [date(2020, 4, 28), date(2020, 6, 30)]
    with acting_as(SYSTEM):
        kept = {run.pk: Run.objects.select_related("snapshot").get(pk=run.pk) for run in runs}
        for run in (runs[0], runs[1]):
            with pytest.raises(SnapshotGone):
                run_moment(kept[run.pk])
        assert run_moment(kept[runs[2].pk]).folder.is_dir()
        assert snapshots_expire(before=noon(date(2020, 7, 1))) == 1  # nothing is kept for months
    assert months_of(real_cast) == [date(2020, 6, 30)]  # the last one of an area stays


def test_a_snapshot_without_a_screening_is_not_kept_for_months(real_cast: Cast) -> None:
    policy_adopt(real_cast.places.county, "hengshui")
    low_income(real_cast)
    (run,) = screened(real_cast, date(2020, 4, 28))
    with acting_as(SYSTEM):
        Run.objects.filter(pk=run.pk).update(state=Run.State.FAILED)
        assert snapshots_expire(before=noon(date(2020, 5, 31)), months_before=noon(date(2020, 1, 1))) == 1
        assert Snapshot.objects.get().removed_at is not None


def test_a_back_test_knows_households_again_over_snapshots_of_different_salts(real_cast: Cast) -> None:
    policy_adopt(real_cast.places.county, "hengshui")
    fallen, other = low_income(real_cast, head="甲"), low_income(real_cast, head="乙")
    runs = screened(real_cast, date(2020, 3, 31))
    illness(fallen, 1_600_000, on=date(2020, 4, 2))
    runs += screened(real_cast, date(2020, 4, 30), date(2020, 5, 31), date(2020, 6, 30))
    with acting_as(SYSTEM):
        found = runs_of_months(SYSTEM)
        assert [run.pk for run in found] == [run.pk for run in runs]
        moments = [run_moment(run) for run in found]
    assert len({moment.salt for moment in moments}) == 4
    version = runs[0].pack_version_id
    hardships = [Hardship(fallen.pk, date(2020, 6, 10)), Hardship(other.pk, date(2020, 6, 10))]
    judged = backtest(
        moments, lambda on: [policy_by_version_id(version, on=on)], hardships,
        until=date(2020, 6, 30), terms=Terms(window_months=2),
    )  # fmt: skip
    (score,) = judged.found.scores
    # Handled or not: the warning of April stands in every month after it, and counts once.
    assert (score.found, score.lead_days) == (Share(1, 2), (41, 41, 41))
    assert score.visits_by_snapshot == (0, 1, 0, 0)
    assert all(moment.cache.is_dir() and (moment.cache.stat().st_mode & 0o077) == 0 for moment in moments)


def test_one_day_more_and_the_data_is_kept_no_longer(real_cast: Cast) -> None:
    policy_adopt(real_cast.places.county, "hengshui")
    low_income(real_cast)
    screened(real_cast, date(2020, 4, 28), date(2020, 12, 31))
    taken = noon(date(2020, 4, 28))
    with acting_as(SYSTEM):
        assert snapshots_expire(before=taken + timedelta(days=90), months_before=taken) == 0
        assert snapshots_expire(before=taken + timedelta(days=90), months_before=taken + timedelta(seconds=1)) == 1
