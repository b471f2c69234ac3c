"""Forms of the public and of the desks that answer."""

from __future__ import annotations

import re
from datetime import date
from typing import Any, ClassVar

from django import forms

from shouwang.kit.codes import Risk
from shouwang.kit.dates import day_parse
from shouwang.kit.errors import Refusal
from shouwang.kit.money import fen_parse
from shouwang.kit.resident_id import resident_id_parse
from shouwang.kit.texts import squeezed
from shouwang.public.models import Application
from shouwang.public.rules.causes import plain_cause
from shouwang.public.rules.receipts import PIN_DIGITS, pin_check, pin_read, receipt_read
from shouwang.ui.forms import FreeTextForm, StatedField

DIGITS = {"inputmode": "numeric", "autocomplete": "off"}
PIN_ATTRS = {**DIGITS, "maxlength": "12"}
PHONE = re.compile(r"1[3-9]\d{9}|0\d{9,11}")


def _refused(refusal: Refusal) -> forms.ValidationError:
    return forms.ValidationError(refusal.message)


class ApplicationForm(FreeTextForm):
    """我要申请: as few questions as a desk can begin with; whatever the state holds is not asked."""

    numbered: ClassVar[frozenset[str]] = frozenset({"key", "resident_id", "phone", "pin", "pin_again"})

    key = forms.CharField(widget=forms.HiddenInput, max_length=32)
    by = forms.ChoiceField(
        label="这是给谁家申请", choices=Application.By.choices, widget=forms.RadioSelect, initial=Application.By.SELF,
        error_messages={"required": "请选给谁家申请。"},
    )  # fmt: skip
    name = forms.CharField(
        label="有困难的人叫什么名字", max_length=60, error_messages={"required": "请写名字。"},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    resident_id = forms.CharField(
        label="这个人的身份证号", required=False, max_length=40, help_text="写了办得快；记不住就不写，一样能申请",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    home = forms.CharField(
        label="家住村里哪一块", required=False, max_length=150, help_text="例如“小学后面第二家”，好让人找到您",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    phone = forms.CharField(
        label="打哪个电话找您", required=False, max_length=30, help_text="没有电话就不写，村干部会上门",
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )  # fmt: skip
    applicant = StatedField(
        label="您（填表的人）叫什么名字", max_length=60, help_text="替别人申请时写",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    cause = forms.ChoiceField(
        label="遇到了什么难处", widget=forms.RadioSelect, error_messages={"required": "请选一样。"}
    )
    cause_note = StatedField(label="别的难处是什么", max_length=100, help_text="选了“别的难处”时写")
    occurred_on = forms.CharField(
        label="大概哪一天的事", max_length=40, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="记不清，就选差不多的一天", error_messages={"required": "请选大概的日子。"},
    )  # fmt: skip
    summary = forms.CharField(
        label="说说是怎么回事", max_length=500, widget=forms.Textarea(attrs={"rows": 4}),
        help_text="一两句话就行，例如“老伴住院做了手术，借了钱”", error_messages={"required": "请写一两句。"},
    )  # fmt: skip
    self_paid = forms.CharField(
        label="自己大概花了多少钱", required=False, max_length=30, help_text="不知道就不写",
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )  # fmt: skip
    pin = forms.CharField(
        label=f"给自己定一个查询密码（{PIN_DIGITS} 个数字）", required=False, max_length=12,
        help_text="以后凭它看办理结果，请记牢。也可以不定", widget=forms.PasswordInput(attrs=PIN_ATTRS),
    )  # fmt: skip
    pin_again = forms.CharField(
        label="密码再写一遍", required=False, max_length=12, widget=forms.PasswordInput(attrs=PIN_ATTRS)
    )

    def __init__(self, *args: Any, causes: list[tuple[str, str]], today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["cause"].choices = [(code, plain_cause(code)) for code, _ in causes]  # type: ignore[attr-defined]
        if Risk.OTHER not in {code for code, _ in causes}:
            self.fields.pop("cause_note")
        self.fields["occurred_on"].widget.attrs["max"] = today.isoformat()

    def clean_resident_id(self) -> str:
        """This function refuses a number that cannot be an ID."""
        text = str(self.cleaned_data["resident_id"]).strip()
        try:
            return resident_id_parse(text, on=self.today).number if text else ""
        except Refusal as refusal:
            raise _refused(refusal) from None

    def clean_phone(self) -> str:
        """This function refuses what nobody can call."""
        text = re.sub(r"[-—()]", "", squeezed(self.cleaned_data["phone"]))
        if text and not PHONE.fullmatch(text):
            raise forms.ValidationError("电话号码不对，请核对；没有电话就空着。")
        return text

    def clean_occurred_on(self) -> date:
        """This function reads the day in any usual writing."""
        try:
            return day_parse(self.cleaned_data["occurred_on"])
        except Refusal as refusal:
            raise _refused(refusal) from None

    def clean_self_paid(self) -> int | None:
        """This function reads the amount; fen, None when empty."""
        text = str(self.cleaned_data["self_paid"]).strip()
        try:
            fen = fen_parse(text) if text else None
        except Refusal as refusal:
            raise _refused(refusal) from None
        if fen is not None and not 0 <= fen < 10**12:
            raise forms.ValidationError("这个金额不对，请核对。")
        return fen

    def clean(self) -> dict[str, Any]:
        """This function checks what depends on other answers: who fills the form in, which other cause, the PIN."""
        cleaned = super().clean()
        if cleaned.get("by") not in ("", None, Application.By.SELF) and not cleaned.get("applicant"):
            self.add_error("applicant", "替别人申请时，请写您自己的名字。")
        if cleaned.get("cause") == Risk.OTHER and not cleaned.get("cause_note"):
            self.add_error("cause_note", "请写是什么难处。")
        self._pin(cleaned)
        return cleaned

    def _pin(self, cleaned: dict[str, Any]) -> None:
        pin, again = cleaned.get("pin", ""), cleaned.get("pin_again", "")
        if not pin and not again:
            return
        try:
            cleaned["pin"] = pin_read(pin)
            pin_check(cleaned["pin"], numbers=(cleaned.get("phone", ""), cleaned.get("resident_id", "")))
        except Refusal as refusal:
            self.add_error("pin", refusal.message)
            return
        if squeezed(pin) != squeezed(again):
            self.add_error("pin_again", "两遍写的密码不一样，请再写一遍。")


class ReceiptForm(forms.Form):
    """查进度: the receipt, and the PIN if more than the stage is wanted."""

    receipt = forms.CharField(
        label="回执号", max_length=80, help_text="21 个数字，三个一组，空格可写可不写",
        widget=forms.TextInput(attrs=DIGITS), error_messages={"required": "请写回执号。"},
    )  # fmt: skip
    pin = forms.CharField(
        label="查询密码", required=False, max_length=12, help_text="不写密码只能看到办到哪一步；写了能看到结果",
        widget=forms.PasswordInput(attrs=PIN_ATTRS),
    )  # fmt: skip

    def clean_receipt(self) -> str:
        """This function refuses a number whose check digit says that it was mistyped."""
        try:
            return receipt_read(self.cleaned_data["receipt"])
        except Refusal as refusal:
            raise _refused(refusal) from None

    def clean_pin(self) -> str:
        """This function refuses what is no PIN."""
        text = str(self.cleaned_data["pin"])
        try:
            return pin_read(text) if text.strip() else ""
        except Refusal as refusal:
            raise _refused(refusal) from None


class WordsForm(FreeTextForm):
    """An appeal or a withdrawal from the page that the PIN opened."""

    numbered: ClassVar[frozenset[str]] = frozenset({"opened"})

    opened = forms.CharField(widget=forms.HiddenInput, max_length=300)
    text = forms.CharField(
        max_length=500, widget=forms.Textarea(attrs={"rows": 3}), error_messages={"required": "请写一两句为什么。"}
    )

    def __init__(self, *args: Any, asks: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].label = asks


class ArrivedForm(FreeTextForm):
    """Whether help arrived, said on the page that the PIN opened."""

    numbered: ClassVar[frozenset[str]] = frozenset({"opened"})

    opened = forms.CharField(widget=forms.HiddenInput, max_length=300)
    measure = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=10**15)
    received = forms.ChoiceField(
        label="收到了没有", choices=[("yes", "收到了，没有差错"), ("no", "没有收到，或者数目不对")],
        widget=forms.RadioSelect, error_messages={"required": "请选收到了没有。"},
    )  # fmt: skip
    note = StatedField(label="没收到的，写一句差什么", max_length=300, widget=forms.Textarea(attrs={"rows": 2}))

    @property
    def measure_id(self) -> int:
        """Which measure it is about; 0 where that cannot be read."""
        return int(self.cleaned_data.get("measure") or 0)

    def clean(self) -> dict[str, Any]:
        """This function asks what is missing."""
        cleaned = super().clean()
        if cleaned.get("received") == "no" and not cleaned.get("note", "").strip() and "note" not in self.errors:
            self.add_error("note", "请写一句差什么、差多少。")
        return cleaned


class ObjectionForm(FreeTextForm):
    """What somebody has against a notice, with her name or without."""

    text = forms.CharField(
        label="有什么不对，请写清楚", max_length=500, widget=forms.Textarea(attrs={"rows": 4}),
        help_text="例如“他家去年买了新车，还有门面房出租”", error_messages={"required": "请写有什么不对。"},
    )  # fmt: skip
    said_by = forms.CharField(
        label="您的姓名", max_length=60, widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "这里提意见要写上您的姓名，我们会替您保密。"},
    )  # fmt: skip

    def __init__(self, *args: Any, may_be_unnamed: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if may_be_unnamed:
            self.fields["said_by"].required = False
            self.fields["said_by"].help_text = "可以不写；写了核实得快。被公示的人看不到您的姓名"


class AnswerForm(FreeTextForm):
    """What a desk decides about a petition, and what the household is told."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    granted = forms.ChoiceField(label="怎么办", widget=forms.RadioSelect, error_messages={"required": "请选怎么办。"})
    answer = forms.CharField(
        label="答复对方的话", max_length=500, widget=forms.Textarea(attrs={"rows": 4}),
        help_text="用群众听得懂的话写，凭密码能看到", error_messages={"required": "请写明答复对方的话。"},
    )  # fmt: skip

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["granted"].choices = choices  # type: ignore[attr-defined]


class HandForm(forms.Form):
    """What an officer hands over, once she has seen who it is."""

    what = forms.ChoiceField(
        label="发什么", widget=forms.RadioSelect, initial="both",
        choices=[("both", "回执号和密码一起发（原来的都作废）"), ("pin", "只换密码，回执号还在农户手里")],
    )  # fmt: skip
    seen = forms.BooleanField(label="已经看过身份证件，是这一户的人", required=False)


class PurposeForm(FreeTextForm):
    """Why a sealed number is shown."""

    purpose = forms.CharField(
        label="为什么要看", max_length=100, error_messages={"required": "请写为什么要看，会记进日志。"}
    )
