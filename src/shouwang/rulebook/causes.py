"""Causes: which causes of spending a policy covers, and under which cause it counts one that it does not name."""

from __future__ import annotations

import enum

from shouwang.rulebook.topic import Topic
from shouwang.rulebook.values import Entry, Model


class SpendingCause(enum.StrEnum):
    """The causes under which spending is reported."""

    ILLNESS = "ILLNESS"
    STUDY = "STUDY"
    DISASTER = "DISASTER"
    ACCIDENT = "ACCIDENT"
    DISABILITY = "DISABILITY"
    OTHER = "OTHER"


CAUSE_LABELS = {
    "ILLNESS": "因病",
    "STUDY": "因学",
    "DISABILITY": "因残",
    "DISASTER": "因自然灾害",
    "ACCIDENT": "因意外事故",
    "INDUSTRY": "因产业失败",
    "EMPLOYMENT": "因务工就业不稳",
    "LABOUR": "因缺劳动力",
    "HOUSING": "因安全住房",
    "WATER": "因安全饮水",
    "OTHER": "其他",
}


class Cause(Model):
    """How spending of a cause counts: under `counts_as`, and as rigid spending or not."""

    counts_as: SpendingCause
    is_rigid: bool = False


def _read(entry: Entry) -> Cause:
    return Cause.model_validate(entry.value)


TOPIC = Topic("causes", "支出原因", _read)
