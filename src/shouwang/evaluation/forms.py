"""Forms of evaluation."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms

from shouwang.casework.rules import REMOVAL_WAYS
from shouwang.evaluation.selectors import WAYS
from shouwang.evaluation.services import Finding
from shouwang.kit.errors import Refusal
from shouwang.kit.money import fen_parse
from shouwang.ui.forms import FreeTextForm, StatedField

YES_NO = [("yes", "是"), ("no", "否")]


class RemovalForm(FreeTextForm):
    """The proposal that a risk be removed."""

    use_required_attribute = False

    way = forms.ChoiceField(
        label="怎样消除的", choices=list(REMOVAL_WAYS.items()), widget=forms.RadioSelect,
        error_messages={"required": "请选一项。"},
    )  # fmt: skip
    reason = forms.CharField(
        label="为什么可以消除", max_length=300, widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "请写明为什么可以消除。"},
    )  # fmt: skip


class VisitForm(FreeTextForm):
    """A return visit."""

    use_required_attribute = False

    way = forms.ChoiceField(label="回访方式", choices=WAYS, widget=forms.RadioSelect)
    visited_on = forms.DateField(label="回访日期", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    spoke_with = forms.CharField(label="回访对象", max_length=60, help_text="和谁通话、见面")
    has_help_arrived = forms.ChoiceField(label="救助收到了吗", choices=YES_NO, widget=forms.RadioSelect)
    income = forms.CharField(label="现在每月收入", required=False, help_text="户里自己说的，没问不填")
    is_risk_gone = forms.ChoiceField(
        label="致贫返贫风险消除了吗",
        choices=[("yes", "已消除，结案"), ("no", "仍有风险，继续处置")],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(label="回访情况", max_length=1000, widget=forms.Textarea(attrs={"rows": 4}))
    still_needed = StatedField(label="还需要什么", max_length=500, help_text="仍有风险才写")

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["visited_on"].initial = today

    def clean_visited_on(self) -> date:
        """This function refuses a day that has not come."""
        on: date = self.cleaned_data["visited_on"]
        if on > self.today:
            raise forms.ValidationError("回访日期不能晚于今天。")
        return on

    def clean_income(self) -> int | None:
        """This function turns yuan into fen."""
        text = self.cleaned_data["income"].strip()
        if not text:
            return None
        try:
            return fen_parse(text)
        except Refusal as refusal:
            raise forms.ValidationError(refusal.message) from None

    def clean(self) -> dict[str, Any]:
        """This function asks what is needed where the risk stays."""
        cleaned = super().clean() or {}
        if cleaned.get("is_risk_gone") == "no" and not cleaned.get("still_needed", "").strip():
            self.add_error("still_needed", "仍有风险时，请写明还需要什么帮助。")
        return cleaned

    def finding(self) -> Finding:
        """This function returns the finding that was typed."""
        data = self.cleaned_data
        return Finding(
            way=data["way"],
            visited_on=data["visited_on"],
            spoke_with=data["spoke_with"],
            has_help_arrived=data["has_help_arrived"] == "yes",
            is_risk_gone=data["is_risk_gone"] == "yes",
            note=data["note"],
            income_fen=data["income"],
            still_needed=data["still_needed"],
        )
