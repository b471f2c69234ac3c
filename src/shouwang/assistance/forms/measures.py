"""Forms of measures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms

from shouwang.assistance.services import Delivery, Plan, Said
from shouwang.funds.selectors import UNITS
from shouwang.kit.codes import Measure as MeasureKind
from shouwang.kit.errors import Refusal
from shouwang.kit.money import fen_parse
from shouwang.office.fields import PapersField
from shouwang.ui.forms import FreeTextForm, StatedChoice, StatedField

OUTSIDE = "0"


def _day_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def fen_read(typed: str) -> int | None:
    """This function reads an amount in yuan, None where nothing was typed; raises ValidationError."""
    text = typed.strip()
    if not text:
        return None
    try:
        fen = fen_parse(text)
    except Refusal as refusal:
        raise forms.ValidationError(refusal.message) from None
    if fen == 0:
        raise forms.ValidationError("金额要大于 0 元；没有发钱的不用填。")
    return fen


@dataclass(frozen=True)
class ProviderChoice:
    """One provider to choose: its id, its name with what it mostly gives, the code of that measure (or empty)."""

    value: str
    label: str
    measure: str = ""


class PlanForm(FreeTextForm):
    """One measure to plan."""

    use_required_attribute = False

    offer = forms.ChoiceField(label="政策里的哪一项", required=False, help_text="从上面的建议里选，也可以不选")
    risk = forms.ChoiceField(label="对应哪个风险", required=False)
    provider = forms.ChoiceField(label="由谁落实")
    outside_name = StatedField(label="外单位名称", max_length=120, help_text="选了外单位才写")
    kind = StatedChoice(label="措施类别", choices=[("", "按落实单位"), *MeasureKind.choices()])
    summary = forms.CharField(
        label="做什么", max_length=300, help_text="写清具体帮什么，例如：医疗救助、纳入低保、技能培训并介绍到附近工厂"
    )
    person = forms.ChoiceField(label="帮谁", required=False)
    responsible = forms.CharField(label="责任人", max_length=60, required=False)
    due_on = forms.DateField(label="落实期限", required=False, widget=_day_input(), help_text="不填按政策时限")
    amount = forms.CharField(label="计划金额", required=False, help_text="没有发钱的、还不知道的不用填")

    def __init__(
        self,
        *args: Any,
        people: Sequence[tuple[str, str]],
        providers: Sequence[ProviderChoice],
        offers: Sequence[tuple[str, str]] = (),
        risks: Sequence[tuple[str, str]] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.suggested = {one.value: one.measure for one in providers if one.measure}
        self.fields["person"].choices = [("", "全家"), *people]  # type: ignore[attr-defined]
        self.fields["offer"].choices = [("", "不按目录"), *offers]  # type: ignore[attr-defined]
        self.fields["risk"].choices = [("", "不对应哪一个"), *risks]  # type: ignore[attr-defined]
        self.fields["provider"].choices = [  # type: ignore[attr-defined]
            ("", "请选择"),
            *((one.value, one.label) for one in providers),
            (OUTSIDE, "外单位（在下面写名称）"),
        ]

    def clean(self) -> dict[str, Any]:
        """This function asks for the name of an outside provider, and takes the provider's own kind of measure."""
        cleaned = super().clean() or {}
        if not cleaned.get("kind") and cleaned.get("provider") and "kind" not in self.errors:
            cleaned["kind"] = self.suggested.get(cleaned["provider"], "")
            if not cleaned["kind"]:
                self.add_error("kind", "这个单位没有固定的措施类别，请选一类。")
        if cleaned.get("provider") == OUTSIDE and not cleaned.get("outside_name", "").strip():
            self.add_error("outside_name", "选了外单位，请写明单位名称。")
        return cleaned

    def clean_amount(self) -> int | None:
        """This function turns yuan into fen."""
        return fen_read(self.cleaned_data["amount"])

    def plan(self) -> Plan:
        """This function returns the plan that was typed."""
        data = self.cleaned_data
        return Plan(
            kind=data["kind"],
            summary=data["summary"],
            organisation_id=None if data["provider"] == OUTSIDE else int(data["provider"]),
            outside_name=data["outside_name"],
            person_id=int(data["person"]) if data["person"] else None,
            responsible=data["responsible"],
            due_on=data["due_on"],
            offer=data["offer"],
            risk=data["risk"],
            amount_fen=data["amount"],
        )


class DeliveryForm(FreeTextForm):
    """What arrived."""

    delivered_on = forms.DateField(label="落实日期", widget=_day_input())
    result = forms.CharField(
        label="落实情况",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="写清做到了什么，例如：已打入一卡通；培训 7 天后到附近加工厂上班",
    )
    amount = forms.CharField(label="金额", required=False, help_text="没有发钱的措施不用填")
    unit = forms.ChoiceField(label="怎么发", choices=UNITS, initial="ONCE", required=False)
    from_date = forms.DateField(label="从哪天起", required=False, widget=_day_input(), help_text="不填按落实日期")
    proofs = PapersField(label="凭证", required=False)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["delivered_on"].initial = today

    def clean_delivered_on(self) -> date:
        """This function refuses a day that has not come."""
        on: date = self.cleaned_data["delivered_on"]
        if on > self.today:
            raise forms.ValidationError("落实日期不能晚于今天。")
        return on

    def clean_amount(self) -> int | None:
        """This function turns yuan into fen."""
        return fen_read(self.cleaned_data["amount"])

    def delivery(self) -> Delivery:
        """This function returns the delivery that was typed."""
        data = self.cleaned_data
        return Delivery(
            delivered_on=data["delivered_on"],
            result=data["result"],
            amount_fen=data["amount"],
            unit=data["unit"] or "ONCE",
            from_date=data["from_date"],
            proofs=tuple(data["proofs"]),
        )


class ConfirmForm(FreeTextForm):
    """What the household says of a delivered measure."""

    use_required_attribute = False

    is_received = forms.ChoiceField(
        label="收到了吗", choices=[("yes", "收到了"), ("no", "没收到，或者不对")], widget=forms.RadioSelect,
        error_messages={"required": "请选一项。"},
    )  # fmt: skip
    told_by = forms.CharField(label="户里谁说的", max_length=60, error_messages={"required": "请写是户里谁说的。"})
    note = StatedField(label="缺了什么、差多少", max_length=300, help_text="没收到或者不对才写")
    on = forms.DateField(label="问的日期", widget=_day_input())
    receipt = PapersField(label="签字收条", required=False, help_text="有收条就拍一张")

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["on"].initial = today

    def clean_on(self) -> date:
        """This function refuses a day that has not come."""
        on: date = self.cleaned_data["on"]
        if on > self.today:
            raise forms.ValidationError("日期不能晚于今天。")
        return on

    def clean(self) -> dict[str, Any]:
        """This function asks what is missing where the help did not arrive, and for one receipt at most."""
        cleaned = super().clean() or {}
        if cleaned.get("is_received") == "no" and not cleaned.get("note", "").strip():
            self.add_error("note", "没收到的，请写缺了什么、差多少。")
        if len(cleaned.get("receipt") or []) > 1:
            self.add_error("receipt", "收条只附一张。")
        return cleaned

    def said(self) -> Said:
        """This function returns what was said."""
        data = self.cleaned_data
        receipt = next(iter(data["receipt"]), None)
        return Said(
            is_received=data["is_received"] == "yes", told_by=data["told_by"], on=data["on"],
            way="RECEIPT" if receipt else "OFFICER", note=data["note"], receipt=receipt,
        )  # fmt: skip
