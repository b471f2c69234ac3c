"""Forms of evaluation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms

from shouwang.casework.rules import REMOVAL_WAYS
from shouwang.evaluation.selectors import WAYS
from shouwang.evaluation.services import Finding
from shouwang.kit.errors import Refusal
from shouwang.kit.money import fen_parse
from shouwang.rulebook.visits import AnswersShort, Asked, Outcome, outcome_of_all, outcomes_of
from shouwang.ui.forms import FreeTextForm, StatedChoice, StatedField

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


WAY_HINTS = {"PHONE": "电话回访时问", "ON_SITE": "实地走访时填"}


def _field(one: Asked) -> forms.Field:
    """This function returns the field of a question; whether it must be answered hangs on the way of the visit."""
    question = one.question
    help_text = "、".join(WAY_HINTS[way] for way in question.ways)
    if question.kind == "choice":
        choices = [(key, answer.name) for key, answer in question.answers]
        return StatedChoice(label=one.label, choices=choices, widget=forms.RadioSelect, help_text=help_text)
    widget = forms.Textarea(attrs={"rows": 2}) if question.kind == "words" else forms.TextInput()
    return StatedField(label=one.label, max_length=500, widget=widget, help_text=help_text)


class VisitForm(FreeTextForm):
    """A return visit."""

    use_required_attribute = False

    way = forms.ChoiceField(label="回访方式", choices=WAYS, widget=forms.RadioSelect)
    visited_on = forms.DateField(label="回访日期", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    spoke_with = forms.CharField(label="回访对象", max_length=60, help_text="和谁通话、见面")
    has_help_arrived = forms.ChoiceField(label="救助收到了吗", choices=YES_NO, widget=forms.RadioSelect)
    income = forms.CharField(label="现在每月收入", required=False, help_text="户里自己说的，没问不填")
    note = forms.CharField(label="回访情况", max_length=1000, widget=forms.Textarea(attrs={"rows": 4}))
    still_needed = StatedField(label="还需要什么", max_length=500, help_text="仍有风险才写")

    def __init__(self, *args: Any, today: date, asked: Sequence[Asked], causes: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today, self.asked, self.causes = today, asked, causes
        self.outcomes: dict[str, Outcome] = {}
        for one in asked:
            self.fields[one.field] = _field(one)
        if not asked:  # a pack that asks nothing of its own
            self.fields["is_risk_gone"] = forms.ChoiceField(
                label="致贫返贫风险消除了吗", choices=[("yes", "已消除，结案"), ("no", "仍有风险，继续处置")],
                widget=forms.RadioSelect,
            )  # fmt: skip
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
        is_gone = cleaned.get("is_risk_gone") != "no"
        labels = {one.field: one.label for one in self.asked}  # its label stands beside it already
        if not cleaned.get("way"):  # what is asked by telephone and on the spot alike is told at once
            for one in self.asked:
                if one.question.required and not one.question.ways and not self.answers()[one.field].strip():
                    self.add_error(one.field, "还没有回答。")
        if self.asked and cleaned.get("way"):
            try:
                self.outcomes = outcomes_of(self.asked, self.answers(), way=cleaned["way"], causes=self.causes)
            except AnswersShort as short:
                for field, sentence in short.faults.items():
                    if field not in self.errors:
                        own = sentence.removeprefix(f"“{labels[field]}”").lstrip("：") if field in labels else sentence
                        self.add_error(field or None, own)
                return cleaned
            is_gone = outcome_of_all(self.outcomes) is Outcome.SOLVED
        if not is_gone and not cleaned.get("still_needed", "").strip():
            self.add_error("still_needed", "仍有风险时，请写明还需要什么帮助。")
        return cleaned

    def answers(self) -> dict[str, str]:
        """This function returns what was answered to the pack's questions, by field."""
        return {one.field: str(self.cleaned_data.get(one.field) or "") for one in self.asked}

    @property
    def risks(self) -> list[forms.BoundField]:
        """The questions about each risk."""
        return [self[one.field] for one in self.asked if one.cause]

    @property
    def others(self) -> list[forms.BoundField]:
        """The questions about the household as a whole."""
        return [self[one.field] for one in self.asked if not one.cause]

    def finding(self) -> Finding:
        """This function returns the finding that was typed."""
        data = self.cleaned_data
        return Finding(
            way=data["way"],
            visited_on=data["visited_on"],
            spoke_with=data["spoke_with"],
            has_help_arrived=data["has_help_arrived"] == "yes",
            is_risk_gone=data.get("is_risk_gone") == "yes",
            note=data["note"],
            income_fen=data["income"],
            still_needed=data["still_needed"],
            answers=self.answers(),
        )


class FollowUpForm(FreeTextForm):
    """A visit of the transition period."""

    use_required_attribute = False

    way = forms.ChoiceField(label="走访方式", choices=WAYS, widget=forms.RadioSelect)
    visited_on = forms.DateField(label="走访日期", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    spoke_with = forms.CharField(label="和谁见面、通话", max_length=60)
    is_steady = forms.ChoiceField(
        label="日子稳定吗", choices=[("yes", "稳定"), ("no", "又有困难")], widget=forms.RadioSelect,
        help_text="又有困难的，登记以后请另报预警，或提出回退",
    )  # fmt: skip
    note = forms.CharField(label="走访情况", max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))


class RollBackForm(FreeTextForm):
    """Why a removal is to be taken back."""

    use_required_attribute = False

    reason = forms.CharField(
        label="为什么要回退", max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "请写明为什么要回退。"},
    )  # fmt: skip


class RollBackDecisionForm(FreeTextForm):
    """What another person says to a proposed roll-back."""

    use_required_attribute = False

    approve = forms.ChoiceField(
        label="复核意见", choices=[("yes", "同意回退，恢复监测帮扶"), ("no", "不予回退")], widget=forms.RadioSelect
    )
    reason = forms.CharField(
        label="理由", max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "请写明理由。"},
    )  # fmt: skip
