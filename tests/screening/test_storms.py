"""A changed line that would raise a storm of warnings: what it alone raises is held, and a person settles it whole."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from tests.factories.cast import Cast
from tests.factories.register import status_make
from tests.factories.standards import AT as LOADED_AT
from tests.factories.standards import PACKS
from tests.screening.days import illness, low_income, ran, run_of, warnings_open

from shouwang.people.access import SYSTEM, acting_as
from shouwang.register.models import Household
from shouwang.screening.models import HandledEvidence, Run, Warning
from shouwang.screening.selectors import warnings_uncollected
from shouwang.screening.services import (
    ReasonMissing,
    StormNotFound,
    StormSettled,
    held_settle,
    storm_settle,
)
from shouwang.standards.services import pack_load, version_adopt, version_propose

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner", "batch"])

ON = date(2020, 6, 29)
NEXT = date(2020, 6, 30)
AT = datetime(2020, 6, 30, 4, tzinfo=UTC)
LINE = 'value: "15000"'


@pytest.fixture(autouse=True)
def snapshots(tmp_path: Path, settings: object) -> Iterator[None]:
    settings.SNAPSHOTS_DIR = tmp_path / "snapshots"  # type: ignore[attr-defined]
    yield
    shutil.rmtree(tmp_path / "snapshots", ignore_errors=True)


def adopted(cast: Cast, folder: Path, line: str, *, valid_from: date = date(2019, 1, 1), limit: int = 2) -> None:
    """衡水's pack with another line for low incomes, and a limit of households that such a change may add at once."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(PACKS, folder)
    for name, before, after in (
        ("hengshui/amounts.yaml", LINE, line),
        ("national/amounts.yaml", 'value: "200"', f'value: "{limit}"'),
    ):
        text = (folder / name).read_text(encoding="utf-8")
        assert text.count(before) == 1
        (folder / name).write_text(text.replace(before, after), encoding="utf-8")
    with acting_as(SYSTEM):
        version = pack_load(viewer=SYSTEM, place="hengshui", packs_dir=folder, on=ON, at=LOADED_AT)
        proposed = version_propose(
            viewer=SYSTEM, version_id=version.pk, area_id=cast.places.county.pk, valid_from=valid_from,
            document="测试文件", at=LOADED_AT,
        )  # fmt: skip
        version_adopt(viewer=SYSTEM, adoption_id=proposed.pk, at=LOADED_AT)


def households(cast: Cast, paid: list[int]) -> list[Household]:
    made = [low_income(cast.slot, head=f"户{number}") for number in range(len(paid))]
    for household, fen in zip(made, paid, strict=True):
        illness(household, fen, date(2020, 5, 10))
    return made


def lowered(cast: Cast, folder: Path, *, between: int, limit: int = 2) -> tuple[Run, list[Household]]:
    """One household above the old line and some between the old and the new; the run after the line was lowered."""
    made = households(cast, [2_000_000, *[1_300_000] * between])
    adopted(cast, folder, LINE, limit=limit)
    assert ran(cast, ON).warnings_new == 1
    adopted(cast, folder, 'value: "12000"', valid_from=NEXT, limit=limit)
    return ran(cast, NEXT), made


def test_as_many_as_the_limit_are_let_through(real_cast: Cast, tmp_path: Path) -> None:
    run, _ = lowered(real_cast, tmp_path / "packs", between=2)
    assert (run.why_full, run.storm, run.warnings_found) == ("POLICY", None, 3)
    assert not any(warning.is_held for warning in warnings_open())


def test_one_more_than_the_limit_is_a_storm_and_only_what_the_change_raised_is_held(
    real_cast: Cast, tmp_path: Path
) -> None:
    run, made = lowered(real_cast, tmp_path / "packs", between=3)
    assert (run.why_full, run.storm) == ("POLICY", 3)
    assert run.storm_reason == ("非贫困低收入户刚性支出预警线有变动，一次多出 3 户预警，超过 2 户，先由人核实再放行。")
    held = {warning.household_id: warning for warning in warnings_open() if warning.is_held}
    assert set(held) == {household.pk for household in made[1:]}
    assert {warning.hold_reason for warning in held.values()} == {run.storm_reason}
    with acting_as(SYSTEM):
        assert [warning.household_id for warning in warnings_uncollected()] == [made[0].pk]


def test_a_line_that_changes_by_its_date_within_one_version_raises_a_storm_too(real_cast: Cast, tmp_path: Path) -> None:
    households(real_cast, [1_300_000] * 3)
    dated = 'value: "15000"\n      until: 2020-06-30'
    text = (PACKS / "hengshui" / "amounts.yaml").read_text(encoding="utf-8")
    source = text[text.rindex("      source:") :].rstrip()
    adopted(
        real_cast,
        tmp_path / "packs",
        f'{dated}\n      unit: 元\n{source}\n    - from: 2020-06-30\n      value: "12000"',
    )
    assert ran(real_cast, ON).warnings_new == 0
    assert ran(real_cast, NEXT).storm == 3


def test_a_storm_of_hardship_is_no_storm_of_a_line(real_cast: Cast, tmp_path: Path) -> None:
    adopted(real_cast, tmp_path / "packs", LINE)
    low_income(real_cast.slot)
    ran(real_cast, ON)
    households(real_cast, [2_000_000] * 5)
    run = ran(real_cast, NEXT)
    assert (run.warnings_new, run.storm) == (5, None)
    assert not any(warning.is_held for warning in warnings_open())


def test_hardship_on_the_day_of_the_change_is_told_apart(real_cast: Cast, tmp_path: Path) -> None:
    households(real_cast, [1_300_000] * 3)
    adopted(real_cast, tmp_path / "packs", LINE)
    ran(real_cast, ON)
    struck = households(real_cast, [2_000_000])[0]
    adopted(real_cast, tmp_path / "packs", 'value: "12000"', valid_from=NEXT)
    assert ran(real_cast, NEXT).storm == 3
    assert [warning.household_id for warning in warnings_open() if not warning.is_held] == [struck.pk]


def test_the_next_daily_run_keeps_holding_also_what_changed_meanwhile(real_cast: Cast, tmp_path: Path) -> None:
    storm, made = lowered(real_cast, tmp_path / "packs", between=3)
    illness(made[1], 100_000, date(2020, 6, 20))
    run = ran(real_cast, NEXT)
    assert (run.previous_id, run.storm, run.warnings_new, run.warnings_standing) == (storm.pk, None, 1, 3)
    held = {warning.household_id: warning for warning in warnings_open() if warning.is_held}
    assert set(held) == {household.pk for household in made[1:]}
    assert held[made[1].pk].measured == 1_400_000
    assert {warning.storm_run_id for warning in held.values()} == {storm.pk}


def test_released_all_become_cases(real_cast: Cast, tmp_path: Path) -> None:
    run, made = lowered(real_cast, tmp_path / "packs", between=3)
    with acting_as(real_cast.county):
        with pytest.raises(ReasonMissing):
            storm_settle(viewer=real_cast.county, run_id=run.pk, is_released=True, reason=" ", at=AT)
        assert (
            storm_settle(viewer=real_cast.county, run_id=run.pk, is_released=True, reason="县里定的新标准", at=AT) == 3
        )
        with pytest.raises(StormSettled):
            storm_settle(viewer=real_cast.county, run_id=run.pk, is_released=False, reason="重复", at=AT)
    with acting_as(SYSTEM):
        assert {warning.household_id for warning in warnings_uncollected()} == {household.pk for household in made}
    assert ran(real_cast, NEXT).warnings_new == 0


def test_dismissed_they_do_not_come_back_and_their_events_still_count_under_another_line(
    real_cast: Cast, tmp_path: Path
) -> None:
    run, made = lowered(real_cast, tmp_path / "packs", between=3)
    with acting_as(real_cast.county):
        storm_settle(viewer=real_cast.county, run_id=run.pk, is_released=False, reason="标准录错了", at=AT)
    with acting_as(SYSTEM):
        assert not HandledEvidence.objects.filter(household_id=made[1].pk).exists()
    again = ran(real_cast, NEXT)
    assert (again.warnings_new, [warning.household_id for warning in warnings_open()]) == (0, [made[0].pk])
    # Under the line as it was, 13,000 yuan and 3,000 more are above 15,000: the dismissed event counts.
    adopted(real_cast, tmp_path / "packs", LINE, valid_from=NEXT)
    illness(made[1], 300_000, date(2020, 6, 20))
    ran(real_cast, NEXT)
    (found,) = [warning for warning in warnings_open() if warning.household_id == made[1].pk]
    assert (found.measured, found.is_held) == (1_600_000, False)


def test_what_was_dismissed_warns_again_when_something_happens_under_the_same_line(
    real_cast: Cast, tmp_path: Path
) -> None:
    run, made = lowered(real_cast, tmp_path / "packs", between=3)
    with acting_as(real_cast.county):
        storm_settle(viewer=real_cast.county, run_id=run.pk, is_released=False, reason="不启动", at=AT)
    illness(made[2], 100_000, date(2020, 6, 20))
    assert ran(real_cast, NEXT).warnings_new == 1


def test_when_the_line_goes_back_what_was_held_is_withdrawn(real_cast: Cast, tmp_path: Path) -> None:
    run, made = lowered(real_cast, tmp_path / "packs", between=3)
    adopted(real_cast, tmp_path / "packs", LINE, valid_from=NEXT)
    assert ran(real_cast, NEXT).why_full == "POLICY"
    assert [warning.household_id for warning in warnings_open()] == [made[0].pk]
    with acting_as(SYSTEM):
        gone = Warning.objects.filter(storm_run=run)
        assert [(found.is_dismissed, found.settled_by) for found in gone] == [(True, SYSTEM.label)] * 3


def test_what_is_held_for_conduct_is_not_released_with_the_storm(real_cast: Cast, tmp_path: Path) -> None:
    made = households(real_cast, [1_300_000] * 4)
    adopted(real_cast, tmp_path / "packs", LINE)
    ran(real_cast, ON)
    adopted(real_cast, tmp_path / "packs", 'value: "12000"', valid_from=NEXT)
    flags = tmp_path / "packs" / "hengshui" / "flags.yaml"
    shutil.copy(PACKS / "xingtai" / "flags.yaml", flags)
    with acting_as(SYSTEM):
        version = pack_load(viewer=SYSTEM, place="hengshui", packs_dir=tmp_path / "packs", on=ON, at=LOADED_AT)
        proposed = version_propose(viewer=SYSTEM, version_id=version.pk, area_id=real_cast.places.county.pk,
                                   valid_from=NEXT, document="带行为", at=LOADED_AT + timedelta(hours=1))  # fmt: skip
        version_adopt(viewer=SYSTEM, adoption_id=proposed.pk, at=LOADED_AT + timedelta(hours=1))
    status_make(made[0], "DRUG_USE", date(2020, 1, 1), source="public_security")
    run = ran(real_cast, NEXT)
    assert run.storm == 3
    with acting_as(real_cast.county):
        assert storm_settle(viewer=real_cast.county, run_id=run.pk, is_released=True, reason="新标准", at=AT) == 3
    (held,) = [warning for warning in warnings_open() if warning.is_held]
    assert (held.household_id, held.storm_run) == (made[0].pk, None)


def test_one_of_a_storm_may_be_settled_by_itself(real_cast: Cast, tmp_path: Path) -> None:
    run, _ = lowered(real_cast, tmp_path / "packs", between=3)
    one = next(warning for warning in warnings_open() if warning.is_held)
    with acting_as(real_cast.county):
        held_settle(viewer=real_cast.county, warning_id=one.pk, is_released=True, reason="先办", at=AT)
        assert storm_settle(viewer=real_cast.county, run_id=run.pk, is_released=False, reason="其余不办", at=AT) == 2


def test_the_neighbour_finds_no_storm_here_and_a_calm_run_has_none(real_cast: Cast, tmp_path: Path) -> None:
    run, _ = lowered(real_cast, tmp_path / "packs", between=3)
    with acting_as(real_cast.neighbour), pytest.raises(StormNotFound):
        storm_settle(viewer=real_cast.neighbour, run_id=run.pk, is_released=True, reason="放行", at=AT)
    calm = ran(real_cast, NEXT)
    with acting_as(real_cast.county), pytest.raises(StormSettled):
        storm_settle(viewer=real_cast.county, run_id=calm.pk, is_released=True, reason="放行", at=AT)
    assert run_of(run.pk).storm == 3
