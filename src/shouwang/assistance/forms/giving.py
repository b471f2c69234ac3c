"""Forms of giving: pledges, needs, allotting, delivery."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms

from shouwang.assistance.forms.contacts import day_field
from shouwang.assistance.models.giving import Form
from shouwang.assistance.rules.giving import LackUnsaid, ProofMissing, ToldByMissing
from shouwang.assistance.services import Arrival, Lack, Payee, Promise
from shouwang.funds.services import Commitment
from shouwang.kit.errors import Refusal
from shouwang.kit.money import fen_parse
from shouwang.office.fields import PapersField
from shouwang.ui.forms import FreeTextForm, StatedDay, StatedField, StatedNumber

PICK = {"required": "请选一项。"}
# What is asked of things, and what is said where it is missing.
THING = {"item": "请填品名。", "count": "请填数量。", "unit": "请填单位，例如：床。"}


def _fen(form: forms.Form, name: str, text: str) -> int:
    try:
        return fen_parse(text)
    except Refusal as refusal:
        form.add_error(name, refusal.message)
        return 0


class AmountForm(FreeTextForm):
    """Money in yuan, or things by name, unit and count."""

    form = forms.ChoiceField(label="钱还是物", choices=Form.choices, widget=forms.RadioSelect, error_messages=PICK)
    amount = StatedField(label="金额", max_length=20, help_text="钱填这里")
    item = StatedField(label="品名", max_length=60, help_text="物填这里，例如：棉被")
    count = StatedNumber(label="数量", min_value=1, max_value=10_000_000)
    unit = StatedField(label="单位", max_length=10, help_text="床、袋、台")

    @property
    def is_thing(self) -> bool:
        return bool(self.cleaned_data.get("form") == "THINGS")

    def clean(self) -> dict[str, Any]:
        """This function reads the amount of what was chosen into `total`: fen, or a count."""
        cleaned = super().clean()
        chosen = cleaned.get("form")
        cleaned["total"] = 0
        if chosen == "THINGS":
            self._want(THING)
            cleaned["total"] = cleaned.get("count") or 0
        elif chosen == "MONEY" and not self._want({"amount": "请填金额。"}):
            cleaned["total"] = _fen(self, "amount", cleaned["amount"])
            if cleaned["total"] == 0 and "amount" not in self.errors:
                self.add_error("amount", "金额要大于 0 元。")
        return cleaned

    def _want(self, sentences: Mapping[str, str]) -> bool:
        """This function says beside each field that is still empty what to fill in; true where something is wrong."""
        for name, sentence in sentences.items():
            if not self.cleaned_data.get(name) and name not in self.errors:
                self.add_error(name, sentence)
        return any(name in self.errors for name in sentences)


class PledgeForm(AmountForm):
    """What a giver promises."""

    giver_kind = forms.ChoiceField(label="哪一类捐赠人", error_messages=PICK)
    giver = StatedField(label="捐赠人名称", max_length=120)
    purpose = forms.ChoiceField(label="用途", error_messages=PICK)
    area = forms.ChoiceField(label="哪个地方", error_messages=PICK)
    value = StatedField(label="每件折价", max_length=20, help_text="捐赠人说的价，物才填")
    pledged_on = day_field("哪天捐的")
    expires_on = StatedDay(
        label="到哪天为止", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="捐赠人没有说就不填",
    )  # fmt: skip
    field_order = (
        "giver_kind", "giver", "pledged_on", "form", "amount", "item", "count", "unit", "value", "purpose", "area",
    )  # fmt: skip

    def __init__(
        self, *args: Any, givers: Sequence[tuple[str, str]], purposes: Sequence[tuple[str, str]],
        areas: Sequence[tuple[str, str]], **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        asked = [("", "请选择")]
        for name, choices in (("giver_kind", [*asked, *givers]), ("purpose", [*asked, *purposes]), ("area", areas)):
            self.fields[name].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """This function reads what one thing is worth."""
        cleaned = super().clean()
        self._want({"giver": "请填捐赠人名称。"})
        cleaned["value_fen"] = None
        if self.is_thing and not self._want({"value": "请填每件折价。"}):
            cleaned["value_fen"] = _fen(self, "value", cleaned["value"])
            if cleaned["value_fen"] == 0 and "value" not in self.errors:
                self.add_error("value", "每件折价要大于 0 元。")
        return cleaned

    def promise(self) -> Promise:
        """This function returns the pledge that was typed."""
        said = self.cleaned_data
        return Promise(
            giver=said["giver"], giver_kind=said["giver_kind"], purpose=said["purpose"], form=said["form"],
            total=said["total"], area=said["area"], pledged_on=said["pledged_on"], expires_on=said["expires_on"],
            item=said["item"], unit=said["unit"], value_fen=said["value_fen"],
        )  # fmt: skip


class NeedForm(AmountForm):
    """What a household needs."""

    purpose = forms.ChoiceField(label="用途", error_messages=PICK)
    stated_on = day_field("哪天提出的")
    note = StatedField(label="内部说明", max_length=300, help_text="只有工作人员看得到，不给捐赠人看")
    field_order = ("purpose",)

    def __init__(self, *args: Any, purposes: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["purpose"].choices = [("", "请选择"), *purposes]  # type: ignore[attr-defined]

    def lack(self, *, measure_id: int | None) -> Lack:
        """This function returns the need that was typed."""
        said = self.cleaned_data
        return Lack(
            said["purpose"], said["form"], said["total"], said["stated_on"], said["item"], said["unit"], said["note"],
            measure_id,
        )  # fmt: skip


class AllotForm(FreeTextForm):
    """How much of a pledge goes to a need: yuan, or a count."""

    quantity = StatedField(label="分多少", max_length=20)

    def __init__(self, *args: Any, need_id: int, is_money: bool, **kwargs: Any) -> None:
        kwargs["auto_id"] = f"need{need_id}_%s"
        super().__init__(*args, **kwargs)
        self.need_id, self.is_money = need_id, is_money

    def clean(self) -> dict[str, Any]:
        """This function reads the quantity."""
        cleaned = super().clean()
        text = cleaned.get("quantity", "").strip()
        if self.is_money:
            cleaned["read"] = _fen(self, "quantity", text)
        elif text.isascii() and text.isdigit() and len(text) <= 9:
            cleaned["read"] = int(text)
        else:
            self.add_error("quantity", "数量要写成整数。")
        return cleaned


class ArrivalForm(FreeTextForm):
    """That an allotment arrived."""

    on = day_field("哪天送到的")
    result = StatedField(label="怎么送的", max_length=300, help_text="例如：入户交给户主本人签收")
    papers = PapersField(label="签收单或照片", help_text="一份就行", error_messages={"required": ProofMissing.sentence})

    def __init__(self, *args: Any, is_paid: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["papers"].required = not is_paid
        if is_paid:
            self.fields["on"].label, self.fields["result"].label = "哪天到账的", "怎么问到的"
            self.fields["result"].help_text = "例如：打电话问过，已经到账"
            self.fields["papers"].help_text = "银行付的以回盘为凭证，不用再附"

    def arrival(self) -> Arrival:
        """This function returns the delivery that was typed."""
        said = self.cleaned_data
        return Arrival(said["on"], said["result"], said["papers"])


class GiftConfirmForm(FreeTextForm):
    """What the household says of what was delivered."""

    is_received = forms.ChoiceField(
        label="收到了吗", choices=[("yes", "收到了"), ("no", "没收到，或者不对")], widget=forms.RadioSelect,
        error_messages=PICK,
    )  # fmt: skip
    note = StatedField(label="缺了什么、差多少", max_length=300, help_text="没收到或者不对才写")
    told_by = StatedField(label="户里谁说的", max_length=60)
    on = day_field("哪天问的")

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = today

    def clean(self) -> dict[str, Any]:
        """This function asks who said it, and what is missing where it did not come."""
        cleaned = super().clean()
        if not cleaned.get("told_by", "").strip():
            self.add_error("told_by", ToldByMissing.sentence)
        if cleaned.get("is_received") == "no" and not cleaned.get("note", "").strip():
            self.add_error("note", LackUnsaid.sentence)
        return cleaned


class PayForm(FreeTextForm):
    """Whose account the money goes to."""

    numbered = frozenset({"account_number"})

    name = StatedField(label="收款人姓名", max_length=60)
    account_number = StatedField(label="银行账号", max_length=40)
    bank = StatedField(label="开户银行", max_length=80)
    relation = forms.ChoiceField(label="收款人是", choices=[(one.value, one.label) for one in Commitment.OF_HOUSEHOLD])

    def payee(self) -> Payee:
        """This function returns who was named."""
        said = self.cleaned_data
        return Payee(said["name"], said["account_number"], said["bank"], said["relation"])


class ReceiveForm(FreeTextForm):
    """That pledged money came into the account."""

    on = day_field("哪天到账")
    document = StatedField(label="凭证号", max_length=200)


class WhyForm(FreeTextForm):
    """A reason."""

    reason = StatedField(label="原因", max_length=200)
