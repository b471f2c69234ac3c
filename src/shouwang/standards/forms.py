"""Forms of standards."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone

from shouwang.people.access import Viewer
from shouwang.people.selectors import areas_visible_to
from shouwang.standards.selectors import versions
from shouwang.ui.forms import FreeTextForm


class ProposalForm(FreeTextForm):
    """Which version, for which area, from which day, under which document."""

    version = forms.TypedChoiceField(label="政策版本", coerce=int)
    area = forms.TypedChoiceField(label="辖区", coerce=int)
    valid_from = forms.DateField(label="自哪天起执行", widget=forms.DateInput(attrs={"type": "date"}))
    document = forms.CharField(label="依据文件", max_length=200, help_text="文件名称和文号")

    def __init__(self, *args: Any, viewer: Viewer, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version"].choices = [  # type: ignore[attr-defined]
            (found.pk, f"{found.name} · {found.digest[:8]} · {timezone.localdate(found.loaded_at):%Y-%m-%d} 载入")
            for found in versions()
        ]
        self.fields["area"].choices = [  # type: ignore[attr-defined]
            (area.pk, str(area)) for area in areas_visible_to(viewer).filter(level__lte=3)
        ]
        self.fields["valid_from"].initial = on


class CalendarForm(FreeTextForm):
    """One year of the national calendar as it was published."""

    year = forms.IntegerField(label="年份", min_value=2000, max_value=2199)
    days_off = forms.CharField(
        label="放假的日子", max_length=2000, widget=forms.Textarea(attrs={"rows": 8}),
        help_text="一行一天或一段，如 2027-02-05 至 2027-02-11。平常的周末不用写。",
        error_messages={"required": "请填放假的日子。"},
    )  # fmt: skip
    working_weekends = forms.CharField(
        label="调休上班的周末", max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 4}),
        help_text="一行一天，如 2027-02-14。",
    )  # fmt: skip
    source = forms.CharField(
        label="依据文件", max_length=200, error_messages={"required": "请填依据文件的名称和文号。"}
    )
