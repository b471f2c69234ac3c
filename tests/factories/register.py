"""Households and persons as tests need them; every function opens the system's scope itself."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.utils import timezone

from shouwang.kit.resident_id import check_digit
from shouwang.kit.seal import keyring
from shouwang.people.access import SYSTEM, acting_as
from shouwang.register.models import (
    Household,
    HouseholdState,
    Identifier,
    Income,
    Membership,
    Person,
    PersonState,
    Residence,
    Spending,
    Status,
)
from shouwang.register.rules import name_initials

SINCE = date(2015, 1, 1)
_number = itertools.count(1)
_is_ours = ContextVar("_is_ours", default=False)


@contextmanager
def _as_system() -> Iterator[None]:
    """The system's scope, opened once where one of these functions calls another: a scope costs five statements."""
    if _is_ours.get():
        yield
        return
    token = _is_ours.set(True)
    try:
        with acting_as(SYSTEM):
            yield
    finally:
        _is_ours.reset(token)


def resident_id_make(birth: date = date(1970, 5, 20), *, sex: str = "M", region: str = "130599") -> str:
    """This function returns an ID with a right check digit under a county prefix that is assigned to nobody."""
    order = next(_number) % 500 * 2 + (1 if sex == "M" else 0)
    first17 = f"{region}{birth:%Y%m%d}{order % 1000:03d}"
    return first17 + check_digit(first17)


def household_make(
    slot: int,
    *,
    head: str = "张胜坤",
    members: Sequence[tuple[str, str]] = (),
    number: str = "",
    at: datetime | None = None,
    since: date = SINCE,
    resident_id: str | None = None,
    **state: Any,
) -> Household:
    """This function registers a household with a head (born 1970) and members (name, relationship).

    Further keywords are facts of its `HouseholdState`, e.g. `watch_type="MARGINAL"`.
    """
    now = at or timezone.now()
    with _as_system():
        household = Household.objects.create(
            slot=slot,
            number=number or f"H{next(_number):08d}",
            registered_on=since,
            created_at=now,
            changed_at=now,
            changed_by="测试",
        )
        Residence.objects.create(
            slot=slot, household=household, place=slot, valid_from=since, source="clerk", recorded_at=now
        )
        HouseholdState.objects.create(
            slot=slot, household=household, valid_from=since, source="national", recorded_at=now, **state
        )
        person_make(household, head, "HEAD", at=now, since=since, resident_id=resident_id)
        for name, relationship in members:
            person_make(household, name, relationship, at=now, since=since)
    return household


def person_make(
    household: Household,
    name: str = "李秀兰",
    relationship: str = "OTHER",
    *,
    birth_date: date = date(1970, 5, 20),
    sex: str = "M",
    resident_id: str | None = None,
    phone: str = "",
    at: datetime | None = None,
    since: date = SINCE,
    **state: Any,
) -> Person:
    """This function registers a member with a new (or the given) ID; further keywords are facts of the state."""
    now = at or timezone.now()
    slot = household.slot
    with _as_system():
        person = Person.objects.create(
            slot=slot,
            name=name,
            initials=name_initials(name),
            sex=sex,
            birth_date=birth_date,
            created_at=now,
            changed_at=now,
            changed_by="测试",
        )
        Membership.objects.create(
            slot=slot,
            person=person,
            household=household,
            relationship=relationship,
            valid_from=since,
            source="clerk",
            recorded_at=now,
        )
        PersonState.objects.create(
            slot=slot, person=person, valid_from=since, source="national", recorded_at=now, **state
        )
        # A region of their own: the counter comes round, and must not meet a number that a test file wrote down.
        made = resident_id or resident_id_make(birth_date, sex=sex, region="130598")
        identifier_make(person, "RESIDENT_ID", made, since=since)
        if phone:
            identifier_make(person, "PHONE", phone, since=since)
    return person


def identifier_make(person: Person, kind: str, text: str, *, since: date = SINCE) -> Identifier:
    """This function seals a number of a person."""
    ring = keyring()
    with _as_system():
        with connection.cursor() as cursor:
            cursor.execute("select nextval(pg_get_serial_sequence('register_identifier', 'id'))")
            pk = cursor.fetchone()[0]
        return Identifier.objects.create(
            pk=pk,
            slot=person.slot,
            person=person,
            kind=kind,
            sealed=ring.seal(text, context=f"register_identifier:{pk}"),
            blind=ring.blind(kind.lower(), text),
            valid_from=since,
            source="clerk",
            recorded_at=timezone.now(),
        )


def income_make(
    household: Household, month: date, amount_fen: int, *, kind: str = "WAGE", person: Person | None = None
) -> Income:
    """This function records one month's income."""
    with acting_as(SYSTEM):
        return Income.objects.create(
            slot=household.slot,
            household=household,
            person=person,
            month=month,
            kind=kind,
            amount_fen=amount_fen,
            source="clerk",
            recorded_at=timezone.now(),
        )


def spending_make(
    household: Household,
    event_date: date,
    *,
    cause: str = "ILLNESS",
    gross_fen: int | None = None,
    reimbursed_fen: int | None = None,
    self_paid_fen: int | None = None,
    person: Person | None = None,
    detail: str = "",
) -> Spending:
    """This function records one spending event."""
    with acting_as(SYSTEM):
        return Spending.objects.create(
            slot=household.slot,
            household=household,
            person=person,
            cause=cause,
            event_date=event_date,
            gross_fen=gross_fen,
            reimbursed_fen=reimbursed_fen,
            self_paid_fen=self_paid_fen,
            detail=detail,
            source="medical_insurance",
            recorded_at=timezone.now(),
        )


def status_make(
    household: Household,
    kind: str,
    from_date: date,
    *,
    until_date: date | None = None,
    value: str | None = None,
    person: Person | None = None,
    source: str = "civil_affairs",
) -> Status:
    """This function records one status."""
    with acting_as(SYSTEM):
        return Status.objects.create(
            slot=household.slot,
            household=household,
            person=person,
            kind=kind,
            value=value,
            from_date=from_date,
            until_date=until_date,
            source=source,
            recorded_at=timezone.now(),
        )
