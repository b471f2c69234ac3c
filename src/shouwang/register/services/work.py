"""Deciding pairs that were registered twice, and settling findings."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from shouwang.audit.services import entry_append
from shouwang.kit.codes import Relationship
from shouwang.people.access import StaleWrite, Viewer
from shouwang.register import errors
from shouwang.register.models import Household, Person, RegisterFinding, RegistrationConflict
from shouwang.register.selectors.work import conflict_row
from shouwang.register.services.common import DECIDERS, HEAD, audited, may_edit, memberships_on
from shouwang.register.services.moves import person_move


class ConflictChanged(StaleWrite):
    """Somebody else changed the pair."""

    def __init__(self) -> None:
        super().__init__("这条待核对的登记")


def conflict_decide(
    *,
    viewer: Viewer,
    conflict_id: int,
    version: int,
    decision: str,
    reason: str,
    at: datetime,
    relationship: str = "",
    new_head_id: int | None = None,
) -> None:
    """This function decides a pair: the person moves to the newly registered household, or stays where she is.

    Raises ConflictNotFound, ConflictNotMovable, HeadMissing when she heads others where she is.
    """
    if viewer.kind not in DECIDERS:
        raise errors.MayNotChange
    if not reason.strip():
        raise errors.ReasonMissing
    wanted = RegistrationConflict.Decision(decision)
    with transaction.atomic():
        conflict = conflict_row(viewer, conflict_id)
        locked = RegistrationConflict.objects.select_for_update().get(pk=conflict.pk)
        if locked.version != version:
            raise ConflictChanged
        if wanted is RegistrationConflict.Decision.MOVE:
            _move(viewer, locked, relationship=relationship, new_head_id=new_head_id, reason=reason, at=at)
        RegistrationConflict.objects.filter(pk=locked.pk).update(
            version=F("version") + 1,
            decision=wanted.value,
            decided_at=at,
            decided_by=viewer.label[:200],
            reason=reason.strip()[:300],
        )
        entry_append(
            viewer=viewer, action="conflict.decide", subject_type="register.RegistrationConflict",
            subject_id=locked.pk, slot=locked.slot_here, at=at, purpose=reason, after={"decision": wanted.value},
        )  # fmt: skip


def _move(
    viewer: Viewer,
    conflict: RegistrationConflict,
    *,
    relationship: str,
    new_head_id: int | None,
    reason: str,
    at: datetime,
) -> None:
    person = Person.objects.get(pk=conflict.person_id)
    wanted = relationship or conflict.relationship
    today = timezone.localdate(at)
    if conflict.household_here_id is None:
        if wanted and Relationship.parse(wanted) != HEAD:
            raise errors.ConflictNotMovable
        person_move(
            viewer=viewer, person_id=person.pk, version=person.version, on=today, at=at, to_slot=conflict.slot_here,
            new_head_id=new_head_id, reason=reason, is_decided=True,
        )  # fmt: skip
        return
    household = Household.objects.filter(pk=conflict.household_here_id, ended_on__isnull=True).first()
    if household is None:
        raise errors.ConflictNotMovable
    if Relationship.parse(wanted) == HEAD and memberships_on(household.pk, today):
        raise errors.TwoHeads
    person_move(
        viewer=viewer, person_id=person.pk, version=person.version, on=today, at=at, to_household_id=household.pk,
        relationship=wanted, new_head_id=new_head_id, reason=reason, is_decided=True,
    )  # fmt: skip


def finding_settle(*, viewer: Viewer, finding_id: int, settlement: str, at: datetime) -> None:
    """This function settles a finding with what was found out; raises FindingNotFound, ReasonMissing."""
    may_edit(viewer)
    if not settlement.strip():
        raise errors.ReasonMissing
    with transaction.atomic():
        found = (
            RegisterFinding.objects.select_for_update()
            .filter(viewer.q(), pk=finding_id, settled_at__isnull=True)
            .first()
        )
        if found is None:
            raise errors.FindingNotFound
        RegisterFinding.objects.filter(pk=found.pk).update(
            settled_at=at, settled_by=viewer.label[:200], settlement=settlement.strip()[:300]
        )
        audited(viewer, "finding.settle", found, at=at, purpose=settlement)
