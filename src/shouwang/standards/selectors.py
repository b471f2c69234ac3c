"""Reads of standards: the policy in force for a place on a day."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from functools import lru_cache

from django.db.models import Q, QuerySet

from shouwang.kit.errors import Refusal
from shouwang.kit.workdays import WorkCalendar, calendar_seed
from shouwang.people.access import Viewer
from shouwang.rulebook import PackSource, Policy, load_policy
from shouwang.rulebook.check import change_days
from shouwang.rulebook.packs import blocks_read
from shouwang.standards.models import Adoption, CalendarYear, PackVersion, Revocation, TrialReport
from shouwang.standards.rules import AmendedValue


class NoPolicyInForce(Refusal):
    """No adopted pack covers the place on the day."""

    def __init__(self, on: date) -> None:
        super().__init__(
            f"{on:%Y-%m-%d} 这一天，这个辖区还没有选用任何政策标准。请先在“政策标准”页选用并批准一个版本。"
        )


def area_visible(viewer: Viewer, *, lo: int, hi: int) -> bool:
    """This function tells whether a whole slot range lies inside the viewer's areas."""
    return any(mine_lo <= lo and hi <= mine_hi for mine_lo, mine_hi in viewer.ranges)


def version_in_force(*, slot: int, on: date) -> PackVersion:
    """This function returns the pack version of the narrowest area that adopted one for a slot; NoPolicyInForce."""
    adoption = (
        Adoption.objects.filter(
            lo__lte=slot, hi__gte=slot, valid_from__lte=on, adopted_at__isnull=False, withdrawn_at__isnull=True
        )
        .select_related("pack_version", "area")
        .defer("pack_version__files")
        .order_by("-area__level", "-valid_from", "-adopted_at", "-pk")
        .first()
    )
    if adoption is None:
        raise NoPolicyInForce(on)
    return adoption.pack_version


def versions_in_force(*, slots: Collection[int], on: date) -> dict[int, PackVersion]:
    """This function returns the pack version in force for each slot; one without is absent."""
    if not slots:
        return {}
    adopted = list(
        Adoption.objects.filter(
            lo__lte=max(slots), hi__gte=min(slots), valid_from__lte=on, adopted_at__isnull=False,
            withdrawn_at__isnull=True,
        )
        .select_related("pack_version", "area").defer("pack_version__files")
        .order_by("-area__level", "-valid_from", "-adopted_at", "-pk")
    )  # fmt: skip
    found = {slot: next((one for one in adopted if one.lo <= slot <= one.hi), None) for slot in slots}
    return {slot: adoption.pack_version for slot, adoption in found.items() if adoption is not None}


@lru_cache(maxsize=256)
def _policy(version_id: int, on: date) -> Policy:
    # A version's text never changes, so its policy on a day may be kept.
    version = PackVersion.objects.get(pk=version_id)
    return load_policy(PackSource.from_files(version.files), place=version.place, on=on)


def policy_of(version: PackVersion, *, on: date) -> Policy:
    """This function returns the policy that a pack version states for a day."""
    return _policy(version.pk, on)


def policy_by_version_id(version_id: int, *, on: date) -> Policy:
    """This function returns the policy that a stored pack version states for a day."""
    return _policy(version_id, on)


@lru_cache(maxsize=256)
def _days_of_change(version_id: int, topic: str) -> tuple[date, ...]:
    version = PackVersion.objects.get(pk=version_id)
    blocks = blocks_read(PackSource.from_files(version.files), version.place)
    return change_days(tuple(stated for stated in blocks if stated.topic.key == topic))


def days_of_change(version: PackVersion, topic: str, *, after: date, before: date) -> list[date]:
    """This function returns the days between two on which anything of a topic may change in a pack version."""
    return [day for day in _days_of_change(version.pk, topic) if after < day < before]


def policy_for(*, slot: int, on: date) -> tuple[PackVersion, Policy]:
    """This function returns the pack version in force for a slot on a day and its policy; raises NoPolicyInForce."""
    version = version_in_force(slot=slot, on=on)
    return version, policy_of(version, on=on)


def adoptions_visible_to(viewer: Viewer, *, with_declined: bool = False) -> QuerySet[Adoption]:
    """This function returns the adoptions that touch the viewer's areas, those in force and proposed ones."""
    touching = Q(pk__in=[])
    for lo, hi in viewer.ranges:
        touching |= Q(lo__lte=hi, hi__gte=lo)
    found = (
        Adoption.objects.filter(touching)
        .select_related("area", "pack_version")
        .defer("pack_version__files")
        .order_by("-valid_from", "-pk")
    )
    return found if with_declined else found.filter(withdrawn_at__isnull=True)


def versions_revoked(*, lo: int, hi: int) -> frozenset[int]:
    """This function returns the keys of versions that were in force over a whole slot range and are so no more."""
    over = Adoption.objects.filter(lo__lte=lo, hi__gte=hi, adopted_at__isnull=False)
    found = list(over.values_list("pack_version_id", "withdrawn_at"))
    return frozenset(key for key, withdrawn in found if withdrawn) - {key for key, withdrawn in found if not withdrawn}


def revocations_visible_to(viewer: Viewer) -> QuerySet[Revocation]:
    """This function returns the revocations inside the viewer's areas that wait or were confirmed, newest first."""
    found = Revocation.objects.filter(viewer.q(), dropped_at__isnull=True)
    return (
        found.select_related("adoption__area", "adoption__pack_version")
        .defer("adoption__pack_version__files")
        .order_by("-pk")
    )


def revocations_confirmed() -> list[Revocation]:
    """This function returns every confirmed revocation (worker only)."""
    return list(Revocation.objects.filter(confirmed_at__isnull=False).select_related("adoption").order_by("pk"))


def report_of(viewer: Viewer, adoption: Adoption) -> TrialReport | None:
    """This function returns what a proposal was seen to do when it was tried, to whoever oversees the whole area."""
    if not area_visible(viewer, lo=adoption.lo, hi=adoption.hi):
        return None
    return TrialReport.objects.filter(adoption=adoption).first()


def values_amended_in(version: PackVersion) -> list[AmendedValue]:
    """This function returns what a version changes of the version it was amended from."""
    return [AmendedValue(**value) for value in version.changes]


def versions() -> QuerySet[PackVersion]:
    """This function returns every stored pack version, newest first."""
    return PackVersion.objects.order_by("-loaded_at", "-pk")


def version_by_id(version_id: int) -> PackVersion | None:
    """This function returns a stored pack version, or None."""
    return PackVersion.objects.filter(pk=version_id).first()


def calendar_years() -> list[CalendarYear]:
    """This function returns the years that the operator has recorded, in order."""
    return list(CalendarYear.objects.order_by("year"))


def calendar_in_force() -> WorkCalendar:
    """This function returns the calendar that the product brings, with every year recorded since."""
    calendar = calendar_seed()
    for year in calendar_years():
        days = {date.fromisoformat(day): is_working for day, is_working in year.days.items()}
        calendar = calendar.extended(days, last=date(year.year, 12, 31), source=year.source)
    return calendar
