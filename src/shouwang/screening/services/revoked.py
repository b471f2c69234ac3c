"""What a revoked version left behind: its open warnings are held for a person, none is dropped."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate

from shouwang.audit.services import entry_append
from shouwang.people.access import SYSTEM
from shouwang.screening.models import Warning
from shouwang.standards.selectors import revocations_confirmed

_MARK = "所依据的政策版本已"
_LENGTH = 300


def revoked_hold(*, at: datetime) -> int:
    """This function holds the open warnings raised under revoked versions for a person; returns how many (worker only).

    A warning held for another reason keeps it, behind the new one. What a case has taken up stays with the case.
    """
    held = 0
    for revocation in revocations_confirmed():
        day = localdate(revocation.confirmed_at)
        said = f"{_MARK}于 {day:%Y-%m-%d} 撤销（{revocation.reason}），请重新核实。"
        with transaction.atomic():
            found = list(
                Warning.objects.select_for_update(of=("self",), skip_locked=True)
                .filter(
                    pack_version_id=revocation.adoption.pack_version_id,
                    slot__gte=revocation.slot,
                    slot__lte=revocation.hi,
                    collected_case_id__isnull=True,
                    settled_at__isnull=True,
                )
                .exclude(hold_reason__startswith=_MARK)
            )
            for warning in found:
                warning.is_held = True
                warning.hold_reason = f"{said}{warning.hold_reason}"[:_LENGTH]
            Warning.objects.bulk_update(found, ["is_held", "hold_reason"], batch_size=1000)
            if found:
                entry_append(
                    viewer=SYSTEM,
                    action="warning.hold_revoked",
                    subject_type="standards.Revocation",
                    subject_id=revocation.pk,
                    slot=revocation.slot,
                    at=at,
                    after={"warnings": len(found)},
                )
        held += len(found)
    return held
