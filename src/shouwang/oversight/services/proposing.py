"""A variant of a saved trial becomes a proposed pack version, with a copy of what was seen."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.timezone import localtime

from shouwang.kit.errors import Refusal
from shouwang.kit.texts import numbers_refuse
from shouwang.oversight.models import PolicyTrial, VariantProposal
from shouwang.oversight.rules.report import trial_report
from shouwang.oversight.rules.variants import changes_of
from shouwang.people.access import Viewer
from shouwang.people.selectors import area_by_code
from shouwang.standards.selectors import policy_by_version_id
from shouwang.standards.services import amendment_propose

if TYPE_CHECKING:
    from shouwang.standards.models import Adoption


class AreaGone(Refusal):
    """The area of the trial is no area any more."""

    sentence = "这次推演的辖区已经调整，不能再按它提出新标准。请重新筛查、重新推演。"


def variant_propose(
    *,
    viewer: Viewer,
    trial: PolicyTrial,
    number: int,
    valid_from: date,
    document: str,
    clause: str,
    reason: str,
    at: datetime,
) -> Adoption:
    """This function proposes a variant (from 1) of a trial that the viewer may see, from a day on, for its area.

    Raises AreaGone; as `amendment_propose`: AreaNotYours, BasisRevoked, StartPassed, NothingChanged, PackError.
    """
    numbers_refuse(document, clause, reason)
    area = area_by_code(f"{trial.slot:012d}")
    if area is None or area.hi != trial.hi:
        raise AreaGone
    base = policy_by_version_id(trial.pack_version_id, on=trial.on)
    values = trial.inputs["variants"][number - 1]
    with transaction.atomic():
        adoption = amendment_propose(
            viewer=viewer,
            basis_id=trial.pack_version_id,
            area_id=area.pk,
            changes=changes_of(values, base),
            valid_from=valid_from,
            document=document,
            clause=clause,
            reason=reason,
            report=_report(trial, number),
            at=at,
        )
        VariantProposal.objects.create(slot=trial.slot, trial=trial, number=number, adoption=adoption, proposed_at=at)
    return adoption


def _report(trial: PolicyTrial, number: int) -> dict[str, Any]:
    return trial_report(
        trial.results, number, trial_id=trial.pk, title=trial.title, area_name=trial.area_name, on=trial.on,
        saved_at=localtime(trial.saved_at), saved_by=trial.saved_by, snapshot_digest=trial.snapshot_digest,
        digest=trial.digest,
    )  # fmt: skip
