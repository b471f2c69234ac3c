"""Notice: how long a decision hangs out in the village, what it shows and what proves that it hung."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator

from shouwang.rulebook.topic import Topic
from shouwang.rulebook.values import Entry, Model

UNITS = ("working_day", "calendar_day")
Hidden = Literal["identifiers", "phone", "account", "health", "cause"]
# What a sheet can show at all; it has no place for anything else.
SHOWABLE = {"head": "户主", "place": "住址", "members": "家庭人口", "cause": "主要原因"}
NEVER = {
    "identifiers": "证件号码", "id": "证件号码", "phone": "电话", "account": "银行账户", "health": "健康状况",
    "illness": "病情", "disability": "残疾情况", "income": "收入",
}  # fmt: skip


class Notice(Model):
    """One notice: at least so many days (of the entry's unit), showing these fields of a household and no others.

    `hides` states what the law keeps out, and may hide the cause too. `masks_name`: of the head's name the surname
    stays. `needs_photo`: the notice has not run before a photo proves that it hung.
    """

    days: int = Field(ge=1, le=365)
    hides: tuple[Hidden, ...] = Field(min_length=1)
    shows: tuple[str, ...] = tuple(SHOWABLE)
    masks_name: bool = False
    needs_photo: bool = False

    @field_validator("shows")
    @classmethod
    def _shows(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for name in value:
            if name in NEVER:
                raise ValueError(f"公示里不能显示{NEVER[name]}；能显示的只有：{'、'.join(SHOWABLE.values())}")
            if name not in SHOWABLE:
                raise ValueError(f"公示里没有“{name}”这一栏；能显示的只有：{'、'.join(SHOWABLE)}")
        if "head" not in value:
            raise ValueError("公示要显示 head（户主），不然没有人知道公示的是谁")
        return value

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that a sheet shows, in the order of the sheet."""
        hidden: set[str] = set(self.hides)
        return tuple(name for name in SHOWABLE if name in self.shows and name not in hidden)


def _read(entry: Entry) -> Notice:
    return Notice.model_validate(entry.value)


TOPIC = Topic("notice", "公示", _read, units=UNITS)
