"""Policies in force as tests need them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

from django.utils import timezone

from shouwang.people.access import SYSTEM, acting_as
from shouwang.people.models import Area
from shouwang.standards.models import PackVersion
from shouwang.standards.services import pack_load, version_adopt, version_propose

PACKS = Path(__file__).resolve().parents[2] / "packs"
AT = datetime(2019, 1, 2, tzinfo=UTC)


def policy_adopt(area: Area, place: str = "xingtai", *, valid_from: date = date(2019, 1, 1)) -> PackVersion:
    """This function loads a pack and puts it in force for an area."""
    with acting_as(SYSTEM):
        version = pack_load(viewer=SYSTEM, place=place, packs_dir=PACKS, on=timezone.localdate(), at=AT)
        adoption = version_propose(
            viewer=SYSTEM, version_id=version.pk, area_id=area.pk, valid_from=valid_from, document="测试文件", at=AT
        )
        version_adopt(viewer=SYSTEM, adoption_id=adoption.pk, at=AT)
    return version
