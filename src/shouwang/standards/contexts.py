"""What the pages of standards show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from shouwang.standards.models import Adoption, PackVersion
from shouwang.standards.rules import ShownTopic


@dataclass(frozen=True)
class StandardsPage:
    """The adoptions in force or proposed, and the stored versions."""

    on: date
    in_force: list[Adoption]
    coming: list[Adoption]
    proposed: list[Adoption]
    versions: list[PackVersion]
    may_propose: bool
    may_adopt: bool
    user_id: int | None


@dataclass(frozen=True)
class VersionPage:
    """One version, topic by topic, each value with its source."""

    version: PackVersion
    on: date
    topics: list[ShownTopic]
    adoptions: list[Adoption]
