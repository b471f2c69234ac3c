"""Public notices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.forms import Form

from shouwang.casework.contexts.shared import CaseHead, PaperLine
from shouwang.casework.models import (
    Notice,
)
from shouwang.rulebook.notice import Notice as NoticeRule
from shouwang.rulebook.values import Provision
from shouwang.rulebook.workflow import CLOCK_UNITS


@dataclass(frozen=True)
class NoticesPage:
    """The cases that wait to be posted or hang now, to be printed on one sheet a village."""

    lines: Sequence[NoticeWaiting]


@dataclass(frozen=True)
class NoticeWaiting:
    """One case that waits to be posted or hangs now."""

    head: CaseHead
    subject: str
    state: str
    is_hanging: bool


@dataclass(frozen=True)
class NoticePage:
    """The notice of a case: the sheet to be posted, the one that hangs, the earlier ones."""

    head: CaseHead
    rule: Provision[NoticeRule] | None
    preview: Sequence[Sequence[str]]
    sheets: Sequence[Notice]
    hanging: Notice | None
    has_run: bool
    may_finish: bool
    why_not: str
    post_form: Form | None
    object_form: Form | None
    proof_form: Form | None = None
    needs_photo: bool = False
    photos: Mapping[int, Sequence[PaperLine]] = field(default_factory=dict)

    @property
    def sheets_with_photos(self) -> Sequence[tuple[Notice, Sequence[PaperLine]]]:
        """The sheets, newest first, each with the photos that prove it."""
        return [(sheet, self.photos.get(sheet.pk, ())) for sheet in self.sheets]

    @property
    def lacks_photo(self) -> bool:
        """What hangs is not proven yet, and has to be."""
        return self.needs_photo and self.hanging is not None and not self.photos.get(self.hanging.pk)

    @property
    def period(self) -> str:
        """For how long the sheet hangs, in words."""
        if self.rule is None:
            return ""
        return f"{self.rule.value.days} 个{CLOCK_UNITS[self.rule.unit]}"
