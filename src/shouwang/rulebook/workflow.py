"""Workflow: procedures (stages, who acts, what may follow), the tasks they open, their clocks, the words of refusals.

A `workflow.yaml` holds blocks of nine shapes, told apart by the one key their value has: `route` (which procedure
opens cases), `removal` (which one removes a risk), `procedure`, `endings` (ends that procedures share), `task`,
`verify` (which tasks a cause opens, and why), `clock` (with the unit of its days), `reasons` (why a case may be
rejected, and what the household is then told) and `papers` (kinds of papers that moves require).
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator, model_validator

from shouwang.kit.codes import Risk
from shouwang.rulebook.topic import Topic
from shouwang.rulebook.values import Entry, Key, Model, Text
from shouwang.rulebook.workflow_procedure import CHANNELS, SETTABLE, Closing, End, Ending, Endings, Procedure, Total
from shouwang.rulebook.workflow_stages import (
    ANY,
    DEPARTMENTS,
    JUDGING,
    KINDS,
    MOVES,
    ROLES,
    Act,
    Branch,
    Kind,
    Meeting,
    Move,
    Need,
    Stage,
    Who,
    among,
)

__all__ = [
    "ANY", "CHANNELS", "CLOCK_UNITS", "DEPARTMENTS", "FIELDS", "FIGURE_UNITS", "JUDGING", "KINDS", "MOVES", "ROLES",
    "SETTABLE", "SHAPES", "TOPIC", "Act", "Branch", "Clock", "Closing", "End", "Ending", "Endings", "Figure", "Kind",
    "Meeting", "Move", "Need", "Papers", "Procedure", "Reason", "Reasons", "Removal", "Route", "Stage", "Task", "Total",
    "Verify", "Who",
]  # fmt: skip

CLOCK_UNITS = {"working_day": "工作日", "calendar_day": "日历日"}
FIGURE_UNITS = {"fen": "元", "fen_month": "元/月", "fen_day": "元/天", "people": "人", "days": "天"}
# What of a household a task may open to a department or the insurer; pages show these and nothing else.
FIELDS = {
    "head": "户主", "place": "住址", "members": "家庭成员", "identifiers": "证件号码（隐去中段）",
    "event": "发生的事情", "income": "收入", "spending": "支出", "status": "低保、残疾等身份",
    "housing": "住房安全", "water": "饮水安全",
    "study": "就学情况", "labour": "劳动能力与务工", "health": "健康状况",
}  # fmt: skip


class Figure(Model):
    """An amount that an answer may state."""

    name: Text
    unit: Literal["fen", "fen_month", "fen_day", "people", "days"] = "fen"
    is_required: bool = False

    @property
    def unit_name(self) -> str:
        return FIGURE_UNITS[self.unit]


class Task(Model):
    """A question to one kind of organisation: what it asks, what it shows of the household, which figures come back."""

    asks: Literal["aid", "payout", "deliver"]
    question: Text
    to: str
    department: str = ""
    clock: Key
    fields: tuple[str, ...] = ()
    figures: dict[Key, Figure] = Field(default_factory=dict)
    yes: Text = "符合"
    no: Text = "不符合"

    @field_validator("to")
    @classmethod
    def _to(cls, value: str) -> str:
        return among(value, KINDS, "机构")

    @field_validator("fields")
    @classmethod
    def _fields(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(among(field, FIELDS, "可查看的内容") for field in value)

    @model_validator(mode="after")
    def _department(self) -> Task:
        if self.to == "DEPARTMENT":
            # What help is delivered by which department is known only case by case.
            among(self.department, (*DEPARTMENTS, ANY) if self.asks == "deliver" else DEPARTMENTS, "部门")
        elif self.department:
            raise ValueError("只有 to 是 DEPARTMENT 时才写 department（部门）")
        return self

    def __hash__(self) -> int:
        return hash(self.model_dump_json())

    def __str__(self) -> str:
        figures = "、".join(figure.name for figure in self.figures.values())
        return self.question + (f"　要填：{figures}" if figures else "")


class Verify(Model):
    """Which tasks a case of these causes opens, each with the reason shown to who sends it."""

    causes: tuple[str, ...] = Field(min_length=1)
    tasks: dict[Key, Text] = Field(min_length=1)

    @field_validator("causes")
    @classmethod
    def _causes(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(among(cause, [risk.value for risk in Risk], "原因") for cause in value)

    def __hash__(self) -> int:
        return hash(self.model_dump_json())

    def __str__(self) -> str:
        return "；".join(self.tasks.values())


class Clock(Model):
    """Days until something is due, from when to warn, and when a task that nobody answered ends by itself."""

    days: int = Field(ge=0, le=3660)
    warn: int = Field(default=1, ge=0, le=365)
    expire: int | None = Field(default=None, ge=1, le=3660)

    @model_validator(mode="after")
    def _in_order(self) -> Clock:
        if self.warn > self.days:
            raise ValueError("warn（提前几天提醒）不能多于 days（期限）")
        return self

    def __str__(self) -> str:
        ends = f"，再过 {self.expire} 天终止" if self.expire else ""
        return f"{self.days} 天，提前 {self.warn} 天提醒{ends}"


class Reason(Model):
    """Why a case may be rejected, and the plain words for the household."""

    name: Text
    told: Text


class Reasons(Model):
    """Reasons by key."""

    reasons: dict[Key, Reason] = Field(min_length=1)

    def __hash__(self) -> int:
        return hash(self.model_dump_json())

    def __str__(self) -> str:
        return "、".join(reason.name for reason in self.reasons.values())


class Signed(Model):
    """A kind of paper that a household signs, on an officer's phone too: its name, and the words that are signed."""

    name: Text
    sign: str = Field(min_length=1, max_length=1000)


class Papers(Model):
    """Kinds of papers that a move may require, by key, with the name that people read."""

    papers: dict[Key, Text | Signed] = Field(min_length=1)

    @property
    def names(self) -> dict[str, str]:
        """The kinds by key, as people read them."""
        return {key: stated.name if isinstance(stated, Signed) else stated for key, stated in self.papers.items()}

    @property
    def signed(self) -> list[Signed]:
        """The kinds that are signed, with their words."""
        return [stated for stated in self.papers.values() if isinstance(stated, Signed)]

    def __hash__(self) -> int:
        return hash(self.model_dump_json())

    def __str__(self) -> str:
        signed = {stated.name: stated.sign for stated in self.signed}
        return "；".join(f"{name}（签：{signed[name]}）" if name in signed else name for name in self.names.values())


class Route(Model):
    """Which procedure opens cases."""

    route: Key

    def __str__(self) -> str:
        return self.route


class Removal(Model):
    """Which procedure removes the risk of a watched household."""

    removal: Key

    def __str__(self) -> str:
        return self.removal


class _Endings(Model):
    endings: Endings


class _Procedure(Model):
    procedure: Procedure


class _Task(Model):
    task: Task


class _Verify(Model):
    verify: Verify


class _Clock(Model):
    clock: Clock


# The one key of a value → what validates it; the inner model is what a policy keeps, where there is one.
SHAPES: dict[str, type[Model]] = {
    "procedure": _Procedure,
    "task": _Task,
    "verify": _Verify,
    "clock": _Clock,
    "route": Route,
    "removal": Removal,
    "reasons": Reasons,
    "endings": _Endings,
    "papers": Papers,
}


def _read(entry: Entry) -> Model:
    value = entry.value
    if not isinstance(value, dict) or len(value) != 1 or next(iter(value)) not in SHAPES:
        raise ValueError(f"每个值要写成其中一种：{'、'.join(SHAPES)}")
    shape = next(iter(value))
    if shape == "clock":
        among(entry.unit or "", CLOCK_UNITS, "单位")
    elif entry.unit is not None:
        raise ValueError("只有 clock（时限）才写 unit（单位）")
    found = SHAPES[shape].model_validate(value)
    return found if isinstance(found, Route | Removal | Reasons | Papers) else getattr(found, shape)


TOPIC = Topic("workflow", "办理流程", _read)
