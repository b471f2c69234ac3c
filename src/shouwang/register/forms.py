"""Forms of the register: finding places, registering and changing households, correcting facts, importing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from django import forms

from shouwang.kit.codes import Labour, PovertyStatus, Relationship, Sex, StudentStatus, WatchType
from shouwang.kit.texts import squeezed
from shouwang.people.access import Viewer
from shouwang.register.fields import DayField, FilesField, PlaceField
from shouwang.register.rules import relationships_after
from shouwang.register.selectors import Member
from shouwang.register.selectors.villages import places_matching, villages_anywhere, villages_matching
from shouwang.ui.forms import FreeTextForm

NOTHING = ("", "请选择")
RELATIONSHIPS = [(member.value, member.label) for member in Relationship]
HEALTH = [("is_chronic", "长期慢性病"), ("is_seriously_ill", "患有大病"), ("is_disabled", "残疾")]
_ID_SHAPED = re.compile(r"\d{6}(?:19|20)\d{2}[01]\d[0-3]\d{4}[\dXx](?:\d{2,4})?|\d{8}[01]\d[0-3]\d{4}")
STAYS = "STAYS"
ELSEWHERE = "外县的写“县名 村名”，或 12 位区划代码"


def text_area(**kwargs: Any) -> forms.CharField:
    """This function returns a field for a sentence or two."""
    return forms.CharField(max_length=kwargs.pop("max_length", 300), widget=forms.Textarea(attrs={"rows": 2}), **kwargs)


class VillageForm(FreeTextForm):
    """Narrows a search to a village in sight."""

    village = PlaceField(label="村", required=False)

    def __init__(self, *args: Any, viewer: Viewer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["village"].find = lambda text: villages_matching(viewer, text)  # type: ignore[attr-defined]


class ImportForm(FreeTextForm):
    """The national system's exports: which files, for which area, as of which day."""

    area = PlaceField(label="导入到哪个辖区", help_text="县、乡镇或村的名称或代码；表里的村名在这个辖区里找")
    data_date = DayField(label="数据截至哪一天", help_text="从国家系统导出的那天，不是上传的日子")
    files = FilesField(  # type: ignore[assignment]
        label="导出的工作簿", help_text="监测对象信息、户信息、已外出务工信息等，一次可以选几个；不用改表头"
    )

    def __init__(self, *args: Any, viewer: Viewer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"].find = lambda text: places_matching(viewer, text)  # type: ignore[attr-defined]


# ---- registering a household ----


class HouseholdForm(FreeTextForm):
    """A new household."""

    numbered: ClassVar[frozenset[str]] = frozenset({"phone", "number"})

    village = PlaceField(label="村", help_text="村名、拼音首字母或 12 位区划代码")
    address = forms.CharField(label="门牌或住址", max_length=200, required=False)
    on = DayField(label="从哪天起在册")
    number = forms.CharField(label="户编号", max_length=40, required=False, help_text="国家系统里的户编号，没有就不填")
    phone = forms.CharField(label="户里的联系电话", max_length=20, required=False)
    poverty_status = forms.ChoiceField(
        label="户类型", required=False, choices=[("", "不清楚"), *((c.value, c.label) for c in PovertyStatus)]
    )
    watch_type = forms.ChoiceField(
        label="监测对象类别", required=False, choices=[("", "不是监测对象"), *((c.value, c.label) for c in WatchType)]
    )

    def __init__(self, *args: Any, viewer: Viewer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["village"].find = lambda text: villages_matching(viewer, text)  # type: ignore[attr-defined]

    def clean_number(self) -> str:
        number = squeezed(self.cleaned_data["number"])
        if looks_like_id(number):
            raise forms.ValidationError("这是身份证号，不是户编号，请填到成员那里")
        return number

    @property
    def state(self) -> dict[str, Any]:
        """What is true of the household, as far as it was filled in."""
        return {key: self.cleaned_data[key] for key in ("poverty_status", "watch_type") if self.cleaned_data[key]}


def looks_like_id(text: str) -> bool:
    """This function tells whether a text is a resident ID or one with a slip of the pen: it must not lie unsealed."""
    return bool(_ID_SHAPED.fullmatch(text))


class MemberForm(FreeTextForm):
    """One member of a new household; an ID brings sex and birth date along."""

    numbered: ClassVar[frozenset[str]] = frozenset({"resident_id", "phone"})

    name = forms.CharField(label="姓名", max_length=60)
    relationship = forms.ChoiceField(label="与户主关系", choices=[NOTHING, *RELATIONSHIPS])
    resident_id = forms.CharField(
        label="身份证号", max_length=30, required=False, help_text="性别和出生日期由它得出，也可以填残疾人证号",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip
    sex = forms.ChoiceField(
        label="性别", required=False, choices=[("", "由身份证号得出"), *((c.value, c.label) for c in Sex)]
    )
    birth_date = DayField(label="出生日期", required=False, help_text="有身份证号就不填")
    phone = forms.CharField(
        label="电话", max_length=20, required=False, widget=forms.TextInput(attrs={"inputmode": "tel"})
    )
    labour = forms.ChoiceField(
        label="劳动技能", required=False, choices=[("", "不清楚"), *((c.value, c.label) for c in Labour)]
    )
    student_status = forms.ChoiceField(
        label="在校生状况", required=False, choices=[("", "不在校"), *((c.value, c.label) for c in StudentStatus)]
    )
    health = forms.MultipleChoiceField(
        label="健康状况", required=False, choices=HEALTH, widget=forms.CheckboxSelectMultiple, help_text="都没有就不选"
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("name") and not cleaned.get("resident_id") and "resident_id" not in self.errors:
            for name in ("sex", "birth_date"):
                if not cleaned.get(name) and name not in self.errors:
                    self.add_error(name, "没有身份证号的，这一项要填")
        return cleaned

    @property
    def is_blank(self) -> bool:
        """Whether nothing was typed into the row."""
        return not self.has_changed()

    @property
    def facts(self) -> dict[str, Any]:
        """What is true of her, as far as it was filled in."""
        facts: dict[str, Any] = dict.fromkeys(self.cleaned_data["health"], True)
        facts |= {key: self.cleaned_data[key] for key in ("labour", "student_status") if self.cleaned_data[key]}
        return facts


class MemberRows:
    """The members of a new household, one form each; rows left blank are nobody.

    `data` is what was posted, with the number of rows in `rows`; `more` shows one row more and complains of nothing.
    """

    MOST = 20
    FIRST = 3

    def __init__(self, data: Any, *, more: bool = False) -> None:
        count = data.get("rows", "") if data is not None else ""
        number = min(int(count), self.MOST) if count.isdecimal() else self.FIRST
        self.number = min(number + more, self.MOST)
        self.is_bound = data is not None and not more
        self.forms = [self._row(index, data) for index in range(self.number)]

    def _row(self, index: int, data: Any) -> MemberForm:
        prefix = f"member{index}"
        first = {"relationship": Relationship.HEAD.value} if index == 0 else {}
        if self.is_bound:
            return MemberForm(
                data, prefix=prefix, empty_permitted=index > 0, use_required_attribute=False, initial=first
            )
        names = MemberForm.base_fields
        typed = {
            name: data.getlist(f"{prefix}-{name}") if name == "health" else data.get(f"{prefix}-{name}")
            for name in (names if data is not None else ())
            if f"{prefix}-{name}" in data
        }
        return MemberForm(prefix=prefix, use_required_attribute=False, initial={**first, **typed})

    def is_valid(self) -> bool:
        """This function tells whether every row that is not blank can be taken."""
        valid = [form.is_valid() for form in self.forms]  # every form, so that each says what is wrong
        return all(valid)

    def non_form_errors(self) -> list[str]:
        return []

    def filled(self) -> list[MemberForm]:
        """This function returns the rows that name somebody."""
        return [form for form in self.forms if form.cleaned_data.get("name")]


# ---- changing a household ----


class DayForm(FreeTextForm):
    """A change that holds from a day on, and why."""

    on = DayField(label="从哪天起")
    reason = text_area(label="理由", help_text="户里和上级都能看到")


class _StayField(forms.ChoiceField):
    """What a person is in the new household; who is not asked about stays."""

    def clean(self, value: Any) -> Any:
        return super().clean(value or STAYS)


class _RelationshipsForm(DayForm):
    """Asks what each of some persons is to a head; one field a person."""

    def ask(self, members: Iterable[Member], suggested: Mapping[int, str], choices: Sequence[Any]) -> None:
        """This function adds the questions, each with the suggested answer."""
        for member in members:
            self.fields[f"as_{member.person_id}"] = forms.ChoiceField(
                label=who(member),
                choices=[NOTHING, *choices],
                initial=suggested.get(member.person_id, ""),
                error_messages={"required": "请选与户主的关系"},
            )

    @property
    def relationships(self) -> dict[int, str]:
        """The chosen relationship by person; who stays is left out."""
        chosen = {name: self.cleaned_data.get(name) for name in self.fields if name.startswith("as_")}
        return {int(name.removeprefix("as_")): value for name, value in chosen.items() if value and value != STAYS}


def who(member: Member) -> str:
    """This function returns how a form names a member."""
    age = f"，{member.age} 岁" if member.age is not None else ""
    return f"{member.name}（现为{member.relationship_label}{age}）"


class SplitForm(_RelationshipsForm):
    """Who leaves as what, who heads those who stay when the head leaves, and where the new household lives."""

    numbered: ClassVar[frozenset[str]] = frozenset({"number"})

    stay_head = forms.ChoiceField(label="原户的新户主", required=False, help_text="只有户主分出去时才选")
    village = PlaceField(label="新户在哪个村", required=False, help_text="还在本村就不填")
    address = forms.CharField(label="新户的门牌或住址", max_length=200, required=False)
    number = forms.CharField(label="新户的户编号", max_length=40, required=False, help_text="没有就不填")
    field_order = ["stay_head", "village", "address", "number", "on", "reason"]

    def __init__(self, *args: Any, viewer: Viewer, members: Sequence[Member], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.before = {member.person_id: member.relationship for member in members}
        self.fields["village"].find = lambda text: villages_matching(viewer, text)  # type: ignore[attr-defined]
        heirs = [(str(m.person_id), m.name) for m in members if m.relationship != Relationship.HEAD]
        self.fields["stay_head"].choices = [("", "户主留在原户"), *heirs]  # type: ignore[attr-defined]
        away = [(value, f"分出去，在新户里是{label}") for value, label in RELATIONSHIPS]
        for member in members:
            self.fields[f"as_{member.person_id}"] = _StayField(
                label=who(member), choices=[(STAYS, "留在原户"), *away], initial=STAYS
            )
        self.order_fields(self.field_order)

    clean_number = HouseholdForm.clean_number

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        head = next((pk for pk, value in self.before.items() if value == Relationship.HEAD), None)
        leaving = set(self.relationships)
        chosen = cleaned.get("stay_head")
        if head in leaving and not chosen and set(self.before) - leaving:
            self.add_error("stay_head", "户主要分出去，请选原户的新户主")
        if chosen and int(chosen) in leaving:
            self.add_error("stay_head", "选的人也要分出去，请另选一位")
        return cleaned

    @property
    def leaving(self) -> dict[int, str]:
        return self.relationships

    @property
    def staying(self) -> dict[int, str] | None:
        """The relationships of those who stay, when the head leaves."""
        chosen = self.cleaned_data.get("stay_head")
        head = next((pk for pk, value in self.before.items() if value == Relationship.HEAD), None)
        if not chosen or head not in self.leaving:
            return None
        after = relationships_after(self.before, int(chosen))
        return {pk: value for pk, value in after.items() if pk not in self.leaving}


class HeadForm(_RelationshipsForm):
    """Everybody's relationship to the new head."""

    def __init__(self, *args: Any, members: Sequence[Member], suggested: Mapping[int, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ask(members, suggested, RELATIONSHIPS)


class MergeForm(_RelationshipsForm):
    """What each who comes is to the head of the household she comes to."""

    def __init__(self, *args: Any, members: Sequence[Member], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ask(members, {}, RELATIONSHIPS[1:])


class HouseholdNumberForm(FreeTextForm):
    """Which other household is meant."""

    numbered: ClassVar[frozenset[str]] = frozenset({"other"})

    other = forms.CharField(
        label="哪一户并进来", max_length=60, help_text="户编号、户主姓名，或者户里一个人的身份证号、电话"
    )


class HouseholdMoveForm(DayForm):
    """A whole household moves to a village anywhere."""

    village = PlaceField(label="迁到哪个村", help_text=ELSEWHERE, find=villages_anywhere)
    address = forms.CharField(label="新的门牌或住址", max_length=200, required=False)
    field_order = ["village", "address", "on", "reason"]


# ---- one person ----


class _HeirForm(FreeTextForm):
    """Asks who heads those who stay, when the person heads others."""

    def ask_heir(self, heirs: Sequence[Member], *, required: bool = True) -> None:
        if heirs:
            self.fields["new_head"] = forms.ChoiceField(
                label="原户的新户主", choices=[NOTHING, *((str(m.person_id), m.name) for m in heirs)], required=required
            )

    @property
    def new_head_id(self) -> int | None:
        chosen = self.cleaned_data.get("new_head")
        return int(chosen) if chosen else None


class DeathForm(_HeirForm):
    """A death."""

    died_on = DayField(label="死亡日期")
    reason = text_area(label="依据", help_text="例如：派出所销户证明、村委会证明")

    def __init__(self, *args: Any, heirs: Sequence[Member], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ask_heir(heirs)
        self.order_fields(["died_on", "new_head", "reason"])


class PersonMoveForm(DayForm, _HeirForm):
    """A person goes to another household in sight, or to a village anywhere as a household of her own."""

    numbered: ClassVar[frozenset[str]] = frozenset({"to_household"})

    to_household = forms.CharField(
        label="迁入哪一户", max_length=60, required=False,
        help_text="辖区内的户：户编号、户主姓名，或者户里一个人的身份证号、电话",
    )  # fmt: skip
    relationship = forms.ChoiceField(
        label="在那一户里与户主关系", required=False, choices=[NOTHING, *RELATIONSHIPS[1:]]
    )
    village = PlaceField(
        label="或者：迁往哪个村，单独立户", required=False, help_text=ELSEWHERE, find=villages_anywhere
    )

    def __init__(self, *args: Any, heirs: Sequence[Member], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ask_heir(heirs)
        self.order_fields(["to_household", "relationship", "village", "new_head", "on", "reason"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if "village" in self.errors:
            return cleaned
        if bool(cleaned.get("to_household")) == bool(cleaned.get("village")):
            self.add_error("to_household", "“迁入哪一户”和“迁往哪个村”填其中一项")
        elif cleaned.get("to_household") and not cleaned.get("relationship"):
            self.add_error("relationship", "请选与那一户户主的关系")
        return cleaned


class IdentifierForm(FreeTextForm):
    """A number that was wrong from the beginning."""

    numbered: ClassVar[frozenset[str]] = frozenset({"text"})

    kind = forms.ChoiceField(label="哪个号码", choices=[("RESIDENT_ID", "身份证号"), ("PHONE", "联系电话")])
    text = forms.CharField(label="正确的号码", max_length=30, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    reason = text_area(label="理由", help_text="例如：与户口本不符，末位录错")


class PurposeForm(FreeTextForm):
    purpose = forms.CharField(label="看号码做什么用", max_length=200, help_text="会连同您的姓名和时间记入日志")


class ReasonForm(FreeTextForm):
    reason = text_area(label="理由", help_text="上级能看到")


class DoubleForm(ReasonForm):
    """The double, as it was compared, and how it is known to be one."""

    double = forms.IntegerField(widget=forms.HiddenInput)
    double_version = forms.IntegerField(widget=forms.HiddenInput)


# ---- facts, objections, findings, pairs ----


class ObjectionForm(FreeTextForm):
    """Somebody says that a fact is wrong."""

    claimed = forms.CharField(label="应该是什么", max_length=200, required=False, help_text="不清楚就不填")
    reason = text_area(label="为什么不对")


class CorrectionForm(FreeTextForm):
    """The right value of a fact; `since` only where a fact has its days."""

    value = forms.CharField(label="更正为", max_length=200, required=False, help_text="留空表示不清楚")
    since = DayField(label="从哪天起变的", required=False, help_text="当初就登记错了的不填；后来情况变了的，填变的那天")
    reason = text_area(label="理由", help_text="户里和上级都能看到")

    def __init__(
        self, *args: Any, choices: Sequence[tuple[str, str]] = (), is_many: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if choices and is_many:
            self.fields["value"] = forms.MultipleChoiceField(
                label="更正为", required=False, choices=choices, widget=forms.CheckboxSelectMultiple
            )
        elif choices:
            self.fields["value"] = forms.ChoiceField(label="更正为", required=False, choices=[("", "不清楚"), *choices])

    @property
    def text(self) -> str:
        """The value as `fact_correct` reads it."""
        value = self.cleaned_data["value"]
        return "、".join(value) if isinstance(value, list) else str(value)

    @property
    def shown(self) -> str:
        """The value in words."""
        labels = dict(getattr(self.fields["value"], "choices", ()))
        value = self.cleaned_data["value"]
        return "、".join(str(labels.get(part, part)) for part in (value if isinstance(value, list) else [value]))


class AnswerForm(FreeTextForm):
    answer = text_area(label="怎么核对的，结果是什么", help_text="户里能看到")


class SettlementForm(FreeTextForm):
    settlement = text_area(label="怎么核对的，结果是什么", help_text="例如：监护人是同村的伯父")


class ConflictForm(_HeirForm):
    """Move the person to where she was newly registered, or leave her where she is."""

    decision = forms.ChoiceField(
        label="人现在属于哪里", widget=forms.RadioSelect,
        choices=[("MOVE", "新的地方：从原户迁到新登记的户"), ("KEEP", "原来的地方：维持原登记")],
    )  # fmt: skip
    relationship = forms.ChoiceField(
        label="迁过去以后与户主关系", required=False, choices=[("", "按新登记时填的"), *RELATIONSHIPS]
    )
    reason = text_area(label="理由", help_text="两边都能看到")

    def __init__(self, *args: Any, heirs: Sequence[Member], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ask_heir(heirs, required=False)
        self.order_fields(["decision", "relationship", "new_head", "reason"])
