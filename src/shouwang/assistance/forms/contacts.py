"""Forms of contacts, their visits and the slots of a household."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms

from shouwang.assistance.models import ContactVisit
from shouwang.assistance.rules.contacts import ReasonNeeded
from shouwang.assistance.services import Cadre, Seen
from shouwang.kit.codes import Risk
from shouwang.ui.forms import FreeTextForm, StatedChoice, StatedField, key_read

PERSON, ORGANISATION = "p", "o"
WHICH_DAY = {"required": "请填日期。", "invalid": "日期看不懂，请写成 2020-06-30 的样子。"}


def day_field(label: str, *, hint: str = "") -> forms.DateField:
    """This function returns a field for a day."""
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, error_messages=WHICH_DAY, help_text=hint)


class CadreForm(FreeTextForm):
    """Who looks after a household: chosen from those who sign in here, or named with the organisation."""

    cadre = StatedChoice(label="谁来联系", help_text="用本系统的人，走访会出现在本人工作台上；部门的人选单位、再写姓名")
    name = StatedField(label="姓名", max_length=60, help_text="选了单位或外单位才写")
    organisation_name = StatedField(label="外单位名称", max_length=120, help_text="上面没有这个单位时写")
    duty = forms.CharField(label="职务", max_length=60, required=False)

    def __init__(self, *args: Any, cadres: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["cadre"].choices = [("", "外单位（在下面写）"), *cadres]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """This function asks beside its own field for the name and the office of somebody who does not sign in here."""
        cleaned = super().clean()
        picked = cleaned.get("cadre", "")
        if "cadre" in self.errors or picked.startswith(PERSON):
            return cleaned
        self._want("name", "请写联系人的姓名。")
        if not picked:
            self._want("organisation_name", "请写外单位的名称，或者在上面选人。")
        return cleaned

    def _want(self, name: str, sentence: str) -> None:
        if name not in self.errors and not self.cleaned_data.get(name, "").strip():
            self.add_error(name, sentence)

    def chosen(self) -> Cadre:
        """This function returns who was named."""
        said = self.cleaned_data
        picked = said["cadre"]
        key = key_read(picked[1:]) if picked else None
        if picked.startswith(PERSON):
            return Cadre(appointment_id=key, duty=said["duty"])
        return Cadre(
            organisation_id=key if picked.startswith(ORGANISATION) else None, name=said["name"], duty=said["duty"],
            organisation_name=said["organisation_name"],
        )  # fmt: skip


class ContactForm(CadreForm):
    """A new contact of a household."""

    kind = forms.ChoiceField(label="哪种联系", error_messages={"required": "请选哪种联系。"})
    from_date = day_field("从哪天起")
    field_order = ("kind", "cadre", "name", "organisation_name", "duty", "from_date")

    def __init__(self, *args: Any, kinds: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]


class HandOverForm(CadreForm):
    """Who takes over a household, from when, why."""

    from_date = day_field("从哪天起接手")
    reason = StatedField(label="为什么交接", max_length=200)

    def clean(self) -> dict[str, Any]:
        """This function asks for the reason together with whatever else is missing."""
        cleaned = super().clean()
        self._want("reason", ReasonNeeded.sentence)
        return cleaned


class EndForm(FreeTextForm):
    """That something ends: when, why."""

    until_date = day_field("到哪天为止")
    reason = StatedField(label="为什么结束", max_length=200)


class VisitForm(FreeTextForm):
    """One visit, on a phone in the yard."""

    on = day_field("哪天去的")
    way = forms.ChoiceField(label="怎么走访", choices=ContactVisit.Way.choices, widget=forms.RadioSelect)
    is_met = forms.ChoiceField(
        label="见到人了吗", choices=[("yes", "见到了"), ("no", "没见到")], widget=forms.RadioSelect
    )
    found = StatedField(
        label="看到了什么", max_length=1000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text="收入、房子、上学看病、措施有没有落实。不要写身份证号、手机号。",
    )  # fmt: skip
    cause = StatedChoice(label="有新的风险吗", help_text="选了原因，会上报一条线索，由县级防贫中心接着办")
    cause_note = StatedField(label="其他原因是什么", max_length=100, help_text="原因选“其他”时填")

    def __init__(self, *args: Any, causes: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["cause"].choices = [("", "没有"), *(causes or Risk.choices())]  # type: ignore[attr-defined]

    def seen(self) -> Seen:
        """This function returns the visit that was typed."""
        said = self.cleaned_data
        return Seen(
            said["on"], said["way"], said["is_met"] == "yes", said["found"], said["cause"], said["cause_note"]
        )  # fmt: skip


class FillingForm(FreeTextForm):
    """What fills one slot of a household."""

    name = StatedField(label="是谁、是什么", max_length=120)
    about = forms.CharField(label="说明", max_length=200, required=False)
    from_date = day_field("从哪天起")

    def __init__(self, *args: Any, asks: str = "", today: date | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if asks:
            self.fields["about"].label = asks
        if today is not None:
            self.fields["from_date"].initial = today


class ExportForm(FreeTextForm):
    """What a list with names is for."""

    purpose = StatedField(label="用途", max_length=200)
