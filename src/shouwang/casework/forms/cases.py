"""Closing, joining, parting, recusing, pausing, renewing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from shouwang.casework.forms.fields import LONG, no_numbers
from shouwang.casework.models import Recusal
from shouwang.ui.forms import FreeTextForm


class CloseForm(FreeTextForm):
    """Closing outside the procedure."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    closing = forms.ChoiceField(label="怎样结案", widget=forms.RadioSelect, error_messages={"required": "请选一项。"})
    reason = forms.CharField(
        label="理由", max_length=500, widget=LONG, validators=[no_numbers], error_messages={"required": "请写明理由。"}
    )

    def __init__(self, *arguments: Any, closings: Mapping[str, str], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["closing"].choices = list(closings.items())  # type: ignore[attr-defined]


class JoinForm(FreeTextForm):
    """Whether another case of the household is about the same thing."""

    other = forms.ChoiceField(
        label="和哪个案件比", widget=forms.RadioSelect, error_messages={"required": "请选一个案件。"}
    )
    verdict = forms.ChoiceField(
        label="是不是一回事", widget=forms.RadioSelect, error_messages={"required": "请选是不是一回事。"},
        choices=[("SAME", "是一回事，并入本案"), ("DIFFERENT", "不是一回事，以后不再提示")],
    )  # fmt: skip
    reason = forms.CharField(
        label="理由", max_length=300, widget=LONG, validators=[no_numbers], error_messages={"required": "请写明理由。"}
    )

    def __init__(self, *arguments: Any, others: Sequence[tuple[str, str]], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["other"].choices = others  # type: ignore[attr-defined]
        if len(others) == 1:
            self.fields["other"].initial = others[0][0]


class PartForm(FreeTextForm):
    """Which source leaves a case, where to and why."""

    numbered = frozenset({"household"})

    source = forms.ChoiceField(
        label="哪条线索", widget=forms.RadioSelect, error_messages={"required": "请选一条线索。"}
    )
    household = forms.CharField(label="归到哪一户", required=False, max_length=60)
    reason = forms.CharField(
        label="理由", max_length=300, widget=LONG, validators=[no_numbers], error_messages={"required": "请写明理由。"}
    )

    def __init__(self, *arguments: Any, sources: Sequence[tuple[str, str]], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["source"].choices = sources  # type: ignore[attr-defined]


class RecuseForm(FreeTextForm):
    """How somebody is related to a household."""

    relation = forms.ChoiceField(
        label="您和这一户的关系", widget=forms.RadioSelect, choices=Recusal.Relation.choices,
        error_messages={"required": "请选您和这一户的关系。"},
    )  # fmt: skip


class WithdrawForm(FreeTextForm):
    """Taking a task or a paper back."""

    reason = forms.CharField(
        label="撤回的理由",
        max_length=500,
        widget=LONG,
        validators=[no_numbers],
        error_messages={"required": "请写明撤回的理由。"},
    )


class PauseForm(FreeTextForm):
    """Stopping a clock: why, and from which day it goes on."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.ChoiceField(
        label="理由", widget=forms.RadioSelect, error_messages={"required": "请选一个暂停的理由。"}
    )
    until_on = forms.DateField(
        label="哪天恢复计时", widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"required": "请填恢复计时的日期。", "invalid": "请填日期，如 2026-12-10。"},
    )  # fmt: skip
    note = forms.CharField(label="说明", max_length=500, required=False, widget=LONG, validators=[no_numbers])

    def __init__(self, *arguments: Any, reasons: Mapping[str, str], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["reason"].choices = list(reasons.items())  # type: ignore[attr-defined]


class RenewForm(FreeTextForm):
    """Moving a case to the policy in force."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label="为什么换用",
        max_length=500,
        widget=LONG,
        validators=[no_numbers],
        error_messages={"required": "请写明理由。"},
    )
