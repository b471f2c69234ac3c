"""Reads of households and persons: cards, members, matching."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.utils import timezone

from shouwang.kit.codes import Relationship, Sex
from shouwang.kit.dates import years_old
from shouwang.kit.masks import phone_mask, resident_id_mask
from shouwang.kit.seal import keyring
from shouwang.kit.texts import name_key
from shouwang.people.access import Viewer
from shouwang.register.errors import HouseholdNotFound, PersonNotFound
from shouwang.register.models import Household, Identifier, Membership, Person, PersonState
from shouwang.register.selectors.scope import holding, of_household, of_person, places_of

UNNAMED = "（未登记姓名）"
MOVED_AWAY = "（已迁出本辖区的人）"
BATCH = 5000


@dataclass(frozen=True)
class HouseholdCard:
    """A household in one line."""

    id: int
    slot: int
    number: str
    head_name: str
    place: str
    members: int
    version: int
    head_id: int | None = None
    ended_on: date | None = None


@dataclass(frozen=True)
class PersonHit:
    """A person as a search or a match finds her; `masked_id` is empty in matching."""

    person_id: int
    household_id: int | None
    slot: int
    name: str
    sex: str = ""
    birth_date: date | None = None
    relationship: str = ""
    masked_id: str = ""
    place: str = ""
    died_on: date | None = None
    household_number: str = ""


@dataclass(frozen=True)
class Member:
    """A member of a household on a day, with what is known of her; unknown is None."""

    person_id: int
    name: str
    relationship: str
    relationship_label: str
    sex_label: str
    birth_date: date | None
    age: int | None
    masked_id: str
    masked_phone: str
    since: date  # when she came into the household, whatever she was to its head then
    until: date | None
    version: int
    state: PersonState | None

    @property
    def health_label(self) -> str:
        """Health in words, as far as it is known."""
        if self.state is None:
            return ""
        known = [
            (self.state.is_chronic, "长期慢性病"),
            (self.state.is_seriously_ill, "患有大病"),
            (self.state.is_disabled, "残疾"),
        ]
        named = [label for value, label in known if value]
        if named:
            return "、".join(named)
        return "健康" if any(value is False for value, _ in known) else ""

    @property
    def school_label(self) -> str:
        """What the person attends, or her education."""
        if self.state is None:
            return ""
        return self.state.get_student_status_display() or self.state.get_education_display() or ""


def household_row(viewer: Viewer, household_id: int) -> Household:
    """This function returns a household of the viewer's; raises HouseholdNotFound."""
    found = of_household(Household.objects.all(), viewer, field="id").filter(pk=household_id).first()
    if found is None:
        raise HouseholdNotFound
    return found


def person_row(viewer: Viewer, person_id: int) -> Person:
    """This function returns a person of the viewer's; raises PersonNotFound."""
    found = of_person(Person.objects.all(), viewer, field="id").filter(pk=person_id).first()
    if found is None:
        raise PersonNotFound
    return found


def household_get(viewer: Viewer, household_id: int) -> HouseholdCard:
    """This function returns the card of a household; raises HouseholdNotFound, also for one out of sight."""
    household_row(viewer, household_id)
    return household_cards(viewer, [household_id])[household_id]


def household_card(viewer: Viewer, household_id: int) -> HouseholdCard:
    """This function is `household_get`."""
    return household_get(viewer, household_id)


def household_cards(viewer: Viewer, ids: Iterable[int], *, on: date | None = None) -> dict[int, HouseholdCard]:
    """This function returns the cards of those households the viewer may read, by id."""
    wanted = list(ids)
    day = on or timezone.localdate()
    households = list(of_household(Household.objects.filter(pk__in=wanted), viewer, field="id"))
    seen = [household.pk for household in households]
    heads: dict[int, tuple[int, str]] = {}
    counts: dict[int, int] = defaultdict(int)
    memberships = Membership.objects.filter(holding(day), household_id__in=seen).values_list(
        "household_id", "person_id", "relationship", "person__name"
    )
    for household_id, person_id, relationship, name in memberships:
        counts[household_id] += 1
        if relationship == Relationship.HEAD:
            heads[household_id] = (person_id, name or UNNAMED)
    ended = {household.pk for household in households if household.ended_on and household.pk not in heads}
    last_heads = _last_heads(ended) if ended else {}
    places = places_of({household.slot for household in households})
    cards = {}
    for household in households:
        head_id, head_name = heads.get(household.pk, (None, last_heads.get(household.pk, "（无户主）")))
        cards[household.pk] = HouseholdCard(
            id=household.pk,
            slot=household.slot,
            number=household.number,
            head_name=head_name,
            place=places[household.slot],
            members=counts[household.pk],
            version=household.version,
            head_id=head_id,
            ended_on=household.ended_on,
        )
    return {pk: cards[pk] for pk in wanted if pk in cards}


def _last_heads(household_ids: Collection[int]) -> dict[int, str]:
    """What households that have ended are called: by who headed them last."""
    rows = (
        Membership.objects.filter(
            household_id__in=list(household_ids), relationship=Relationship.HEAD, superseded_at__isnull=True
        )
        .order_by("valid_from", "pk")
        .values_list("household_id", "person__name")
    )
    return {household_id: f"{name or UNNAMED}（已销户）" for household_id, name in rows}


def identifiers_open(viewer: Viewer, person_ids: Collection[int], kind: str) -> dict[int, str]:
    """This function opens the current numbers of a kind, by person, for masking; a number out of sight is left out."""
    rows = of_person(
        Identifier.objects.filter(
            person_id__in=list(person_ids), kind=kind, superseded_at__isnull=True, valid_to__isnull=True
        ),
        viewer,
    ).order_by("pk")
    ring = keyring()
    return {
        row.person_id: ring.open(row.sealed, context=f"register_identifier:{row.pk}")
        for row in rows
        if row.person_id is not None
    }


def masked_ids(viewer: Viewer, person_ids: Collection[int]) -> dict[int, str]:
    """This function returns the masked ID of each person, as staff may see it."""
    return {pk: resident_id_mask(text) for pk, text in identifiers_open(viewer, person_ids, "RESIDENT_ID").items()}


def members_of(viewer: Viewer, household_id: int, on: date) -> list[Member]:
    """This function returns the members of a household on a day, head first, then by birth."""
    memberships = list(
        of_household(Membership.objects.filter(holding(on), household_id=household_id), viewer)
        .select_related("person")
        .annotate(joined_on=Subquery(_beginnings().values("valid_from")[:1]))
    )
    ids = [row.person_id for row in memberships]
    states = {row.person_id: row for row in PersonState.objects.filter(holding(on), person_id__in=ids)}
    numbers = masked_ids(viewer, ids)
    phones = identifiers_open(viewer, ids, "PHONE")
    members = [_member(row, states.get(row.person_id), numbers, phones, on) for row in memberships]
    order = [relationship.value for relationship in Relationship]
    return sorted(members, key=lambda m: (order.index(m.relationship), m.birth_date or date.max, m.person_id))


def _beginnings() -> QuerySet[Membership]:
    """This function returns when the person of an outer membership came into that household, the last time first.

    A new head, or another relationship, begins a new row on the day on which the one before it ends.
    """
    own = Membership.objects.filter(
        person_id=OuterRef("person_id"), household_id=OuterRef("household_id"), superseded_at__isnull=True
    )
    return (
        own.filter(valid_from__lte=OuterRef("valid_from"))
        .exclude(Exists(own.filter(valid_to=OuterRef("valid_from"))))
        .order_by("-valid_from")
    )


def _member(
    row: Membership, state: PersonState | None, numbers: dict[int, str], phones: dict[int, str], on: date
) -> Member:
    person = row.person
    phone = phones.get(person.pk, "")
    return Member(
        person_id=person.pk,
        name=person.name or UNNAMED,
        relationship=row.relationship,
        relationship_label=Relationship.parse(row.relationship).label,
        sex_label=Sex.parse(person.sex).label if person.sex else "",
        birth_date=person.birth_date,
        age=years_old(person.birth_date, on=on) if person.birth_date else None,
        masked_id=numbers.get(person.pk, ""),
        masked_phone=phone_mask(phone) if phone else "",
        since=row.joined_on,  # type: ignore[attr-defined]  # annotated by members_of
        until=row.valid_to,
        version=person.version,
        state=state,
    )


def household_of_person(person_id: int, on: date) -> int | None:
    """This function returns the household a person belongs to on a day; runs in the caller's scope."""
    return Membership.objects.filter(holding(on), person_id=person_id).values_list("household_id", flat=True).first()


def villages_with_households(viewer: Viewer) -> list[tuple[int, str, int]]:
    """This function returns (slot, place, households) of every village in sight that has households, in code order."""
    if not viewer.reads_register:
        return []
    counts = (
        Household.objects.filter(viewer.q(), ended_on__isnull=True)
        .values_list("slot")
        .annotate(households=Count("id"))
        .order_by("slot")
    )
    rows = list(counts)
    places = places_of({slot for slot, _ in rows})
    return [(slot, places[slot], number) for slot, number in rows]


def households_of_villages(viewer: Viewer, slots: Iterable[int]) -> dict[int, list[int]]:
    """This function returns the living households of villages in the viewer's areas: village slot → ids in order."""
    found: dict[int, list[int]] = defaultdict(list)
    rows = of_household(Household.objects.filter(slot__in=list(slots), ended_on__isnull=True), viewer, field="id")
    for slot, pk in rows.order_by("slot", "pk").values_list("slot", "pk"):
        found[slot].append(pk)
    return found


# ---- matching: in the caller's scope, for the worker ----


def persons_by_identifier(kind: str, texts: Iterable[str], *, on: date | None = None) -> dict[str, list[PersonHit]]:
    """This function finds persons by exact numbers of one kind (RESIDENT_ID, PHONE, …); absent texts are left out.

    It runs in the scope of the caller: the worker acts as the system within an organisation's ranges.
    """
    ring = keyring()
    by_blind = {ring.blind(kind.lower(), text): text for text in dict.fromkeys(texts)}
    found: dict[str, list[int]] = defaultdict(list)
    blinds = list(by_blind)
    for start in range(0, len(blinds), BATCH):
        rows = Identifier.objects.filter(
            blind__in=blinds[start : start + BATCH], kind=kind, superseded_at__isnull=True, person__isnull=False
        ).values_list("blind", "person_id")
        for blind, person_id in rows:
            found[by_blind[bytes(blind)]].append(person_id)
    hits = hits_of({pk for ids in found.values() for pk in ids}, on=on or timezone.localdate())
    return {text: _unique([hits[pk] for pk in ids if pk in hits]) for text, ids in found.items()}


def persons_by_name_birth_village(
    keys: Iterable[tuple[str, date, int]], *, on: date | None = None
) -> dict[tuple[str, date, int], list[PersonHit]]:
    """This function finds persons by name, birth date and village slot; keys without a match are left out."""
    wanted = list(dict.fromkeys(keys))
    candidates: dict[tuple[date, int], list[tuple[int, str]]] = defaultdict(list)
    with connection.cursor() as cursor:
        for start in range(0, len(wanted), BATCH):
            part = wanted[start : start + BATCH]
            cursor.execute(
                "select p.birth_date, p.slot, p.id, p.name from register_person p"
                " join (select distinct * from unnest(%s::bigint[], %s::date[]) as u(slot, birth)) k"
                " on p.slot = k.slot and p.birth_date = k.birth where p.merged_into_id is null order by p.id",
                [[slot for _, _, slot in part], [birth for _, birth, _ in part]],
            )
            for birth, slot, pk, name in cursor.fetchall():
                candidates[(birth, slot)].append((pk, name_key(name)))
    found = {
        key: ids
        for key in wanted
        if (ids := [pk for pk, name in candidates.get((key[1], key[2]), []) if name and name == name_key(key[0])])
    }
    hits = hits_of({pk for ids in found.values() for pk in ids}, on=on or timezone.localdate())
    return {key: _unique([hits[pk] for pk in ids if pk in hits]) for key, ids in found.items()}


def hits_of(person_ids: Collection[int], *, on: date) -> dict[int, PersonHit]:
    """This function returns persons with their household on a day, by id; a double's id leads to the kept person."""
    kept = _kept(list(person_ids))
    fields = ("id", "slot", "name", "sex", "birth_date", "died_on")
    rows: dict[int, Any] = {}
    homes: dict[int, tuple[int, str]] = {}
    ids = list(dict.fromkeys(kept.values()))
    for start in range(0, len(ids), BATCH):
        part = ids[start : start + BATCH]
        for row in Person.objects.filter(pk__in=part).values(*fields):
            rows[row["id"]] = row
        memberships = Membership.objects.filter(holding(on), person_id__in=part)
        for person_id, household_id, relationship in memberships.values_list(
            "person_id", "household_id", "relationship"
        ):
            homes[person_id] = (household_id, relationship)
    hits = {
        pk: PersonHit(
            person_id=pk,
            household_id=homes.get(pk, (None, ""))[0],
            slot=row["slot"],
            name=row["name"],
            sex=row["sex"],
            birth_date=row["birth_date"],
            relationship=homes.get(pk, (None, ""))[1],
            died_on=row["died_on"],
        )
        for pk, row in rows.items()
    }
    return {asked: hits[pk] for asked, pk in kept.items() if pk in hits}


def _kept(ids: list[int]) -> dict[int, int]:
    """This function returns for each person the one she is kept as: herself, or whom she was merged into."""
    merged: dict[int, int] = {}
    for start in range(0, len(ids), BATCH):
        rows = Person.objects.filter(pk__in=ids[start : start + BATCH], merged_into__isnull=False)
        merged |= dict(rows.values_list("pk", "merged_into_id"))
    return {pk: merged.get(pk, pk) for pk in ids}


def _unique(hits: list[PersonHit]) -> list[PersonHit]:
    return list({hit.person_id: hit for hit in hits}.values())
