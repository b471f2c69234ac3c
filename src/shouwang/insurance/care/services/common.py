"""What the writes of care share: the policy and the bodies of a place, the lock on a bill, its event and audit row."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection

from shouwang.audit.services import entry_append
from shouwang.insurance.care.errors import (
    CareBodyMissing,
    CareNotFound,
    CareOwnHand,
    CareReasonMissing,
    CareStale,
    CareStepOutOfTurn,
    NoCareScheme,
)
from shouwang.insurance.care.models import CareBill, CareEvent
from shouwang.insurance.care.rules import STEPS, WHO, BillState
from shouwang.insurance.care.selectors import READ_BILLS
from shouwang.kit.dates import SHANGHAI
from shouwang.kit.locks import Lock
from shouwang.kit.texts import numbers_refuse
from shouwang.people.access import Kind, Role, Viewer
from shouwang.people.selectors import organisation_for
from shouwang.rulebook.care import Body, CarePolicy, Scheme, care_of
from shouwang.standards.selectors import NoPolicyInForce, PackVersion, policy_for

WORKERS = (Role.CLERK, Role.LEADER)


@dataclass(frozen=True)
class Frame:
    """The scheme of a place on a day, and the pack version that states it."""

    version: PackVersion
    care: CarePolicy

    @property
    def scheme(self) -> Scheme:
        return self.care.scheme.value


def frame_at(slot: int, on: date) -> Frame:
    """This function returns the scheme in force for a place on a day; raises NoPolicyInForce, NoCareScheme."""
    version, policy = policy_for(slot=slot, on=on)
    care = care_of(policy)
    if care is None:
        raise NoCareScheme(on)
    return Frame(version, care)


def frame_of(viewer: Viewer, on: date) -> Frame:
    """This function returns the scheme of the viewer's county on a day."""
    if not viewer.ranges:
        raise CareNotFound
    return frame_at(viewer.ranges[0][0], on)


def is_body(viewer: Viewer, body: Body) -> bool:
    """This function tells whether the viewer acts for such a body."""
    return body.is_of(kind=str(viewer.kind), department=viewer.department) and viewer.role in WORKERS


def office_frame(viewer: Viewer, on: date) -> Frame:
    """This function returns the scheme that the viewer's organisation runs; raises CareNotFound for anybody else."""
    frame = frame_of(viewer, on)
    if not is_body(viewer, frame.scheme.run_by):
        raise CareNotFound
    return frame


def assessor_frame(viewer: Viewer, on: date) -> Frame:
    """This function returns the scheme for which the viewer's organisation assesses; raises CareNotFound."""
    frame = frame_of(viewer, on)
    if not is_body(viewer, frame.scheme.assessed_by):
        raise CareNotFound
    return frame


def body_id(slot: int, body: Body, what: str) -> tuple[int, str]:
    """This function returns id and name of the organisation that is a body for a place; raises CareBodyMissing."""
    found = organisation_for(slot=slot, kind=Kind(body.kind), department=body.department or "")
    if found is None:
        raise CareBodyMissing(what)
    return found.pk, found.name


def frame_or_none(viewer: Viewer, on: date) -> Frame | None:
    """This function returns the scheme of the viewer's county, None where the policy has none."""
    try:
        return frame_of(viewer, on)
    except (NoCareScheme, NoPolicyInForce):
        return None


def role_of(viewer: Viewer, frame: Frame | None) -> str:
    """This function tells as what a viewer comes to care: office, assessor, provider, reader; '' for nobody."""
    if viewer.kind is Kind.CARE_PROVIDER:
        return "provider"
    if frame is not None and is_body(viewer, frame.scheme.run_by):
        return "office"
    if frame is not None and is_body(viewer, frame.scheme.assessed_by):
        return "assessor"
    return "reader" if viewer.kind in READ_BILLS else ""


def today_of(at: datetime) -> date:
    """This function returns the day of an instant in the county."""
    return at.astimezone(SHANGHAI).date()


def provider_turn(provider_id: int) -> None:
    """This function lets one transaction at a time log or bill days of a provider, so that no day falls between."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [Lock.PROVIDER.key(provider_id)])


def reason_stated(text: str) -> str:
    """This function returns a reason without blanks around it; refuses an empty one and one with a person's number."""
    numbers_refuse(text)
    if not text.strip():
        raise CareReasonMissing
    return text.strip()[:300]


def bill_locked(*, viewer: Viewer, bill_id: int, version: int, step: str) -> CareBill:
    """This function locks a bill for one step of one viewer.

    Raises CareNotFound, CareStale, CareStepOutOfTurn, CareOwnHand.
    """
    states, who = STEPS[step]
    bill = CareBill.objects.select_for_update().filter(pk=bill_id).first()
    if bill is None or viewer.role not in WORKERS:
        raise CareNotFound
    if not may_take(viewer, bill, who):
        raise CareStepOutOfTurn("", WHO[who])
    if bill.version != version:
        raise CareStale("这份账单")
    if bill.state not in states:
        raise CareStepOutOfTurn(BillState(bill.state).label)
    if is_own_hand(viewer, bill, step):
        raise CareOwnHand(step)
    return bill


def may_take(viewer: Viewer, bill: CareBill, who: str) -> bool:
    """This function tells whether a viewer is the office, the provider or the payer of a bill."""
    if who == "office" or (who == "payer" and bill.paid_by == "OFFICE"):
        return viewer.organisation_id == bill.office_id
    if who == "provider":
        return viewer.organisation_id == bill.provider_id
    return viewer.kind is Kind.COUNTY_CENTRE and viewer.can_see(bill.slot)


def may_step(viewer: Viewer, bill: CareBill, step: str) -> bool:
    """This function tells whether a step of a bill is the viewer's to take now."""
    states, who = STEPS[step]
    is_late = step == "reopen" and bill.payment_asks  # money is under way: what was too much is recovered
    return viewer.role in WORKERS and bill.state in states and not is_late and may_take(viewer, bill, who)


def is_body_of(viewer: Viewer, bill: CareBill, step: str) -> bool:
    """This function tells whether a step of a bill is ever the viewer's to take."""
    return viewer.role in WORKERS and may_take(viewer, bill, STEPS[step][1])


def handled_by(bill: CareBill, viewer: Viewer) -> None:
    """This function remembers that the viewer, and whom the viewer acts for, had a hand in a bill for the office."""
    bill.handled_user_ids = sorted({*bill.handled_user_ids, *viewer.user_ids})


def hands_of(bill: CareBill) -> frozenset[int]:
    """This function returns who struck days for a bill's last settlement or settled it, and whom they acted for."""
    last = bill.settlements.order_by("-number").first()
    return frozenset(last.hand_user_ids) if last is not None else frozenset()


def is_own_hand(viewer: Viewer, bill: CareBill, step: str) -> bool:
    """This function tells whether a step is for somebody without a hand in the last settlement, and the viewer had one.

    Whoever struck days or settled neither judges an objection to it nor pays what it came to.
    """
    needs_another = step == "pay" or (step in ("strike", "correct") and bill.state == BillState.DISPUTED)
    return needs_another and not hands_of(bill).isdisjoint(viewer.user_ids)


def bill_saved(
    bill: CareBill, *, viewer: Viewer, at: datetime, what: str, text: str, before: str = "", **after: Any
) -> CareBill:
    """This function saves a bill after a step, with its event and its audit row, in the caller's transaction."""
    is_new = bill.pk is None
    if not is_new:
        bill.version += 1
    bill.save(force_insert=is_new)
    CareEvent.objects.create(
        bill=bill, slot=bill.slot, office_id=bill.office_id, provider_id=bill.provider_id, at=at, what=what,
        text=text[:500], bill_version=bill.version, actor=viewer.label[:200], user_id=viewer.user_id,
    )  # fmt: skip
    audited(
        viewer, f"care_bill.{what}", bill, at, before={"state": before} if before else None,
        after={"state": bill.state, **after},
    )  # fmt: skip
    return bill


def audited(
    viewer: Viewer,
    action: str,
    row: Any,
    at: datetime,
    *,
    after: dict[str, Any] | None = None,
    before: dict[str, Any] | None = None,
    purpose: str = "",
) -> None:
    """This function puts an act on a row of care on record."""
    entry_append(
        viewer=viewer, action=action, subject_type=f"insurance.{type(row).__name__}", subject_id=row.pk, slot=row.slot,
        at=at, purpose=purpose, before=before, after=after,
    )  # fmt: skip
