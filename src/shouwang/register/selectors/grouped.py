"""Households of an area by their group, with what tells whether a policy's demands of each are met; in few queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet, Sum

from shouwang.kit.codes import WatchType
from shouwang.people.access import Viewer
from shouwang.register.models import HouseholdState, Income, Status
from shouwang.register.selectors.profile import LOW_INCOME, state_group
from shouwang.register.selectors.scope import holding, of_household


@dataclass(frozen=True)
class GroupedHousehold:
    """A living household, where it lies and its group on the day: watch type, LOW_INCOME or poverty status."""

    id: int
    slot: int
    group: str


def households_grouped(
    viewer: Viewer,
    *,
    groups: Collection[str],
    on: date,
    lo: int | None = None,
    hi: int | None = None,
    ids: Collection[int] | None = None,
) -> list[GroupedHousehold]:
    """This function returns the living households of some groups, in code order: of a slot range, or those named."""
    if not groups:
        return []
    rows: QuerySet[HouseholdState] = HouseholdState.objects.filter(holding(on), household__ended_on__isnull=True)
    if lo is not None and hi is not None:
        rows = rows.filter(slot__gte=lo, slot__lte=hi)
    if ids is not None:
        rows = rows.filter(household_id__in=ids)
    watched, was = set(groups) & set(WatchType), set(groups) - set(WatchType) - {LOW_INCOME}
    wanted = Q(watch_type__in=watched) | Q(poverty_status__in=was)
    if LOW_INCOME in groups:
        wanted |= Q(is_low_income=True)
    fields = ("household_id", "slot", "watch_type", "removed_date", "is_low_income", "poverty_status")
    states = of_household(rows.filter(wanted), viewer).order_by("slot", "household_id").only(*fields)
    found = [GroupedHousehold(state.household_id, state.slot, state_group(state, on)) for state in states]
    return [home for home in found if home.group in groups]


def earned_kinds(
    viewer: Viewer, ids: Collection[int], *, kinds: Collection[str], span: tuple[date, date]
) -> Mapping[int, frozenset[str]]:
    """This function returns from which of some kinds households earned more than nothing in a half-open span.

    A household without a row of income in the span is left out: what it earns is not known.
    """
    rows = Income.objects.filter(
        household_id__in=ids, superseded_at__isnull=True, month__gte=span[0], month__lt=span[1]
    )
    sums = of_household(rows, viewer).order_by().values_list("household_id", "kind").annotate(fen=Sum("amount_fen"))
    found: dict[int, set[str]] = defaultdict(set)
    for household_id, kind, fen in sums:
        earned = found[household_id]
        if kind in kinds and fen > 0:
            earned.add(kind)
    return {household_id: frozenset(earned) for household_id, earned in found.items()}


def statuses_held(
    viewer: Viewer, ids: Collection[int], *, kinds: Collection[str], on: date
) -> Mapping[int, frozenset[str]]:
    """This function returns which of some statuses households or their members hold on a day (see `statuses_on`)."""
    if not kinds:
        return {}
    rows = Status.objects.filter(
        household_id__in=ids, superseded_at__isnull=True, kind__in=kinds, from_date__lte=on
    )  # fmt: skip
    held = of_household(rows.exclude(until_date__lte=on), viewer).values_list("household_id", "kind")
    found: dict[int, set[str]] = defaultdict(set)
    for household_id, kind in held:
        found[household_id].add(kind)
    return {household_id: frozenset(statuses) for household_id, statuses in found.items()}
