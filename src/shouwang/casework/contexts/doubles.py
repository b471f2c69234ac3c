"""Cases of one household: joined or parted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shouwang.casework.contexts.shared import CaseHead, Evidence
from shouwang.casework.forms import JoinForm, PartForm
from shouwang.casework.selectors.doubles import Double
from shouwang.register.selectors import HouseholdCard


@dataclass(frozen=True)
class DoubleLine:
    """Two open cases of one household, the household, and the causes of each in words."""

    pair: Double
    card: HouseholdCard | None
    causes: tuple[str, str]


@dataclass(frozen=True)
class DoublesPage:
    """Possible doubles of an area, or of one case with the form that decides."""

    lines: Sequence[DoubleLine]
    may_join: bool
    head: CaseHead | None = None
    form: JoinForm | None = None


@dataclass(frozen=True)
class PartPage:
    """Taking a source out of a case."""

    head: CaseHead
    form: PartForm
    evidence: Sequence[Evidence]
