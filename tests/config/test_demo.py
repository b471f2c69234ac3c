"""The demo: the household of the published story is as the story tells it; the made back-test says that it is made."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.factories.cast import Cast, sign_in
from tests.factories.standards import policy_adopt

from shouwang.config import demo
from shouwang.config.demo import VILLAGE, story_household
from shouwang.people.access import SYSTEM, acting_as
from shouwang.register.models import HouseholdState, Identifier, Membership
from shouwang.register.selectors import household_file, household_search


def test_the_household_of_the_story_agrees_with_the_story(cast: Cast) -> None:
    on = timezone.localdate()
    story_household(cast.county, timezone.now(), on)
    with acting_as(cast.officer):
        (card,) = household_search(cast.officer, "张胜坤").rows
        file = household_file(cast.officer, card.id, on)
    assert card.slot == int(VILLAGE) == cast.slot, "the officer of the story is the officer of her village"
    told = [(member.name, member.relationship, member.sex_label) for member in file.members]
    assert told == [("张胜坤", "HEAD", "女"), ("吴红印", "SPOUSE", "男")]
    head, spouse = file.members
    assert head.state is not None and head.state.labour == "ORDINARY", "she will be trained and work in a factory"
    assert head.age is not None and 18 <= head.age < 55
    with acting_as(SYSTEM):
        state = HouseholdState.objects.get(household_id=card.id)
        assert (state.poverty_status, state.is_low_income) == ("NEVER", True), "非贫困低收入户"
        assert Membership.objects.filter(household_id=card.id).count() == 2
        assert Identifier.objects.filter(person_id__in=[head.person_id, spouse.person_id]).count() == 2


def test_the_insurance_of_the_demo_has_two_terms_with_their_premium(client: Client, cast: Cast) -> None:
    policy_adopt(cast.places.county, "xingtai")
    on = timezone.localdate()
    demo._pools({"county": cast.county, "insurer": cast.insurer}, timezone.now(), on)
    shown = sign_in(client, cast.insurer).get(reverse("insurance:pools")).content.decode()
    assert shown.count("1,500,000.00") == 4, "paid in and left, in two terms"
    assert f"{on.year}-01-01 起" in shown and f"{on.year - 1}-01-01 起" in shown


def test_the_made_months_leave_a_back_test_that_says_it_is_made(
    client: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    policy_adopt(cast.places.county, "xingtai")
    monkeypatch.setattr(demo, "PANEL_PEOPLE", 1_500)
    monkeypatch.setattr(demo, "PANEL_MONTHS", 8)
    monkeypatch.setattr(demo, "PANEL_VALUES", ("2.5",))
    demo._backtest(cast.county, timezone.now(), timezone.localdate())
    signed = sign_in(client, cast.county)
    listed = signed.get(reverse("oversight:backtest")).content.decode()
    assert "监测倍数" in listed and "演示：虚构的月份" in listed
    (key,) = re.findall(r"/screen/lab/backtests/([0-9a-f]+)/", listed)
    shown = signed.get(reverse("oversight:backtest_result", args=[key])).content.decode()
    assert "不能作为定政策的依据" in shown and "2.5 倍" in shown
    assert "案件认定需要帮扶的" not in shown


@pytest.mark.full
def test_the_demo_has_something_for_every_desk_on_a_day_on_which_its_first_county_brings_nothing(
    tmp_path: Path,
) -> None:
    on = date(2026, 11, 28)
    assert demo._warned(tmp_path / "first", demo.SEED, on) == 0
    demo._population(tmp_path, on)
    tried = max(int(folder.name) for folder in tmp_path.iterdir() if folder.name.isdigit())
    assert demo.SEED < tried < demo.SEED + demo.SEEDS - 1
    assert demo._warned(tmp_path / "again", tried, on) >= demo.CASES
    county, last = tmp_path / "county", tmp_path / str(tried)
    assert (county / "household.parquet").read_bytes() == (last / "household.parquet").read_bytes()
    assert list((county / "workbooks").glob("*.xlsx"))
