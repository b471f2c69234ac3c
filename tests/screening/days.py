"""Days of a county: random changes of its register, runs that follow each other, and what a full run would say."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pyarrow.parquet as pq
from django.utils import timezone
from tests.factories.cast import Cast
from tests.factories.register import household_make, income_make, person_make, spending_make, status_make

from shouwang.engine import ScreenResult, screen
from shouwang.people.access import SYSTEM, acting_as
from shouwang.register.models import Household, HouseholdState, Income, Membership, NamedFact, Person, Spending, Status
from shouwang.screening.models import Run, Warning
from shouwang.screening.services import run_execute, run_request, warning_collect
from shouwang.screening.services.following import results_folder
from shouwang.screening.services.snapshot import snapshot_folder
from shouwang.standards.selectors import policy_by_version_id

FILES = ("warnings.parquet", "household_facts.parquet", "outcomes.parquet", "handled.parquet", "run.json")


def low_income(slot: int, *, head: str = "张胜坤") -> Household:
    """A household of 衡水's fifth type with a modest income."""
    household = household_make(
        slot, head=head, members=[("吴红印", "SPOUSE")], poverty_status="NEVER", is_low_income=True,
        is_exit_unstable=False,
    )  # fmt: skip
    for month in range(1, 6):
        income_make(household, date(2020, month, 1), 100_000)
    return household


def illness(household: Household, fen: int, on: date) -> Spending:
    """A stay in hospital that nobody paid but the household."""
    return spending_make(household, on, gross_fen=fen, reimbursed_fen=0, self_paid_fen=fen, detail="胃癌")


def ran(cast: Cast, on: date, *, is_daily: bool = True, at: datetime | None = None) -> Run:
    """One run, carried out as the worker does it."""
    at = at or datetime(on.year, on.month, on.day, 3, tzinfo=UTC)
    with acting_as(SYSTEM):
        run = run_request(viewer=SYSTEM, area_id=cast.places.county.pk, on=on, at=at, is_queued=False,
                          is_daily=is_daily)  # fmt: skip
    run_execute(run_id=run.pk, at=at)
    return run_of(run.pk)


def run_of(pk: int) -> Run:
    """A run as it stands, with what hangs on it."""
    with acting_as(SYSTEM):
        return Run.objects.select_related("snapshot", "previous", "pack_version").get(pk=pk)


def warnings_open() -> list[Warning]:
    """The warnings that wait for a case or a person."""
    with acting_as(SYSTEM):
        return list(Warning.objects.filter(collected_case_id=None, settled_at=None).order_by("household_id", "cause"))


def said(warning: Warning) -> tuple[Any, ...]:
    """What a warning says, whichever run said it first."""
    return (warning.household_id, warning.cause, warning.trigger_key, warning.measured, warning.threshold,
            warning.is_held, str(warning.evidence), str(sorted(warning.facts.items(), key=str)))  # fmt: skip


@dataclass
class Days:
    """A county under way from day to day."""

    cast: Cast
    chance: random.Random
    on: date

    def households(self) -> list[Household]:
        with acting_as(SYSTEM):
            return list(Household.objects.filter(slot__gte=self.cast.places.county.lo,
                                                 slot__lte=self.cast.places.county.hi).order_by("pk"))  # fmt: skip

    def change(self) -> str:
        """One random change of the register or of what became of a warning; returns which."""
        act = self.chance.choice([self.illness, self.corrected, self.income, self.status, self.ended, self.state,
                                  self.member, self.left, self.died, self.moved, self.named, self.new,
                                  self.taken, self.forgotten])  # fmt: skip
        household = self.chance.choice(self.households())
        act(household)
        return act.__name__

    def some_day(self) -> date:
        return self.on - timedelta(days=self.chance.randrange(500))

    def illness(self, household: Household) -> None:
        illness(household, self.chance.choice([400_000, 1_500_000, 1_500_001, 2_000_000]), self.some_day())

    def corrected(self, household: Household) -> None:
        with acting_as(SYSTEM):
            event = Spending.objects.filter(household=household, superseded_at=None).order_by("pk").last()
            if event is not None:
                Spending.objects.filter(pk=event.pk).update(superseded_at=timezone.now())

    def income(self, household: Household) -> None:
        income_make(household, self.some_day().replace(day=1), self.chance.choice([0, 10_000, 900_000]))
        with acting_as(SYSTEM):
            gone = Income.objects.filter(household=household, superseded_at=None).order_by("pk").first()
            Income.objects.filter(pk=gone.pk if gone else 0).update(superseded_at=timezone.now())

    def status(self, household: Household) -> None:
        status_make(household, self.chance.choice(["DIBAO", "CAR", "DRUG_USE", "HOUSE_DAMAGED", "INJURY"]),
                    self.some_day())  # fmt: skip

    def ended(self, household: Household) -> None:
        with acting_as(SYSTEM):
            Status.objects.filter(household=household, until_date=None).update(until_date=self.some_day())

    def state(self, household: Household) -> None:
        with acting_as(SYSTEM):
            found = HouseholdState.objects.filter(household=household).order_by("pk").last()
            assert found is not None
            HouseholdState.objects.filter(pk=found.pk).update(
                is_low_income=not found.is_low_income, is_exit_unstable=self.chance.choice([True, False, None])
            )

    def member(self, household: Household) -> None:
        person_make(household, "李秀兰", birth_date=self.on - timedelta(days=365 * 18 - self.chance.randrange(40)))

    def left(self, household: Household) -> None:
        with acting_as(SYSTEM):
            someone = Membership.objects.filter(household=household, valid_to=None).order_by("pk").last()
            if someone is not None and someone.relationship != "HEAD":
                Membership.objects.filter(pk=someone.pk).update(valid_to=self.on + timedelta(days=2))

    def died(self, household: Household) -> None:
        with acting_as(SYSTEM):
            someone = Membership.objects.filter(household=household, valid_to=None).order_by("pk").last()
            if someone is not None:
                Person.objects.filter(pk=someone.person_id).update(died_on=self.some_day())

    def moved(self, household: Household) -> None:
        slot = self.chance.choice([self.cast.slot, self.cast.places.sibling_village.lo, self.cast.neighbour_slot])
        if len(self.households()) > 4 or slot != self.cast.neighbour_slot:
            with acting_as(SYSTEM):
                Household.objects.filter(pk=household.pk).update(slot=slot)

    def named(self, household: Household) -> None:
        with acting_as(SYSTEM):
            NamedFact.objects.create(slot=household.slot, household=household, facts={"备注": str(self.on)},
                                     source="national", recorded_at=timezone.now())  # fmt: skip

    def new(self, household: Household) -> None:
        low_income(self.cast.slot, head="新户")

    def taken(self, household: Household) -> None:
        """A case takes a warning up."""
        waiting = [found for found in warnings_open() if not found.is_held]
        if waiting:
            with acting_as(SYSTEM):
                warning_collect(warning_id=self.chance.choice(waiting).pk, case_id=7, at=timezone.now())

    def forgotten(self, household: Household) -> None:
        """A case's taking up is undone: its evidence is no longer handled."""
        with acting_as(SYSTEM):
            Warning.objects.filter(household_id=household.pk, collected_case_id__isnull=False).delete()


def full_again(run: Run, folder: Any) -> ScreenResult:
    """What screening everybody on a run's snapshot says, with the evidence handled then; its files go to a folder."""
    assert run.snapshot is not None
    policy = policy_by_version_id(run.pack_version_id, on=run.on)
    handled = pq.read_table(results_folder(run.snapshot, run) / "handled.parquet")
    return screen(snapshot_folder(run.snapshot), policy, on=run.on, facts="warned", with_outcomes=True,
                  handled=handled, out=folder)  # fmt: skip
