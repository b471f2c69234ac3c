"""Forms of standards."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms

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
            (found.pk, f"{found.name} · {found.digest[:8]} · {found.loaded_at:%Y-%m-%d} 载入") for found in versions()
        ]
        self.fields["area"].choices = [  # type: ignore[attr-defined]
            (area.pk, str(area)) for area in areas_visible_to(viewer).filter(level__lte=3)
        ]
        self.fields["valid_from"].initial = on
