"""Forms of recurring entitlements."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from django import forms

from shouwang.assistance.forms.giving import PayForm
from shouwang.assistance.forms.measures import fen_read
from shouwang.assistance.models import EntitlementChange
from shouwang.assistance.services import Payee
from shouwang.funds.services import Commitment
from shouwang.ui.forms import FenField, FreeTextForm, StatedChoice, StatedField

RELATIONS = [(one.value, one.label) for one in Commitment.OF_HOUSEHOLD]
# What is asked of a payee, and what is said where it is missing.
WHO = {"name": "请填收款人姓名。", "bank": "请填开户银行。", "account_number": "请填银行账号。"}
OWN = {
    "purpose": "由本中心发放的，请选择从哪项资金付。", "payee": WHO["name"], "relation": "请选择收款人是谁。",
    "bank": WHO["bank"], "account_number": WHO["account_number"],
}  # fmt: skip


class MonthField(forms.CharField):
    """A month as a browser sends it, 2020-07; cleaned to its first day."""

    widget = forms.TextInput(attrs={"type": "month", "placeholder": "2020-07"})

    def clean(self, value: Any) -> date | None:
        """This function reads the month."""
        text = super().clean(value)
        if not text:
            return None
        try:
            return date.fromisoformat(f"{text}-01")
        except ValueError:
            raise forms.ValidationError("月份写成“2020-07”的样子。") from None


class StartForm(FreeTextForm):
    """An entitlement to begin; what the centre pays itself (`own`, its payer's key) also names its money and payee."""

    numbered = frozenset({"account_number"})
    use_required_attribute = False

    offer = forms.ChoiceField(label="哪一项", error_messages={"required": "请选择是哪一项救助。"})
    person = forms.ChoiceField(label="给谁", required=False)
    payer = forms.ChoiceField(label="由谁发放", error_messages={"required": "请选择由谁发放。"})
    amount = forms.CharField(label="每次发多少", error_messages={"required": "请填每次发放的金额。"})
    month = MonthField(label="从哪个月起", error_messages={"required": "请填从哪个月起。"})
    reason = forms.CharField(label="依据", max_length=200, required=False, help_text="例如批准的文号")
    purpose = StatedChoice(label="从哪项资金付")
    payee = StatedField(label="收款人姓名", max_length=60, help_text="与银行账户的户名一样")
    relation = StatedChoice(label="收款人是", choices=[("", "请选择"), *RELATIONS])
    bank = StatedField(label="开户银行", max_length=80)
    account_number = StatedField(label="银行账号", max_length=40)

    def __init__(
        self,
        *args: Any,
        today: date,
        people: Sequence[tuple[str, str]],
        offers: Sequence[tuple[str, str]],
        payers: Sequence[tuple[str, str]],
        own: str = "",
        purposes: Sequence[str] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["offer"].choices = [("", "请选择"), *offers]  # type: ignore[attr-defined]
        self.fields["person"].choices = [("", "全家"), *people]  # type: ignore[attr-defined]
        self.fields["payer"].choices = [("", "请选择"), *payers]  # type: ignore[attr-defined]
        self.fields["month"].initial = f"{today:%Y-%m}"
        self.own = own
        if own:
            self.fields["purpose"].choices = [("", "请选择"), *((one, one) for one in purposes)]  # type: ignore[attr-defined]
        else:
            for name in OWN:
                del self.fields[name]

    def clean_amount(self) -> int | None:
        """This function turns yuan into fen."""
        return fen_read(self.cleaned_data["amount"])

    def clean(self) -> dict[str, Any]:
        """This function asks for money and payee of what the centre pays itself, and for none of them otherwise."""
        cleaned = super().clean() or {}
        if not self.own or "payer" not in cleaned:
            return cleaned
        for name, sentence in OWN.items():
            if cleaned["payer"] == self.own and not cleaned.get(name) and name not in self.errors:
                self.add_error(name, sentence)
        return cleaned

    def paid(self) -> dict[str, Any]:
        """This function returns money and payee of what the centre pays itself, nothing for a department's."""
        said = self.cleaned_data
        if not self.own or said["payer"] != self.own:
            return {}
        payee = Payee(said["payee"], said["account_number"], said["bank"], said["relation"])
        return {"purpose": said["purpose"], "payee": payee}


class PayeeForm(PayForm):
    """Whom the centre pays from now on, and why that changes."""

    reason = StatedField(label="为什么换", max_length=200)

    def clean(self) -> dict[str, Any]:
        """This function wants everything."""
        cleaned = super().clean() or {}
        for name, sentence in {**WHO, "reason": "请写明为什么换账户。"}.items():
            if not cleaned.get(name) and name not in self.errors:
                self.add_error(name, sentence)
        return cleaned


class ChangeForm(FreeTextForm):
    """A change of an entitlement from a month on."""

    use_required_attribute = False

    what = forms.ChoiceField(label="怎样变", widget=forms.RadioSelect, error_messages={"required": "请选一项。"})
    month = MonthField(label="从哪个月起", error_messages={"required": "请填从哪个月起。"})
    amount = forms.CharField(label="每次发多少", required=False, help_text="改金额才填；恢复时不填，按原来的金额")
    reason = StatedField(label="理由", max_length=200, help_text="暂停、停发要写")

    def __init__(self, *args: Any, allowed: Collection[str], today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["what"].choices = [  # type: ignore[attr-defined]
            (what, EntitlementChange.What(what).label) for what in allowed
        ]
        self.fields["month"].initial = f"{today:%Y-%m}"

    def clean_amount(self) -> int | None:
        """This function turns yuan into fen."""
        return fen_read(self.cleaned_data["amount"])

    def clean(self) -> dict[str, Any]:
        """This function asks for the new amount, and for the reason where money stops."""
        cleaned = super().clean() or {}
        what = cleaned.get("what")
        if what == "CHANGE" and not cleaned.get("amount") and "amount" not in self.errors:
            self.add_error("amount", "请填改成多少。")
        if what in {"SUSPEND", "END"} and not cleaned.get("reason", "").strip():
            self.add_error("reason", "暂停、停发要写明理由。")
        return cleaned


class SettleForm(FreeTextForm):
    """What was done about a finding; `back` is what came back of an overpaid month."""

    note = forms.CharField(label="怎样处理的", max_length=240)
    back = FenField(label="追回了多少", required=False, help_text="还没有追回的空着")


class FileForm(forms.Form):
    """A department's file."""

    file = forms.FileField(label="部门的表", help_text="XLSX 或 CSV，要有身份证号、姓名、项目、金额、月份五栏")
