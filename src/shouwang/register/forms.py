"""Forms of the register: finding places, registering a household, changing it, correcting facts, importing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, ClassVar

from django import forms

from shouwang.kit.codes import Labour, PovertyStatus, Relationship, Sex, StudentStatus, WatchType
from shouwang.kit.errors import Refusal
from shouwang.kit.resident_id import resident_id_parse
from shouwang.kit.texts import squeezed
from shouwang.register.fields import DayField, FilesField, Finder, PlaceField
from shouwang.ui.forms import FreeTextForm

NOTHING = ("", "请选择")
RELATIONSHIPS = [(member.value, member.label) for member in Relationship]
HEALTH = [("is_chronic", "长期慢性病"), ("is_seriously_ill", "患有大病"), ("is_disabled", "残疾")]


class VillageForm(FreeTextForm):
    """Narrows a search to a village."""

    village = PlaceField(label="村", required=False)

    def __init__(self, *args: Any, find: Finder, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["village"].find = find  # type: ignore[attr-defined]


class ImportForm(FreeTextForm):
    """The national system's exports: which files, for which area, as of which day."""

    area = PlaceField(label="导入到哪个辖区", help_text="县、乡镇或村：写名称、拼音首字母或 12 位代码。表里的村在这个辖区里找")
    data_date = DayField(label="数据截至哪一天", help_text="从国家系统导出的日子，不是上传的日子")
    files = FilesField(
        label="导出的工作簿",
        help_text="监测对象信息、户信息、已外出务工信息等，可以一次选几个；原样导出就行，不用改表头",
    )

    def __init__(self, *args: Any, find: Finder, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"].find = find  # type: ignore[attr-defined]


class RegistrationForm(FreeTextForm):
    """A new household."""

    numbered: ClassVar[frozenset[str]] = frozenset({"phone", "number"})

    village = PlaceField(label="村", help_text="村名、拼音首字母或 12 位代码")
    address = forms.CharField(label="门牌或住址", max_length=200, required=False)
    since = DayField(label="从哪天起在册")
    number = forms.CharField(label="户编号", max_length=40, required=False, help_text="国家系统里的户编号，没有就不填")
    phone = forms.CharField(label="联系电话", max_length=20, required=False)
    poverty_status = forms.ChoiceField(
        label="户类型", required=False, choices=[("", "不清楚"), *((c.value, c.label) for c in PovertyStatus)]
    )
    watch_type = forms.ChoiceField(
        label="监测对象类别", required=False, choices=[("", "不是监测对象"), *((c.value, c.label) for c in WatchType)]
    )

    def __init__(self, *args: Any, find: Finder, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["village"].find = find  # type: ignore[attr-defined]

    def clean_number(self) -> str:
        number = squeezed(self.cleaned_data["number"])
        if is_resident_id(number):
            raise forms.ValidationError("这是身份证号，不是户编号，请填到成员一栏")
        return number


def is_resident_id(text: str) -> bool:
    """This function tells whether a text is a resident ID."""
    try:
        resident_id_parse(text, on=date.max)
    except Refusal:
        return False
    return True


class MemberForm(FreeTextForm):
    """One member of a new household; an ID brings sex and birth date along."""

    numbered: ClassVar[frozenset[str]] = frozenset({"resident_id", "phone"})

    name = forms.CharField(label="姓名", max_length=60)
    relationship = forms.ChoiceField(label="与户主关系", choices=[NOTHING, *RELATIONSHIPS])
    resident_id = forms.CharField(label="身份证号", max_length=30, required=False, help_text="性别和出生日期由它得出")
    phone = forms.CharField(label="电话", max_length=20, required=False)
    sex = forms.ChoiceField(
        label="性别", required=False, choices=[("", "由身份证号得出"), *((c.value, c.label) for c in Sex)]
    )
    birth_date = DayField(label="出生日期", required=False, help_text="有身份证号就不用填")
    labour = forms.ChoiceField(
        label="劳动技能", required=False, choices=[("", "不清楚"), *((c.value, c.label) for c in Labour)]
    )
    student_status = forms.ChoiceField(
        label="在校生状况", required=False, choices=[("", "不是在校生"), *((c.value, c.label) for c in StudentStatus)]
    )
    health = forms.MultipleChoiceField(
        label="健康状况", required=False, choices=HEALTH, widget=forms.CheckboxSelectMultiple, help_text="没有就不选"
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("name") and not cleaned.get("resident_id") and "resident_id" not in self.errors:
            for name in ("sex", "birth_date"):
                if not cleaned.get(name) and name not in self.errors:
                    self.add_error(name, "没有身份证号的，这一项要填")
        return cleaned

    @property
    def facts(self) -> dict[str, Any]:
        """What is true of her, as far as it was filled in."""
        facts: dict[str, Any] = {key: True for key in self.cleaned_data["health"]}
        facts |= {key: self.cleaned_data[key] for key in ("labour", "student_status") if self.cleaned_data[key]}
        return facts


class ReasonForm(FreeTextForm):
    """Why, and of which version the writer knows."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label="理由", max_length=300, widget=forms.Textarea(attrs={"rows": 2}), help_text="户里和上级都能看到"
    )


class ObjectForm(FreeTextForm):
    """Somebody says that a fact is wrong."""

    claimed = forms.CharField(label="应该是什么", max_length=200, required=False, help_text="不清楚就不填")
    reason = forms.CharField(label="为什么不对", max_length=300, widget=forms.Textarea(attrs={"rows": 2}))


class CorrectForm(ReasonForm):
    """The right value of a fact; `since` only where a fact has its days."""

    value = forms.CharField(label="更正为", max_length=200, required=False, help_text="留空表示不清楚")
    since = DayField(
        label="从哪天起变的", required=False, help_text="一直就登记错了的，不填；情况后来变了的，填变的那天"
    )
    field_order: ClassVar[list[str]] = ["version", "value", "since", "reason"]

    def __init__(
        self, *args: Any, choices: Sequence[tuple[str, str]] = (), is_many: bool = False, is_dated: bool = False,
        **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        if choices:
            kind = forms.MultipleChoiceField if is_many else forms.ChoiceField
            widget = forms.CheckboxSelectMultiple if is_many else forms.Select
            self.fields["value"] = kind(label="更正为", required=False, choices=choices, widget=widget)
        if not is_dated:
            del self.fields["since"]
        self.order_fields(self.field_order)

    @property
    def text(self) -> str:
        """The value as `fact_correct` reads it."""
        value = self.cleaned_data["value"]
        return "、".join(value) if isinstance(value, list) else str(value)


class RejectForm(FreeTextForm):
    answer = forms.CharField(
        label="核对的结果", max_length=300, widget=forms.Textarea(attrs={"rows": 2}),
        help_text="写明怎么核对的，户里能看到",
    )  # fmt: skip


class SettleForm(FreeTextForm):
    settlement = forms.CharField(
        label="核对的结果", max_length=300, widget=forms.Textarea(attrs={"rows": 2}), help_text="例如：监护人是村里的伯父"
    )


class PurposeForm(FreeTextForm):
    purpose = forms.CharField(label="看号码做什么用", max_length=200, help_text="会连同您的姓名记入日志")


class UndoForm(FreeTextForm):
    reason = forms.CharField(label="为什么撤销", max_length=300, widget=forms.Textarea(attrs={"rows": 2}))


class DayReasonForm(ReasonForm):
    """A change that holds from a day on."""

    on = DayField(label="从哪天起")
    field_order: ClassVar[list[str]] = ["version", "on", "reason"]


class HeadForm(DayReasonForm):
    """Everybody's relationship to the new head; the fields are named by person."""

    def __init__(self, *args: Any, people: Sequence[tuple[int, str]], suggested: Mapping[int, str], **kwargs: Any):
        super().__init__(*args, **kwargs)
        add_relationships(self, people, suggested)

    @property
    def relationships(self) -> dict[int, str]:
        return relationships_of(self)


class SplitForm(DayReasonForm):
    """Who leaves as what, who heads those who stay when the head leaves, and where the new household lives."""

    village = PlaceField(label="新户在哪个村", required=False, help_text="还在本村就不填")
    address = forms.CharField(label="新户门牌或住址", max_length=200, required=False)
    stay_head = forms.ChoiceField(label="原户的新户主", required=False, help_text="只有户主分出去时才选")
    field_order: ClassVar[list[str]] = ["version", "stay_head", "village", "address", "on", "reason"]

    def __init__(self, *args: Any, people: Sequence[tuple[int, str]], find: Finder, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["village"].find = find  # type: ignore[attr-defined]
        self.fields["stay_head"].choices = [("", "户主不分出去"), *((str(pk), name) for pk, name in people)]  # type: ignore[attr-defined]
        add_relationships(self, people, {}, empty="留在原户")

    @property
    def leaving(self) -> dict[int, str]:
        return {pk: value for pk, value in relationships_of(self).items() if value}


class JoinForm(DayReasonForm):
    """What each who comes is to the head of the household she comes to."""

    other_version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, people: Sequence[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        add_relationships(self, people, {}, empty="请选择", without_head=True)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for name in relationship_names(self):
            if not cleaned.get(name) and name not in self.errors:
                self.add_error(name, "请选来了以后与户主的关系")
        return cleaned

    @property
    def relationships(self) -> dict[int, str]:
        return relationships_of(self)


class LeaveForm(DayReasonForm):
    """A person leaves: her relationship where she goes (None asked for one of her own), and who heads the rest."""

    field_order: ClassVar[list[str]] = ["version", "relationship", "new_head", "on", "reason"]

    def __init__(self, *args: Any, heirs: Sequence[tuple[int, str]], with_relationship: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if with_relationship:
            self.fields["relationship"] = forms.ChoiceField(
                label="在那一户里与户主关系", choices=[NOTHING, *RELATIONSHIPS[1:]]
            )
        if heirs:
            self.fields["new_head"] = new_head_field(heirs)
        self.order_fields(self.field_order)

    @property
    def new_head_id(self) -> int | None:
        chosen = self.cleaned_data.get("new_head")
        return int(chosen) if chosen else None


class DeathForm(LeaveForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, with_relationship=False, **kwargs)
        self.fields["on"].label = "死亡日期"
        self.fields["reason"].label = "依据"
        self.fields["reason"].help_text = "例如：派出所销户证明、村委会证明"


class HouseholdMoveForm(DayReasonForm):
    village = PlaceField(label="迁到哪个村", help_text="外县的写“县名 村名”或 12 位代码")
    address = forms.CharField(label="新的门牌或住址", max_length=200, required=False)
    field_order: ClassVar[list[str]] = ["version", "village", "address", "on", "reason"]

    def __init__(self, *args: Any, find: Finder, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["village"].find = find  # type: ignore[attr-defined]


class NumberForm(ReasonForm):
    """A number that was wrong from the beginning."""

    numbered: ClassVar[frozenset[str]] = frozenset({"text"})

    kind = forms.ChoiceField(label="哪个号码", choices=[("RESIDENT_ID", "身份证号"), ("PHONE", "联系电话")])
    text = forms.CharField(label="正确的号码", max_length=30)
    field_order: ClassVar[list[str]] = ["version", "kind", "text", "reason"]


class DoubleForm(ReasonForm):
    double_version = forms.IntegerField(widget=forms.HiddenInput)


class PickForm(FreeTextForm):
    """Which household or person is meant: a number, a name, initials."""

    numbered: ClassVar[frozenset[str]] = frozenset({"q"})

    q = forms.CharField(label="姓名、身份证号、电话或户编号", max_length=60)


class PickPlaceForm(FreeTextForm):
    village = PlaceField(label="迁到哪个村", help_text="外县的写“县名 村名”或 12 位代码")

    def __init__(self, *args: Any, find: Finder, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["village"].find = find  # type: ignore[attr-defined]


class ConflictForm(ReasonForm):
    """Move the person to where she was newly registered, or leave her where she is."""

    decision = forms.ChoiceField(
        label="怎么处理", widget=forms.RadioSelect,
        choices=[("MOVE", "人已经在新的地方：迁到新登记的户"), ("KEEP", "人还在原来的地方：维持原登记")],
    )  # fmt: skip
    relationship = forms.ChoiceField(
        label="迁入后与户主关系", required=False, choices=[("", "按新登记的填报"), *RELATIONSHIPS]
    )
    field_order: ClassVar[list[str]] = ["version", "decision", "relationship", "new_head", "reason"]

    def __init__(self, *args: Any, heirs: Sequence[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if heirs:
            self.fields["new_head"] = new_head_field(heirs)
            self.fields["new_head"].required = False
        self.order_fields(self.field_order)

    @property
    def new_head_id(self) -> int | None:
        chosen = self.cleaned_data.get("new_head")
        return int(chosen) if chosen else None


# ---- fields that depend on who is in the household ----


def new_head_field(heirs: Sequence[tuple[int, str]]) -> forms.ChoiceField:
    """This function returns the question who heads the household from then on."""
    return forms.ChoiceField(label="原户的新户主", choices=[NOTHING, *((str(pk), name) for pk, name in heirs)])


def add_relationships(
    form: forms.Form, people: Sequence[tuple[int, str]], suggested: Mapping[int, str], *, empty: str = "",
    without_head: bool = False,
) -> None:  # fmt: skip
    """This function adds the question of everybody's relationship, one field a person."""
    choices = RELATIONSHIPS[1:] if without_head else RELATIONSHIPS
    for pk, name in people:
        form.fields[f"as_{pk}"] = forms.ChoiceField(
            label=name, required=not empty, choices=[("", empty), *choices] if empty else choices,
            initial=suggested.get(pk, ""),
        )  # fmt: skip


def relationship_names(form: forms.Form) -> list[str]:
    """This function returns the names of the fields that `add_relationships` added."""
    return [name for name in form.fields if name.startswith("as_")]


def relationships_of(form: forms.Form) -> dict[int, str]:
    """This function returns the chosen relationship by person."""
    return {int(name.removeprefix("as_")): form.cleaned_data[name] for name in relationship_names(form)}
