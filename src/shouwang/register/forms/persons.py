"""Changes of one person: death, move, numbers, doubles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms

from shouwang.register.forms.fields import (
    ELSEWHERE,
    NOTHING,
    RELATIONSHIPS,
    PlaceField,
    text_area,
)
from shouwang.register.forms.households import DayForm
from shouwang.register.selectors import Member
from shouwang.register.selectors.villages import villages_anywhere
from shouwang.ui.forms import DayField, FreeTextForm


class HeirForm(FreeTextForm):
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


class DeathForm(HeirForm):
    """A death."""

    died_on = DayField(label="死亡日期")
    reason = text_area(label="依据", help_text="例如：派出所销户证明、村委会证明")

    def __init__(self, *args: Any, heirs: Sequence[Member], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ask_heir(heirs)
        self.order_fields(["died_on", "new_head", "reason"])


class PersonMoveForm(DayForm, HeirForm):
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
