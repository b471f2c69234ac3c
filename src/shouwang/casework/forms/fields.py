"""Fields and checks that the forms share."""

from __future__ import annotations

from typing import Any

from django import forms

from shouwang.kit.errors import Refusal
from shouwang.kit.money import fen_parse
from shouwang.kit.texts import numbers_refuse
from shouwang.rulebook.workflow import Figure

LONG = forms.Textarea(attrs={"rows": 3, "maxlength": 1000})


def no_numbers(text: str) -> None:
    """This function refuses an ID, phone or account number in a free text, beside its field."""
    try:
        numbers_refuse(text)
    except Refusal as refusal:
        raise forms.ValidationError(refusal.message) from refusal


class FigureField(forms.CharField):
    """An amount of the pack: yuan with two decimals for money (cleaned to fen), whole numbers otherwise."""

    def __init__(self, figure: Figure, **options: Any) -> None:
        self.figure = figure
        options.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))
        super().__init__(label=figure.name, required=figure.is_required, max_length=30, **options)

    def clean(self, value: Any) -> int | None:
        """This function reads the amount; None when left empty."""
        text = super().clean(value)
        if not text:
            return None
        try:
            return fen_parse(text) if self.figure.unit.startswith("fen") else _whole(text)
        except Refusal as refusal:
            raise forms.ValidationError(refusal.message) from refusal


def _whole(text: str) -> int:
    digits = text.strip()
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 9):
        raise forms.ValidationError("请填整数。")
    return int(digits)
