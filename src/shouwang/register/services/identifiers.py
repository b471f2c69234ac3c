"""Sealing numbers of persons and households; showing them unmasked; correcting them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, connections, transaction
from django.utils import timezone

from shouwang.kit.resident_id import resident_id_parse
from shouwang.kit.seal import keyring
from shouwang.kit.texts import squeezed
from shouwang.people.access import Viewer
from shouwang.register import errors
from shouwang.register.models import Identifier, IdentifierKind
from shouwang.register.selectors.people import person_row
from shouwang.register.selectors.scope import of_person
from shouwang.register.services.common import audited, may_edit, person_lock, person_touch, source_of
from shouwang.register.services.elsewhere import conflict_open, refuse_in_sight, resident_id_taken


def ids_reserve(table: str, count: int, *, using: str = "default") -> Sequence[int]:
    """This function reserves row ids of a table, because a sealed value is bound to its row."""
    if count <= 0:
        return []
    with connections[using].cursor() as cursor:
        cursor.execute("select nextval(pg_get_serial_sequence(%s, 'id')) from generate_series(1, %s)", [table, count])
        return [row[0] for row in cursor.fetchall()]


def identifier_row(
    pk: int,
    *,
    kind: str,
    text: str,
    slot: int,
    since: date,
    at: datetime,
    source: str,
    person_id: int | None = None,
    household_id: int | None = None,
    source_ref: str | None = None,
    label: str = "",
) -> Identifier:
    """This function returns the sealed row of a number, not yet saved, under a reserved id."""
    ring = keyring()
    return Identifier(
        pk=pk,
        slot=slot,
        person_id=person_id,
        household_id=household_id,
        kind=kind,
        label=label[:60],
        sealed=ring.seal(text, context=f"register_identifier:{pk}"),
        blind=ring.blind(kind.lower(), text),
        valid_from=since,
        source=source,
        source_ref=source_ref,
        recorded_at=at,
    )


def identifier_add(
    *,
    kind: str,
    text: str,
    slot: int,
    since: date,
    at: datetime,
    source: str,
    person_id: int | None = None,
    household_id: int | None = None,
) -> Identifier:
    """This function seals a number and saves it; the caller has checked it and the right to do so."""
    row = identifier_row(
        ids_reserve("register_identifier", 1)[0],
        kind=kind,
        text=text,
        slot=slot,
        since=since,
        at=at,
        source=source,
        person_id=person_id,
        household_id=household_id,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        # Somebody registered the same ID between our look and our write: the same answer as for any other county's.
        raise errors.NeedsCountyCheck from None
    return row


@dataclass(frozen=True)
class CorrectedIdentifier:
    """What came of a correction: done, or waiting for the county because somebody out of sight holds the number."""

    is_waiting: bool
    warnings: Sequence[str] = ()


def identifier_correct(
    *,
    viewer: Viewer,
    person_id: int,
    version: int,
    text: str,
    reason: str,
    at: datetime,
    kind: str = IdentifierKind.RESIDENT_ID.value,
) -> CorrectedIdentifier:
    """This function corrects a number that was wrong from the beginning; an ID brings its birth date and sex along.

    Raises a `ResidentIdRefusal`, RegisteredHere, PersonChanged, ReasonMissing.
    """
    may_edit(viewer)
    if not reason.strip():
        raise errors.ReasonMissing
    today = timezone.localdate(at)
    with transaction.atomic():
        person = person_lock(viewer, person_id, version, alive=False)
        fields: dict[str, object] = {}
        warnings: Sequence[str] = ()
        number = squeezed(text)
        if kind == IdentifierKind.RESIDENT_ID:
            parsed = resident_id_parse(text, on=today)
            number, warnings = parsed.number, parsed.warnings
            fields = {"birth_date": parsed.birth_date, "sex": parsed.sex}
            taken = resident_id_taken(number)
            if taken is not None and taken.person_id != person.pk:
                refuse_in_sight(viewer, taken)
                conflict_open(viewer=viewer, taken=taken, slot=person.slot, at=at, name=person.name)
                audited(viewer, "identifier.wait", person, at=at, purpose=reason)
                return CorrectedIdentifier(is_waiting=True)
        old = Identifier.objects.filter(
            person_id=person.pk, kind=kind, superseded_at__isnull=True, valid_to__isnull=True
        )
        before = list(old.values_list("pk", flat=True))
        since = old.order_by("valid_from").values_list("valid_from", flat=True).first() or today
        old.update(superseded_at=at)
        new = identifier_add(
            kind=kind, text=number, slot=person.slot, since=since, at=at, source=source_of(viewer), person_id=person.pk
        )
        person_touch(person, viewer=viewer, at=at, **fields)
        audited(
            viewer,
            "identifier.correct",
            person,
            at=at,
            purpose=reason,
            before={"identifiers": before},
            after={"identifier": new.pk, "kind": kind},
        )
    return CorrectedIdentifier(is_waiting=False, warnings=warnings)


def identifier_show(*, viewer: Viewer, person_id: int, purpose: str, at: datetime) -> list[tuple[str, str]]:
    """This function opens the numbers of a person unmasked, (label, number), and logs the reading with its purpose."""
    if not purpose.strip():
        raise errors.PurposeMissing
    with transaction.atomic():
        person = person_row(viewer, person_id)
        rows = list(
            of_person(
                Identifier.objects.filter(person_id=person_id, superseded_at__isnull=True, valid_to__isnull=True),
                viewer,
            ).order_by("kind", "pk")
        )
        audited(
            viewer,
            "identifier.show",
            person,
            at=at,
            purpose=purpose,
            after={"identifiers": [row.pk for row in rows]},
        )
    ring = keyring()
    return [
        (row.label or row.get_kind_display(), ring.open(row.sealed, context=f"register_identifier:{row.pk}"))
        for row in rows
    ]
