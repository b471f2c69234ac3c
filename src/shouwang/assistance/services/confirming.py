"""What the household says: the help arrived, or it did not. Told to an officer, or signed on a receipt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from shouwang.assistance.errors import (
    ConfirmationUnclear,
    ConfirmedTooEarly,
    DeliveryDay,
    MeasureNotFound,
    NotDelivered,
)
from shouwang.assistance.models import Confirmation, Measure, Proof
from shouwang.audit.services import entry_append
from shouwang.kit.dates import SHANGHAI
from shouwang.kit.papers import Ready
from shouwang.kit.texts import numbers_refuse
from shouwang.office.services import paper_keep
from shouwang.people.access import Kind, Viewer

CONFIRMERS = (Kind.VILLAGE, Kind.TOWNSHIP, Kind.COUNTY_CENTRE)


@dataclass(frozen=True)
class Said:
    """What the household says: `told_by` is who of it spoke or signed, `note` what is missing."""

    is_received: bool
    told_by: str
    on: date
    way: str = "OFFICER"
    note: str = ""
    receipt: Ready | None = None

    def __post_init__(self) -> None:
        numbers_refuse(self.told_by, self.note)


def proofs_add(*, viewer: Viewer, measure: Measure, ready: Sequence[Ready], at: datetime) -> list[Proof]:
    """This function keeps photos and PDFs that show a measure arrived, in the caller's transaction."""
    rows = []
    for each in ready:
        paper = paper_keep(viewer=viewer, ready=each, slot=measure.slot, at=at)
        rows.append(
            Proof.objects.create(
                measure=measure, slot=measure.slot, organisation_id=viewer.organisation_id, paper_id=paper.pk, at=at,
                by=viewer.label[:200],
            )
        )  # fmt: skip
    return rows


def _unclear(said: Said) -> str:
    if not said.told_by.strip():
        return "户里谁说的"
    if not said.is_received and not said.note.strip():
        return "缺了什么、差多少"
    if said.way == Confirmation.Way.RECEIPT and said.receipt is None:
        return "签字收条的照片"
    return ""


def measure_confirm(*, viewer: Viewer, measure_id: int, said: Said, at: datetime) -> Confirmation:
    """This function records what a household says about a delivered measure; said again, the last word holds.

    Raises MeasureNotFound, NotDelivered, ConfirmationUnclear, ConfirmedTooEarly, DeliveryDay.
    """
    if viewer.kind not in CONFIRMERS or said.way == Confirmation.Way.ONLINE:
        raise MeasureNotFound
    return _confirmed(viewer, measure_id, said, at)


def measure_confirm_online(
    *, viewer: Viewer, measure_id: int, case_id: int, is_received: bool, note: str, at: datetime
) -> Confirmation:
    """This function records what a household says itself about a measure of its case, opened by receipt and PIN.

    `viewer` is the house, held to the household's village. Raises MeasureNotFound, NotDelivered, ConfirmationUnclear.
    """
    measure = Measure.objects.filter(pk=measure_id, case_id=case_id).first()
    if measure is None or viewer.kind is not Kind.SYSTEM:
        raise MeasureNotFound
    on = at.astimezone(SHANGHAI).date()
    said = Said(is_received=is_received, told_by="户里（凭回执和密码）", on=on, way=Confirmation.Way.ONLINE, note=note)
    return _confirmed(viewer, measure_id, said, at)


def _confirmed(viewer: Viewer, measure_id: int, said: Said, at: datetime) -> Confirmation:
    unclear = _unclear(said)
    if unclear:
        raise ConfirmationUnclear(unclear)
    if said.on > at.astimezone(SHANGHAI).date():
        raise DeliveryDay(said.on, "确认日期")
    with transaction.atomic():
        measure = Measure.objects.filter(pk=measure_id).first()
        if measure is None or not viewer.can_see(measure.slot):
            raise MeasureNotFound
        if measure.state != Measure.State.DELIVERED:
            raise NotDelivered
        if measure.delivered_on is not None and said.on < measure.delivered_on:
            raise ConfirmedTooEarly(said.on, delivered_on=measure.delivered_on)
        proofs = proofs_add(viewer=viewer, measure=measure, ready=[said.receipt] if said.receipt else [], at=at)
        row = Confirmation.objects.create(
            measure=measure, slot=measure.slot, is_received=said.is_received, way=Confirmation.Way(said.way),
            told_by=said.told_by.strip()[:60], note=said.note.strip()[:300],
            paper_id=proofs[0].paper_id if proofs else None, on=said.on, at=at, by=viewer.label[:200],
            user_id=viewer.user_id,
        )  # fmt: skip
        entry_append(
            viewer=viewer, action="measure.confirm", subject_type="assistance.Measure", subject_id=measure.pk,
            slot=measure.slot, at=at, after={"is_received": row.is_received, "way": row.way},
        )  # fmt: skip
    return row
