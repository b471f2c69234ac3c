"""Reads of what every household has to have: by household, village and township, and what is missing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from shouwang.assistance.models import Contact, Filling
from shouwang.assistance.rules.sevens import Held, Standing, standing_of_household
from shouwang.kit.dates import month_window
from shouwang.people.access import Viewer
from shouwang.register.selectors import GroupedHousehold, earned_kinds, households_grouped, statuses_held
from shouwang.rulebook.policy import Policy
from shouwang.rulebook.sevens import SevensPolicy, sevens_of
from shouwang.standards.selectors import NoPolicyInForce, policy_for


def fillings_visible_to(viewer: Viewer) -> QuerySet[Filling]:
    """This function returns what fills slots of households in the viewer's areas, the present and the past."""
    return Filling.objects.filter(viewer.q()) if viewer.reads_register else Filling.objects.none()


def filling_get(viewer: Viewer, filling_id: int) -> Filling | None:
    """This function returns a filling the viewer may see, or None."""
    return fillings_visible_to(viewer).filter(pk=filling_id).first()


def fillings_of_household(viewer: Viewer, household_id: int) -> list[Filling]:
    """This function returns what fills a household's slots and what did, the latest first."""
    return list(fillings_visible_to(viewer).filter(household_id=household_id).order_by("-pk"))


@dataclass(frozen=True)
class Sevens:
    """The households of some place that a policy wants something for, with what they have."""

    policy: SevensPolicy
    span: tuple[date, date]
    homes: Sequence[GroupedHousehold]
    held: Mapping[int, Held]
    standings: Mapping[int, Standing]

    @property
    def names(self) -> dict[str, str]:
        return {stated.key: stated.name for stated in self.policy.slots}


def sevens_in(viewer: Viewer, *, lo: int, hi: int, on: date) -> Sevens:
    """This function returns every household of a slot range that the policy in force there wants something for.

    Raises NoPolicyInForce.
    """
    _, policy = policy_for(slot=lo, on=on)
    stated = sevens_of(policy)
    homes = households_grouped(viewer, groups=stated.groups, on=on, lo=lo, hi=hi)
    return _sevens(viewer, policy, homes, on)


def sevens_of_household(viewer: Viewer, *, household_id: int, slot: int, on: date) -> Sevens:
    """This function returns what one household has of what the policy wants; no household when it wants nothing."""
    try:
        _, policy = policy_for(slot=slot, on=on)
    except NoPolicyInForce:
        return Sevens(SevensPolicy((), None, None), month_window(on), [], {}, {})
    stated = sevens_of(policy)
    homes = households_grouped(viewer, groups=stated.groups, on=on, ids=[household_id])
    return _sevens(viewer, policy, homes, on)


def _sevens(viewer: Viewer, policy: Policy, homes: Sequence[GroupedHousehold], on: date) -> Sevens:
    stated, span = sevens_of(policy), policy.windows["income"].value.span(on)
    ids = [home.id for home in homes]
    fillings = _by_household(fillings_visible_to(viewer).filter(household_id__in=ids, until_date__isnull=True))
    contacts = _by_household(Contact.objects.filter(viewer.q(), household_id__in=ids, until_date__isnull=True))
    wanted = {status for slot in stated.slots for status in slot.value.statuses}
    statuses = statuses_held(viewer, ids, kinds=wanted, on=on)
    kinds = [str(kind) for kind in stated.sources.value.kinds] if stated.sources is not None else []
    earned = earned_kinds(viewer, ids, kinds=kinds, span=span) if kinds else {}
    none: frozenset[str] = frozenset()
    held = {
        pk: Held(fillings.get(pk, none), contacts.get(pk, none), statuses.get(pk, none), earned.get(pk)) for pk in ids
    }
    standings = {home.id: standing_of_household(stated, home.group, held[home.id]) for home in homes}
    return Sevens(stated, span, homes, held, standings)


def _by_household(rows: QuerySet[Filling] | QuerySet[Contact]) -> dict[int, frozenset[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    for household_id, kind in rows.values_list("household_id", "kind"):
        found[household_id].add(kind)
    return {pk: frozenset(kinds) for pk, kinds in found.items()}


# What households are listed by, beside the slot that they lack.
SHOWN: Mapping[str, Callable[[Standing], bool]] = {
    "all": lambda standing: True,
    "complete": lambda standing: standing.is_complete,
    "lacking": lambda standing: not standing.is_complete,
    "sources": lambda standing: standing.has_sources is False,
    "unknown": lambda standing: standing.is_unknown,
}


def homes_shown(sevens: Sevens, show: str) -> list[GroupedHousehold]:
    """This function returns the households that lack one slot, or those that one of `SHOWN` names; by village."""
    by_word = SHOWN.get(show) if show not in sevens.names else None
    found = [
        home
        for home in sevens.homes
        if (by_word(sevens.standings[home.id]) if by_word else show in sevens.standings[home.id].missing)
    ]
    return sorted(found, key=lambda home: (home.slot, home.id))
