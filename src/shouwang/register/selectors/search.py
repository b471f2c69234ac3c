"""Search by ID, phone, household number, name, pinyin initials and village; paged by key, masked.

No `LIKE`: under row-level security it would read every row (design §6). Names are found whole or by their beginning,
with `>=` and `<` over the C collation; a viewer of few counties is served from the index by county.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from typing import Generic, TypeVar

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils import timezone

from shouwang.kit.errors import Refusal
from shouwang.kit.resident_id import resident_id_parse
from shouwang.kit.seal import keyring
from shouwang.kit.texts import name_key, squeezed
from shouwang.people.access import Viewer
from shouwang.register.errors import NothingToSearch, NotYourArea
from shouwang.register.models import Household, Identifier, Membership, Person
from shouwang.register.rules import prefix_end
from shouwang.register.selectors.people import (
    UNNAMED,
    HouseholdCard,
    PersonHit,
    hits_of,
    household_cards,
    masked_ids,
)
from shouwang.register.selectors.scope import places_of

PAGE = 50
COUNTY = 1_000_000
FEW_COUNTIES = 3
BY_INDEX = ("name", "initials")

_RESIDENT_ID = re.compile(r"\d{17}[\dXx]|\d{15}")
_PHONE = re.compile(r"1\d{10}|0?\d{7,11}")
_INITIALS = re.compile(r"[A-Za-z]{2,}")
_HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff·]")

Hit = TypeVar("Hit")


@dataclass(frozen=True)
class SearchPage(Generic[Hit]):
    """One page of hits; `next_after` is the key behind which the next page starts, None on the last; `way` says how."""

    rows: Sequence[Hit]
    next_after: int | None
    way: str = ""


def person_search(
    viewer: Viewer, text: str, village_slot: int | None = None, after: int | None = None, *, on: date | None = None
) -> SearchPage[PersonHit]:
    """This function finds persons in the viewer's areas by whatever the text looks like; raises NothingToSearch.

    With a village and no text it lists the village. Persons merged into another are left out, the dead are marked.
    """
    day = on or timezone.localdate()
    if not viewer.reads_register:
        return SearchPage([], None)
    if village_slot is not None and not viewer.can_see(village_slot):
        raise NotYourArea
    way, persons, order = _persons(viewer, squeezed(text), village_slot)
    persons = persons.filter(viewer.q(), merged_into__isnull=True)
    if village_slot is not None:
        persons = persons.filter(slot=village_slot)
    with _in_index_order(wide=way in BY_INDEX and not _has_few_counties(viewer)):
        ids, next_after = _page(persons, order, after)
    return SearchPage(_hits(viewer, ids, day), next_after, way)


def household_search(
    viewer: Viewer, text: str, village_slot: int | None = None, after: int | None = None, *, on: date | None = None
) -> SearchPage[HouseholdCard]:
    """This function finds households by the same texts as `person_search`: the households of the persons found.

    With a village and no text it lists the village's households in the order they were registered.
    """
    day = on or timezone.localdate()
    if not squeezed(text):
        if village_slot is None:
            raise NothingToSearch
        if not viewer.can_see(village_slot) or not viewer.reads_register:
            raise NotYourArea
        rows = Household.objects.filter(slot=village_slot, ended_on__isnull=True)
        if after is not None:
            rows = rows.filter(pk__gt=after)
        ids = list(rows.order_by("slot", "pk").values_list("pk", flat=True)[: PAGE + 1])
        cards = household_cards(viewer, ids[:PAGE], on=day)
        return SearchPage(list(cards.values()), ids[PAGE - 1] if len(ids) > PAGE else None, "village")
    found = person_search(viewer, text, village_slot, after, on=day)
    homes = list(dict.fromkeys(hit.household_id for hit in found.rows if hit.household_id is not None))
    return SearchPage(list(household_cards(viewer, homes, on=day).values()), found.next_after, found.way)


def register_is_empty(viewer: Viewer) -> bool:
    """This function tells whether nobody is registered in the viewer's areas."""
    return not viewer.reads_register or not Household.objects.filter(viewer.q()).exists()


def _persons(viewer: Viewer, text: str, village_slot: int | None) -> tuple[str, QuerySet[Person], tuple[str, ...]]:
    """This function returns how a text is searched, the persons it may mean, and the order that an index gives."""
    if not text:
        if village_slot is None:
            raise NothingToSearch
        return "village", Person.objects.filter(slot=village_slot), ("birth_date",)
    if _RESIDENT_ID.fullmatch(text):
        # Household numbers have eighteen digits too.
        ids = _by_number(viewer, "RESIDENT_ID", _upgraded(text)) or _by_household_number(viewer, text)
        return "id", Person.objects.filter(pk__in=ids), ()
    if _PHONE.fullmatch(text):
        ids = _by_number(viewer, "PHONE", text) | _by_household_number(viewer, text)
        return "phone", Person.objects.filter(pk__in=ids), ()
    if _INITIALS.fullmatch(text):
        found = _beginning("initials", text.lower())
        return "initials", _in_counties(viewer, found), ("initials",)
    if _HAN.search(text):
        return "name", _in_counties(viewer, _beginning("name", name_key(text))), ("name",)
    if any(sign.isdigit() for sign in text):
        return "number", Person.objects.filter(pk__in=_by_household_number(viewer, text)), ()
    raise NothingToSearch


def _upgraded(text: str) -> str:
    """This function returns the 18-character form of an ID that somebody typed, or the text when it is none."""
    try:
        return resident_id_parse(text, on=timezone.localdate()).number
    except Refusal:
        return text.upper()


def _beginning(field: str, text: str) -> QuerySet[Person]:
    return Person.objects.filter(**{f"{field}__gte": text, f"{field}__lt": prefix_end(text)})


def _in_counties(viewer: Viewer, persons: QuerySet[Person]) -> QuerySet[Person]:
    """This function narrows to the viewer's counties where she has few, so that the index by county serves."""
    if not _has_few_counties(viewer):
        return persons
    only = list({lo // COUNTY for lo, _ in viewer.ranges})
    return persons.filter(county=only[0]) if len(only) == 1 else persons.filter(county__in=only)


def _has_few_counties(viewer: Viewer) -> bool:
    within = all(lo // COUNTY == hi // COUNTY for lo, hi in viewer.ranges)
    return within and len({lo // COUNTY for lo, _ in viewer.ranges}) <= FEW_COUNTIES


@contextmanager
def _in_index_order(*, wide: bool) -> Iterator[None]:
    """This function has the planner read the first page in the order of an index instead of sorting every namesake.

    It cannot know how many rows the walls let through, takes them for few, and would read all of a city's 冯 for fifty.
    """
    if not wide:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("set local enable_sort = off")
        yield  # whoever raises here ends the transaction, and the setting with it
        cursor.execute("set local enable_sort = on")


def _by_number(viewer: Viewer, kind: str, text: str) -> set[int]:
    blind = keyring().blind(kind.lower(), text)
    rows = Identifier.objects.filter(viewer.q(), blind=blind, kind=kind, superseded_at__isnull=True)
    persons: set[int] = set()
    households: set[int] = set()
    for person_id, household_id in rows.values_list("person_id", "household_id"):
        if person_id is not None:
            persons.add(person_id)
        elif household_id is not None:
            households.add(household_id)
    doubles = Person.objects.filter(pk__in=persons, merged_into__isnull=False)
    return persons | set(doubles.values_list("merged_into_id", flat=True)) | _members(households)


def _by_household_number(viewer: Viewer, text: str) -> set[int]:
    households = set(Household.objects.filter(viewer.q(), number=text).values_list("pk", flat=True))
    persons = set(Person.objects.filter(viewer.q(), number=text).values_list("pk", flat=True))
    return persons | _members(households)


def _members(households: set[int]) -> set[int]:
    if not households:
        return set()
    rows = Membership.objects.filter(household_id__in=households, superseded_at__isnull=True, valid_to__isnull=True)
    return set(rows.values_list("person_id", flat=True))


def _page(persons: QuerySet[Person], order: tuple[str, ...], after: int | None) -> tuple[list[int], int | None]:
    if after is not None:
        last = Person.objects.filter(pk=after).values_list(*order, "pk").first()
        if last is not None:
            persons = persons.filter(_behind((*order, "pk"), last))
    ids = list(persons.order_by(*order, "pk").values_list("pk", flat=True)[: PAGE + 1])
    return ids[:PAGE], ids[PAGE - 1] if len(ids) > PAGE else None


def _behind(fields: tuple[str, ...], last: Sequence[object]) -> Q:
    if len(fields) == 1:
        return Q(pk__gt=last[0])
    field, key = fields[0], last[0]
    if key is None:
        return Q(**{f"{field}__isnull": True}, pk__gt=last[1])
    beyond = Q(**{f"{field}__gt": key}) | Q(**{field: key}, pk__gt=last[1])
    if field == "birth_date":  # the only order with unknown values, which come last
        beyond |= Q(birth_date__isnull=True)
        return beyond
    # The first bound lets the index start at the last row instead of reading up to it.
    return Q(**{f"{field}__gte": key}) & beyond


def _hits(viewer: Viewer, ids: list[int], on: date) -> list[PersonHit]:
    found = hits_of(ids, on=on)
    numbers = masked_ids(viewer, ids)
    places = places_of({hit.slot for hit in found.values()})
    homes = {hit.household_id for hit in found.values() if hit.household_id is not None}
    household_numbers = dict(Household.objects.filter(pk__in=homes).values_list("pk", "number"))
    return [
        replace(
            hit,
            name=hit.name or UNNAMED,
            masked_id=numbers.get(pk, ""),
            place=places[hit.slot],
            household_number=household_numbers.get(hit.household_id or 0, ""),
        )
        for pk in ids
        if (hit := found.get(pk)) is not None
    ]
