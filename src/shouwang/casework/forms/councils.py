"""Meetings of the leading group."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django import forms

from shouwang.casework.forms.fields import LONG, no_numbers
from shouwang.casework.services.councils import CouncilStated
from shouwang.ui.forms import FreeTextForm

MEMBER = re.compile(r"[\s,，、:：]+")


class CouncilForm(FreeTextForm):
    """A meeting of the leading group: when, where, who, which cases."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    title = forms.CharField(
        label="会议名称", max_length=100, validators=[no_numbers], error_messages={"required": "请写明会议名称。"}
    )
    met_on = forms.DateField(
        label="会议日期", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": "请填写会议的日期。", "invalid": "请按“年-月-日”填写日期。"},
    )  # fmt: skip
    place = forms.CharField(
        label="地点", max_length=100, validators=[no_numbers], error_messages={"required": "请写明地点。"}
    )
    chaired_by = forms.CharField(
        label="主持人", max_length=60, validators=[no_numbers], error_messages={"required": "请写明主持人。"}
    )
    members = forms.CharField(
        label="参会人", max_length=4000, validators=[no_numbers], error_messages={"required": "请写明参会人。"},
        widget=forms.Textarea(attrs={"rows": 5, "maxlength": 4000}), help_text="一行一人：姓名，空一格写职务。",
    )  # fmt: skip
    cases = forms.MultipleChoiceField(
        label="议题", required=False, widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "选中的案件里有的已经不等会商，请重新选。"},
    )  # fmt: skip

    def __init__(self, *arguments: Any, cases: Mapping[str, str], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["cases"].choices = list(cases.items())  # type: ignore[attr-defined]

    @property
    def stated(self) -> CouncilStated:
        """The meeting as stated in a valid form."""
        data = self.cleaned_data
        lines = [MEMBER.split(line.strip(), maxsplit=1) for line in data["members"].splitlines() if line.strip()]
        members = tuple((parts[0], parts[1] if len(parts) > 1 else "") for parts in lines)
        return CouncilStated(data["title"], data["met_on"], data["place"], data["chaired_by"], members)

    @property
    def case_ids(self) -> list[int]:
        """The chosen cases."""
        return [int(text) for text in self.cleaned_data["cases"]]


class PutOffForm(FreeTextForm):
    """Why a meeting put a case off, or why its record goes back."""

    reason = forms.CharField(
        label="理由", max_length=500, widget=LONG, validators=[no_numbers], error_messages={"required": "请写明理由。"}
    )
