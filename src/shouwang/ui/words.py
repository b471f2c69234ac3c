"""Plain sentences for what Django's forms say by default, and for distances in time."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.forms import BoundField

# By the error's code; only Django's own wording is replaced, a room's own sentence stays.
PLAIN = {
    "invalid_choice": "请从给出的选项里选",
    "invalid_list": "请从给出的选项里选",
    "invalid_date": "日期要写成 2020-06-30 这样",
    "invalid_number": "要填数字，例如 1234.56",
    "max_decimal_places": "小数点后最多两位",
    "max_digits": "数字太长，请看看是不是多打了",
    "max_whole_digits": "数字太大，请看看是不是多打了",
    "missing": "文件没有传上来，请再选一次",
    "empty": "这个文件是空的，请换一个",
}


# What a number's own limits say, where a room says nothing of its own.
LIMITS = {"min_value": (MinValueValidator.message, "不能小于 "), "max_value": (MaxValueValidator.message, "不能大于 ")}


def problem_text(error: ValidationError, bound: BoundField) -> str:
    """This function returns what to tell the user about one error of a field."""
    said = " ".join(str(part) for part in error.messages)
    code = _code(error, bound.field)
    default = bound.field.default_error_messages.get(error.code or "")
    is_own = default is None or said != (str(default) % error.params if error.params else str(default))
    if error.code == "required" and said == str(forms.Field.default_error_messages["required"]):
        return _not_filled(bound.field.widget)
    if error.code in LIMITS and error.params:
        usual, plain = LIMITS[error.code]
        return f"{plain}{error.params['limit_value']:,}" if said == str(usual) % error.params else said
    if is_own and error.code not in {"max_decimal_places", "max_digits", "max_whole_digits"}:
        return said
    return PLAIN.get(code, said)


def _code(error: ValidationError, field: forms.Field) -> str:
    if error.code == "invalid" and isinstance(field, forms.DateField | forms.DateTimeField):
        return "invalid_date"
    if error.code == "invalid" and isinstance(field, forms.IntegerField | forms.DecimalField):
        return "invalid_number"
    return str(error.code or "")


def _not_filled(widget: forms.Widget) -> str:
    if isinstance(widget, forms.CheckboxInput):
        return "还没有勾选"
    return "还没有选" if isinstance(widget, forms.Select | forms.RadioSelect | forms.FileInput) else "还没有填"


def problems(bound: BoundField) -> list[str]:
    """This function returns the sentences that stand beside a field."""
    errors: Any = bound.form.errors.get(bound.name)
    return [problem_text(error, bound) for error in errors.as_data()] if errors else []


def relative_days(days: int) -> str:
    """This function says how far a day lies from today: 今天, 3 天前, 还有 2 天, 约 4 个月前."""
    near = {0: "今天", 1: "明天", -1: "昨天"}
    if days in near:
        return near[days]
    return f"还有 {_distance(days)}" if days > 0 else f"{_distance(-days)}前"


def _distance(days: int) -> str:
    if days <= 60:
        return f"{days} 天"
    return f"约 {round(days / 30.4)} 个月" if days < 700 else f"约 {round(days / 365.25)} 年"
