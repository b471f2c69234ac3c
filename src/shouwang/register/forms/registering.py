"""A new household and its members."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from django import forms

from shouwang.kit.codes import Labour, PovertyStatus, Relationship, Sex, StudentStatus, WatchType
from shouwang.kit.texts import squeezed
from shouwang.people.access import Viewer
from shouwang.register.forms.fields import (
    NOTHING,
    RELATIONSHIPS,
    PlaceField,
)
from shouwang.register.selectors.villages import villages_matching
from shouwang.ui.forms import DayField, FreeTextForm

HEALTH = [("is_chronic", "长期慢性病"), ("is_seriously_ill", "患有大病"), ("is_disabled", "残疾")]
_ID_SHAPED = re.compile(r"\d{6}(?:19|20)\d{2}[01]\d[0-3]\d{4}[\dXx](?:\d{2,4})?|\d{8}[01]\d[0-3]\d{4}")


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
        label="身份证号", max_length=30, required=False, help_text="性别和出生日期由它得出",
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
