"""What households are compared by before and after some help: who is watched for what, and income by month and kind."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, Sum

from shouwang.people.access import Viewer
from shouwang.register.models import HouseholdState, Income, Membership
from shouwang.register.selectors.scope import holding, of_household


@dataclass(frozen=True)
class WatchedHousehold:
    """A household that is or was watched: its kind, its first risk (empty: none is recorded), its members now."""

    household_id: int
    watch_type: str
    cause: str
    members: int


def households_watched(viewer: Viewer, on: date, *, most: int) -> list[WatchedHousehold]:
    """This function returns the households of the viewer's areas that are or were watched, at most so many, by id."""
    states = of_household(HouseholdState.objects.filter(holding(on), watch_type__isnull=False), viewer)
    rows = list(states.order_by("household_id").values_list("household_id", "watch_type", "risks")[:most])
    living = Q(person__merged_into__isnull=True) & (Q(person__died_on__isnull=True) | Q(person__died_on__gt=on))
    members = of_household(Membership.objects.filter(holding(on), living), viewer)
    counts = dict(
        members.filter(household_id__in=[row[0] for row in rows]).values_list("household_id").annotate(n=Count("pk"))
    )
    return [WatchedHousehold(key, kind or "", (risks or [""])[0], counts.get(key, 0)) for key, kind, risks in rows]


def incomes_by_month(
    viewer: Viewer, household_ids: Collection[int], *, since: date, until: date
) -> list[tuple[int, date, str, int]]:
    """This function returns household, month, kind and sum in fen of incomes in the months [since, until)."""
    rows = Income.objects.filter(
        household_id__in=household_ids, month__gte=since, month__lt=until, superseded_at__isnull=True
    )
    summed = of_household(rows, viewer).values_list("household_id", "month", "kind").annotate(s=Sum("amount_fen"))
    return [(key, month, kind, int(total)) for key, month, kind, total in summed.order_by("household_id", "month")]
