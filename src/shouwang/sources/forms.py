"""Forms of sources: reports, the delivery of a table, the meaning of its headings, keys of departments."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from django import forms

from shouwang.kit.codes import Risk
from shouwang.people.access import Viewer
from shouwang.register.selectors.villages import PlaceOption, villages_matching
from shouwang.sources.models import Call, Channel, Opinion
from shouwang.sources.rules.headings import Layout
from shouwang.sources.rules.kinds import FeedKind
from shouwang.ui.forms import DayField, FenField, FreeTextForm, StatedChoice, StatedField, questions_asked

WHOLE_HOUSEHOLD = ""
SHOWN_PLACES = 6
AMOUNTS = (
    ("gross_yuan", "总共花费", "住院、学费、损失等的总数，不知道就不填"),
    ("reimbursed_yuan", "已报销或已赔付", "医保、保险、救助已经付了的"),
    ("self_paid_yuan", "自己付的", "总数减去报销，只填知道的两个就行"),
    ("income_drop_yuan", "一年少收入多少", "因为这件事不能打工、绝收等"),
)
CLERK_CHANNELS = [
    (channel.value, channel.label)
    for channel in (
        Channel.PAPER, Channel.HOTLINE, Channel.WECHAT, Channel.APPLICATION, Channel.SWEEP, Channel.LETTER,
        Channel.MEDIA,
    )
]  # fmt: skip


class InterfaceKeyForm(FreeTextForm):
    """A department's key: for which system, who answers for it, what it may send, where, how much, how long."""

    label = forms.CharField(label="给哪个系统用", max_length=60, help_text="例如“医保结算系统每日推送”")
    appointment_id = forms.TypedChoiceField(
        label="部门里谁负责", coerce=int, help_text="以负责人的名义送，离任就失效",
        error_messages={"required": "请选部门里谁负责。"},
    )  # fmt: skip
    kinds = forms.MultipleChoiceField(label="能送哪些数据表", required=False, widget=forms.CheckboxSelectMultiple)
    may_report = forms.BooleanField(label="也能送线索", required=False)
    area_id = forms.TypedChoiceField(label="只限哪个乡镇", required=False, coerce=int, empty_value=None)
    rows_a_day = forms.IntegerField(label="每天最多多少行", min_value=1, max_value=1_000_000, initial=20_000)
    calls_a_minute = forms.IntegerField(label="每分钟最多多少次", min_value=1, max_value=600, initial=60)
    days = forms.IntegerField(label="有效多少天", min_value=1, max_value=366, initial=180)

    def __init__(
        self, *args: Any, people: list[tuple[int, str]], places: list[tuple[int, str]], kinds: list[tuple[str, str]],
        **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.fields["appointment_id"].choices = people  # type: ignore[attr-defined]
        self.fields["area_id"].choices = [("", "不限，负责人的整个辖区"), *places]  # type: ignore[attr-defined]
        self.fields["kinds"].choices = kinds  # type: ignore[attr-defined]
        if not kinds:
            self.fields.pop("kinds")
            self.fields["may_report"].initial = True


class RevokeForm(FreeTextForm):
    """Why a key ends."""

    reason = forms.CharField(label="为什么作废", max_length=200, help_text="例如“对接人离职”“密钥可能泄露”")


class YuanField(FenField):
    """An amount that need not be told."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        kwargs.setdefault("max_length", 30)
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))
        super().__init__(**kwargs)


class PaperDay(DayField):
    """The date on a paper form, empty for one that was never on paper."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)


class PlaceField(forms.CharField):
    """A village as a code, a name or pinyin initials; cleans to the one that is meant, None when empty."""

    find: Callable[[str], Sequence[PlaceOption]]

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        found = self.find(text)
        if len(found) == 1:
            return found[0]
        if not found:
            raise forms.ValidationError("没有找到这个村，请写全名、拼音首字母或 12 位区划代码。")
        shown = "、".join(f"{place.full_name}（{place.code}）" for place in found[:SHOWN_PLACES])
        raise forms.ValidationError(f"不止一个村：{shown}{'等' if len(found) > SHOWN_PLACES else ''}，请写代码。")


class ReportForm(forms.Form):
    """《预警信息登记表》. What an already known event says is not asked: those fields are left out."""

    key = forms.CharField(widget=forms.HiddenInput, max_length=64)
    cause = forms.ChoiceField(label="什么原因", widget=forms.RadioSelect, error_messages={"required": "请选一个原因。"})
    cause_note = forms.CharField(label="其他原因是什么", required=False, max_length=100, help_text="原因选“其他”时填")
    occurred_on = DayField(label="哪天发生的", error_messages={"required": "请填发生的日期。"})
    summary = forms.CharField(
        label="发生了什么",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="一两句话就行，可以用键盘上的话筒说。不要写身份证号、手机号。",
        error_messages={"required": "请写一两句发生了什么。"},
    )

    def __init__(
        self,
        *args: Any,
        causes: list[tuple[str, str]],
        members: list[tuple[str, str]] | None = None,
        with_event: bool = False,
        with_channel: bool = False,
        villages: list[tuple[str, str]] | None = None,
        today: date | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["cause"].choices = causes  # type: ignore[attr-defined]
        if today is not None:
            self.fields["occurred_on"].widget.attrs["max"] = today.isoformat()
        if members is not None:
            self.fields["person"] = forms.ChoiceField(
                label="谁的事",
                required=False,
                choices=[*members, (WHOLE_HOUSEHOLD, "全家的事")],
                widget=forms.RadioSelect,
            )
        else:
            self._add_unregistered(villages or [])
        for name, label, hint in AMOUNTS:
            self.fields[name] = YuanField(label=label, help_text=hint)
        if with_channel:
            self.fields["channel"] = forms.ChoiceField(label="从哪里来的", choices=CLERK_CHANNELS)
        self.fields["filled_on"] = PaperDay(
            label="纸质表上的日期", help_text="先填在纸上、现在补录的才写；线索按这一天算",
        )  # fmt: skip
        if today is not None:
            self.fields["filled_on"].widget.attrs["max"] = today.isoformat()
        if with_event:
            for name in ("cause", "occurred_on", "gross_yuan", "reimbursed_yuan", "self_paid_yuan", "person"):
                self.fields.pop(name, None)
        if Risk.OTHER not in {code for code, _ in causes} or with_event:
            self.fields.pop("cause_note")
        self.order_fields(
            [
                "key", "channel", "village", "person_name", "person_note", "person", "cause", "cause_note",
                "occurred_on", "summary",
            ]
        )  # fmt: skip

    def _add_unregistered(self, villages: list[tuple[str, str]]) -> None:
        self.fields["person_name"] = forms.CharField(
            label="姓名", max_length=60, error_messages={"required": "请写这个人的姓名。"}
        )
        self.fields["person_note"] = forms.CharField(
            label="住在哪里、怎么找到", max_length=200, help_text="例如“村东头，小学后面第二家”",
            error_messages={"required": "请写怎么找到这家人。"},
        )  # fmt: skip
        if len(villages) > 1:
            self.fields["village"] = forms.ChoiceField(label="哪个村", choices=villages)

    @property
    def asked(self) -> int:
        """How many questions the form asks."""
        return questions_asked(self, besides={"filled_on"})

    @property
    def amounts(self) -> list[forms.BoundField]:
        """The amounts that are asked."""
        return [self[name] for name, _, _ in AMOUNTS if name in self.fields]


class CallForm(FreeTextForm):
    """What a caller tells, taken down by keyboard alone; `household` is the key of a household or what was typed."""

    numbered = frozenset({"key", "household", "phone"})  # a random key may look like a number

    key = forms.CharField(widget=forms.HiddenInput, max_length=64)
    channel = forms.ChoiceField(
        label="从哪里来的", choices=[(channel.value, channel.label) for channel in (Channel.HOTLINE, Channel.WECHAT)],
        widget=forms.RadioSelect,
    )  # fmt: skip
    household = StatedField(label="哪一户", max_length=60)
    person_name = forms.CharField(label="姓名", required=False, max_length=60)
    village = PlaceField(label="哪个村", required=False)
    person_note = forms.CharField(label="住在哪里、怎么找到", required=False, max_length=200)
    cause = forms.ChoiceField(label="什么原因", widget=forms.RadioSelect, error_messages={"required": "请选一个原因。"})
    cause_note = forms.CharField(label="其他原因是什么", required=False, max_length=100)
    summary = forms.CharField(
        label="来电人怎么说", max_length=1000, widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "请记一两句来电人的话。"},
    )  # fmt: skip
    is_urgent = forms.BooleanField(label="急：人身、吃饭、住处有危险，今天就要有人管", required=False)
    occurred_on = DayField(label="哪天发生的", error_messages={"required": "请填发生的日期。"})
    tie = forms.ChoiceField(label="来电的是", choices=Call.Tie.choices, widget=forms.RadioSelect)
    caller = forms.CharField(label="来电人姓名", required=False, max_length=60)
    phone = forms.CharField(
        label="回电号码", required=False, max_length=20, widget=forms.TextInput(attrs={"inputmode": "tel"})
    )

    def __init__(self, *args: Any, causes: list[tuple[str, str]], viewer: Viewer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["cause"].choices = causes  # type: ignore[attr-defined]
        self.fields["village"].find = lambda text: villages_matching(viewer, text)  # type: ignore[attr-defined]
        self.fields["village"].required = False
        for name in ("household", "person_name", "caller", "phone"):
            self.fields[name].widget.attrs["autocomplete"] = "off"

    def asked(self, *, is_registered: bool) -> int:
        """This function returns how many questions the form asks; of a registered household, not where to find it."""
        return questions_asked(self, besides={"person_name", "village", "person_note"} if is_registered else ())


class OpinionForm(FreeTextForm):
    """A letter, a petition or a report of the press as it came."""

    numbered = frozenset({"household", "village"})

    channel = forms.ChoiceField(
        label="从哪里来的", choices=[(c.value, c.label) for c in (Channel.LETTER, Channel.MEDIA)],
        widget=forms.RadioSelect,
    )  # fmt: skip
    origin = forms.CharField(
        label="来信来访人或媒体", max_length=200, error_messages={"required": "请写来信人、来访人或媒体名称。"}
    )
    received_on = DayField(label="哪天收到", error_messages={"required": "请填收到的日期。"})
    subject = forms.CharField(
        label="说了什么", max_length=1000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text="不要写身份证号、手机号", error_messages={"required": "请写一两句说了什么。"},
    )  # fmt: skip
    household = forms.CharField(label="说的是哪一户", required=False, max_length=60)
    village = PlaceField(label="说的是哪个村", required=False)

    def __init__(self, *args: Any, viewer: Viewer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["village"].find = lambda text: villages_matching(viewer, text)  # type: ignore[attr-defined]


class JudgeForm(FreeTextForm):
    """Whether it is a clue, why not, and if it is: whose, of what cause."""

    numbered = frozenset({"household", "village"})

    verdict = forms.ChoiceField(
        label="是不是风险线索", choices=Opinion.Verdict.choices, widget=forms.RadioSelect,
        error_messages={"required": "请选是不是风险线索。"},
    )  # fmt: skip
    why = StatedField(label="理由", max_length=500, widget=forms.Textarea(attrs={"rows": 2}),
                      help_text="不是线索的必须写")  # fmt: skip
    household = StatedField(label="哪一户", max_length=60)
    person_name = forms.CharField(label="姓名", required=False, max_length=60)
    village = PlaceField(label="哪个村", required=False)
    person_note = forms.CharField(label="住在哪里、怎么找到", required=False, max_length=200)
    cause = StatedChoice(label="什么原因", widget=forms.RadioSelect)
    cause_note = StatedField(label="其他原因是什么", max_length=100, help_text="原因选“其他”时填")
    occurred_on = DayField(label="哪天发生的", required=False)

    def __init__(self, *args: Any, causes: list[tuple[str, str]], viewer: Viewer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["cause"].choices = causes  # type: ignore[attr-defined]
        self.fields["village"].find = lambda text: villages_matching(viewer, text)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """This function asks for the cause of a clue."""
        cleaned = super().clean()
        if cleaned.get("verdict") == Opinion.Verdict.CLUE and not cleaned.get("cause") and "cause" not in self.errors:
            self.add_error("cause", "请选一个原因。")
        return cleaned

    def asked(self, *, is_registered: bool) -> int:
        """This function returns how many questions a clue asks of who judges; of a registered household, not where."""
        found = {"person_name", "village", "person_note"} if is_registered else set()
        return questions_asked(self, besides={"why", *found})


class DeliveryForm(forms.Form):
    """A department's table: which kind, as of which day, the file."""

    kind = forms.ChoiceField(label="哪种数据表")
    data_date = DayField(
        label="数据截至哪一天", help_text="不是上传的日子，是这份数据统计到哪一天",
        error_messages={"required": "请填这份数据截至哪一天。"},
    )  # fmt: skip
    file = forms.FileField(
        label="文件", help_text="xlsx、xls 或 csv；原样导出的表就行，不用改表头",
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xls,.csv"}),
        error_messages={"required": "请选一个文件。", "empty": "文件是空的，没有任何内容。"},
    )  # fmt: skip

    def __init__(self, *args: Any, kinds: tuple[FeedKind, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(kind.key, kind.name) for kind in kinds]  # type: ignore[attr-defined]


class HeadingsForm(forms.Form):
    """For each column of each sheet, the field it is."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, kind: FeedKind, layouts: list[Layout], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.layouts = layouts
        choices = [("", "不用这一列")]
        choices += [
            (name, field.heading + ("（必须有）" if field.required else "")) for name, field in kind.fields.items()
        ]
        for layout in layouts:
            for column in layout.columns:
                self.fields[self.name_of(layout.sheet_number, column.index)] = forms.ChoiceField(
                    label=column.heading,
                    choices=choices,
                    initial=column.field,
                    required=False,
                    widget=forms.Select(attrs={"class": "form-select"}),
                )

    @staticmethod
    def name_of(sheet_number: int, column: int) -> str:
        """This function returns the form's name of a column."""
        return f"column-{sheet_number}-{column}"

    def meanings(self) -> dict[tuple[int, int], str]:
        """This function returns the chosen field by sheet and column."""
        return {
            (layout.sheet_number, column.index): self.cleaned_data[self.name_of(layout.sheet_number, column.index)]
            for layout in self.layouts
            for column in layout.columns
        }
