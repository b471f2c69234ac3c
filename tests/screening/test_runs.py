"""A run takes a snapshot as the batch role, applies the adopted policy, and leaves warnings that replay."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from tests.factories.cast import Cast, sign_in
from tests.factories.register import household_make, income_make, spending_make, status_make
from tests.factories.standards import policy_adopt

from shouwang.people.access import SYSTEM, acting_as
from shouwang.register.models import Household, Spending
from shouwang.screening.models import Run, Snapshot, Warning
from shouwang.screening.selectors import warnings_held, warnings_of_household, warnings_uncollected
from shouwang.screening.services import (
    AreaNotYours,
    NotHeld,
    ReasonMissing,
    RunUnderWay,
    WarningNotFound,
    held_settle,
    run_execute,
    run_request,
    snapshot_take,
    snapshots_expire,
    warning_collect,
    warning_replay,
)
from shouwang.screening.services import snapshot as snapshot_module
from shouwang.screening.services.snapshot import SnapshotIncomplete, snapshot_folder

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner", "batch"])

ON = date(2020, 6, 30)
AT = datetime(2020, 6, 30, 2, tzinfo=UTC)


@pytest.fixture(autouse=True)
def snapshots(tmp_path: Path, settings: object) -> Iterator[Path]:
    """A folder of this test's own for snapshots."""
    settings.SNAPSHOTS_DIR = tmp_path / "snapshots"  # type: ignore[attr-defined]
    yield tmp_path / "snapshots"
    shutil.rmtree(tmp_path / "snapshots", ignore_errors=True)


def low_income(cast: Cast, *, slot: int | None = None, head: str = "张胜坤") -> Household:
    household = household_make(
        slot or cast.slot,
        head=head,
        members=[("吴红印", "SPOUSE")],
        poverty_status="NEVER",
        is_low_income=True,
        is_exit_unstable=False,
    )
    for month in range(1, 6):
        income_make(household, date(2020, month, 1), 100_000)
    return household


def illness(household: Household, fen: int, on: date = date(2020, 5, 10)) -> Spending:
    return spending_make(household, on, gross_fen=fen, reimbursed_fen=0, self_paid_fen=fen, detail="胃癌")


def ran(cast: Cast, at: datetime = AT, on: date = ON) -> Run:
    with acting_as(cast.county):
        run = run_request(viewer=cast.county, area_id=cast.places.county.pk, on=on, at=at)
    run_execute(run_id=run.pk, at=at)
    with acting_as(SYSTEM):
        return Run.objects.select_related("snapshot").get(pk=run.pk)


def all_warnings() -> list[Warning]:
    with acting_as(SYSTEM):
        return list(Warning.objects.order_by("pk"))


def test_15000_00_does_not_warn_and_15000_01_does(real_cast: Cast) -> None:
    policy_adopt(real_cast.places.county, "hengshui")
    illness(low_income(real_cast, head="甲"), 1_500_000)
    over = low_income(real_cast, head="乙")
    illness(over, 1_500_001)
    run = ran(real_cast)
    assert (run.state, run.message) == (Run.State.DONE, "")
    assert (run.households, run.warnings_new) == (2, 1)
    (warning,) = all_warnings()
    assert (warning.household_id, warning.cause) == (over.pk, "ILLNESS")
    assert (warning.measured, warning.threshold) == (1_500_001, 1_500_000)
    assert warning.slot == real_cast.slot


def test_evidence_names_the_rows_of_the_register(real_cast: Cast) -> None:
    policy_adopt(real_cast.places.county, "hengshui")
    event = illness(low_income(real_cast), 2_000_000)
    ran(real_cast)
    (warning,) = all_warnings()
    assert warning.evidence == [{"table": "spending", "id": event.pk}]


def test_an_uncollected_warning_is_replaced_and_a_collected_one_does_not_warn_again(real_cast: Cast) -> None:
    policy_adopt(real_cast.places.county, "hengshui")
    household = low_income(real_cast)
    illness(household, 2_000_000)
    ran(real_cast)
    ran(real_cast)
    (warning,) = all_warnings()
    with acting_as(SYSTEM):
        assert warning_collect(warning_id=warning.pk, case_id=7, at=AT)
        assert not warning_collect(warning_id=warning.pk, case_id=8, at=AT)
    assert ran(real_cast).warnings_new == 0
    illness(household, 1_600_000, on=date(2020, 6, 2))
    assert ran(real_cast).warnings_new == 1


def test_a_warning_replays_from_its_own_facts_when_the_snapshot_is_gone(real_cast: Cast) -> None:
    policy_adopt(real_cast.places.county, "hengshui")
    illness(low_income(real_cast), 2_000_000)
    run = ran(real_cast)
    (warning,) = all_warnings()
    with acting_as(real_cast.county):
        replay = warning_replay(viewer=real_cast.county, warning_id=warning.pk, at=AT, with_snapshot=True)
        assert (replay.holds, replay.same_from_snapshot) == (True, True)
    with acting_as(SYSTEM):
        assert warning_collect(warning_id=warning.pk, case_id=7, at=AT)
    ran(real_cast)  # the last snapshot of an area stays
    with acting_as(SYSTEM):
        assert snapshots_expire(before=datetime(2021, 1, 1, tzinfo=UTC)) == 1
        assert run.snapshot is not None
        assert not snapshot_folder(run.snapshot).exists()
        replay = warning_replay(viewer=SYSTEM, warning_id=warning.pk, at=AT, with_snapshot=True)
    assert (replay.holds, replay.same_from_snapshot) == (True, None)
    assert "非贫困低收入户" in "".join(replay.explanation.lines())


def test_village_and_township_read_what_the_county_reads_of_a_warning(real_cast: Cast, client: Client) -> None:
    """The run belongs to the county; its warnings are told in the file of the household to who reads that file."""
    policy_adopt(real_cast.places.county, "hengshui")
    home = low_income(real_cast)
    illness(home, 2_000_000)
    ran(real_cast)
    (raised,) = all_warnings()
    page = reverse("screening:warning", args=[raised.pk])
    for viewer in (real_cast.county, real_cast.township, real_cast.officer):
        sign_in(client, viewer)
        told = client.get(reverse("desks:household", args=[home.pk])).content.decode()
        assert raised.trigger_name in told and page in told, viewer
        why = client.get(page)
        assert why.status_code == 200 and "20,000.00" in why.content.decode(), viewer
    for viewer in (real_cast.sibling_officer, real_cast.neighbour, real_cast.medical):
        assert sign_in(client, viewer).get(page).status_code == 404, viewer


def test_a_changed_fact_makes_the_replay_differ(real_cast: Cast) -> None:
    policy_adopt(real_cast.places.county, "hengshui")
    illness(low_income(real_cast), 2_000_000)
    ran(real_cast)
    (warning,) = all_warnings()
    changed = {name: (1_500_000 if value == 2_000_000 else value) for name, value in warning.facts.items()}
    assert changed != warning.facts
    with acting_as(SYSTEM):
        Warning.objects.filter(pk=warning.pk).update(facts=changed)
        assert not warning_replay(viewer=SYSTEM, warning_id=warning.pk, at=AT).holds


def test_the_neighbouring_county_sees_neither_run_nor_warning_and_cannot_start_one(real_cast: Cast) -> None:
    policy_adopt(real_cast.places.county, "hengshui")
    household = low_income(real_cast)
    illness(household, 2_000_000)
    ran(real_cast)
    (warning,) = all_warnings()
    with acting_as(real_cast.neighbour):
        assert not Warning.objects.exists()
        assert not Run.objects.exists()
        assert not warnings_of_household(real_cast.neighbour, household.pk).exists()
        with pytest.raises(WarningNotFound):
            warning_replay(viewer=real_cast.neighbour, warning_id=warning.pk, at=AT)
        with pytest.raises(AreaNotYours):
            run_request(viewer=real_cast.neighbour, area_id=real_cast.places.county.pk, on=ON, at=AT)


def test_a_snapshot_holds_only_its_area_and_no_names_or_ids(real_cast: Cast) -> None:
    household = low_income(real_cast)
    status_make(household, "DIBAO", date(2020, 1, 1))
    low_income(real_cast, slot=real_cast.neighbour_slot, head="邻县户")
    with acting_as(SYSTEM):
        snapshot = snapshot_take(lo=real_cast.places.county.lo, hi=real_cast.places.county.hi, on=ON, at=AT)
    folder = snapshot_folder(snapshot)
    assert snapshot.counts["household"] == 1
    assert snapshot.counts["person"] == 2
    keys = pq.read_table(folder / "household.parquet").column("household_key").to_pylist()
    assert keys == [household.pk ^ snapshot.salt]
    assert folder.stat().st_mode & 0o777 == 0o700
    for path in folder.glob("*.parquet"):
        columns = set(pq.read_schema(path).names)
        assert not columns & {"name", "resident_id", "phone", "address", "id"} or path.name == "named.parquet"
        text = pq.read_table(path).to_pylist()
        assert "张胜坤" not in str(text)


def test_two_snapshots_share_no_key(real_cast: Cast) -> None:
    low_income(real_cast)
    with acting_as(SYSTEM):
        salts = {
            snapshot_take(lo=real_cast.places.county.lo, hi=real_cast.places.county.hi, on=ON, at=AT).salt
            for _ in range(3)
        }
    assert len(salts) == 3


def test_a_row_too_few_fails_the_run_and_leaves_nothing(real_cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    policy_adopt(real_cast.places.county, "hengshui")
    illness(low_income(real_cast), 2_000_000)
    honest = snapshot_module._write_table

    def one_short(cursor: object, query: str, path: Path) -> int:
        return honest(cursor, query, path) - (1 if path.name == "spending.parquet" else 0)

    monkeypatch.setattr(snapshot_module, "_write_table", one_short)
    run = ran(real_cast)
    assert run.state == Run.State.FAILED
    assert run.message == SnapshotIncomplete("spending", 1, 0).message
    assert not all_warnings()
    with acting_as(SYSTEM):
        assert not Snapshot.objects.exists()
    assert not list(Path(settings.SNAPSHOTS_DIR).iterdir())


def test_an_area_is_screened_once_at_a_time(real_cast: Cast) -> None:
    policy_adopt(real_cast.places.county, "hengshui")
    with acting_as(real_cast.county):
        run_request(viewer=real_cast.county, area_id=real_cast.places.county.pk, on=ON, at=AT)
        with pytest.raises(RunUnderWay):
            run_request(viewer=real_cast.county, area_id=real_cast.places.county.pk, on=ON, at=AT)


def held_by_conduct(cast: Cast) -> Household:
    policy_adopt(cast.places.county, "xingtai")
    household = low_income(cast)
    illness(household, 2_000_000)
    status_make(household, "DRUG_USE", date(2020, 1, 1), source="public_security")
    return household


def test_a_warning_held_for_conduct_waits_for_a_person_and_becomes_a_case_only_when_released(real_cast: Cast) -> None:
    held_by_conduct(real_cast)
    ran(real_cast)
    (warning,) = all_warnings()
    assert warning.is_held
    assert warning.hold_reason
    with acting_as(SYSTEM):
        assert not warnings_uncollected()
    with acting_as(real_cast.county):
        assert list(warnings_held(real_cast.county)) == [warning]
        with pytest.raises(ReasonMissing):
            held_settle(viewer=real_cast.county, warning_id=warning.pk, is_released=True, reason=" ", at=AT)
        held_settle(viewer=real_cast.county, warning_id=warning.pk, is_released=True, reason="已戒断两年", at=AT)
        with pytest.raises(NotHeld):
            held_settle(viewer=real_cast.county, warning_id=warning.pk, is_released=False, reason="重复", at=AT)
    with acting_as(SYSTEM):
        assert [found.pk for found in warnings_uncollected()] == [warning.pk]


def test_a_dismissed_warning_does_not_come_again_until_something_new_happens(real_cast: Cast) -> None:
    household = held_by_conduct(real_cast)
    ran(real_cast)
    (warning,) = all_warnings()
    with acting_as(real_cast.county):
        held_settle(viewer=real_cast.county, warning_id=warning.pk, is_released=False, reason="属实，不启动", at=AT)
    assert ran(real_cast).warnings_new == 0
    illness(household, 1_600_000, on=date(2020, 6, 2))
    assert ran(real_cast).warnings_new == 1
    with acting_as(SYSTEM):
        assert not warnings_uncollected()


def test_the_neighbour_cannot_settle_what_is_held_here(real_cast: Cast) -> None:
    held_by_conduct(real_cast)
    ran(real_cast)
    (warning,) = all_warnings()
    with acting_as(real_cast.neighbour), pytest.raises(WarningNotFound):
        held_settle(viewer=real_cast.neighbour, warning_id=warning.pk, is_released=True, reason="放行", at=AT)
