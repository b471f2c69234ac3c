"""The comparison from recorded incomes to the page: exact on a county in which everything is known."""

from __future__ import annotations

import re
from datetime import date, datetime

import pytest
from django.test import Client
from django.urls import reverse
from tests.factories.casework import workflow_ready
from tests.factories.cast import Cast, sign_in
from tests.factories.register import household_make, income_make
from tests.factories.removal import delivered_make

from shouwang.evaluation.selectors.effects import effects_of, line_fen
from shouwang.funds.services import Benefit, grant_record
from shouwang.kit.dates import SHANGHAI
from shouwang.people.access import SYSTEM, acting_as
from shouwang.rulebook.visits import Matching
from shouwang.standards.selectors import policy_for

ON = date(2022, 7, 15)
AT = datetime(2022, 7, 15, 9, tzinfo=SHANGHAI)


def home(cast: Cast, before: int, after: int) -> int:
    """A watched person who earned so many fen in the year before the spring of 2021, and in the year after it."""
    made = household_make(cast.slot, watch_type="UNSTABLE", risks=["ILLNESS"], identified_date=date(2020, 1, 1))
    income_make(made, date(2020, 6, 1), before)
    income_make(made, date(2021, 9, 1), after)
    return made.pk


def test_what_helped_households_gained_over_like_ones_and_what_it_cost(
    client: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    workflow_ready(cast, "national")
    for _ in range(5):
        home(cast, 1_200_000, 1_400_000)
    helped = [home(cast, 1_200_000, 2_400_000) for _ in range(5)]
    for household_id in helped:
        delivered_make(household_id, cast.slot, "EMPLOYMENT", date(2021, 3, 10))
    late = home(cast, 1_200_000, 9_000_000)
    delivered_make(late, cast.slot, "EMPLOYMENT", date(2021, 7, 1))  # its year after is not over
    with acting_as(SYSTEM):
        spring, june = date(2021, 3, 10), date(2021, 6, 1)
        for number, fen, unit, day, until in (
            (0, 500_000, "ONCE", spring, None),
            (1, 99, "ONCE", date(2020, 3, 1), None),  # before the help
            (2, 20_000, "MONTHLY", spring, None),  # the month of the help and the twelve after it
            (3, 20_000, "MONTHLY", spring, june),
            (4, 9_000, "DAILY", spring, None),  # pay for work is no cost
        ):
            grant_record(
                viewer=SYSTEM, slot=cast.slot, household_id=helped[number], source_ref=f"test:{number}", at=AT,
                benefit=Benefit(payer_name="人社局", payer_organisation_id=None, purpose="培训补贴", amount_fen=fen,
                                unit=unit, standing="PAID_BY_US", from_date=day, until_date=until),
            )  # fmt: skip
    with acting_as(cast.county):
        _, policy = policy_for(slot=cast.slot, on=ON)
        (found,) = effects_of(cast.county, matching=Matching(months=12, least=5), policy=policy, on=ON)
    assert (found.kind, found.helped, found.left_out) == ("EMPLOYMENT", 5, 0)
    lines = [line_fen(policy, cast.slot, year=year) for year in (2020, 2021, 2022)]
    assert lines == [None, 600_000, 600_000]  # it is held to the line of its year; in 2020 there was none
    assert found.found is not None and found.cost is not None
    wage, *others, net = found.found.estimates
    assert wage.effect == pytest.approx(10_000) and net.effect == pytest.approx(10_000)
    assert all(other.effect == pytest.approx(0) and not other.is_clear for other in others)
    assert (found.found.changes_helped[-1], found.found.changes_matched[-1]) == pytest.approx((12_000, 2_000))
    assert (found.cost.paid_fen, found.cost.kept, found.cost.per_kept_fen, found.cost.unpriced) == (
        820_000, 5, 164_000, 2,
    )  # fmt: skip
    monkeypatch.setattr("django.utils.timezone.now", lambda: AT)
    page = sign_in(client, cast.county).get(reverse("evaluation:effects")).content.decode()
    assert "得到的有 5 户" in page and "一边不满 20 户，不显示" in page and "这是估计，不是账目" in page
    assert "10,000" not in page
    monkeypatch.setattr("shouwang.evaluation.views.effects.comparison_of", lambda policy: Matching(months=12, least=5))
    shown = client.get(reverse("evaluation:effects")).content.decode()
    row = re.sub(r"<[^>]+>", " ", shown[shown.index(">纯收入</td>") + 1 :].split("</tr>")[0]).split()
    assert row[:7] == ["纯收入", "12,000", "→", "24,000", "12,000", "→", "14,000"] and "多增" in row
    assert 'data-label="得到的户（元）"' in shown and 'data-label="95% 区间（元）"' in shown
    assert "前期情况对得上" in shown and "合每户 1,640.00 元" in shown
    assert sign_in(client, cast.officer).get(reverse("evaluation:effects")).status_code == 404
