"""Answers of organisations, transfers, papers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from shouwang.casework.forms.fields import LONG, FigureField, no_numbers
from shouwang.office.fields import PapersField
from shouwang.rulebook.workflow import Task as TaskKind
from shouwang.ui.forms import FreeTextForm, StatedField


class AnswerForm(FreeTextForm):
    """An organisation's answer: yes or no, what was found, the figures of the pack."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    meets = forms.ChoiceField(widget=forms.RadioSelect, error_messages={"required": "请选一项。"})
    reasons = forms.CharField(
        label="核查情况和理由", max_length=1000, widget=LONG, validators=[no_numbers],
        error_messages={"required": "请写明核查到的情况和理由。"},
    )  # fmt: skip

    papers = PapersField(label="材料", required=False)

    def __init__(self, *arguments: Any, kind: TaskKind, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.kind = kind
        field = self.fields["meets"]
        field.label = kind.question
        field.choices = [("yes", kind.yes), ("no", kind.no)]  # type: ignore[attr-defined]
        for key, figure in kind.figures.items():
            self.fields[f"figure_{key}"] = FigureField(figure)
        self.order_fields(["version", "meets", *(f"figure_{key}" for key in kind.figures), "reasons", "papers"])

    @property
    def figures(self) -> dict[str, int]:
        """The stated amounts by the pack's key, in fen or whole numbers."""
        found = {key: self.cleaned_data.get(f"figure_{key}") for key in self.kind.figures}
        return {key: value for key, value in found.items() if value is not None}

    @property
    def bound_figures(self) -> list[tuple[forms.BoundField, str]]:
        """The amount fields with the unit that stands behind each."""
        return [(self[f"figure_{key}"], figure.unit_name) for key, figure in self.kind.figures.items()]


class TransferForm(FreeTextForm):
    """Another body for a task, and why it is the right one."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    organisation_id = forms.TypedChoiceField(
        label="该由哪个单位办", coerce=int, 
        error_messages=dict.fromkeys(("required", "invalid_choice"), "请选该由哪个单位办。"),
    )  # fmt: skip
    reason = forms.CharField(
        label="为什么该由它办", max_length=500, widget=LONG, validators=[no_numbers],
        error_messages={"required": "请写明为什么该由那个单位办。"},
    )  # fmt: skip

    def __init__(self, *arguments: Any, takers: Sequence[tuple[int, str]], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["organisation_id"].choices = [("", "请选择"), *takers]  # type: ignore[attr-defined]


class TransferAnswerForm(FreeTextForm):
    """Whether a body takes a task that another one proposed to it."""

    accepts = forms.ChoiceField(
        label="本单位接收吗", widget=forms.RadioSelect,
        choices=[("yes", "接收，由本单位反馈"), ("no", "不接收，退给对方")],
        error_messages={"required": "请选接收还是不接收。"},
    )  # fmt: skip
    reason = StatedField(label="不接收的理由", max_length=500, widget=LONG, validators=[no_numbers])

    def clean(self) -> dict[str, Any]:
        """This function asks for the reason of who declines."""
        cleaned = super().clean()
        if cleaned.get("accepts") == "no" and not (cleaned.get("reason") or "").strip():
            self.add_error("reason", "请写明为什么不接收，对方会看到。")
        return cleaned


class AttachForm(FreeTextForm):
    """Photos and PDFs for a case: what they are, a word about them, the files."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    kind = forms.ChoiceField(
        label="是什么材料", widget=forms.RadioSelect, error_messages={"required": "请选一种材料。"}
    )
    caption = forms.CharField(label="说明", max_length=200, required=False, validators=[no_numbers])
    papers = PapersField(label="照片或 PDF")

    def __init__(self, *arguments: Any, kinds: Mapping[str, str], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["kind"].choices = list(kinds.items())  # type: ignore[attr-defined]
