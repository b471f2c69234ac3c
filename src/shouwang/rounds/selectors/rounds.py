"""Reads of rounds: coverage by round, township, village and household; what is due."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from shouwang.people.access import Viewer
from shouwang.people.selectors import areas_of_slots
from shouwang.register.selectors import places_of
from shouwang.rounds.models import SEEN, Round, RoundVillage, RoundVisit
from shouwang.rounds.rules import RoundNotFound, may_open
from shouwang.standards.selectors import NoPolicyInForce, policy_for

TOWN = 1000
LEVELS = {"town": 4, "county": 3}
SIZES = {"town": 1000, "county": 1_000_000}


@dataclass(frozen=True)
class Coverage:
    """How far a round is over some villages: households listed, seen, with a finding."""

    villages: int = 0
    households: int = 0
    seen: int = 0
    found: int = 0

    @property
    def unseen(self) -> int:
        return self.households - self.seen

    @property
    def percent(self) -> int:
        """Whole per cent seen, never 100 while somebody is unseen."""
        return 100 if self.unseen == 0 else self.seen * 100 // self.households


@dataclass(frozen=True)
class PlaceLine:
    """A place of a round with its coverage."""

    slot: int
    name: str
    coverage: Coverage


@dataclass(frozen=True)
class SweepOption:
    """A sweep of the policy that the viewer may open; `missing` rounds are still due in the present period."""

    key: str
    name: str
    missing: int
    period: str
    is_after_event: bool
    records: tuple[str, ...]


SUMS = {
    "n": Count("pk"), "sum_households": Sum("households"), "sum_seen": Sum("seen"), "sum_found": Sum("found"),
}  # fmt: skip


def rounds_visible_to(viewer: Viewer) -> QuerySet[Round]:
    """This function returns the rounds that touch the viewer's areas, open ones first, newest first."""
    if not viewer.reads_register:
        return Round.objects.none()
    touched = RoundVillage.objects.filter(viewer.q()).values("round_id")
    return Round.objects.filter(pk__in=touched)


def round_get(viewer: Viewer, round_id: int) -> Round:
    """This function returns one round; raises RoundNotFound."""
    found = rounds_visible_to(viewer).filter(pk=round_id).first()
    if found is None:
        raise RoundNotFound
    return found


def coverage_of(viewer: Viewer, rounds: Sequence[Round]) -> dict[int, Coverage]:
    """This function returns the coverage of rounds inside the viewer's areas, by their ids."""
    rows = RoundVillage.objects.filter(viewer.q(), round_id__in=[found.pk for found in rounds])
    return {row["round_id"]: _coverage(row) for row in rows.order_by().values("round_id").annotate(**SUMS)}


def coverage_by(viewer: Viewer, found: Round, level: str) -> list[PlaceLine]:
    """This function rolls a round's villages up by `town` or `county`, those with most unseen first."""
    size = SIZES[level]
    sums: dict[int, list[int]] = {}
    rows = RoundVillage.objects.filter(viewer.q(), round=found).values_list("slot", "households", "seen", "found")
    for slot, *counts in rows:
        line = sums.setdefault(slot // size * size, [0, 0, 0, 0])
        for place, value in enumerate([1, *counts]):
            line[place] += value
    areas = areas_of_slots(set(sums), level=LEVELS[level])
    lines = [
        PlaceLine(slot, areas[slot].name if slot in areas else f"{slot:012d}", Coverage(*line))
        for slot, line in sums.items()
    ]
    return sorted(lines, key=lambda line: (-line.coverage.unseen, line.slot))


def villages_of(viewer: Viewer, found: Round, *, town: int | None = None) -> list[PlaceLine]:
    """This function returns a round's villages with their coverage, those with most unseen first."""
    rows = RoundVillage.objects.filter(viewer.q(), round=found)
    if town is not None:
        rows = rows.filter(slot__gte=town, slot__lt=town + TOWN)
    villages = list(rows)
    places = places_of({village.slot for village in villages})
    lines = [
        PlaceLine(village.slot, places[village.slot], Coverage(1, village.households, village.seen, village.found))
        for village in villages
    ]
    return sorted(lines, key=lambda line: (-line.coverage.unseen, line.slot))


def village_get(viewer: Viewer, found: Round, slot: int) -> PlaceLine:
    """This function returns one village of a round; raises RoundNotFound."""
    line = next((line for line in villages_of(viewer, found, town=slot) if line.slot == slot), None)
    if line is None:
        raise RoundNotFound
    return line


def visits_of(viewer: Viewer, found: Round, slot: int, *, is_seen: bool | None = None) -> QuerySet[RoundVisit]:
    """This function returns a village's households in a round, all, seen, or not seen yet."""
    rows = RoundVisit.objects.filter(viewer.q(), round=found, slot=slot)
    if is_seen is None:
        return rows
    return rows.filter(state__in=SEEN) if is_seen else rows.exclude(state__in=SEEN)


def visit_get(viewer: Viewer, round_id: int, household_id: int) -> RoundVisit:
    """This function returns a household of a round; raises RoundNotFound."""
    found = (
        RoundVisit.objects.filter(viewer.q(), round_id=round_id, household_id=household_id)
        .select_related("round")
        .first()
    )
    if found is None or not viewer.reads_register:
        raise RoundNotFound
    return found


def rounds_unseen(viewer: Viewer) -> tuple[int, int | None]:
    """This function returns how many households the viewer's open rounds still wait for, and the round if it is one."""
    rows = RoundVillage.objects.filter(viewer.q(), is_open=True)
    sums = {row["round_id"]: row["h"] - row["s"] for row in rows.order_by().values("round_id").annotate(
        h=Sum("households"), s=Sum("seen"))}  # fmt: skip
    waiting = {round_id: unseen for round_id, unseen in sums.items() if unseen}
    return sum(waiting.values()), next(iter(waiting)) if len(waiting) == 1 else None


def sweeps_offered(viewer: Viewer, on: date) -> list[SweepOption]:
    """This function returns the sweeps by visits that the policy lets the viewer open, those that are due first."""
    try:
        _, policy = policy_for(slot=viewer.ranges[0][0], on=on)
    except NoPolicyInForce:
        return []
    stated = {
        key: provision for key, provision in policy.topic("sweeps").items()
        if "SWEEP" in provision.value.channels and provision.value.whom is None and may_open(viewer, provision.value.by)
    }  # fmt: skip
    if not stated:
        return []
    year = date(on.year, 1, 1)
    made = Round.objects.filter(Q(slot=viewer.ranges[0][0]) & Q(sweep__in=stated) & Q(opened_on__gte=year))
    days: dict[str, list[date]] = {}
    for key, day in made.values_list("sweep", "opened_on"):
        days.setdefault(key, []).append(day)
    options = [
        SweepOption(
            key, provision.name, provision.value.missing(days.get(key, ()), on=on),
            provision.value.every.period if provision.value.every else "", provision.value.after is not None,
            provision.value.records,
        )
        for key, provision in stated.items()
    ]  # fmt: skip
    return sorted(options, key=lambda option: (-option.missing, option.key))


def _coverage(row: Mapping[str, Any]) -> Coverage:
    return Coverage(row["n"], row["sum_households"], row["sum_seen"], row["sum_found"])
