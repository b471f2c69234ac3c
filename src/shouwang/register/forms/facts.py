"""Objecting to facts, correcting them, settling what a person had to look at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from shouwang.register.forms.fields import (
    RELATIONSHIPS,
    text_area,
)
from shouwang.register.forms.persons import HeirForm
from shouwang.register.selectors import Member
from shouwang.ui.forms import DayField, FreeTextForm


class ObjectionForm(FreeTextForm):
    """Somebody says that a fact is wrong."""

    claimed = forms.CharField(label="应该是什么", max_length=200, required=False, help_text="不清楚就不填")
    reason = text_area(label="为什么不对")


class CorrectionForm(FreeTextForm):
    """The right value of a fact; `since` only where a fact has its days."""

    value = forms.CharField(label="更正为", max_length=200, required=False, help_text="留空表示不清楚")
    since = DayField(label="从哪天起变的", required=False, help_text="当初就登记错了的不填；后来情况变了的，填变的那天")
    reason = text_area(label="理由", help_text="户里和上级都能看到")

    def __init__(
        self, *args: Any, choices: Sequence[tuple[str, str]] = (), is_many: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if choices and is_many:
            self.fields["value"] = forms.MultipleChoiceField(
                label="更正为", required=False, choices=choices, widget=forms.CheckboxSelectMultiple
            )
        elif choices:
            self.fields["value"] = forms.ChoiceField(label="更正为", required=False, choices=[("", "不清楚"), *choices])

    @property
    def text(self) -> str:
        """The value as `fact_correct` reads it."""
        value = self.cleaned_data["value"]
        return "、".join(value) if isinstance(value, list) else str(value)

    @property
    def shown(self) -> str:
        """The value in words."""
        labels = dict(getattr(self.fields["value"], "choices", ()))
        value = self.cleaned_data["value"]
        return "、".join(str(labels.get(part, part)) for part in (value if isinstance(value, list) else [value]))


class AnswerForm(FreeTextForm):
    answer = text_area(label="怎么核对的，结果是什么", help_text="户里能看到")


class SettlementForm(FreeTextForm):
    settlement = text_area(label="怎么核对的，结果是什么", help_text="例如：监护人是同村的伯父")


class ConflictForm(HeirForm):
    """Move the person to where she was newly registered, or leave her where she is."""

    decision = forms.ChoiceField(
        label="人现在属于哪里", widget=forms.RadioSelect,
        choices=[("MOVE", "新的地方：从原户迁到新登记的户"), ("KEEP", "原来的地方：维持原登记")],
    )  # fmt: skip
    relationship = forms.ChoiceField(
        label="迁过去以后与户主关系", required=False, choices=[("", "按新登记时填的"), *RELATIONSHIPS]
    )
    reason = text_area(label="理由", help_text="两边都能看到")

    def __init__(self, *args: Any, heirs: Sequence[Member], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ask_heir(heirs, required=False)
        self.order_fields(["decision", "relationship", "new_head", "reason"])
