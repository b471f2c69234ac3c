"""Forms of screening."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms

from shouwang.people.access import Viewer
from shouwang.people.selectors import areas_visible_to

SMALLEST_LEVEL = 3  # a county: policy is adopted and data delivered for whole counties


class RunForm(forms.Form):
    """Which area, as of which day."""

    area = forms.TypedChoiceField(label="辖区", coerce=int)
    on = forms.DateField(
        label="截至哪一天", help_text="按这一天的政策和数据筛查", widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, *args: Any, viewer: Viewer, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["area"].choices = [  # type: ignore[attr-defined]
            (area.pk, str(area)) for area in areas_visible_to(viewer).filter(level__lte=SMALLEST_LEVEL)
        ]
        self.fields["on"].initial = today

    def clean_on(self) -> date:
        """This function refuses a day that has not come."""
        on: date = self.cleaned_data["on"]
        if on > self.today:
            raise forms.ValidationError("这一天还没有到，请选今天或以前的日期。")
        return on
