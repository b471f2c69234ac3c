"""Forms of long-term care."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django import forms

from shouwang.insurance.care.services import Asking, Filing, Planning
from shouwang.ui.forms import FenField, FreeTextForm, StatedDay, StatedField

REASON = forms.Textarea(attrs={"rows": 2, "maxlength": 300})
Choices = Sequence[tuple[str, str]]


def _day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class ApplyForm(FreeTextForm):
    """Who asks to be assessed."""

    numbered = frozenset({"id_text"})

    name = forms.CharField(label="姓名", max_length=60)
    id_text = forms.CharField(
        label="身份证号", max_length=20, help_text="加密保存，以后只显示前六位和后四位",
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "text"}),
    )  # fmt: skip
    group = forms.ChoiceField(label="参保人群", widget=forms.RadioSelect)
    insured_from = forms.DateField(label="从哪天起参保", widget=_day())
    applied_on = forms.DateField(label="申请日期", widget=_day())
    note = forms.CharField(label="备注", max_length=200, required=False, help_text="不写病情，病情由评定机构掌握")

    def __init__(self, *args: Any, groups: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["group"].choices = list(groups)  # type: ignore[attr-defined]

    def asking(self) -> Asking:
        """This function returns what was typed."""
        return Asking(**self.cleaned_data)


class AgainForm(FreeTextForm):
    """When somebody asked to be assessed again."""

    applied_on = forms.DateField(label="申请日期", widget=_day())
    note = forms.CharField(label="备注", max_length=200, required=False, help_text="不写病情")


class AssessForm(FreeTextForm):
    """What the body in charge found."""

    numbered = frozenset({"document"})

    level = forms.ChoiceField(
        label="评定等级", widget=forms.RadioSelect, error_messages={"required": "请选择等级，或者“未达到等级”。"}
    )
    assessed_on = forms.DateField(label="评定日期", widget=_day(), help_text="等级从这一天起有效")
    document = forms.CharField(label="评定结论的编号", max_length=80)

    def __init__(self, *args: Any, levels: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["level"].choices = [*levels, ("NONE", "未达到等级")]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """This function turns 未达到 into no level."""
        cleaned = super().clean()
        if cleaned.get("level") == "NONE":
            cleaned["level"] = ""
        return cleaned


class PlanForm(FreeTextForm):
    """Which provider gives which care from when."""

    mode = forms.ChoiceField(label="护理方式", widget=forms.RadioSelect)
    provider = forms.ChoiceField(label="护理机构")
    first = forms.DateField(label="第一天", widget=_day())
    last = StatedDay(label="最后一天", widget=_day(), help_text="不填就一直到结束安排为止")

    def __init__(self, *args: Any, modes: Choices, providers: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["mode"].choices = list(modes)  # type: ignore[attr-defined]
        self.fields["provider"].choices = list(providers)  # type: ignore[attr-defined]

    def planning(self) -> Planning:
        """This function returns what was typed; the last day is turned into the day after."""
        data = self.cleaned_data
        last: date | None = data["last"]
        until = last + timedelta(days=1) if last else None
        return Planning(data["mode"], int(data["provider"]), data["first"], until)


class PlanEndForm(FreeTextForm):
    """When a plan ends, and why."""

    last = forms.DateField(label="最后一天", widget=_day())
    reason = forms.CharField(label="原因", max_length=300, widget=REASON)


class EndForm(FreeTextForm):
    """Somebody has died, or is insured no more."""

    what = forms.ChoiceField(
        label="是什么情况", choices=[("die", "去世"), ("end", "不再参保")], widget=forms.RadioSelect
    )
    on = forms.DateField(label="日期", widget=_day(), help_text="去世写去世那天；不再参保写不参保的第一天")
    reason = forms.CharField(label="怎么知道的", max_length=300, widget=REASON)

    def end(self) -> dict[str, Any]:
        """This function returns what was typed."""
        said = self.cleaned_data
        return {"is_death": said["what"] == "die", "on": said["on"], "reason": said["reason"]}


class DaysForm(FreeTextForm):
    """Days of service, alike."""

    first = forms.DateField(label="第一天", widget=_day())
    last = forms.DateField(label="最后一天", widget=_day())
    charge_fen = FenField(label="每天收费", max_length=20)


class TakeBackForm(FreeTextForm):
    """Days that were logged by mistake."""

    first = forms.DateField(label="第一天", widget=_day())
    last = forms.DateField(label="最后一天", widget=_day())
    reason = forms.CharField(label="为什么撤销", max_length=200)


class FileForm(FreeTextForm):
    """A month's bill."""

    numbered = frozenset({"invoice"})

    invoice = forms.CharField(label="发票号码", max_length=60)
    invoice_fen = FenField(label="发票金额", max_length=20)
    late_reason = StatedField(label="逾期的原因", max_length=300, help_text="经办机构看得到")

    def filing(self, month: date) -> Filing:
        """This function returns what was typed."""
        return Filing(month, **self.cleaned_data)


class ReasonForm(FreeTextForm):
    """Why."""

    reason = forms.CharField(label="理由", max_length=300, widget=REASON)


class BillPayForm(FreeTextForm):
    """When it was paid, under which reference."""

    numbered = frozenset({"reference"})

    on = forms.DateField(label="付款日期", widget=_day())
    reference = forms.CharField(label="付款凭证号", max_length=60, help_text="例如：转账 2020-118")


class CountyPayForm(BillPayForm):
    """Also the account of the provider, where the county's ledger pays."""

    numbered = frozenset({"reference", "account_number"})

    on = forms.DateField(label="批准日期", widget=_day())
    reference = forms.CharField(label="批准付款的文号", max_length=60, help_text="例如：护付〔2020〕7 号")
    account_number = forms.CharField(label="护理机构的银行账号", max_length=40)
    bank = forms.CharField(label="开户银行", max_length=80)
