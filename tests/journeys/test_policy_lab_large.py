"""The policy lab on a county of half a million people: right, and how long it takes somebody who looks at it."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from tests.factories.hengshui import Hengshui, hengshui_build
from tests.factories.people import area_make
from tests.factories.standards import policy_adopt
from tests.journeys import steps
from tests.journeys.conftest import SignIn
from tests.journeys.test_policy_lab import approved, line_lowered, proposed, replayed

from shouwang.engine import screen
from shouwang.kit import divisions
from shouwang.people.access import SYSTEM, acting_as
from shouwang.register.services.bulk import bulk_load
from shouwang.rulebook.variants import Change, policy_with
from shouwang.screening.models import Run, Warning
from shouwang.screening.services.snapshot import snapshot_folder
from shouwang.standards.selectors import policy_by_version_id
from shouwang.synth.population import population_write

pytestmark = [
    pytest.mark.full,
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "owner", "batch"]),
]
PEOPLE = 500_000
MOST_SECONDS = 15  # more than that is no answer any more; what it takes on a quiet machine is printed


@pytest.fixture
def hengshui(county: object, tmp_path: Path) -> Hengshui:
    """武邑县 with half a million invented people, under 衡水's pack."""
    made = hengshui_build()
    policy_adopt(made.county, "hengshui")
    for town in divisions.load().children(made.county.lo):
        area_make(town.code)
    folder = tmp_path / "people"
    population_write(people=PEOPLE, place="131122", seed=20_200_630, on=timezone.localdate(), out=folder)
    viewer = replace(SYSTEM, ranges=((made.county.lo, made.county.hi),))
    bulk_load(viewer=viewer, folder=folder, at=timezone.now())
    return made


def expected(run: Run) -> tuple[set[int], set[int]]:
    """The households that whole screenings of the run's snapshot warn of: as the line stands, and under 12,000."""
    assert run.snapshot is not None
    base = policy_by_version_id(run.pack_version_id, on=run.on)
    lower = policy_with(base, [Change("amounts", "rigid_low_income", "12000")])
    found = (screen(snapshot_folder(run.snapshot), policy, on=run.on).warnings for policy in (base, lower))
    before, after = (set(table.column("household_key").to_pylist()) for table in found)
    return before, after


def test_the_difference_on_half_a_million_people_is_right_and_quickly_there(
    sign_in: SignIn, hengshui: Hengshui, capsys: pytest.CaptureFixture[str]
) -> None:
    today = timezone.localdate()
    clerk = sign_in(hengshui.clerk)
    steps.screened(clerk, hengshui.county.full_name, on=today - timedelta(days=1))
    with acting_as(SYSTEM):
        run = Run.objects.select_related("snapshot").get(on=today - timedelta(days=1))
        old = list(Warning.objects.filter(run=run).select_related("pack_version").order_by("pk"))
    before, after = expected(run)
    assert before < after
    outcome = f"增加 {len(after - before):,} 户，减少 0 户"
    seconds = line_lowered(clerk, run.pk, outcome)
    clerk.sees(f"改后预警 {len(after):,} 户", f"现在 {len(before):,} 户")
    again = line_lowered(clerk, run.pk, outcome)
    with capsys.disabled():
        sys.stdout.write(f"\n{PEOPLE:,} people: difference seen after {seconds:.2f} s, again {again:.2f} s\n")
    assert min(seconds, again) < MOST_SECONDS
    proposed(clerk, today)
    approved(sign_in(hengshui.leader))
    steps.screened(clerk, hengshui.county.full_name, on=today)
    with acting_as(SYSTEM):
        second = Run.objects.filter(on=today).latest("pk")
        new = list(Warning.objects.filter(run=second).select_related("pack_version").order_by("pk"))
    assert 1_200_000 in {one.threshold for one in new}
    replayed(old[:1], new[:1], since=today)
