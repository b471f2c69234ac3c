"""What the register says of a household live is what the engine computes of it from a snapshot."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.factories.cast import Cast
from tests.factories.register import household_make, income_make, person_make
from tests.factories.standards import policy_adopt

from shouwang.engine import screen
from shouwang.people.access import SYSTEM, acting_as
from shouwang.register.models import HouseholdState, Income, Membership, Person
from shouwang.register.selectors import household_standing
from shouwang.screening.services import snapshot_take
from shouwang.screening.services.snapshot import snapshot_folder
from shouwang.standards.selectors import policy_for

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner", "batch"])

REMOVAL_ONLY = {"unpriced_spending_count", "steady_income_fen", "risks", "open_risks"}
ON = date(2020, 6, 30)
AT = datetime(2020, 6, 30, 2, tzinfo=UTC)


def watched(slot: int, **facts: Any) -> int:
    """A household of two with every fact that is told live; what is named differs."""
    stated = {
        "poverty_status": "EXITED", "is_exit_unstable": True, "is_low_income": False, "watch_type": "UNSTABLE",
        "identified_date": date(2019, 12, 30), "is_without_labour": False, "housing_safe": True, "water_safe": False,
    }  # fmt: skip
    home = household_make(slot, **(stated | facts))
    person_make(home, "吴红印", "SPOUSE", is_medically_insured=False, has_dropped_out=True)
    return home.pk


def households(cast: Cast) -> list[int]:
    """Households at every edge of what is told: the window, the day of a death or a move, what nobody said."""
    earning = household_make(cast.slot, head="甲")
    for month, fen in ((date(2019, 5, 1), 1), (date(2019, 6, 1), 10), (date(2020, 5, 1), 100), (date(2020, 6, 1), 7)):
        income_make(earning, month, fen)
    income_make(earning, date(2020, 1, 1), 500, kind="COST")
    income_make(earning, date(2020, 1, 1), 900, kind="CLAIMS")
    claiming = household_make(cast.slot, head="乙")
    income_make(claiming, date(2020, 2, 1), 900, kind="CLAIMS")
    costing = household_make(cast.slot, head="丙")
    income_make(costing, date(2020, 2, 1), 900, kind="COST")
    mourning = household_make(cast.slot, head="丁")
    people = [person_make(mourning, name, is_medically_insured=False) for name in ("一", "二", "三", "四")]
    with acting_as(SYSTEM):
        Income.objects.filter(household=earning, amount_fen=100).update(superseded_at=AT)
        for person, died_on in zip(people[:2], (ON, date(2020, 7, 1)), strict=True):
            Person.objects.filter(pk=person.pk).update(died_on=died_on)
        Membership.objects.filter(person=people[2]).update(valid_to=ON)
        Membership.objects.filter(person=people[3]).update(valid_to=date(2020, 7, 1))
    told_later = household_make(cast.slot, head="戊", poverty_status="NEVER")
    with acting_as(SYSTEM):
        HouseholdState.objects.filter(household=told_later).update(valid_from=date(2020, 7, 1))
    stated = [watched(cast.slot), watched(cast.slot, removed_date=ON, watch_type="SUDDEN")]
    return [earning.pk, claiming.pk, costing.pk, mourning.pk, told_later.pk, *stated]


def test_a_household_is_the_same_live_and_in_a_snapshot(real_cast: Cast, settings: Any, tmp_path: Path) -> None:
    settings.SNAPSHOTS_DIR = tmp_path / "snapshots"
    policy_adopt(real_cast.places.county, "national")
    homes, county = households(real_cast), real_cast.places.county
    with acting_as(SYSTEM):
        snapshot = snapshot_take(lo=county.lo, hi=county.hi, on=ON, at=AT)
        _, policy = policy_for(slot=real_cast.slot, on=ON)
    rows = {
        row["household_key"] ^ snapshot.salt: row
        for row in screen(snapshot_folder(snapshot), policy, on=ON).facts.to_pylist()
    }
    with acting_as(SYSTEM):
        live = {pk: household_standing(SYSTEM, pk, ON) for pk in homes}
    # What only a removal asks is held to the engine by tests/evaluation/test_removal.py.
    told = {pk: {column: value for column, value in live[pk].items() if column not in REMOVAL_ONLY} for pk in homes}
    assert told == {pk: {column: rows[pk][column] for column in told[pk]} for pk in homes}
    assert live[homes[0]].keys() - told[homes[0]].keys() == REMOVAL_ONLY
    assert [row["net_income_fen"] for row in live.values()] == [-490, None, -900, *[None] * 4]
    assert [row["member_count"] for row in live.values()] == [1, 1, 1, 3, 1, 2, 2]
