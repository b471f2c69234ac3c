"""A pack is loaded, proposed by one person and adopted, or declined, by another."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

from django.db import transaction
from django.utils.timezone import localdate

from shouwang.audit.services import entry_append
from shouwang.kit.errors import Refusal
from shouwang.people.access import Kind, Viewer
from shouwang.people.selectors import area_by_id
from shouwang.rulebook import PackSource, load_policy
from shouwang.standards.models import Adoption, PackVersion
from shouwang.standards.rules import pack_of
from shouwang.standards.selectors import area_visible


class AreaNotYours(Refusal):
    """The area lies outside the viewer's own."""

    is_absent = True

    def __init__(self) -> None:
        super().__init__("找不到这个辖区，或者它不归您管理，不能为它选用政策标准。")


class AdoptionBySamePerson(Refusal):
    """Who proposed a version may not adopt it."""

    def __init__(self) -> None:
        super().__init__("提出和批准要由两个人来做：这个版本是您提出的，请另一位负责人批准。")


class AdoptionTooLate(Refusal):
    """An amended version would have been in force before anybody approved it."""

    def __init__(self, valid_from: date) -> None:
        super().__init__(
            f"起始日 {valid_from:%Y-%m-%d} 已经过去，新标准不能倒着执行。请退回，由提出人改用今天或以后的日期重新提出。"
        )


class ReasonMissing(Refusal):
    """A proposal is declined or taken back with a reason."""

    def __init__(self) -> None:
        super().__init__("请写明退回的原因。")


class AlreadySettled(Refusal):
    """The proposal was adopted or withdrawn before."""

    def __init__(self) -> None:
        super().__init__("这项选用已经办结，不用再批准。")


def pack_load(*, viewer: Viewer, place: str, packs_dir: Path, on: date, at: datetime) -> PackVersion:
    """This function stores the pack of a place as it lies in a folder; the same text gives the same version.

    Raises PackError when the pack does not stand up to the check.
    """
    source = pack_of(PackSource.from_directory(packs_dir), place=place)
    policy = load_policy(source, place=place, on=on)
    with transaction.atomic():
        version, is_new = PackVersion.objects.get_or_create(
            place=place,
            digest=source.digest,
            defaults={
                "name": policy.name,
                "files": dict(source.files),
                "loaded_at": at,
                "loaded_by": viewer.label,
            },
        )
        if is_new:
            entry_append(
                viewer=viewer,
                action="pack.load",
                subject_type="standards.PackVersion",
                subject_id=version.pk,
                slot=None,
                at=at,
                after={"place": place, "digest": source.digest},
            )
    return version


def version_propose(
    *,
    viewer: Viewer,
    version_id: int,
    area_id: int,
    valid_from: date,
    document: str,
    at: datetime,
    reason: str = "",
) -> Adoption:
    """This function proposes a pack version for an area from a day on; raises AreaNotYours."""
    area = area_by_id(area_id)
    if area is None or not area_visible(viewer, lo=area.lo, hi=area.hi):
        raise AreaNotYours
    with transaction.atomic():
        adoption = Adoption.objects.create(
            area_id=area.pk,
            lo=area.lo,
            hi=area.hi,
            pack_version_id=version_id,
            valid_from=valid_from,
            document=document,
            reason=reason,
            proposed_at=at,
            proposed_by=viewer.label,
            proposed_by_user_id=viewer.user_id,
        )
        entry_append(
            viewer=viewer,
            action="version.propose",
            subject_type="standards.Adoption",
            subject_id=adoption.pk,
            slot=area.lo,
            at=at,
            after={"version": version_id, "area": area_id, "valid_from": valid_from.isoformat(), "document": document},
        )
    return adoption


def _unsettled(viewer: Viewer, adoption_id: int) -> Adoption:
    """This function locks a proposal that waits; raises AreaNotYours, AlreadySettled."""
    found = (
        Adoption.objects.select_for_update(of=("self",))
        .select_related("pack_version")
        .defer("pack_version__files")
        .filter(pk=adoption_id)
    )
    adoption = found.first()
    if adoption is None or not area_visible(viewer, lo=adoption.lo, hi=adoption.hi):
        raise AreaNotYours
    if adoption.adopted_at or adoption.withdrawn_at:
        raise AlreadySettled
    return adoption


def version_decline(*, viewer: Viewer, adoption_id: int, reason: str, at: datetime) -> Adoption:
    """This function declines a proposal, or takes back one's own, with a reason; it stays on record.

    Raises AreaNotYours, AlreadySettled, ReasonMissing.
    """
    with transaction.atomic():
        adoption = _unsettled(viewer, adoption_id)
        if not reason.strip():
            raise ReasonMissing
        adoption.withdrawn_at = at
        adoption.withdrawn_by = viewer.label
        adoption.withdrawn_reason = reason.strip()
        adoption.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_reason"])
        entry_append(
            viewer=viewer,
            action="version.decline",
            subject_type="standards.Adoption",
            subject_id=adoption.pk,
            slot=adoption.lo,
            at=at,
            after={"reason": adoption.withdrawn_reason},
        )
    return adoption


def version_adopt(*, viewer: Viewer, adoption_id: int, at: datetime) -> Adoption:
    """This function puts a proposed version in force.

    Raises AreaNotYours, AlreadySettled, AdoptionBySamePerson, AdoptionTooLate (of an amended version).
    """
    with transaction.atomic():
        adoption = _unsettled(viewer, adoption_id)
        if viewer.kind is not Kind.SYSTEM and adoption.proposed_by_user_id in viewer.user_ids:
            raise AdoptionBySamePerson
        if adoption.pack_version.basis_id is not None and adoption.valid_from < localdate(at):
            raise AdoptionTooLate(adoption.valid_from)
        adoption.adopted_at = at
        adoption.adopted_by = viewer.label
        adoption.adopted_by_user_id = viewer.user_id
        adoption.save(update_fields=["adopted_at", "adopted_by", "adopted_by_user_id"])
        entry_append(
            viewer=viewer,
            action="version.adopt",
            subject_type="standards.Adoption",
            subject_id=adoption.pk,
            slot=adoption.lo,
            at=at,
            after={"version": adoption.pack_version_id},
        )
    return adoption
