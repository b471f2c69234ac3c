"""A variant that was tried becomes a proposed version, with a copy of what it was seen to do."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate

from shouwang.audit.services import entry_append
from shouwang.kit.errors import Refusal
from shouwang.people.access import Viewer
from shouwang.people.selectors import area_by_id
from shouwang.rulebook import PackSource
from shouwang.rulebook.amend import pack_amend
from shouwang.rulebook.values import Source
from shouwang.rulebook.variants import Change
from shouwang.standards.models import Adoption, PackVersion, TrialReport
from shouwang.standards.rules import values_amended
from shouwang.standards.selectors import area_visible, policy_of, version_by_id, versions_revoked
from shouwang.standards.services.adopting import AreaNotYours, version_propose


class NothingChanged(Refusal):
    """A proposal without a change."""

    def __init__(self) -> None:
        super().__init__("这个方案没有改动任何数值，不用另提新标准。")


class StartPassed(Refusal):
    """The proposed first day is over."""

    def __init__(self) -> None:
        super().__init__("新标准不能倒着执行：起始日请选今天或以后的日期。")


class BasisRevoked(Refusal):
    """The version to be amended was revoked."""

    sentence = "这个版本已经撤销，不能在它的基础上提新标准。请选现行的版本重新推演。"


def _version_amended(
    viewer: Viewer, basis: PackVersion, changes: Sequence[Change], *, from_: date, document: Source, at: datetime
) -> PackVersion:
    """This function stores the amended texts; the same text gives the same version. Raises PackError."""
    policy = policy_of(basis, on=from_)
    values = [value for value in values_amended(policy, changes) if value.before != value.after]
    if not values:
        raise NothingChanged
    before = PackSource.from_files(basis.files)
    source = pack_amend(before, place=basis.place, changes=changes, from_=from_, document=document)
    version, is_new = PackVersion.objects.get_or_create(
        place=basis.place,
        digest=source.digest,
        defaults={
            "name": basis.name,
            "files": dict(source.files),
            "basis": basis,
            "changes": [asdict(value) for value in values],
            "loaded_at": at,
            "loaded_by": viewer.label,
        },
    )
    if is_new:
        entry_append(
            viewer=viewer,
            action="pack.change",
            subject_type="standards.PackVersion",
            subject_id=version.pk,
            slot=None,
            at=at,
            after={"basis": basis.pk, "digest": source.digest, "changes": version.changes},
        )
    return version


def amendment_propose(
    *,
    viewer: Viewer,
    basis_id: int,
    area_id: int,
    changes: Sequence[Change],
    valid_from: date,
    document: str,
    clause: str,
    reason: str,
    report: dict[str, Any],
    at: datetime,
) -> Adoption:
    """This function proposes a version amended from another for an area from a day on, with a report of its trial.

    Raises AreaNotYours, BasisRevoked, StartPassed, NothingChanged, PackError.
    """
    area, basis = area_by_id(area_id), version_by_id(basis_id)
    if area is None or basis is None or not area_visible(viewer, lo=area.lo, hi=area.hi):
        raise AreaNotYours
    if basis.pk in versions_revoked(lo=area.lo, hi=area.hi):
        raise BasisRevoked
    if valid_from < localdate(at):
        raise StartPassed
    with transaction.atomic():
        paper = Source(document=document, clause=clause)
        version = _version_amended(viewer, basis, changes, from_=valid_from, document=paper, at=at)
        adoption = version_propose(
            viewer=viewer,
            version_id=version.pk,
            area_id=area.pk,
            valid_from=valid_from,
            document=str(paper),
            reason=reason,
            at=at,
        )
        text = json.dumps(report, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        TrialReport.objects.create(
            adoption=adoption,
            slot=area.lo,
            content=report,
            digest=hashlib.sha256(text.encode()).hexdigest(),
            attached_at=at,
        )
    return adoption
