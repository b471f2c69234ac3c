"""Whatever is split, merged, moved, buried or headed anew: one household a person a day, one head a household a day."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.factories.cast import Cast
from tests.factories.register import household_make

from shouwang.kit.dates import SHANGHAI
from shouwang.kit.errors import Refusal
from shouwang.people.access import SYSTEM, acting_as
from shouwang.register import errors, services
from shouwang.register.models import Household, Membership, Person, PersonMerge

START = date(2020, 1, 1)
RELATIONSHIPS = ["HEAD", "SPOUSE", "CHILD", "PARENT", "OTHER"]
ACTS = ["split", "merge", "move", "away", "die", "head", "double", "part"]

steps = st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 2**16), st.integers(0, 9)), min_size=1, max_size=12)


class Village:
    """A few households on which random acts are carried out, day after day."""

    def __init__(self, cast: Cast) -> None:
        self.viewer = cast.city
        self.system = SYSTEM
        self.slots = [cast.slot, cast.places.sibling_village.lo, cast.neighbour_slot]
        for slot, members in zip(
            self.slots, ([("妻", "SPOUSE"), ("子", "CHILD")], [("母", "PARENT")], []), strict=True
        ):
            household_make(slot, members=members, since=date(2019, 1, 1))

    def act(self, kind: str, seed: int, on: date, at: datetime) -> None:
        """Carries out one act as far as the register lets it."""
        chance = random.Random(seed)
        households = list(Household.objects.filter(ended_on=None).order_by("pk"))
        persons = list(Person.objects.filter(merged_into=None, died_on=None).order_by("pk"))
        if not households or not persons:
            return
        household, person = chance.choice(households), chance.choice(persons)
        getattr(self, kind)(chance, household, person, persons, households, on, at)

    def _members(self, household: Household, on: date) -> dict[int, str]:
        rows = Membership.objects.filter(household=household, superseded_at=None, valid_from__lte=on)
        return {row.person_id: row.relationship for row in rows if row.valid_to is None or row.valid_to > on}

    def _shuffled(self, chance: random.Random, members: list[int]) -> dict[int, str]:
        return {pk: chance.choice(RELATIONSHIPS) for pk in members}

    def split(self, chance, household, person, persons, households, on, at) -> None:
        members = list(self._members(household, on))
        leaving = [pk for pk in members if chance.random() < 0.5]
        staying = [pk for pk in members if pk not in leaving]
        services.household_split(
            viewer=self.system, household_id=household.pk, version=household.version,
            leaving=self._shuffled(chance, leaving), staying=self._shuffled(chance, staying), on=on, at=at,
            slot=chance.choice(self.slots),
        )  # fmt: skip

    def merge(self, chance, household, person, persons, households, on, at) -> None:
        other = chance.choice(households)
        services.household_merge(
            viewer=self.system, household_id=household.pk, version=household.version, other_id=other.pk,
            other_version=other.version, relationships=self._shuffled(chance, list(self._members(other, on))), on=on,
            at=at,
        )  # fmt: skip

    def move(self, chance, household, person, persons, households, on, at) -> None:
        services.person_move(
            viewer=self.system, person_id=person.pk, version=person.version, on=on, at=at, to_household_id=household.pk,
            relationship=chance.choice(RELATIONSHIPS), new_head_id=chance.choice(persons).pk,
        )  # fmt: skip

    def away(self, chance, household, person, persons, households, on, at) -> None:
        services.person_move(
            viewer=self.system, person_id=person.pk, version=person.version, on=on, at=at,
            to_slot=chance.choice(self.slots), new_head_id=chance.choice(persons).pk,
        )  # fmt: skip

    def die(self, chance, household, person, persons, households, on, at) -> None:
        services.person_die(
            viewer=self.system, person_id=person.pk, version=person.version, died_on=on, at=at,
            new_head_id=chance.choice(persons).pk,
        )  # fmt: skip

    def head(self, chance, household, person, persons, households, on, at) -> None:
        members = list(self._members(household, on))
        services.head_change(
            viewer=self.system, household_id=household.pk, version=household.version,
            new_head_id=chance.choice(members or [0]), on=on, at=at,
        )  # fmt: skip

    def double(self, chance, household, person, persons, households, on, at) -> None:
        other = chance.choice(persons)
        services.persons_merge(
            viewer=self.system, kept_id=person.pk, kept_version=person.version, double_id=other.pk,
            double_version=other.version, reason="重复", on=on, at=at,
        )  # fmt: skip

    def part(self, chance, household, person, persons, households, on, at) -> None:
        merges = list(PersonMerge.objects.filter(undone_at=None).order_by("pk"))
        if merges:
            services.persons_unmerge(viewer=self.system, merge_id=chance.choice(merges).pk, reason="误并", at=at)


def check(days: list[date]) -> None:
    """Every day: nobody in two households; every household that has members has one head and at most one spouse."""
    rows = list(Membership.objects.filter(superseded_at=None))
    for day in days:
        held = [row for row in rows if row.valid_from <= day and (row.valid_to is None or day < row.valid_to)]
        assert max(Counter(row.person_id for row in held).values(), default=0) <= 1
        for household in {row.household_id for row in held}:
            kinds = Counter(row.relationship for row in held if row.household_id == household)
            assert kinds["HEAD"] == 1, (day, household, kinds)
            assert kinds["SPOUSE"] <= 1
    alive = {row.household_id for row in rows if row.valid_to is None}
    assert alive == set(Household.objects.filter(ended_on=None).values_list("pk", flat=True))


QUIET = [HealthCheck.function_scoped_fixture]


def carried_out(cast: Cast, acts: list[tuple[str, int, int]]) -> None:
    """Carries out random acts, each as far as it is allowed, and looks at every day afterwards."""
    with transaction.atomic():
        village = Village(cast)
        with acting_as(SYSTEM):
            day, days = START, [date(2019, 6, 1)]
            for number, (kind, seed, wait) in enumerate(acts):
                day += timedelta(days=wait)
                days += [day - timedelta(days=1), day]
                at = datetime(2021, 1, 1, tzinfo=SHANGHAI) + timedelta(minutes=number)
                try:
                    with transaction.atomic():
                        village.act(kind, seed, day, at)
                except Refusal:
                    continue
            check([*days, day + timedelta(days=1), date(2030, 1, 1)])
        transaction.set_rollback(True)


@settings(max_examples=8, deadline=None, suppress_health_check=QUIET)
@given(steps)
def test_random_changes_keep_one_household_a_person_and_one_head_a_household(cast: Cast, acts) -> None:
    carried_out(cast, acts)


@pytest.mark.full
@settings(max_examples=150, deadline=None, suppress_health_check=QUIET)
@given(steps)
def test_many_random_changes_keep_them_too(cast: Cast, acts) -> None:
    carried_out(cast, acts)


def test_a_double_who_headed_others_in_the_past_is_not_merged(cast: Cast) -> None:
    first, second = household_make(cast.slot, head="王一"), household_make(cast.slot, members=[("妻", "SPOUSE")])
    at = timezone.now()
    today = timezone.localdate(at)
    with acting_as(SYSTEM):
        heads = [rows_of(household, "HEAD").person for household in (first, second)]
        wife = rows_of(second, "SPOUSE").person_id
        services.household_merge(
            viewer=SYSTEM, household_id=first.pk, version=1, other_id=second.pk, other_version=1,
            relationships={heads[1].pk: "OTHER", wife: "OTHER"}, on=today, at=at,
        )  # fmt: skip
        with pytest.raises(errors.DoubleIsHead), transaction.atomic():
            services.persons_merge(
                viewer=SYSTEM, kept_id=heads[0].pk, kept_version=1, double_id=heads[1].pk, double_version=1,
                reason="重复", on=today, at=at,
            )  # fmt: skip


def rows_of(household: Household, relationship: str) -> Membership:
    return Membership.objects.get(household=household, relationship=relationship, superseded_at=None)


@pytest.mark.parametrize("relationship", ["HEAD", "SPOUSE"])
def test_the_database_itself_refuses_a_second_head_or_spouse(cast: Cast, relationship: str) -> None:
    household = household_make(cast.slot, members=[("妻", "SPOUSE"), ("子", "CHILD")])
    with acting_as(SYSTEM), pytest.raises(IntegrityError, match="a_day"), transaction.atomic():
        Membership.objects.filter(pk=rows_of(household, "CHILD").pk).update(relationship=relationship)


def test_the_database_itself_refuses_a_second_household_on_one_day(cast: Cast) -> None:
    household, other = household_make(cast.slot, members=[("子", "CHILD")]), household_make(cast.slot)
    with acting_as(SYSTEM):
        row = rows_of(household, "CHILD")
        more = {"slot": row.slot, "person_id": row.person_id, "household": other, "relationship": "OTHER",
                "source": "clerk", "recorded_at": timezone.now()}  # fmt: skip
        with pytest.raises(IntegrityError, match="one_household_a_day"), transaction.atomic():
            Membership.objects.create(valid_from=date(2026, 1, 1), **more)
        Membership.objects.create(valid_from=date(2010, 1, 1), valid_to=row.valid_from, **more)
