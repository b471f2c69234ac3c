"""Lookups of many rows at once for matching: set operations in the caller's scope (the worker within its ranges).

Every row is known by its number; a lookup answers (row number, person) pairs. Of ID numbers only blind indexes come
here; they lie in a temporary table that ends with the transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from shouwang.kit.seal import keyring
from shouwang.register.models import Membership, Person
from shouwang.register.selectors.scope import holding

RESIDENT_ID = "RESIDENT_ID"
BATCH = 5000
_PERSON = "p.id, p.slot, p.name, p.sex, p.birth_date, p.merged_into_id"


@dataclass(frozen=True, slots=True)
class MatchHit:
    """A person of the register as matching sees her."""

    person_id: int
    slot: int
    name: str
    sex: str
    birth_date: date | None


def id_blinds(numbers: Iterable[str]) -> list[bytes]:
    """This function returns the blind indexes of ID numbers, in order."""
    ring, kind = keyring(), RESIDENT_ID.lower()
    return [ring.blind(kind, number) for number in numbers]


def persons_by_blinds(keys: Sequence[tuple[int, bytes]]) -> list[tuple[int, MatchHit]]:
    """This function finds who bears the numbers with these blind indexes; `keys`: (row number, blind index)."""
    if not keys:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "create temporary table if not exists register_matching (n integer, blind bytea) on commit delete rows"
        )
        cursor.execute("delete from register_matching")
        with cursor.copy("copy register_matching (n, blind) from stdin (format binary)") as copy:
            copy.set_types(["int4", "bytea"])
            for key in keys:
                copy.write_row(key)
        cursor.execute("analyze register_matching")
        cursor.execute(
            f"select k.n, {_PERSON} from register_matching k"  # noqa: S608 - columns of our own
            " join register_identifier i on i.blind = k.blind and i.kind = %s and i.superseded_at is null"
            " join register_person p on p.id = i.person_id",
            [RESIDENT_ID],
        )
        return _hits(cursor.fetchall())


def persons_by_birth_village(keys: Iterable[tuple[int, date, int]]) -> list[tuple[int, MatchHit]]:
    """This function finds everybody born on a day in a village; `keys`: (row number, birth date, slot)."""
    return _found(
        "join (select * from unnest(%s::int[], %s::date[], %s::bigint[]) as u(n, birth, slot)) k"
        " on p.slot = k.slot and p.birth_date = k.birth",
        list(keys),
    )


def persons_by_name(keys: Iterable[tuple[int, int, str, date | None, int | None]]) -> list[tuple[int, MatchHit]]:
    """This function finds namesakes of one county who share the birth date or the village.

    `keys`: (row number, six-digit county, name, birth date or None, slot or None).
    """
    return _found(
        "join (select * from unnest(%s::int[], %s::bigint[], %s::text[], %s::date[], %s::bigint[])"
        " as u(n, county, name, birth, slot)) k"
        " on p.county = k.county and p.name = k.name and (p.birth_date = k.birth or p.slot = k.slot)",
        list(keys),
    )


def persons_by_initials(keys: Iterable[tuple[int, int, str, date]]) -> list[tuple[int, MatchHit]]:
    """This function finds people of one county born on a day whose names have these initials.

    `keys`: (row number, six-digit county, initials, birth date).
    """
    return _found(
        "join (select * from unnest(%s::int[], %s::bigint[], %s::text[], %s::date[])"
        " as u(n, county, initials, birth)) k"
        " on p.county = k.county and p.initials = k.initials and p.birth_date = k.birth",
        list(keys),
    )


def homes_of(person_ids: Iterable[int], *, on: date) -> dict[int, int]:
    """This function returns the household of each person on a day; who has none is left out."""
    ids = list(dict.fromkeys(person_ids))
    found: dict[int, int] = {}
    for start in range(0, len(ids), BATCH):
        rows = Membership.objects.filter(holding(on), person_id__in=ids[start : start + BATCH])
        found.update(rows.values_list("person_id", "household_id"))
    return found


def blinds_of(person_ids: Iterable[int]) -> dict[int, bytes]:
    """This function returns the blind index of each person's present ID number; who has none is left out."""
    ids = list(dict.fromkeys(person_ids))
    found: dict[int, bytes] = {}
    with connection.cursor() as cursor:
        for start in range(0, len(ids), BATCH):
            cursor.execute(
                "select person_id, blind from register_identifier where person_id = any(%s) and kind = %s"
                " and superseded_at is null and valid_to is null order by id",
                [ids[start : start + BATCH], RESIDENT_ID],
            )
            found.update({person_id: bytes(blind) for person_id, blind in cursor.fetchall()})
    return found


def name_shares(names: Collection[str], *, counties: Collection[int]) -> dict[str, float]:
    """This function returns how common each name is among the people of some counties (six digits), of 1."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select name, count(*) from register_person where county = any(%s) and name = any(%s) group by name",
            [list(counties), list(names)],
        )
        counts = dict(cursor.fetchall())
        cursor.execute("select count(*) from register_person where county = any(%s)", [list(counties)])
        people = max(1, cursor.fetchone()[0])
    return {name: counts.get(name, 1) / people for name in names}


def match_hits(person_ids: Iterable[int]) -> dict[int, MatchHit]:
    """This function returns persons by id as matching sees them; a double's id leads to the kept person."""
    ids = list(dict.fromkeys(person_ids))
    found: dict[int, MatchHit] = {}
    with connection.cursor() as cursor:
        for start in range(0, len(ids), BATCH):
            cursor.execute(
                f"select p.id, {_PERSON} from register_person p where p.id = any(%s)",  # noqa: S608
                [ids[start : start + BATCH]],
            )
            found.update(_hits(cursor.fetchall()))
    return found


def _found(join: str, keys: list[Any]) -> list[tuple[int, MatchHit]]:
    rows: list[tuple[Any, ...]] = []
    with connection.cursor() as cursor:
        for start in range(0, len(keys), BATCH):
            columns = [list(column) for column in zip(*keys[start : start + BATCH], strict=True)]
            cursor.execute(f"select k.n, {_PERSON} from register_person p {join}", columns)  # noqa: S608
            rows += cursor.fetchall()
    return _hits(rows)


def _hits(rows: Iterable[tuple[Any, ...]]) -> list[tuple[int, MatchHit]]:
    """This function makes hits of rows; a double stands for the person she is kept as."""
    found: list[tuple[int, MatchHit]] = []
    doubles: list[tuple[int, int]] = []
    for n, person_id, slot, name, sex, birth, merged in rows:
        if merged is None:
            found.append((n, MatchHit(person_id, slot, name, sex, birth)))
        else:
            doubles.append((n, merged))
    if doubles:
        kept = Person.objects.in_bulk({merged for _, merged in doubles})
        for n, merged in doubles:
            if (one := kept.get(merged)) is not None:
                found.append((n, MatchHit(one.pk, one.slot, one.name, one.sex, one.birth_date)))
    return found
