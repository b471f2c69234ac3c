"""Writes of standards: loading a pack, proposing and adopting it."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

from django.db import transaction

from shouwang.audit.services import entry_append
from shouwang.kit.errors import Refusal
from shouwang.people.access import Kind, Viewer
from shouwang.people.selectors import area_by_id
from shouwang.rulebook import PackSource, load_policy
from shouwang.standards.models import Adoption, PackVersion
from shouwang.standards.rules import pack_of
from shouwang.standards.selectors import area_visible

__all__ = ["AdoptionBySamePerson", "AlreadySettled", "AreaNotYours", "pack_load", "version_adopt", "version_propose"]


class AreaNotYours(Refusal):
    """The area lies outside the viewer's own."""

    is_absent = True

    def __init__(self) -> None:
        super().__init__("找不到这个辖区，或者它不归您管理，不能为它选用政策标准。")


class AdoptionBySamePerson(Refusal):
    """Who proposed a version may not adopt it."""

    def __init__(self) -> None:
        super().__init__("提出和批准要由两个人来做：这个版本是您提出的，请另一位负责人批准。")


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
    *, viewer: Viewer, version_id: int, area_id: int, valid_from: date, document: str, at: datetime
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


def version_adopt(*, viewer: Viewer, adoption_id: int, at: datetime) -> Adoption:
    """This function puts a proposed version in force; raises AdoptionBySamePerson, AlreadySettled, AreaNotYours."""
    with transaction.atomic():
        adoption = Adoption.objects.select_for_update().filter(pk=adoption_id).first()
        if adoption is None or not area_visible(viewer, lo=adoption.lo, hi=adoption.hi):
            raise AreaNotYours
        if adoption.adopted_at or adoption.withdrawn_at:
            raise AlreadySettled
        if viewer.kind is not Kind.SYSTEM and viewer.user_id == adoption.proposed_by_user_id:
            raise AdoptionBySamePerson
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
