"""What was found about an entitlement is settled: with what was done, and with the money that was paid too much."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from shouwang.assistance.errors import (
    BackTooMuch,
    FindingNotFound,
    FindingSettled,
    MonthBeingPaid,
    NothingToBringBack,
    ReasonMissing,
)
from shouwang.assistance.models import EntitlementFinding
from shouwang.assistance.rules import month_ref
from shouwang.assistance.selectors import findings_visible_to
from shouwang.assistance.services.permitting import RUNNERS
from shouwang.audit.services import entry_append
from shouwang.funds.selectors import commitment_of, request_standings
from shouwang.funds.services import commitment_cancel, grant_lessen, payment_recover
from shouwang.kit.money import yuan_text
from shouwang.kit.texts import numbers_refuse
from shouwang.people.access import Viewer


def entitlement_finding_settle(
    *, viewer: Viewer, finding_id: int, version: int, note: str, at: datetime, back_fen: int = 0
) -> EntitlementFinding:
    """This function settles a finding with what was done about it; its owner or the centre does.

    What the centre has set aside for the month and not paid yet is available again. `back_fen` of it came back after it
    was paid: that is posted to the account it was paid from, or taken off what a department reported. The note says so.
    Raises FindingNotFound, FindingSettled, ReasonMissing, MonthBeingPaid, NothingToBringBack, BackTooMuch, and what
    funds refuses.
    """
    if not note.strip():
        raise ReasonMissing
    numbers_refuse(note)
    with transaction.atomic():
        found = findings_visible_to(viewer).select_for_update(of=("self",)).filter(pk=finding_id).first()
        if found is None or viewer.kind not in RUNNERS:
            raise FindingNotFound
        if found.version != version or found.state != EntitlementFinding.State.OPEN:
            raise FindingSettled
        if back_fen > found.amount_fen:
            raise BackTooMuch(found.amount_fen)
        said = _money(viewer, found, note.strip(), back_fen, at=at) if found.amount_fen else ""
        found.state, found.settled_at, found.settled_by = EntitlementFinding.State.SETTLED, at, viewer.label[:200]
        found.note, found.version = f"{said}{note.strip()}"[:300], found.version + 1
        found.save()
        entry_append(
            viewer=viewer, action="entitlement.settle", subject_type="assistance.EntitlementFinding",
            subject_id=found.pk, slot=found.slot, at=at,
            after={"note": found.note, "kind": found.kind, "back_fen": back_fen},
        )  # fmt: skip
    return found


def _money(viewer: Viewer, found: EntitlementFinding, note: str, back_fen: int, *, at: datetime) -> str:
    """This function brings the money of a month back where it belongs, and returns in words what it did."""
    ref = month_ref(found.entitlement_id, found.month)
    if not found.entitlement.purpose:
        if back_fen and grant_lessen(viewer=viewer, source_ref=ref, back_fen=back_fen, reason=note, at=at) is None:
            raise NothingToBringBack
        return f"已追回 {yuan_text(back_fen)} 元。" if back_fen else ""
    now = request_standings([ref]).get(ref)
    if now is not None and now.state == "BATCHED":
        raise MonthBeingPaid
    if now is not None and now.state == "PAID" and now.payment_id is not None:
        if not back_fen:
            return ""
        payment_recover(viewer=viewer, payment_id=now.payment_id, amount_fen=back_fen, reason=note, at=at)
        return f"已追回 {yuan_text(back_fen)} 元，记回可用资金。"
    if back_fen:
        raise NothingToBringBack
    if found.kind == EntitlementFinding.Kind.TOO_MUCH:
        return ""  # a part of it is due
    owed = commitment_of(viewer, ref)
    if now is None or now.state == "CANCELLED" or owed is None:
        return "没有付出。"
    commitment_cancel(viewer=viewer, commitment_id=owed.pk, version=owed.version, reason=note, at=at)
    return f"没有付出，留出的 {yuan_text(now.amount_fen)} 元已回到可用资金。"
