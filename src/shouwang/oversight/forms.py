"""Forms of the policy lab."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django import forms

from shouwang.engine.scores import Terms, enough_check, month_number, months_needed
from shouwang.insurance.services import LadderChange
from shouwang.kit.divisions import slot_range
from shouwang.kit.errors import Refusal
from shouwang.kit.money import fen_parse
from shouwang.oversight.rules.variants import GridUnreadable, grid_values, value_typed
from shouwang.people.selectors import area_by_code
from shouwang.rulebook.variants import Threshold
from shouwang.ui.forms import FreeTextForm

FIELD = "v-"  # before the path of a value
WEEKS = 4  # offered at first; whoever tries says her own


def threshold_name(threshold: Threshold) -> str:
    """This function returns what a value is called, with its area where it holds for one."""
    if not threshold.area:
        return threshold.stated.name
    lo, hi = slot_range(threshold.area)
    area = area_by_code(f"{lo:012d}")
    return f"{threshold.stated.name}（{area.name if area and area.hi == hi else threshold.area}）"


@dataclass(frozen=True)
class ValueRow:
    """One value of the form: its field, where it stands, as it stands, the rules that rest on it."""

    field: forms.BoundField
    stated: Any
    text: str
    rules: str


class VariantForm(FreeTextForm):
    """The values of a policy, each to be moved; what is left as it is, or empty, is not moved."""

    weeks = forms.IntegerField(
        label="几周内核查完", min_value=1, max_value=52, initial=WEEKS,
        error_messages={"min_value": "至少 1 周", "max_value": "最多 52 周"},
        help_text="用来把核查户数折算成每人每周的户数",
    )  # fmt: skip

    def __init__(self, *args: Any, thresholds: Sequence[Threshold], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.thresholds = thresholds
        for one in thresholds:
            self.fields[FIELD + one.path] = forms.CharField(
                label=threshold_name(one), required=False, max_length=20, initial=one.text,
                widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "class": "form-control"}),
            )  # fmt: skip

    @property
    def rows(self) -> list[ValueRow]:
        """Each value with its field."""
        return [
            ValueRow(self[FIELD + one.path], one.stated, f"{Decimal(one.text):,}", "、".join(one.rules))
            for one in self.thresholds
        ]

    def clean(self) -> dict[str, Any]:
        """This function reads each value in its unit; a wrong one is told beside its field."""
        cleaned = super().clean()
        for one in self.thresholds:
            name = FIELD + one.path
            text = str(cleaned.get(name) or "").strip()
            if not text:
                continue
            try:
                cleaned[name] = value_typed(text, one)
            except Refusal as refusal:
                self.add_error(name, refusal.message)
        return cleaned

    @property
    def values(self) -> dict[str, str]:
        """The values of a valid form that differ from the policy's, by path."""
        typed = {one.path: str(self.cleaned_data.get(FIELD + one.path) or one.text) for one in self.thresholds}
        return {one.path: typed[one.path] for one in self.thresholds if typed[one.path] != one.text}


class GridForm(FreeTextForm):
    """One value tried from, to, in steps."""

    path = forms.ChoiceField(label="哪个标准")
    first = forms.CharField(label="从多少", max_length=20)
    last = forms.CharField(label="到多少", max_length=20)
    step = forms.CharField(label="每步加多少", max_length=20)

    def __init__(self, *args: Any, thresholds: Sequence[Threshold], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.thresholds = {one.path: one for one in thresholds}
        self.fields["path"].choices = [  # type: ignore[attr-defined]
            (one.path, f"{threshold_name(one)}（{one.text} {one.stated.unit}）") for one in thresholds
        ]
        for name in ("first", "last", "step"):
            self.fields[name].widget.attrs |= {"inputmode": "decimal", "autocomplete": "off"}

    def clean(self) -> dict[str, Any]:
        """This function reads the values of the grid; a grid that leads nowhere is told beside its first field."""
        cleaned = super().clean() or self.cleaned_data
        threshold = self.thresholds.get(str(cleaned.get("path")))
        if threshold is None or not {"first", "last", "step"} <= cleaned.keys():
            return cleaned
        for name in ("first", "last", "step"):
            try:
                value_typed(cleaned[name], threshold)
            except Refusal as refusal:
                self.add_error(name, refusal.message)
        if self.errors:
            return cleaned
        try:
            cleaned["values"] = grid_values(
                first=cleaned["first"], last=cleaned["last"], step=cleaned["step"], threshold=threshold
            )
        except GridUnreadable as refusal:
            self.add_error("first", refusal.message)
        except Refusal as refusal:
            self.add_error("step", refusal.message)
        return cleaned


class BacktestForm(GridForm):
    """Which value in which sizes, how long a warning may precede hardship, how long a household rests."""

    window = forms.IntegerField(
        label="观察期", min_value=1, max_value=24, initial=6, help_text="预警之后几个月内真的陷入困难，才算预警对了",
        error_messages={"min_value": "至少 1 个月", "max_value": "最多 24 个月"},
    )  # fmt: skip
    rest = forms.IntegerField(
        label="静候期", min_value=1, max_value=24, initial=12, help_text="同一户预警以后，几个月内不再算一次入户",
        error_messages={"min_value": "至少 1 个月", "max_value": "最多 24 个月"},
    )  # fmt: skip
    by_cause = forms.BooleanField(label="预警的原因和困难的原因相同才算对", required=False)

    def __init__(self, *args: Any, days: Sequence[date], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.days = days
        span = month_number(days[-1]) - month_number(days[0]) + 1
        usual = Terms().window_months
        self.fields["window"].initial = max(1, min(usual, span - (months_needed(Terms(usual)) - usual)))

    def clean(self) -> dict[str, Any]:
        """This function also refuses a window that the months are too few for."""
        cleaned = super().clean()
        window, rest = cleaned.get("window"), cleaned.get("rest")
        if window and rest:
            cleaned["terms"] = Terms(window, rest, by_cause=bool(cleaned.get("by_cause")))
            try:
                enough_check(self.days, cleaned["terms"])
            except Refusal as refusal:
                self.add_error("window", refusal.message)
        return cleaned


class VisitsForm(FreeTextForm):
    """How many households can be visited a week."""

    visits = forms.DecimalField(
        label="每周最多能入户", min_value=Decimal("0.1"), max_value=Decimal(1_000_000), max_digits=8, decimal_places=1,
        error_messages={
            "invalid": "要填一个数，例如 20", "min_value": "要大于 0", "max_value": "最多 1,000,000 户",
            "max_digits": "数字太长", "max_decimal_places": "最多一位小数", "max_whole_digits": "数字太长",
        },
    )  # fmt: skip


class SaveForm(FreeTextForm):
    """What a trial is called."""

    title = forms.CharField(label="给这次推演起个名", max_length=80)


class VariantProposalForm(FreeTextForm):
    """From which day, under which document and clause, and why."""

    valid_from = forms.DateField(label="自哪天起执行", widget=forms.DateInput(attrs={"type": "date"}))
    document = forms.CharField(label="依据文件", max_length=200, help_text="文件名称和文号")
    clause = forms.CharField(label="第几条", max_length=200, required=False)
    reason = forms.CharField(label="理由", max_length=500, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["valid_from"].initial = on


def typed_of(values: Mapping[str, str], thresholds: Sequence[Threshold]) -> dict[str, str]:
    """This function returns the fields of the form that state a variant."""
    return {FIELD + one.path: values[one.path] for one in thresholds if one.path in values}


class SolvencyForm(FreeTextForm):
    """How sure a pool is to last, and what is tried of its ladders; what is left empty stays as it is."""

    confidence = forms.TypedChoiceField(
        label="要有多大把握", coerce=int, choices=[(80, "80%"), (90, "90%"), (95, "95%"), (99, "99%")], initial=95
    )
    deductible = forms.CharField(label="免赔额改为（元）", required=False, max_length=20)
    cap = forms.CharField(label="每次封顶改为（元）", required=False, max_length=20)
    share = forms.DecimalField(
        label="各段比例乘以（%）", required=False, min_value=Decimal(1), max_value=Decimal(300), max_digits=6,
        decimal_places=2, help_text="例如 90：各段比例都打九折",
    )  # fmt: skip

    def clean_deductible(self) -> int | None:
        """This function reads the amount."""
        return self._fen("deductible")

    def clean_cap(self) -> int | None:
        """This function reads the amount."""
        return self._fen("cap")

    def _fen(self, name: str) -> int | None:
        text = self.cleaned_data[name]
        if not text.strip():
            return None
        try:
            return fen_parse(text)
        except Refusal as refusal:
            raise forms.ValidationError(refusal.message) from None

    @property
    def sureness(self) -> int:
        """The confidence asked for, else the one offered at first."""
        return int(self.cleaned_data["confidence"]) if self.is_bound and self.is_valid() else 95

    @property
    def change(self) -> LadderChange:
        """What is tried of the ladders."""
        data = self.cleaned_data
        share = Fraction(data["share"]) / 100 if data["share"] is not None else Fraction(1)
        return LadderChange(data["deductible"], data["cap"], share)
