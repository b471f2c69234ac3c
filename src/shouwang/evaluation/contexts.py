"""What the pages of evaluation show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms

from shouwang.casework.selectors.cases import Case
from shouwang.evaluation.models import Visit
from shouwang.rulebook.requirements import Requirement


@dataclass(frozen=True)
class RemovalPage:
    """What stands between a watched household and the removal of its risk, and the form that proposes it."""

    household: Any
    watched: str
    met: list[Requirement]
    asked: list[Requirement]
    form: forms.Form | None
    why_not: str


@dataclass(frozen=True)
class VisitPage:
    """The visits of one case and the form for the next."""

    case: Case
    household: Any
    visits: list[Visit]
    helped: list[tuple[str, str]]
    form: forms.Form | None
    why_not: str
