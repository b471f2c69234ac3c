"""Reads of contacts and their visits: who looks after whom, which visit is late, how far each organisation covers."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Max, Q, QuerySet

from shouwang.assistance.models import Contact, ContactVisit
from shouwang.people.access import SYSTEM, Viewer, acting_as
from shouwang.people.selectors import appointment_by_id, appointments_over
from shouwang.register.selectors import households_grouped
from shouwang.rulebook.contacts import ContactRule, contacts_of
from shouwang.rulebook.values import Provision
from shouwang.standards.selectors import NoPolicyInForce, policy_for


def contacts_visible_to(viewer: Viewer) -> QuerySet[Contact]:
    """This function returns the contacts of households in the viewer's areas, the present and the past ones."""
    return Contact.objects.filter(viewer.q()) if viewer.reads_register else Contact.objects.none()


def contact_get(viewer: Viewer, contact_id: int) -> Contact | None:
    """This function returns a contact the viewer may see, or None."""
    return contacts_visible_to(viewer).filter(pk=contact_id).first()


def contacts_of_household(viewer: Viewer, household_id: int) -> list[Contact]:
    """This function returns who looks after a household and who did, those standing first, then the latest."""
    found = list(contacts_visible_to(viewer).filter(household_id=household_id).order_by("-pk"))
    return sorted(found, key=lambda contact: not contact.is_standing)


def visits_of_household(viewer: Viewer, household_id: int) -> QuerySet[ContactVisit]:
    """This function returns the visits of a household's contacts, the latest first."""
    if not viewer.reads_register:
        return ContactVisit.objects.none()
    found = ContactVisit.objects.filter(viewer.q(), household_id=household_id)
    return found.select_related("contact").order_by("-on", "-pk")


def appointments_done(viewer: Viewer) -> frozenset[int]:
    """This function returns whose households the viewer visits: the viewer's own, and those of the absent person."""
    if viewer.appointment_id is None:
        return frozenset()
    held = appointment_by_id(viewer.appointment_id) if viewer.deputises_user_id is not None else None
    return frozenset(filter(None, (viewer.appointment_id, held.deputy_for_id if held is not None else None)))


def contacts_own(viewer: Viewer) -> QuerySet[Contact]:
    """This function returns the standing contacts whose cadre is the viewer, or the absent person, next due first."""
    mine = appointments_done(viewer)
    own = contacts_visible_to(viewer).filter(appointment_id__in=mine, until_date__isnull=True)
    return own.order_by("due_on", "pk")


def contacts_gone(viewer: Viewer, on: date) -> QuerySet[Contact]:
    """This function returns the standing contacts of the viewer's areas whose cadre has left the post."""
    standing = contacts_visible_to(viewer).filter(until_date__isnull=True)
    named = set(standing.order_by().values_list("appointment_id", flat=True).distinct())
    return standing.filter(appointment_id__in=appointments_over({pk for pk in named if pk is not None}, on=on))


def contacts_late(viewer: Viewer, on: date) -> QuerySet[Contact]:
    """This function returns the standing contacts of the viewer's areas whose visit is late on a day."""
    return contacts_visible_to(viewer).filter(until_date__isnull=True, due_on__lt=on).order_by("due_on", "pk")


def households_by_cadre(ids: Collection[int]) -> dict[int, int]:
    """This function returns how many households each of these appointments has, out of the viewer's sight too."""
    standing = Contact.objects.filter(appointment_id__in=ids, until_date__isnull=True).order_by()
    with acting_as(SYSTEM):
        rows = standing.values_list("appointment_id").annotate(homes=Count("household_id", distinct=True))
        return {pk: homes for pk, homes in rows if pk is not None}


def contact_rules(slot: int, on: date) -> Mapping[str, Provision[ContactRule]]:
    """This function returns the kinds of contact of the policy in force at a place; empty without one."""
    try:
        return contacts_of(policy_for(slot=slot, on=on)[1])
    except NoPolicyInForce:
        return {}


@dataclass(frozen=True)
class OrganisationCover:
    """How far one organisation's people reach: cadres, households, late visits, the latest visit."""

    name: str
    cadres: int
    households: int
    late: int
    met_on: date | None


def cover_by_organisation(viewer: Viewer, on: date, *, lo: int, hi: int) -> list[OrganisationCover]:
    """This function returns the standing contacts of a slot range by organisation, the one most late first."""
    rows = (
        contacts_visible_to(viewer)
        .filter(until_date__isnull=True, slot__gte=lo, slot__lte=hi)
        .order_by()
        .values_list("organisation_name")
        .annotate(
            cadres=Count("name", distinct=True),
            households=Count("household_id", distinct=True),
            late=Count("pk", filter=Q(due_on__lt=on)),
            last=Max("met_on"),
        )
    )
    return sorted(
        (OrganisationCover(*row) for row in rows), key=lambda cover: (-cover.late, -cover.households, cover.name)
    )


@dataclass(frozen=True)
class Covered:
    """How many households should have a contact of a kind, how many have one."""

    kind: str
    name: str
    rule: str
    households: int
    covered: int
    mark: str = ""

    @property
    def missing(self) -> int:
        return self.households - self.covered

    @property
    def percent(self) -> int:
        """Rounded down: nothing is whole before it is."""
        return self.covered * 100 // self.households if self.households else 100


def cover_by_kind(viewer: Viewer, on: date, *, lo: int, hi: int) -> list[Covered]:
    """This function returns, for each kind of the pack in force at a place, whom it covers of whom it is for."""
    rules = contact_rules(lo, on)
    groups = {group for stated in rules.values() for group in stated.value.whom}
    homes = households_grouped(viewer, groups=groups, on=on, lo=lo, hi=hi)
    held = set(
        contacts_visible_to(viewer)
        .filter(until_date__isnull=True, slot__gte=lo, slot__lte=hi)
        .values_list("household_id", "kind")
    )
    found = []
    for key, stated in rules.items():
        mine = [home.id for home in homes if home.group in stated.value.whom]
        covered = sum((home, key) in held for home in mine)
        found.append(Covered(key, stated.name, str(stated.value), len(mine), covered, stated.mark_text))
    return found


def households_uncovered(viewer: Viewer, on: date, *, lo: int, hi: int, kind: str) -> Sequence[int]:
    """This function returns the households of a slot range that should have a contact of a kind and have none."""
    stated = contact_rules(lo, on).get(kind)
    if stated is None:
        return []
    homes = households_grouped(viewer, groups=stated.value.whom, on=on, lo=lo, hi=hi)
    held = set(
        contacts_visible_to(viewer)
        .filter(until_date__isnull=True, slot__gte=lo, slot__lte=hi, kind=kind)
        .values_list("household_id", flat=True)
    )
    return [home.id for home in homes if home.id not in held]
