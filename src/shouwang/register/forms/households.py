"""Changes of a whole household: split, a new head, merge, move."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from django import forms

from shouwang.kit.codes import Relationship
from shouwang.people.access import Viewer
from shouwang.register.forms.fields import (
    ELSEWHERE,
    NOTHING,
    RELATIONSHIPS,
    PlaceField,
    text_area,
)
from shouwang.register.forms.registering import HouseholdForm
from shouwang.register.rules import relationships_after
from shouwang.register.selectors import Member
from shouwang.register.selectors.villages import villages_anywhere, villages_matching
from shouwang.ui.forms import DayField, FreeTextForm

STAYS = "STAYS"


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
