"""`shouwang screening` and `shouwang replay` as processes of their own."""

from __future__ import annotations

import subprocess
import sys
from datetime import date

import pytest
from tests.factories.cast import Cast
from tests.factories.register import household_make, spending_make
from tests.factories.standards import policy_adopt

from shouwang.people.access import SYSTEM, acting_as
from shouwang.screening.models import Warning

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner", "batch"])


def shouwang(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "shouwang", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_county_is_screened_and_its_warning_replayed_from_the_command_line(
    real_cast: Cast, command_env: dict[str, str]
) -> None:
    policy_adopt(real_cast.places.county, "hengshui")
    household = household_make(real_cast.slot, poverty_status="NEVER", is_low_income=True, is_exit_unstable=False)
    spending_make(household, date(2020, 5, 10), gross_fen=2_000_000, self_paid_fen=2_000_000, detail="胃癌")
    done = shouwang(command_env, "screening", "--area", "130529", "--on", "2020-06-30")
    assert done.returncode == 0, done.stderr
    assert "看了 1 户，新预警 1 条" in done.stdout
    with acting_as(SYSTEM):
        warning = Warning.objects.get()
    told = shouwang(command_env, "replay", str(warning.pk), "--snapshot")
    assert told.returncode == 0, told.stderr
    assert "20,000.00 元" in told.stdout
    assert "快照重算：一致" in told.stdout


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("screening", "--area", "999999"), "没有代码为“999999”的辖区"),
        (("screening", "--area", "130529"), "还没有选用任何政策标准"),
        (("replay", "4711"), "找不到这条预警"),
    ],
)
def test_a_failure_is_one_sentence_and_a_non_zero_exit(
    real_cast: Cast, command_env: dict[str, str], arguments: tuple[str, ...], sentence: str
) -> None:
    done = shouwang(command_env, *arguments)
    assert done.returncode == 1
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
