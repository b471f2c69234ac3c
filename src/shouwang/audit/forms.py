"""The filter of the log."""

from __future__ import annotations

from typing import Any

from django import forms

from shouwang.audit.labels import NOUNS, SUBJECTS
from shouwang.audit.selectors import Filter

APPS = {
    "Adoption": "standards",
    "Appointment": "people",
    "Case": "casework",
    "Clue": "sources",
    "Household": "register",
    "Organisation": "people",
    "Person": "register",
    "Run": "screening",
    "StoredFile": "office",
    "User": "people",
    "Warning": "screening",
}


class FilterForm(forms.Form):
    """What stands in the address of the page."""

    action = forms.ChoiceField(
        label="做了什么", required=False, choices=[("", "全部"), *sorted(NOUNS.items(), key=lambda item: item[1])]
    )
    actor = forms.CharField(label="谁", required=False, max_length=40)
    subject = forms.ChoiceField(
        label="对什么",
        required=False,
        choices=[("", "全部"), *((f"{app}.{name}", SUBJECTS[name]) for name, app in APPS.items())],
    )
    number = forms.IntegerField(label="编号", required=False, min_value=0)
    since = forms.DateField(label="从", required=False)
    until = forms.DateField(label="到", required=False)

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        for field in self.fields.values():
            is_choice = isinstance(field, forms.ChoiceField)
            field.widget.attrs["class"] = "form-select" if is_choice else "form-control"
        for name in ("since", "until"):
            self.fields[name].widget.input_type = "date"

    def wanted(self) -> Filter:
        """This function returns the filter; parts that cannot be read do not narrow."""
        data = self.cleaned_data if self.is_valid() else {k: v for k, v in self.cleaned_data.items() if v}
        return Filter(
            action=data.get("action") or "",
            actor=data.get("actor") or "",
            subject_type=data.get("subject") or "",
            subject_id=data.get("number"),
            since=data.get("since"),
            until=data.get("until"),
        )
