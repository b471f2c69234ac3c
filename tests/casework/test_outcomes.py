"""What became of households: approved or helped is need, rejected is none, and the day is when a person first knew."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from tests.factories.casework import AT, Walk, case_make
from tests.factories.cast import Cast

from shouwang.casework.models import CaseSource
from shouwang.casework.selectors import CaseOutcome, outcomes_in
from shouwang.people.access import SYSTEM, acting_as

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner", "batch"])


def outcomes(real_cast: Cast) -> list[CaseOutcome]:
    county = real_cast.places.county
    with acting_as(SYSTEM):
        return outcomes_in(lo=county.lo, hi=county.hi)


def without_clue(walk: Walk) -> None:
    """Makes the case one that a screening opened; sources are only ever added, so the owner does it."""
    sources = CaseSource.objects.using("owner").filter(case_id=walk.case_id)
    assert sources.update(clue_id=None, warning_id=9_000_000 + walk.case_id) == 1


def test_a_case_not_judged_yet_says_nothing(real_cast: Cast) -> None:
    case_make(real_cast, upto="decide")
    assert outcomes(real_cast) == []


@pytest.mark.parametrize("upto", ["help", "visit", "closed"])
def test_from_the_approval_on_the_household_was_in_need_since_it_was_reported(real_cast: Cast, upto: str) -> None:
    case = case_make(real_cast, upto=upto, at=AT).case
    assert outcomes(real_cast) == [
        CaseOutcome(
            case.pk, case.household_id, timezone.localdate(AT), ("ILLNESS",), is_confirmed=True, is_warned=False
        )
    ]


def test_a_case_of_a_screening_counts_from_the_approval(real_cast: Cast) -> None:
    walk = case_make(real_cast, upto="decide", at=AT)
    walk.at = AT + timedelta(days=20)
    walk.decide()
    without_clue(walk)
    (found,) = outcomes(real_cast)
    assert found.on == timezone.localdate(AT + timedelta(days=20))
    assert (found.is_confirmed, found.is_warned) == (True, True)


def test_a_rejection_is_no_need(real_cast: Cast) -> None:
    walk = case_make(real_cast, upto="decide", at=AT)
    walk.at = AT + timedelta(days=9)
    walk.decide(approve=False)
    (found,) = outcomes(real_cast)
    assert (found.is_confirmed, found.on) == (False, timezone.localdate(AT + timedelta(days=9)))


def test_handed_over_is_need(real_cast: Cast) -> None:
    walk = case_make(real_cast, upto="visit", at=AT)
    walk.visit(is_risk_gone=False).hand_over()
    (found,) = outcomes(real_cast)
    assert (found.is_confirmed, walk.case.outcome) == (True, "HANDED_OVER")


def test_another_county_is_left_out(real_cast: Cast) -> None:
    case_make(real_cast, upto="help")
    other = real_cast.places.neighbour_county
    with acting_as(SYSTEM):
        assert outcomes_in(lo=other.lo, hi=other.hi) == []
    with acting_as(real_cast.neighbour):
        assert outcomes_in(lo=real_cast.places.county.lo, hi=real_cast.places.county.hi) == []
