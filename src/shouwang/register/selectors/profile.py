"""What two households are compared by: type, size, income a head."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Case, CharField, F, OuterRef, Q, Subquery, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from shouwang.kit.codes import PovertyStatus, WatchType
from shouwang.kit.dates import month_window
from shouwang.people.access import Viewer
from shouwang.register.models import HouseholdState, Income, Membership, Status
from shouwang.register.rules import IncomeAmount, net_income
from shouwang.register.selectors.scope import holding, of_household

LOW_INCOME = "LOW_INCOME"
LOW_INCOME_LABEL = "低收入户（从未建档立卡）"


@dataclass(frozen=True)
class HouseholdProfile:
    """Type (empty: not known), persons, net income a head of the last 12 full months in fen (None: not known)."""

    type_key: str
    members: int
    per_capita_fen: int | None


def type_label(type_key: str) -> str:
    """This function returns the type of a profile in words."""
    if type_key == LOW_INCOME:
        return LOW_INCOME_LABEL
    for codes in (WatchType, PovertyStatus):
        if type_key in set(codes):
            return codes(type_key).label
    return "类型未登记"


def households_profile(viewer: Viewer, ids: Collection[int], *, on: date) -> dict[int, HouseholdProfile]:
    """This function returns what households are compared by on a day, those the viewer may read, in three queries.

    The type is the watch type while it holds, else low income, else what the household was in the fight against
    poverty.
    """
    wanted = list(ids)
    members = Counter(
        of_household(Membership.objects.filter(holding(on), household_id__in=wanted), viewer).values_list(
            "household_id", flat=True
        )
    )
    states = of_household(HouseholdState.objects.filter(holding(on), household_id__in=wanted), viewer)
    types = {state.household_id: state_group(state, on) for state in states}
    first, end = month_window(on)
    rows = of_household(
        Income.objects.filter(
            household_id__in=wanted, superseded_at__isnull=True, month__gte=first, month__lt=end
        ),
        viewer,
    ).values_list("household_id", "month", "kind", "amount_fen")  # fmt: skip
    incomes: dict[int, list[IncomeAmount]] = defaultdict(list)
    for household_id, month, kind, amount_fen in rows:
        incomes[household_id].append(IncomeAmount(month, kind, amount_fen))
    return {
        pk: HouseholdProfile(
            types.get(pk, ""), members[pk], net_income(incomes[pk], on=on, members=members[pk]).per_capita_fen
        )
        for pk in wanted
        if members[pk]
    }


def group_then(viewer: Viewer, *, household: str, day: str) -> Combinable:
    """This function returns the group of a household on a day (`state_group`), empty where nothing is known, as a
    column for rows of another room; the arguments name the row's fields."""
    on: Any = OuterRef(day)
    is_watched = Q(watch_type__isnull=False) & (Q(removed_date__isnull=True) | Q(removed_date__gt=on))
    group = Case(
        When(is_watched, then=F("watch_type")), When(is_low_income=True, then=Value(LOW_INCOME)),
        default=F("poverty_status"), output_field=CharField(),
    )  # fmt: skip
    states = of_household(HouseholdState.objects.filter(holding(on), household_id=OuterRef(household)), viewer)
    return Coalesce(Subquery(states.annotate(group=group).values("group")[:1]), Value(""))


def state_group(state: HouseholdState, on: date) -> str:
    """This function returns the group of a household by its state: the watch type while it holds, else what it was."""
    is_watched = bool(state.watch_type) and (state.removed_date is None or state.removed_date > on)
    if is_watched:
        return state.watch_type or ""
    return LOW_INCOME if state.is_low_income else state.poverty_status or ""


def statuses_on(viewer: Viewer, household_id: int, *, on: date) -> frozenset[str]:
    """This function returns the codes that a household or its members hold on a day; the last day counts no more.

    The reading is the engine's (`engine.steps.statuses`): what ends today has ended.
    """
    rows = of_household(
        Status.objects.filter(household_id=household_id, superseded_at__isnull=True, from_date__lte=on), viewer
    )
    return frozenset(rows.exclude(until_date__lte=on).values_list("kind", flat=True))
