"""A warning that the policy holds back is looked at by a person, who releases or dismisses it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from shouwang.audit.services import entry_append
from shouwang.kit.errors import Refusal
from shouwang.people.access import Viewer
from shouwang.screening.models import Warning
from shouwang.screening.services.replay import WarningNotFound

REASON_LENGTH = 300


class NotHeld(Refusal):
    """The warning is not held back, or somebody settled it before."""

    def __init__(self) -> None:
        super().__init__("这条预警没有压住，或者别人已经处理过，不用再办。")


class ReasonMissing(Refusal):
    """A held warning is settled with a reason."""

    def __init__(self) -> None:
        super().__init__("请写明核实到的情况。")


def held_settle(*, viewer: Viewer, warning_id: int, is_released: bool, reason: str, at: datetime) -> Warning:
    """This function releases a held warning, so that it becomes a case, or dismisses it; both with a reason.

    Raises WarningNotFound, NotHeld, ReasonMissing, in this order: what may not be seen looks absent first.
    """
    with transaction.atomic():
        warning = Warning.objects.select_for_update(of=("self",)).filter(pk=warning_id).first()
        if warning is None or not viewer.can_see(warning.slot):
            raise WarningNotFound
        if not warning.is_held or warning.settled_at is not None:
            raise NotHeld
        if not reason.strip():
            raise ReasonMissing
        warning.is_held = not is_released
        warning.is_dismissed = not is_released
        warning.settled_at = at
        warning.settled_by = viewer.label
        warning.settled_reason = reason.strip()[:REASON_LENGTH]
        warning.save()
        entry_append(
            viewer=viewer,
            action="warning.release" if is_released else "warning.dismiss",
            subject_type="screening.Warning",
            subject_id=warning.pk,
            slot=warning.slot,
            at=at,
            after={"reason": warning.settled_reason},
        )
    return warning
