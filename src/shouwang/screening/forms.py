"""Forms of screening."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms

from shouwang.people.access import Viewer
from shouwang.people.selectors import areas_visible_to
from shouwang.rulebook.checks import OVER_LABELS, OWNERS
from shouwang.ui.forms import FreeTextForm

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


class CheckRuleForm(FreeTextForm):
    """A data-quality rule as a county writes it."""

    name = forms.CharField(
        label="规则名称", max_length=120, help_text="写明错在哪里，例如：在校生的劳动技能不是“无劳动力”"
    )
    over = forms.ChoiceField(label="核查对象", choices=[(str(over), label) for over, label in OVER_LABELS.items()])
    when = forms.CharField(
        label="条件（成立即为有错）",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "autocapitalize": "off"}),
        help_text="例如 student_status is not null and labour <> 'NONE'；导入的栏目写 named('栏目名')",
    )
    on_unknown = forms.ChoiceField(
        label="判断不了的", choices=[("report", "只计数"), ("hit", "也列出来请人核实")], initial="report"
    )
    owner = forms.ChoiceField(label="谁来改", choices=list(OWNERS.items()))
    action = forms.CharField(label="怎么改", max_length=300)
    basis = forms.CharField(label="依据", max_length=300, help_text="文件、会议或工作要求")


class ReasonForm(FreeTextForm):
    """Why something is ended."""

    reason = forms.CharField(label="理由", max_length=300)
