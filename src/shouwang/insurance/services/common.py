"""What every write of a claim shares: the lock, the right to the step, its event and its audit row."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone

from shouwang.audit.services import entry_append
from shouwang.insurance.errors import ClaimNotFound, ClaimStale, OwnClaim, ReasonMissing, StepOutOfTurn
from shouwang.insurance.models import Claim, ClaimEvent
from shouwang.insurance.rules import PAYING_KIND, STEPS, State, fits_keeper
from shouwang.kit.texts import numbers_refuse
from shouwang.people.access import KIND_LABELS, SYSTEM, Kind, Role, Viewer, acting_as

WORKERS = (Role.CLERK, Role.LEADER)


def is_concerned(viewer: Viewer, claim: Claim) -> bool:
    """This function tells whether a claim is of the viewer's areas, or her company handles it."""
    if viewer.kind is Kind.INSURER:
        return viewer.organisation_id == claim.organisation_id
    return viewer.reads_register and viewer.can_see(claim.slot)


def may_step(viewer: Viewer, claim: Claim, step: str) -> bool:
    """This function tells whether a step of a claim is the viewer's to take now."""
    states, kinds = STEPS[step]
    fits = viewer.kind in kinds and viewer.role in WORKERS and is_concerned(viewer, claim)
    return fits and claim.state in states and _fits_keeper(claim, step, viewer)


def _fits_keeper(claim: Claim, step: str, viewer: Viewer) -> bool:
    return fits_keeper(step, paid_by=claim.paid_by, kind=viewer.kind, is_asked=bool(claim.payment_state))


def claim_locked(*, viewer: Viewer, claim_id: int, version: int, step: str) -> Claim:
    """This function locks a claim for one step of one viewer.

    Every claim of the household is locked with it, in order: the cap of a year looks at all of them. Raises
    ClaimNotFound, ClaimStale, StepOutOfTurn.
    """
    with acting_as(SYSTEM):
        asked = Claim.objects.filter(pk=claim_id).values_list("household_id", flat=True).first() or 0
        rows = {row.pk: row for row in Claim.objects.select_for_update().filter(household_id=asked).order_by("pk")}
    claim = rows.get(claim_id)
    if claim is None or not is_concerned(viewer, claim) or viewer.role not in WORKERS:
        raise ClaimNotFound
    states, kinds = STEPS[step]
    if viewer.kind not in kinds:
        raise StepOutOfTurn("", "、".join(KIND_LABELS[kind] for kind in kinds))
    if not _fits_keeper(claim, step, viewer):
        raise StepOutOfTurn("", KIND_LABELS[PAYING_KIND[claim.paid_by]])
    if claim.version != version:
        last = ClaimEvent.objects.filter(claim=claim, claim_version__gt=version).order_by("-pk").first()
        raise ClaimStale(*((last.actor, f"{timezone.localtime(last.at):%Y-%m-%d %H:%M}") if last else ("", "")))
    if claim.state not in states:
        raise StepOutOfTurn(State(claim.state).label)
    return claim


def reason_stated(*texts: str) -> None:
    """This function refuses an empty reason, and one with a person's number in it."""
    numbers_refuse(*texts)
    if not all(text.strip() for text in texts):
        raise ReasonMissing


def own_hand_refuse(claim: Claim, viewer: Viewer) -> None:
    """This function refuses who had a hand in the claim; raises OwnClaim."""
    if not viewer.user_ids.isdisjoint(claim.handled_user_ids):
        raise OwnClaim


def handled_by(claim: Claim, viewer: Viewer) -> None:
    """This function remembers that the viewer had a hand in the claim."""
    if viewer.user_id is not None and viewer.user_id not in claim.handled_user_ids:
        claim.handled_user_ids = [*claim.handled_user_ids, viewer.user_id]


def claim_saved(
    claim: Claim, *, viewer: Viewer, at: datetime, what: str, text: str, before: str = "", **after: Any
) -> Claim:
    """This function saves a claim after a step, with its event and its audit row, in the caller's transaction."""
    is_new = claim.pk is None
    if not is_new:
        claim.version += 1
    claim.save(force_insert=is_new)
    ClaimEvent.objects.create(
        claim=claim, slot=claim.slot, organisation_id=claim.organisation_id, at=at, what=what, text=text[:500],
        claim_version=claim.version, actor=viewer.label[:200], user_id=viewer.user_id,
    )  # fmt: skip
    entry_append(
        viewer=viewer, action=f"claim.{what}", subject_type="insurance.Claim", subject_id=claim.pk, slot=claim.slot,
        at=at, before={"state": before} if before else None, after={"state": claim.state, **after},
    )  # fmt: skip
    return claim


def payment_name(what: str, claim_id: int, asks: int) -> str:
    """This function returns the name under which a payment is made or asked for, the first one without a number."""
    return f"{what}:{claim_id}" if asks == 1 else f"{what}:{claim_id}:{asks}"
