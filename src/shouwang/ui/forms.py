"""What every room's forms share."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms

from shouwang.kit.texts import PersonalNumberInText, has_personal_number


class FreeTextForm(forms.Form):
    """A form in whose texts no ID, phone or account number may stand; `numbered` names the fields that ask for one."""

    numbered: ClassVar[frozenset[str]] = frozenset()

    def clean(self) -> dict[str, Any]:
        """This function refuses such a number beside the field it was typed into."""
        cleaned = super().clean() or self.cleaned_data
        for name, value in list(cleaned.items()):
            if name not in self.numbered and isinstance(value, str) and has_personal_number(value):
                self.add_error(name, PersonalNumberInText.sentence)
        return cleaned
