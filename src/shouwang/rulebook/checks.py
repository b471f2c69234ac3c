"""Checks: data-quality rules (数据质量核查). A check says what is wrong with a row, who mends it and how."""

from __future__ import annotations

import enum
from typing import Literal

from pydantic import field_validator

from shouwang.rulebook.topic import Topic
from shouwang.rulebook.values import Entry, Model, Text
from shouwang.rulebook.workflow import DEPARTMENTS

# Who mends what a check finds: a level, or a department of the county.
LEVEL_OWNERS = {"village": "村防贫工作站", "township": "乡镇防贫工作站", "county": "县级防贫中心"}
DEPARTMENT_OWNERS = {
    "medical_insurance": "医保部门",
    "civil_affairs": "民政部门",
    "education": "教育部门",
    "public_security": "公安部门",
    "disabled": "残联",
    "emergency": "应急管理部门",
    "health": "卫健部门",
    "housing": "住建部门",
    "labour": "人社部门",
    "water": "水利部门",
    "rural": "农业农村部门",
    "letters": "信访部门",
}
OWNERS = {**LEVEL_OWNERS, **{code: DEPARTMENT_OWNERS[code] for code in DEPARTMENTS if code in DEPARTMENT_OWNERS}}


class Over(enum.StrEnum):
    """What one hit of a check is about."""

    PERSON = "person"
    HOUSEHOLD = "household"
    VILLAGE = "village"


OVER_LABELS = {Over.PERSON: "人", Over.HOUSEHOLD: "户", Over.VILLAGE: "村"}


class Check(Model):
    """One check: `when` describes the fault.

    A row that cannot be decided is counted (`report`) or listed as a hit that says so (`hit`).
    """

    over: Over
    when: Text
    on_unknown: Literal["report", "hit"]
    owner: str
    action: Text

    @field_validator("owner")
    @classmethod
    def _known_owner(cls, value: str) -> str:
        if value not in OWNERS:
            raise ValueError(f"owner“{value}”不在可以负责的单位里：{'、'.join(OWNERS)}")
        return value


def _read(entry: Entry) -> Check:
    return Check.model_validate(entry.value)


TOPIC = Topic("checks", "数据质量核查", _read)
