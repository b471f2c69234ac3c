"""Forms of rounds: what is opened, and what was found."""

from __future__ import annotations

from typing import Any

from django import forms

from shouwang.kit.codes import Risk
from shouwang.ui.forms import FreeTextForm, StatedField, questions_asked

FUTURE = {"type": "date"}


class OpenForm(FreeTextForm):
    """Which sweep, where, until when; the villages themselves are boxes and a pasted list."""

    sweep = forms.ChoiceField(label="哪项排查", widget=forms.RadioSelect, error_messages={"required": "请选哪项排查。"})
    occasion = StatedField(label="因为哪次灾情", max_length=200, help_text="灾后排查要写，例如“7 月 21 日暴雨”")
    due_on = forms.DateField(
        label="哪天前走完", widget=forms.DateInput(attrs=FUTURE, format="%Y-%m-%d"),
        error_messages={"required": "请填完成期限。", "invalid": "日期看不懂，请写成 2020-06-30 的样子。"},
    )  # fmt: skip
    listed = forms.CharField(
        label="或者贴上村名", required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="每行一个村：村名、拼音首字母或 12 位代码",
    )  # fmt: skip

    def __init__(self, *args: Any, sweeps: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sweep"].choices = sweeps  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """This function takes the codes of villages for what they are."""
        text = self.cleaned_data.pop("listed", "")
        cleaned = super().clean()
        cleaned["listed"] = text
        return cleaned


class FindingForm(FreeTextForm):
    """What a cadre found at a household."""

    cause = forms.ChoiceField(label="什么原因", widget=forms.RadioSelect, error_messages={"required": "请选一个原因。"})
    cause_note = StatedField(label="其他原因是什么", max_length=100, help_text="原因选“其他”时填")
    summary = forms.CharField(
        label="看到了什么", max_length=1000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text="一两句话就行。不要写身份证号、手机号。", error_messages={"required": "请写一两句看到了什么。"},
    )  # fmt: skip
    occurred_on = forms.DateField(
        label="哪天发生的", widget=forms.DateInput(attrs=FUTURE, format="%Y-%m-%d"),
        error_messages={"required": "请填发生的日期。", "invalid": "日期看不懂，请写成 2020-06-30 的样子。"},
    )  # fmt: skip

    def __init__(self, *args: Any, causes: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["cause"].choices = causes or Risk.choices()  # type: ignore[attr-defined]

    @property
    def asked(self) -> int:
        """How many questions the form asks."""
        return questions_asked(self)
