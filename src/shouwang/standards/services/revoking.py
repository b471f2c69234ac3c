"""A version in force is found wrong: one person asks that it be revoked, another confirms."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from shouwang.audit.services import entry_append
from shouwang.kit.errors import Refusal
from shouwang.people.access import Kind, Viewer
from shouwang.standards.models import Adoption, Revocation
from shouwang.standards.selectors import area_visible
from shouwang.standards.services.adopting import AreaNotYours, ReasonMissing

REASON_LENGTH = 500


class NotInForce(Refusal):
    """Only an adopted version that was not withdrawn can be revoked."""

    def __init__(self) -> None:
        super().__init__("这个版本没有在执行，不用撤销。")


class AlreadyAsked(Refusal):
    """Somebody asked before, or the revocation is settled."""

    def __init__(self) -> None:
        super().__init__("这个版本的撤销已经有人提出或办结，请刷新页面。")


class RevocationBySamePerson(Refusal):
    """Who asked may not confirm."""

    def __init__(self) -> None:
        super().__init__("提出撤销和确认撤销要由两个人来做：这是您提出的，请另一位负责人确认。")


class RevocationNotFound(Refusal):
    """No such revocation for this viewer."""

    is_absent = True

    def __init__(self) -> None:
        super().__init__("找不到这项撤销。")


def _record(viewer: Viewer, action: str, found: Revocation, *, at: datetime, reason: str) -> None:
    entry_append(
        viewer=viewer,
        action=action,
        subject_type="standards.Revocation",
        subject_id=found.pk,
        slot=found.slot,
        at=at,
        after={"adoption": found.adoption_id, "reason": reason},
    )


def revocation_ask(*, viewer: Viewer, adoption_id: int, reason: str, at: datetime) -> Revocation:
    """This function asks that a version in force be revoked.

    Raises AreaNotYours, NotInForce, ReasonMissing, AlreadyAsked, in this order.
    """
    try:
        with transaction.atomic():
            adoption = Adoption.objects.select_for_update(of=("self",)).filter(pk=adoption_id).first()
            if adoption is None or not area_visible(viewer, lo=adoption.lo, hi=adoption.hi):
                raise AreaNotYours
            if adoption.adopted_at is None or adoption.withdrawn_at is not None:
                raise NotInForce
            if not reason.strip():
                raise ReasonMissing
            found = Revocation.objects.create(
                adoption=adoption,
                slot=adoption.lo,
                hi=adoption.hi,
                reason=reason.strip()[:REASON_LENGTH],
                asked_at=at,
                asked_by=viewer.label,
                asked_by_user_id=viewer.user_id,
            )
            _record(viewer, "revocation.ask", found, at=at, reason=found.reason)
    except IntegrityError:
        raise AlreadyAsked from None
    return found


def _waiting(viewer: Viewer, revocation_id: int) -> Revocation:
    """This function locks a revocation that waits; raises RevocationNotFound, AlreadyAsked."""
    found = Revocation.objects.select_for_update(of=("self",)).select_related("adoption").filter(pk=revocation_id)
    revocation = found.first()
    if revocation is None or not area_visible(viewer, lo=revocation.slot, hi=revocation.hi):
        raise RevocationNotFound
    if revocation.confirmed_at is not None or revocation.dropped_at is not None:
        raise AlreadyAsked
    return revocation


def revocation_confirm(*, viewer: Viewer, revocation_id: int, at: datetime) -> Revocation:
    """This function revokes a version: it is no longer in force, on any day.

    Raises RevocationNotFound, AlreadyAsked, RevocationBySamePerson.
    """
    with transaction.atomic():
        found = _waiting(viewer, revocation_id)
        if viewer.kind is not Kind.SYSTEM and found.asked_by_user_id in viewer.user_ids:
            raise RevocationBySamePerson
        found.confirmed_at = at
        found.confirmed_by = viewer.label
        found.confirmed_by_user_id = viewer.user_id
        found.save(update_fields=["confirmed_at", "confirmed_by", "confirmed_by_user_id"])
        Adoption.objects.filter(pk=found.adoption_id).update(
            withdrawn_at=at, withdrawn_by=viewer.label, withdrawn_reason=found.reason
        )
        _record(viewer, "revocation.confirm", found, at=at, reason=found.reason)
    return found


def revocation_drop(*, viewer: Viewer, revocation_id: int, reason: str, at: datetime) -> Revocation:
    """This function turns a revocation down, or takes one's own back; the version stays in force.

    Raises RevocationNotFound, AlreadyAsked, ReasonMissing.
    """
    with transaction.atomic():
        found = _waiting(viewer, revocation_id)
        if not reason.strip():
            raise ReasonMissing
        found.dropped_at = at
        found.dropped_by = viewer.label
        found.dropped_reason = reason.strip()[:REASON_LENGTH]
        found.save(update_fields=["dropped_at", "dropped_by", "dropped_reason"])
        _record(viewer, "revocation.drop", found, at=at, reason=found.dropped_reason)
    return found
