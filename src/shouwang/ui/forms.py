"""What every room's forms share."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, ClassVar

from django import forms
from django.http import HttpRequest

from shouwang.kit.dates import day_parse
from shouwang.kit.errors import Refusal
from shouwang.kit.money import LIMIT_FEN, fen_parse
from shouwang.kit.texts import PersonalNumberInText, has_personal_number

KEY_DIGITS = 18  # what surely fits a bigint
VERSION_DIGITS = 9  # a version counts the changes of one row


class VersionUnreadable(Refusal):
    """The page was posted without the version it showed, or with one that no row can have."""

    sentence = "这一页的内容不完整，没有保存。请从工作台重新打开这一项再办。"


def key_read(text: str) -> int | None:
    """This function reads the key of a row out of an address or a form; None when it can be none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= KEY_DIGITS else None


def version_posted(request: HttpRequest) -> int:
    """This function reads the version of the row that the reader saw; raises VersionUnreadable."""
    text = request.POST.get("version", "")
    if not (text.isascii() and text.isdigit() and len(text) <= VERSION_DIGITS):
        raise VersionUnreadable
    return int(text)


def questions_asked(form: forms.Form, *, besides: Collection[str] = ()) -> int:
    """This function returns how many questions a form asks: the fields that somebody sees, but for those named."""
    return sum(1 for field in form if not field.is_hidden and field.name not in besides)


def refusal_add(form: forms.Form, refusal: Refusal) -> None:
    """This function puts a refusal beside the field it speaks of, else on top; what is absent goes on as it came.

    A refusal names its `field`, or `fields` of which the form's first is meant.
    """
    if refusal.is_absent:
        raise refusal
    named = getattr(refusal, "fields", ()) or (getattr(refusal, "field", ""),)
    form.add_error(next((name for name in named if name in form.fields), None), refusal.message)


class DayField(forms.CharField):
    """A day from the calendar or typed in any usual form; cleans to a date, None when empty."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
        super().__init__(**kwargs)

    def clean(self, value: Any) -> Any:
        """This function reads the day; raises what says why it cannot."""
        text = super().clean(value)
        if not text:
            return None
        try:
            return day_parse(text)
        except Refusal as refusal:
            raise forms.ValidationError(refusal.message) from None


class FenField(forms.CharField):
    """An amount in yuan as people write it; cleans to fen, None when empty. `limit_fen`: from there on it is absurd."""

    widget = forms.TextInput(attrs={"inputmode": "decimal"})

    def __init__(self, *, limit_fen: int = LIMIT_FEN, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.limit_fen = limit_fen

    def clean(self, value: Any) -> Any:
        """This function reads the amount; raises what says why it cannot."""
        text = super().clean(value)
        if not text:
            return None
        try:
            return fen_parse(text, limit_fen=self.limit_fen)
        except Refusal as refusal:
            raise forms.ValidationError(refusal.message) from None


class StatedField(forms.CharField):
    """A text that only some answers need: never called optional, checked by its form once the answer is known."""

    def validate(self, value: Any) -> None:
        """This function lets an empty text pass."""


class StatedDay(forms.DateField):
    """A day that only some answers need: never called optional, checked by its form once the answer is known."""

    def validate(self, value: Any) -> None:
        """This function lets an empty day pass."""


class StatedNumber(forms.IntegerField):
    """A number that only some answers need: never called optional, checked by its form once the answer is known."""

    def validate(self, value: Any) -> None:
        """This function lets an empty number pass."""


class StatedChoice(forms.ChoiceField):
    """A choice that only some answers need: never called optional, checked by its form once the answer is known."""

    def validate(self, value: Any) -> None:
        """This function lets an empty choice pass."""
        if value:
            super().validate(value)


class StatedChoices(forms.MultipleChoiceField):
    """Choices that only some answers need: never called optional, checked by its form once the answer is known."""

    def validate(self, value: Any) -> None:
        """This function lets none pass."""
        if value:
            super().validate(value)


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
