"""Which facts can be objected to and corrected, and how a typed value is read for each."""

from __future__ import annotations

from typing import Any

from django.db import models

from shouwang.kit.codes import (
    NATIONALITIES,
    Code,
    DisabilityCategory,
    DisabilityLevel,
    Education,
    IncomeKind,
    Labour,
    PovertyStatus,
    Risk,
    Sex,
    SpendingCause,
    StudentStatus,
    WatchType,
    YesNo,
    nationality_parse,
)
from shouwang.kit.dates import day_parse
from shouwang.kit.money import fen_parse
from shouwang.kit.texts import squeezed
from shouwang.register.errors import FactUnknown, FactUnreadable
from shouwang.register.models import HouseholdState, Income, Person, PersonState, Residence, Spending, Status
from shouwang.register.selectors.facts import fact_text
from shouwang.register.services.states import HOUSEHOLD_FACTS, PERSON_FACTS

SUBJECTS: dict[str, type[models.Model]] = {
    "person": Person,
    "household_state": HouseholdState,
    "person_state": PersonState,
    "income": Income,
    "spending": Spending,
    "status": Status,
    "residence": Residence,
}
FIELDS: dict[str, tuple[str, ...]] = {
    "person": ("name", "sex", "birth_date", "nationality"),
    "household_state": HOUSEHOLD_FACTS,
    "person_state": PERSON_FACTS,
    "income": ("amount_fen", "kind", "month"),
    "spending": ("gross_fen", "reimbursed_fen", "self_paid_fen", "event_date", "cause", "detail"),
    "status": ("value", "from_date", "until_date"),
    "residence": ("address",),
}
LABELS = {
    ("income", "amount_fen"): "收入金额", ("income", "kind"): "收入类别", ("income", "month"): "收入月份",
    ("spending", "gross_fen"): "总费用", ("spending", "reimbursed_fen"): "报销金额",
    ("spending", "self_paid_fen"): "自付金额", ("spending", "event_date"): "发生日期", ("spending", "cause"): "原因",
    ("spending", "detail"): "说明", ("status", "value"): "内容", ("status", "from_date"): "开始日期",
    ("status", "until_date"): "终止日期", ("residence", "address"): "住址",
}  # fmt: skip
CODES: dict[str, type[Code]] = {
    "sex": Sex, "labour": Labour, "education": Education, "student_status": StudentStatus,
    "poverty_status": PovertyStatus, "watch_type": WatchType, "cause": SpendingCause,
    "disability_category": DisabilityCategory, "disability_level": DisabilityLevel,
}  # fmt: skip
UNKNOWN_WORDS = frozenset({"", "未知", "不清楚", "不详", "未登记"})


def field_label(subject: str, name: str) -> str:
    """This function returns what a fact is called on a page; raises FactUnknown."""
    if name not in FIELDS.get(subject, ()):
        raise FactUnknown
    known = LABELS.get((subject, name))
    found: Any = SUBJECTS[subject]._meta.get_field(name)
    return known or str(found.verbose_name)


def field_choices(subject: str, name: str) -> list[tuple[str, str]]:
    """This function returns what a fact may be chosen from, (value that `value_read` reads, label); none: typed."""
    field_label(subject, name)
    if name == "risks":
        return [(risk.value, risk.label) for risk in Risk]
    if name in CODES:
        return [(code.value, code.label) for code in CODES[name]]
    if name == "nationality":
        return list(NATIONALITIES.items())
    if isinstance(SUBJECTS[subject]._meta.get_field(name), models.BooleanField):
        return [("YES", "是"), ("NO", "否")]
    if subject == "income" and name == "kind":
        return [(code.value, code.label) for code in IncomeKind]
    return []


def value_read(subject: str, name: str, text: str) -> Any:
    """This function reads a typed value for a fact; an empty one means unknown. Raises a Chinese `Refusal`."""
    label = field_label(subject, name)
    plain = squeezed(text)
    field = SUBJECTS[subject]._meta.get_field(name)
    if name == "risks":
        return [risk.value for risk in Risk.parse_several(text)]
    if plain in UNKNOWN_WORDS:
        if isinstance(field, models.CharField) and not field.null:
            return ""
        if not getattr(field, "null", False):
            raise FactUnreadable(label, "不能为空")
        return None
    if name == "nationality":
        return nationality_parse(plain)
    if name in CODES:
        code = CODES[name].parse(plain)
        return int(code.value) if isinstance(field, models.IntegerField) else code.value
    if isinstance(field, models.BooleanField):
        return YesNo.parse(plain) == YesNo.YES
    if isinstance(field, models.DateField):
        return day_parse(text)
    if name.endswith("_fen"):
        return fen_parse(text, allow_negative=name == "verified_income_fen")
    if isinstance(field, models.IntegerField):
        if not plain.isdigit():
            raise FactUnreadable(label, "请填整数")
        return int(plain)
    limit = getattr(field, "max_length", None) or 200
    return text.strip()[:limit]


def value_text(row: models.Model, name: str) -> str:
    """This function returns a fact's present value in words, for the objection."""
    return fact_text(row, name)
