"""Forms of insurance."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms

from shouwang.funds.services import Payee
from shouwang.insurance.services import Event, Item, Opening
from shouwang.office.fields import PapersField
from shouwang.rulebook.ladders import OFFSETS
from shouwang.ui.forms import FenField, FreeTextForm, StatedChoice, StatedDay, StatedField

# Whose money a premium may be; what the insurer puts in of its own is no premium.
SOURCES = [("COUNTY", "县级资金"), ("CITY", "市级资金"), ("PROVINCE", "省级资金"), ("CENTRAL", "中央资金"),
           ("SOCIETY", "社会捐助")]  # fmt: skip
REASON = forms.Textarea(attrs={"rows": 2, "maxlength": 300})


def _day_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class OpenClaimForm(FreeTextForm):
    """What happened, to whom, who is paid; the household's type where the policy cannot tell it."""

    cause = forms.ChoiceField(label="什么原因")
    on = forms.DateField(label="发生日期", widget=_day_input(), help_text="住院的写入院日期；按这一天的政策和保险期算")
    person = forms.ChoiceField(label="谁出的事", required=False)
    payee = forms.ChoiceField(label="谁领款")
    summary = forms.CharField(
        label="发生了什么", max_length=300, widget=REASON, help_text="例如：务工时摔伤，左腿骨折住院"
    )
    type_key = StatedChoice(label="这一户当时的类型")
    type_note = StatedField(label="认定的依据", max_length=300, help_text="例如：2020-06 入户核查，人均收入 4,800 元")
    insured_as = StatedChoice(label="属于哪一类投保对象")
    insured_note = StatedField(
        label="属于这一类的依据", max_length=300, help_text="例如：2020 年外出务工名册；中药材种植项目合同"
    )

    def __init__(
        self,
        *args: Any,
        causes: Sequence[tuple[str, str]],
        people: Sequence[tuple[str, str]],
        types: Sequence[tuple[str, str]],
        standing: str = "",
        insures: Sequence[str] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        if insures:
            named = [("", "不是补充方案的事"), *((one, one) for one in insures)]
            self.fields["insured_as"].choices = named  # type: ignore[attr-defined]
        else:
            del self.fields["insured_as"], self.fields["insured_note"]
        self.fields["cause"].choices = list(causes)  # type: ignore[attr-defined]
        self.fields["person"].choices = [("", "全家"), *people]  # type: ignore[attr-defined]
        self.fields["payee"].choices = list(people)  # type: ignore[attr-defined]
        first = ("", f"按{standing}" if standing else "请选择")
        self.fields["type_key"].choices = [first, *types]  # type: ignore[attr-defined]
        self.needs_type = not standing

    def clean(self) -> dict[str, Any]:
        """This function asks for the type where nothing tells it, and for the reason of one that is stated."""
        cleaned = super().clean()
        if self.needs_type and not cleaned.get("type_key"):
            self.add_error("type_key", "没有预警或筛查能说明类型，请选择。")
        if cleaned.get("type_key") and not cleaned.get("type_note", "").strip():
            self.add_error("type_note", "人工认定类型要写明依据。")
        if cleaned.get("insured_as") and not cleaned.get("insured_note", "").strip():
            self.add_error("insured_note", "请写明属于这一类的依据。")
        return cleaned

    def event(self) -> Event:
        """This function returns what was typed."""
        data = self.cleaned_data
        return Event(
            cause=data["cause"], on=data["on"], payee_id=int(data["payee"]), summary=data["summary"],
            person_id=int(data["person"]) if data["person"] else None, type_key=data["type_key"],
            type_note=data["type_note"], insured_as=data.get("insured_as", ""),
            insured_note=data.get("insured_note", ""),
        )  # fmt: skip


class ItemForm(FreeTextForm):
    """One line of the loss."""

    numbered = frozenset({"receipt"})

    name = forms.CharField(label="项目", max_length=80)
    receipt = forms.CharField(label="票据号", max_length=40, required=False)
    evidence = FenField(label="凭证金额", max_length=20)
    claimed = FenField(label="申报金额", max_length=20)
    assessed = FenField(label="核定金额", max_length=20)
    note = forms.CharField(label="核减的理由", max_length=200, required=False)

    def item(self) -> Item:
        """This function returns the line."""
        data = self.cleaned_data
        return Item(data["name"], data["claimed"], data["evidence"], data["assessed"], data["receipt"], data["note"])


ItemFormSet = forms.formset_factory(ItemForm, extra=3, max_num=40, validate_max=True)


class OffsetsForm(FreeTextForm):
    """What others paid already, by kind."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind, label in OFFSETS.items():
            self.fields[kind] = FenField(label=label, max_length=20, required=False)

    def offsets(self) -> dict[str, int]:
        """This function returns the amounts above zero, in fen by kind."""
        return {kind: self.cleaned_data[kind] for kind in OFFSETS if self.cleaned_data[kind]}


class PaperForm(FreeTextForm):
    """Photos or PDFs of one document."""

    kind = forms.ChoiceField(label="是什么材料", widget=forms.RadioSelect)
    papers = PapersField(label="照片或 PDF")

    def __init__(self, *args: Any, kinds: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(kind, kind) for kind in kinds]  # type: ignore[attr-defined]


class ReasonForm(FreeTextForm):
    """A step that only needs its reason."""

    reason = forms.CharField(label="理由", max_length=300, widget=REASON)


class ChangeForm(ReasonForm):
    """Another amount than was computed."""

    field_order = ("to_fen", "reason")
    to_fen = FenField(label="调整为（元）", max_length=20)


class SettleForm(FreeTextForm):
    """A second person's word on a change by hand."""

    approve = forms.ChoiceField(label="结论", choices=[("yes", "确认调整"), ("no", "驳回")], widget=forms.RadioSelect)
    reason = forms.CharField(label="理由", max_length=300, widget=REASON, required=False, help_text="驳回要写")


class DecisionForm(ReasonForm):
    """The decision on a claim."""

    field_order = ("outcome", "reason")
    outcome = forms.ChoiceField(
        label="结论", choices=[("approve", "同意赔付"), ("reject", "不予赔付"), ("return", "退回重新定损")],
        widget=forms.RadioSelect,
    )  # fmt: skip


class PayForm(FreeTextForm):
    """When it was paid, and under which reference."""

    numbered = frozenset({"reference"})

    on = forms.DateField(label="付款日期", widget=_day_input())
    reference = forms.CharField(label="付款凭证", max_length=60, required=False, help_text="例如：转账 2020-118")


class AccountForm(FreeTextForm):
    """The account to which the county pays."""

    numbered = frozenset({"account_number"})

    account_name = forms.CharField(label="户名", max_length=60)
    account_number = forms.CharField(label="银行账号", max_length=40, widget=forms.TextInput(
        attrs={"inputmode": "numeric", "autocomplete": "off"}))  # fmt: skip
    bank = forms.CharField(label="开户行", max_length=80, help_text="例如：农业银行某县支行")
    relation = forms.ChoiceField(
        label="账户是谁的", choices=[("SELF", "领款人本人"), ("GUARDIAN", "监护人或代管人")],
        widget=forms.RadioSelect, initial="SELF",
    )  # fmt: skip

    def payee(self) -> Payee:
        """This function returns the account as funds takes it."""
        data = self.cleaned_data
        return Payee(data["account_name"], data["account_number"], data["bank"], data["relation"])


class RecoverForm(ReasonForm):
    """What the household gave back."""

    field_order = ("amount_fen", "reason")
    amount_fen = FenField(label="追回的金额（元）", max_length=20)


class PayeeForm(ReasonForm):
    """Who is paid instead."""

    field_order = ("payee_id", "reason")
    payee_id = forms.ChoiceField(label="领款人改为")

    def __init__(self, *args: Any, people: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["payee_id"].choices = list(people)  # type: ignore[attr-defined]


class OpenPoolForm(FreeTextForm):
    """A term of a pool to open."""

    key = forms.ChoiceField(label="哪个资金池")
    from_date = forms.DateField(label="保险期第一天", widget=_day_input())
    until_date = StatedDay(label="保险期最后一天", widget=_day_input(), help_text="政策写了期限的不用填")
    organisation = forms.ChoiceField(label="承保公司")
    document = forms.CharField(label="保险合同文号", max_length=120)
    tender = StatedField(label="招标或中标文号", max_length=120, help_text="政策写明公开招标的要填")
    heads = forms.IntegerField(
        label="投保人数", required=False, min_value=1, max_value=10_000_000, help_text="不填按政策；不记名"
    )

    def __init__(
        self, *args: Any, keys: Sequence[tuple[str, str]], insurers: Sequence[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["key"].choices = list(keys)  # type: ignore[attr-defined]
        self.fields["organisation"].choices = list(insurers)  # type: ignore[attr-defined]

    def opening(self) -> Opening:
        """This function returns the term that was typed; its last day is turned into the day after."""
        data = self.cleaned_data
        last: date | None = data["until_date"]
        return Opening(
            key=data["key"], from_date=data["from_date"],
            until_date=date.fromordinal(last.toordinal() + 1) if last else None,
            organisation_id=int(data["organisation"]), document=data["document"], heads=data["heads"],
            tender=data["tender"],
        )  # fmt: skip


class ListForm(FreeTextForm):
    """What the claims of a pool are taken out for."""

    purpose = forms.CharField(label="用途", max_length=200, help_text="会印在表上，记入审计日志")


class ListFileForm(FreeTextForm):
    """An insurer's list of losses."""

    file = forms.FileField(label="填好的定损清单", help_text="XLSX 或 CSV。一件理赔有几项损失就写几行")


class PoolMoneyForm(FreeTextForm):
    """Premium paid in, or what the county made up for."""

    move = forms.ChoiceField(
        label="是什么钱", choices=[("PREMIUM", "保费"), ("TOP_UP", "补足")], widget=forms.RadioSelect
    )
    source = forms.ChoiceField(label="谁的钱", choices=SOURCES)
    amount_fen = FenField(label="金额", max_length=20)
    on = forms.DateField(label="到账日期", widget=_day_input())
    note = forms.CharField(label="依据的文件或凭证", max_length=200)
    with_budget = forms.BooleanField(
        label="同时记下县里收到这笔钱（下达预算）", required=False, help_text="县里的资金账上已经有这笔钱的不勾"
    )
