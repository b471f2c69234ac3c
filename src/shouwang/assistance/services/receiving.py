"""What the household says of what givers gave it: it came, or it did not; asked by village, township or centre."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from shouwang.assistance.models import Allotment, GiftConfirmation
from shouwang.assistance.rules.giving import (
    DayWrong,
    GivingNotFound,
    LackUnsaid,
    NotArrived,
    ToldByMissing,
    may_state,
)
from shouwang.audit.services import entry_append
from shouwang.kit.dates import SHANGHAI
from shouwang.kit.texts import numbers_refuse
from shouwang.people.access import Viewer


def allotment_confirm(
    *, viewer: Viewer, allotment_id: int, is_received: bool, told_by: str, note: str, on: date, at: datetime
) -> GiftConfirmation:
    """This function records what a household says of a delivered allotment; said again, the last word holds.

    Raises GivingNotFound, NotArrived, ToldByMissing, LackUnsaid, DayWrong.
    """
    told_by, note = told_by.strip()[:60], note.strip()[:300]
    numbers_refuse(told_by, note)
    with transaction.atomic():
        found = Allotment.objects.select_for_update().filter(viewer.q(), pk=allotment_id).first()
        if found is None or not may_state(viewer):
            raise GivingNotFound
        if found.state != Allotment.State.DELIVERED or found.delivered_on is None:
            raise NotArrived
        if not told_by:
            raise ToldByMissing
        if not is_received and not note:
            raise LackUnsaid
        if not found.delivered_on <= on <= at.astimezone(SHANGHAI).date():
            raise DayWrong("问的日期不能早于送达那天，也不能晚于今天。")
        made = GiftConfirmation.objects.create(
            allotment=found, slot=found.slot, is_received=is_received, told_by=told_by, note=note, on=on, at=at,
            by=viewer.label[:200], user_id=viewer.user_id,
        )  # fmt: skip
        entry_append(
            viewer=viewer, action="allotment.confirm", subject_type="assistance.Allotment", subject_id=found.pk,
            slot=found.slot, at=at, after={"is_received": is_received},
        )  # fmt: skip
    return made
