"""What overseers of money write: accounts of officials, and what is decided about a finding."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction

from shouwang.audit.services import entry_append
from shouwang.funds.errors import (
    DueMissing,
    NotMoneyWork,
    ReasonNeeded,
    ToleranceUngrounded,
    WatchedBefore,
)
from shouwang.funds.models import FindingNote, WatchedAccount
from shouwang.funds.services.owing import account_digits
from shouwang.kit.masks import account_mask
from shouwang.kit.seal import keyring
from shouwang.kit.texts import numbers_refuse
from shouwang.people.access import Kind, Role, Viewer

OVERSEERS = frozenset({Kind.AUDIT, Kind.CITY_CENTRE, Kind.PROVINCE, Kind.LEADING_GROUP})
OVERSEEING = frozenset({Role.AUDITOR, Role.SUPERVISOR, Role.LEADER})


def overseer_check(viewer: Viewer) -> None:
    """This function refuses whoever does not oversee money; raises NotMoneyWork."""
    if viewer.kind not in OVERSEERS or viewer.role not in OVERSEEING:
        raise NotMoneyWork


def account_watch(*, viewer: Viewer, owner: str, post: str, number: str, at: datetime) -> WatchedAccount:
    """This function keeps an official's account, so that a payment into it is found.

    Raises NotMoneyWork, AccountNumberUnreadable, WatchedBefore.
    """
    overseer_check(viewer)
    digits = account_digits(number)
    numbers_refuse(post)
    slot = viewer.ranges[0][0]
    try:
        with transaction.atomic():
            made = WatchedAccount.objects.create(
                slot=slot, organisation_id=viewer.organisation_id or 0, owner=owner.strip()[:60],
                post=post.strip()[:120], account_blind=keyring().blind("account", digits),
                account_shown=account_mask(digits), added_at=at, added_by=viewer.label[:200],
            )  # fmt: skip
            entry_append(
                viewer=viewer, action="money.watch", subject_type="funds.WatchedAccount", subject_id=made.pk,
                slot=slot, at=at, after={"account": made.account_shown},
            )  # fmt: skip
    except IntegrityError:
        raise WatchedBefore from None
    return made


# 容错: what must hold of an error before nobody is pursued for it (M18).
GROUNDS = {"public": "出于公心", "objective": "原因是客观的", "mended": "错误已及时纠正"}


@dataclass(frozen=True)
class Decided:
    """What is decided about a finding: who mends it until when, that it is mended, or that it is tolerated and why.

    `grounds` are those of `GROUNDS` that hold: all of them, or nothing is tolerated.
    """

    state: str
    owner: str
    note: str
    due_on: date | None = None
    grounds: frozenset[str] = frozenset()


def finding_note(*, viewer: Viewer, key: str, slot: int, decided: Decided, at: datetime) -> FindingNote:
    """This function writes down what is decided about a finding.

    Raises NotMoneyWork, ReasonNeeded, DueMissing, ToleranceUngrounded.
    """
    overseer_check(viewer)
    numbers_refuse(decided.note)
    if not decided.note.strip():
        raise ReasonNeeded
    if decided.state == FindingNote.State.ASSIGNED and decided.due_on is None:
        raise DueMissing
    is_tolerated = decided.state == FindingNote.State.TOLERATED
    if is_tolerated and not decided.grounds >= set(GROUNDS):
        raise ToleranceUngrounded
    if not viewer.can_see(slot):
        raise NotMoneyWork
    note = f"{'、'.join(GROUNDS.values())}。{decided.note.strip()}" if is_tolerated else decided.note.strip()
    with transaction.atomic():
        made = FindingNote.objects.create(
            key=key[:120], slot=slot, organisation_id=viewer.organisation_id or 0,
            state=FindingNote.State(decided.state), owner=decided.owner.strip()[:120], due_on=decided.due_on,
            note=note[:300], at=at, by=viewer.label[:200],
        )  # fmt: skip
        entry_append(
            viewer=viewer, action="money.note", subject_type="funds.FindingNote", subject_id=made.pk, slot=slot,
            at=at, after={"key": key[:120], "state": decided.state},
        )  # fmt: skip
    return made
