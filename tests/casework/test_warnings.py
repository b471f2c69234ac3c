"""Warnings of a real run become cases, with the rule's reasons beside them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from tests.factories.casework import clue_make
from tests.factories.cast import Cast, sign_in
from tests.factories.register import household_make, income_make, spending_make, status_make
from tests.factories.standards import policy_adopt

from shouwang.casework import services
from shouwang.casework.models import Case, CaseSource
from shouwang.people.access import SYSTEM, acting_as
from shouwang.register.models import Household
from shouwang.screening.models import Warning
from shouwang.screening.services import run_execute, run_request

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner", "batch"])

ON = date(2020, 6, 30)
AT = datetime(2020, 6, 30, 2, tzinfo=UTC)


@pytest.fixture(autouse=True)
def snapshots(tmp_path: Path, settings: object) -> Iterator[None]:
    settings.SNAPSHOTS_DIR = tmp_path / "snapshots"  # type: ignore[attr-defined]
    yield
    shutil.rmtree(tmp_path / "snapshots", ignore_errors=True)


def warned(cast: Cast) -> Household:
    """A low-income household with 20,000 yuan self-paid for illness, and the run that warns of it."""
    household = household_make(
        cast.slot,
        members=[("吴红印", "SPOUSE")],
        poverty_status="NEVER",
        is_low_income=True,
        is_exit_unstable=False,
    )
    for month in range(1, 6):
        income_make(household, date(2020, month, 1), 100_000)
    spending_make(
        household, date(2020, 5, 10), gross_fen=2_000_000, reimbursed_fen=0, self_paid_fen=2_000_000, detail="胃癌"
    )
    return household


def screened(cast: Cast) -> None:
    with acting_as(cast.county):
        run = run_request(viewer=cast.county, area_id=cast.places.county.pk, on=ON, at=AT)
    run_execute(run_id=run.pk, at=AT)


def test_a_warning_opens_a_case_with_its_reasons(client: Client, real_cast: Cast) -> None:
    policy_adopt(real_cast.places.county, "hengshui")
    household = warned(real_cast)
    screened(real_cast)
    done = services.sources_collect(at=AT)
    assert (done.opened, done.held) == (1, 0)
    with acting_as(SYSTEM):
        case = Case.objects.prefetch_related("cause_rows").get()
        assert Warning.objects.get().collected_case_id == case.pk
    assert (case.household_id, case.causes, case.stage) == (household.pk, ("ILLNESS",), "dispatch")
    assert case.opened_on == ON
    text = sign_in(client, real_cast.county).get(reverse("casework:case", args=[case.pk])).content.decode()
    assert "系统筛查" in text
    assert "20,000.00 元" in text  # measured
    assert "15,000.00 元" in text  # threshold
    assert "依据：" in text
    assert "看证据和重算" in text
    assert services.sources_collect(at=AT).opened == 0


def test_a_warning_joins_what_the_officer_reported(real_cast: Cast) -> None:
    policy_adopt(real_cast.places.county, "hengshui")
    household = warned(real_cast)
    clue_make(real_cast.officer, household.pk, at=AT)
    screened(real_cast)
    assert services.sources_collect(at=AT).joined == 1
    with acting_as(SYSTEM):
        assert Case.objects.count() == 1
        assert list(CaseSource.objects.order_by("pk").values_list("channel", flat=True)) == ["OFFICER", "SCREENING"]


def test_a_warning_that_is_held_back_waits(real_cast: Cast) -> None:
    policy_adopt(real_cast.places.county, "xingtai")
    household = warned(real_cast)
    status_make(household, "CRIME", date(2020, 1, 1))
    screened(real_cast)
    with acting_as(SYSTEM):
        held = list(Warning.objects.values_list("pk", "is_held"))
    assert [is_held for _, is_held in held] == [True]
    assert services.sources_collect(at=AT).opened == 0
    assert services.warning_take(warning_id=held[0][0], at=AT) == ""
