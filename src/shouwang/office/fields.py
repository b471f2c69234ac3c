"""Fields of forms for photos and PDFs, for every room that takes them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings

from shouwang.kit.errors import Refusal
from shouwang.kit.papers import MB, PaperTooLarge, Ready
from shouwang.kit.texts import numbers_hidden
from shouwang.office.services import paper_make

PHOTOS = "image/jpeg,image/png,image/webp"


class FilesInput(forms.ClearableFileInput):
    """Several photos or PDFs at once; on a phone the camera is offered too."""

    allow_multiple_selected = True


class PapersField(forms.FileField):
    """Photos and PDFs, cleaned to safe ones; what is refused is named with its reason."""

    widget = FilesInput

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", FilesInput(attrs={"accept": f"{PHOTOS},application/pdf"}))
        options.setdefault("error_messages", {"required": "请选择要附上的照片或 PDF。"})
        super().__init__(**options)
        self.help_text = self.help_text or (
            f"照片或 PDF，一次最多 {settings.PAPER_LIMIT_COUNT} 份，每份不超过 {settings.PAPER_LIMIT_BYTES // MB} MB。"
        )

    def clean(self, data: Any, initial: Any = None) -> list[Ready]:
        """This function makes the chosen files safe; an empty list when none was chosen and none is needed."""
        files = [each for each in (data if isinstance(data, list | tuple) else [data]) if each]
        if not files and self.required:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        if len(files) > settings.PAPER_LIMIT_COUNT:
            raise forms.ValidationError(f"一次最多 {settings.PAPER_LIMIT_COUNT} 份，请分几次附上。")
        made, refused = [], []
        for each in files:
            try:
                made.append(self._made(each))
            except Refusal as refusal:
                refused.append(forms.ValidationError(str(refusal)))
        if refused:
            raise forms.ValidationError(refused)
        return made

    def _made(self, each: Any) -> Ready:
        if each.size > settings.PAPER_LIMIT_BYTES:
            raise PaperTooLarge(settings.PAPER_LIMIT_BYTES).at(file=numbers_hidden(str(each.name))[-100:])
        return paper_make(each.read(), name=str(each.name))
