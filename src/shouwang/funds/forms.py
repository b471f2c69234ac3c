"""Forms of funds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, ClassVar

from django import forms

from shouwang.funds.models import Commitment, FindingNote, Source
from shouwang.funds.services import Ground, Money, Payee
from shouwang.funds.services.asking import Wanted
from shouwang.funds.services.exporting import SHEETS
from shouwang.funds.services.watching import GROUNDS
from shouwang.ui.forms import FenField, FreeTextForm, StatedDay

LIMIT_FEN = 10**15  # ten million million yuan: no county's budget reaches it


class Suggesting(forms.TextInput):
    """A text that is written as it was before: the browser offers `options`, and takes any other."""

    template_name = "funds/suggesting.html"
    options: Sequence[str] = ()

    def __init__(self, key: str) -> None:
        super().__init__({"list": key, "autocomplete": "off"})

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        """This function adds what is offered."""
        return {**super().get_context(name, value, attrs), "options": self.options}


def _day(**more: Any) -> forms.DateField:
    return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}), **more)


class GroundForm(FreeTextForm):
    """On which paper money moves, how much, when. `key` is of the page: a form sent twice counts once."""

    key = forms.CharField(widget=forms.HiddenInput, max_length=64)
    amount = FenField(label="金额", limit_fen=LIMIT_FEN)
    on = _day(label="日期")
    document = forms.CharField(label="依据的文件", max_length=200, help_text="文号或名称")
    selected_on = _day(label="项目选定日期", required=False, help_text="用来统计从选定项目到资金到位的天数")
    note = forms.CharField(label="说明", required=False, max_length=300)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = today

    def ground(self, *, earmarked_for: int | None = None) -> Ground:
        """This function returns the paper as it was stated."""
        said = self.cleaned_data
        return Ground(
            key=f"form:{said['key']}", on=said["on"], document=said["document"], note=said["note"],
            selected_on=said["selected_on"], earmarked_for=earmarked_for,
        )  # fmt: skip


class BudgetForm(GroundForm):
    """Money that reached the organisation from outside."""

    source = forms.ChoiceField(label="资金来源", choices=[("", "请选择"), *Source.choices])
    purpose = forms.CharField(label="用途", max_length=60, help_text="同一用途每次写法要一样，例如：防贫救助",
                              widget=Suggesting("purposes"))  # fmt: skip
    year = forms.IntegerField(label="年度", min_value=2014, max_value=2100)
    field_order = ["source", "purpose", "year", "amount", "on", "document", "selected_on", "note"]

    def __init__(self, *args: Any, today: date, purposes: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, today=today, **kwargs)
        self.fields["year"].initial = today.year
        self.fields["on"].label = "到账日期"
        self.fields["purpose"].widget.options = purposes

    def money(self) -> Money:
        """This function returns what kind of money it is."""
        said = self.cleaned_data
        return Money(said["source"], said["purpose"].strip(), said["year"])


class AllocateForm(GroundForm):
    """Money passed on to an organisation below."""

    to = forms.TypedChoiceField(label="拨给", coerce=int)
    earmarked = forms.TypedChoiceField(
        label="最终用款单位", coerce=int, required=False, empty_value=None,
        help_text="指定给再下一级的，收款单位要在期限内转拨",
    )  # fmt: skip
    field_order = ["to", "earmarked", "amount", "on", "document", "selected_on", "note"]

    def __init__(self, *args: Any, today: date, below: Sequence[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, today=today, **kwargs)
        self.fields["on"].label = "拨付日期"
        self.fields["to"].choices = [("", "请选择"), *below]  # type: ignore[attr-defined]
        self.fields["earmarked"].choices = [("", "就是收款单位"), *below]  # type: ignore[attr-defined]


class ShiftForm(GroundForm):
    """Money moved to another purpose, with its reason."""

    purpose = forms.CharField(label="新的用途", max_length=60, widget=Suggesting("purposes"))
    field_order = ["purpose", "amount", "on", "document", "note"]

    def __init__(self, *args: Any, today: date, purposes: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, today=today, **kwargs)
        del self.fields["selected_on"]
        self.fields["purpose"].widget.options = purposes
        self.fields["note"].required = True
        self.fields["note"].label = "理由"

    def ground(self, *, earmarked_for: int | None = None) -> Ground:
        """This function returns the paper as it was stated."""
        said = self.cleaned_data
        return Ground(key=f"form:{said['key']}", on=said["on"], document=said["document"], note=said["note"])


class CloseForm(GroundForm):
    """What is left of a year is carried over."""

    field_order = ["on", "document", "note"]

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, today=today, **kwargs)
        del self.fields["amount"], self.fields["selected_on"]
        self.fields["on"].label = "结转日期"

    def ground(self, *, earmarked_for: int | None = None) -> Ground:
        """This function returns the paper as it was stated."""
        said = self.cleaned_data
        return Ground(key=f"form:{said['key']}", on=said["on"], document=said["document"], note=said["note"])


class ExportForm(FreeTextForm):
    """Which list leaves the house, and what for."""

    what = forms.ChoiceField(label="导出什么", choices=[(key, sheet.name) for key, sheet in SHEETS.items()])
    year = forms.TypedChoiceField(label="年度", coerce=int)
    purpose = forms.CharField(label="用途", max_length=200, help_text="会印在表上，记入审计日志")

    def __init__(self, *args: Any, years: Sequence[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["year"].choices = [(year, f"{year} 年") for year in years]  # type: ignore[attr-defined]


class AnswerForm(FreeTextForm):
    """The bank's answer to a batch."""

    file = forms.FileField(label="银行回盘文件", help_text="xlsx 或 csv，表头要有：付款编号、金额、结果")


RELATIONS = [(one.value, one.label) for one in Commitment.OF_HOUSEHOLD]


class PayeeForm(FreeTextForm):
    """To whom something owed is paid; what is owed to an organisation stays with one."""

    numbered: ClassVar[frozenset[str]] = frozenset({"account"})
    name = forms.CharField(label="收款人", max_length=60)
    relation = forms.ChoiceField(label="与救助对象的关系", choices=RELATIONS)
    bank = forms.CharField(label="开户行", max_length=80)
    account = forms.CharField(label="银行账号", max_length=40)
    reason = forms.CharField(label="更正的理由", max_length=300)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        provider = Commitment.Relation.PROVIDER
        if self.initial.get("relation") == provider:
            self.fields["relation"].choices = [(provider.value, provider.label)]  # type: ignore[attr-defined]

    def payee(self) -> Payee:
        """This function returns the payee as she was stated."""
        said = self.cleaned_data
        return Payee(said["name"], said["account"], said["bank"], said["relation"])


class AskForm(FreeTextForm):
    """What a case was granted, to be paid: out of which money, how much, on which paper, to whom."""

    numbered: ClassVar[frozenset[str]] = frozenset({"account_number", "key"})
    key = forms.CharField(widget=forms.HiddenInput, max_length=40)
    account = forms.TypedChoiceField(label="从哪项资金付", coerce=int)
    amount = FenField(label="金额", limit_fen=LIMIT_FEN)
    ground = forms.CharField(label="批准的依据", max_length=200, help_text="会议纪要或批复的文号")
    approved_on = _day(label="批准日期")
    person = forms.TypedChoiceField(label="救助对象", coerce=int)
    payee = forms.CharField(label="收款人", max_length=60, help_text="与银行账户的户名一样")
    relation = forms.ChoiceField(label="与救助对象的关系", choices=RELATIONS)
    bank = forms.CharField(label="开户行", max_length=80)
    account_number = forms.CharField(label="银行账号", max_length=40)

    def __init__(
        self, *args: Any, today: date, accounts: Sequence[tuple[int, str]], people: Sequence[tuple[int, str]],
        **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.fields["account"].choices = [*accounts] if len(accounts) == 1 else [("", "请选择"), *accounts]  # type: ignore[attr-defined]
        self.fields["person"].choices = [*people]  # type: ignore[attr-defined]
        self.fields["approved_on"].initial = today
        if people:
            self.fields["payee"].initial = people[0][1].split("（")[0]

    def wanted(self) -> Wanted:
        """This function returns what is to be paid."""
        said = self.cleaned_data
        return Wanted(
            key=said["key"], account_id=said["account"], amount_fen=said["amount"], person_id=said["person"],
            ground=said["ground"], approved_on=said["approved_on"],
            payee=Payee(said["payee"], said["account_number"], said["bank"], said["relation"]),
        )  # fmt: skip


class ReasonForm(FreeTextForm):
    """Why."""

    reason = forms.CharField(label="理由", max_length=300)


class SettleForm(FreeTextForm):
    """What became of a payment, as somebody states it: on which ground."""

    reason = forms.CharField(label="凭什么说", max_length=300, help_text="流水、银行书面答复等")


class RecoverForm(FreeTextForm):
    """What came back of a payment, and why."""

    amount = FenField(label="追回金额")
    reason = forms.CharField(label="理由", max_length=300)


class NoteForm(FreeTextForm):
    """What is decided about a finding."""

    state = forms.ChoiceField(label="怎么办", choices=FindingNote.State.choices)
    owner = forms.CharField(label="责任单位", max_length=120)
    due_on = StatedDay(label="整改期限", required=False, widget=forms.DateInput(attrs={"type": "date"}),
                       help_text="交办时要写")  # fmt: skip
    note = forms.CharField(label="要求、结果或容错的依据", max_length=240)
    grounds = forms.MultipleChoiceField(label="容错的三条", choices=list(GROUNDS.items()), required=False,
                                        widget=forms.CheckboxSelectMultiple, help_text="选容错时都要成立")  # fmt: skip


class WatchForm(FreeTextForm):
    """An official's account."""

    numbered: ClassVar[frozenset[str]] = frozenset({"number"})
    owner = forms.CharField(label="姓名", max_length=60)
    post = forms.CharField(label="单位和职务", max_length=120)
    number = forms.CharField(label="银行账号", max_length=40, help_text="只留后四位和比对用的摘要")
