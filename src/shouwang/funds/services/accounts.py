"""Accounts, and money on its way down: budget, allocation, change of purpose, carrying over."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from shouwang.audit.services import entry_append
from shouwang.funds.errors import (
    AccountNotFound,
    AmountNotPositive,
    DayAhead,
    DocumentMissing,
    NotBelow,
    NothingLeft,
    NotMoneyWork,
    PurposeShifted,
    YearNotOver,
)
from shouwang.funds.models import Account, Entry, Source
from shouwang.funds.rules import TREASURIES, TREASURY_ROLES, year_is_over
from shouwang.funds.selectors.ledger import accounts_visible_to, year_left
from shouwang.funds.services.ledger import Movement, entries_post
from shouwang.kit.texts import numbers_refuse
from shouwang.people.access import Viewer
from shouwang.people.selectors import organisations_by_ids


@dataclass(frozen=True)
class Money:
    """What kind of money: whose, for what, of which year."""

    source: str
    purpose: str
    year: int


@dataclass(frozen=True)
class Ground:
    """On which paper a movement stands, on which day; `key` names it for good."""

    key: str
    on: date
    document: str
    note: str = ""
    selected_on: date | None = None
    earmarked_for: int | None = None


def treasurer_check(viewer: Viewer) -> int:
    """This function returns the organisation of a viewer who works with money; raises NotMoneyWork."""
    if viewer.kind not in TREASURIES or viewer.role not in TREASURY_ROLES or viewer.organisation_id is None:
        raise NotMoneyWork
    return viewer.organisation_id


def _ground_check(ground: Ground, *, at: datetime) -> None:
    if not ground.document.strip():
        raise DocumentMissing
    numbers_refuse(ground.document)
    numbers_refuse(ground.note)
    if ground.on > timezone.localdate(at):
        raise DayAhead


def account_open(
    *,
    viewer: Viewer,
    organisation_id: int,
    money: Money,
    stage: str,
    at: datetime,
    place: tuple[int, int] | None = None,
) -> Account:
    """This function returns an organisation's account for some money in some stage, opened when it is not there.

    `place` is (slot, level) of money that an organisation keeps for a place inside its own area, a pool's county.
    """
    known = accounts_visible_to(viewer).filter(
        organisation_id=organisation_id, source=money.source, purpose=money.purpose, year=money.year, stage=stage
    )
    found = known.first()
    if found is not None:
        return found
    owner = organisations_by_ids({organisation_id}).get(organisation_id)
    if owner is None:
        raise AccountNotFound
    slot, level = place or (owner.area.lo, owner.area.level)
    if not viewer.can_see(slot) or not owner.area.lo <= slot <= owner.area.hi:
        raise AccountNotFound
    Account.objects.bulk_create(
        [
            Account(
                slot=slot, level=level, organisation_id=owner.pk, organisation_name=owner.name,
                source=Source(money.source), purpose=money.purpose, year=money.year, stage=Account.Stage(stage),
                opened_at=at, opened_by=viewer.label[:200],
            )
        ],
        ignore_conflicts=True,
    )  # fmt: skip
    found = known.first()
    if found is None:
        raise AccountNotFound
    return found


def budget_enter(*, viewer: Viewer, money: Money, amount_fen: int, ground: Ground, at: datetime) -> Account:
    """This function records money that reached the viewer's organisation from outside the house.

    Raises NotMoneyWork, AmountNotPositive, DocumentMissing, DayAhead, EntryKeyTaken.
    """
    organisation = treasurer_check(viewer)
    if amount_fen <= 0:
        raise AmountNotPositive
    _ground_check(ground, at=at)
    with transaction.atomic():
        origin = account_open(viewer=viewer, organisation_id=organisation, money=money, stage="ORIGIN", at=at)
        into = account_open(viewer=viewer, organisation_id=organisation, money=money, stage="AVAILABLE", at=at)
        lines = ((origin.pk, -amount_fen), (into.pk, amount_fen))
        _post(viewer, Entry.Kind.BUDGET, into, lines, ground, at=at)
    return into


def money_allocate(
    *, viewer: Viewer, account_id: int, organisation_id: int, amount_fen: int, ground: Ground, at: datetime
) -> Account:
    """This function passes money on to an organisation inside the viewer's area, for the same purpose.

    Raises NotMoneyWork, AccountNotFound, NotBelow, AmountNotPositive, NotEnoughMoney, DocumentMissing, EntryKeyTaken.
    """
    own = treasurer_check(viewer)
    if amount_fen <= 0:
        raise AmountNotPositive
    _ground_check(ground, at=at)
    with transaction.atomic():
        out = account_of(viewer, account_id)
        place = organisations_by_ids({organisation_id}).get(organisation_id)
        if place is None or organisation_id == own or not viewer.can_see(place.area.lo) or place.kind not in TREASURIES:
            raise NotBelow
        money = Money(out.source, out.purpose, out.year)
        into = account_open(viewer=viewer, organisation_id=organisation_id, money=money, stage="AVAILABLE", at=at)
        _post(
            viewer, Entry.Kind.ALLOCATE, into, ((out.pk, -amount_fen), (into.pk, amount_fen)), ground, at=at
        )  # fmt: skip
    return into


def purpose_shift(
    *, viewer: Viewer, account_id: int, purpose: str, amount_fen: int, ground: Ground, at: datetime
) -> Account:
    """This function moves money of the viewer's organisation to another purpose; it stands among the findings.

    Raises PurposeShifted without a reason, NotMoneyWork, AccountNotFound, NotEnoughMoney, DocumentMissing.
    """
    treasurer_check(viewer)
    if amount_fen <= 0:
        raise AmountNotPositive
    _ground_check(ground, at=at)
    if not ground.note.strip():
        raise PurposeShifted
    with transaction.atomic():
        out = account_of(viewer, account_id)
        money = Money(out.source, purpose.strip(), out.year)
        into = account_open(
            viewer=viewer, organisation_id=out.organisation_id, money=money, stage="AVAILABLE", at=at
        )  # fmt: skip
        _post(viewer, Entry.Kind.SHIFT, into, ((out.pk, -amount_fen), (into.pk, amount_fen)), ground, at=at)
    return into


def year_carry(*, viewer: Viewer, account_id: int, ground: Ground, at: datetime) -> Account:
    """This function carries what is left of an account into the next year; the old account then stands at nothing."""
    treasurer_check(viewer)
    _ground_check(ground, at=at)
    with transaction.atomic():
        out = account_of(viewer, account_id)
        if out.balance_fen <= 0:
            raise AmountNotPositive
        money = Money(out.source, out.purpose, out.year + 1)
        into = account_open(
            viewer=viewer, organisation_id=out.organisation_id, money=money, stage="AVAILABLE", at=at
        )  # fmt: skip
        lines = ((out.pk, -out.balance_fen), (into.pk, out.balance_fen))
        _post(viewer, Entry.Kind.CARRY, into, lines, ground, at=at)
    return into


def year_close(*, viewer: Viewer, year: int, ground: Ground, at: datetime) -> int:
    """This function carries over what every account of the viewer's organisation has left of a year; returns how many.

    What is set aside or on its way stays where it is until it is paid or given back. The budget year is the calendar
    year (预算法 第十八条). Raises YearNotOver, NothingLeft and as `year_carry`.
    """
    organisation = treasurer_check(viewer)
    if not year_is_over(year, on=ground.on):
        raise YearNotOver(year)
    with transaction.atomic():
        left = year_left(viewer, year)
        for account in left:
            paper = replace(ground, key=f"{ground.key}:{account.pk}")
            year_carry(viewer=viewer, account_id=account.pk, ground=paper, at=at)
        if not left and not Entry.objects.filter(
            key__startswith=f"{ground.key}:", kind=Entry.Kind.CARRY, organisation_id=organisation
        ).exists():  # fmt: skip
            raise NothingLeft
    return len(left)


def account_of(viewer: Viewer, account_id: int) -> Account:
    """This function returns the account of available money of the viewer's own organisation; raises AccountNotFound."""
    rows = accounts_visible_to(viewer).filter(
        pk=account_id, organisation_id=viewer.organisation_id or 0, stage=Account.Stage.AVAILABLE
    )
    found = rows.first()
    if found is None:
        raise AccountNotFound
    return found


def _post(
    viewer: Viewer, kind: str, into: Account, lines: tuple[tuple[int, int], ...], ground: Ground, *, at: datetime
) -> None:
    movement = Movement(
        key=ground.key, kind=kind, slot=into.slot, lines=lines, on=ground.on, document=ground.document.strip(),
        note=ground.note.strip(), earmarked_for=ground.earmarked_for, selected_on=ground.selected_on,
    )  # fmt: skip
    if not entries_post(viewer=viewer, movements=[movement], at=at):
        return
    entry_append(
        viewer=viewer, action=f"money.{kind.lower()}", subject_type="funds.Account", subject_id=into.pk,
        slot=into.slot, at=at, purpose=ground.document[:200], after={"amount_fen": lines[1][1], "key": ground.key},
    )  # fmt: skip
