"""Workflow: procedures (stages, who acts, what may follow), the tasks they open, their clocks, the words of refusals.

A `workflow.yaml` holds blocks of six shapes, told apart by the one key their value has: `route` (which procedure opens
cases), `procedure`, `task`, `verify` (which tasks a cause opens, and why), `clock` (with the unit of its days) and
`reasons` (why a case may be rejected, and what the household is then told).
"""

from __future__ import annotations

import enum
import re
from fractions import Fraction
from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from shouwang.kit.codes import PovertyStatus, Risk, WatchType
from shouwang.rulebook.topic import Topic
from shouwang.rulebook.values import Entry, Key, Model, Text
from shouwang.rulebook.workflow_checks import stages_check

KINDS = ("VILLAGE", "TOWNSHIP", "COUNTY_CENTRE", "LEADING_GROUP", "DEPARTMENT", "INSURER")
DEPARTMENTS = (
    "medical_insurance", "civil_affairs", "education", "public_security", "disabled", "emergency",
    "health", "housing", "labour", "water", "rural", "letters",
)  # fmt: skip
ROLES = ("OFFICER", "CLERK", "LEADER")
CHANNELS = (
    "OFFICER", "PAPER", "HOTLINE", "WECHAT", "APPLICATION", "SWEEP", "LETTER", "MEDIA", "DEPARTMENT", "SCREENING",
)  # fmt: skip
ANY = "ANY"
CLOCK_UNITS = {"working_day": "工作日", "calendar_day": "日历日"}
FIGURE_UNITS = {"fen": "元", "fen_month": "元/月", "fen_day": "元/天", "people": "人", "days": "天"}
# What of a household a task may open to a department or the insurer; pages show these and nothing else.
FIELDS = {
    "head": "户主", "place": "住址", "members": "家庭成员", "identifiers": "证件号码（隐去中段）",
    "event": "发生的事情", "income": "收入", "spending": "支出", "status": "低保、残疾等身份",
    "housing": "住房安全", "water": "饮水安全",
    "study": "就学情况", "labour": "劳动能力与务工", "health": "健康状况",
}  # fmt: skip


# Facts of a household that an ending may note in the register.
SETTABLE: dict[str, Any] = {"poverty_status": PovertyStatus, "watch_type": WatchType}


class Act(enum.StrEnum):
    """What a stage waits for; one page and one service each. A pack names its stages, never its acts."""

    AMEND = "amend"
    CHECK = "check"
    DISPATCH = "dispatch"
    ANSWERS = "answers"
    REVIEW = "review"
    DECIDE = "decide"
    HELP = "help"
    VISIT = "visit"
    SETTLE = "settle"
    APPRAISE = "appraise"
    NOTICE = "notice"


# Moves that an act must have, and those it may have besides.
MOVES: dict[Act, tuple[tuple[str, ...], tuple[str, ...]]] = {
    Act.AMEND: (("amended",), ()),
    Act.CHECK: (("pass_on",), ("send_back", "reject")),
    Act.DISPATCH: (("sent",), ("send_back", "reject")),
    Act.ANSWERS: (("complete",), ("early",)),
    Act.REVIEW: (("conform", "reject"), ("ask_again",)),
    Act.DECIDE: (("approve", "refuse"), ("send_back",)),
    Act.HELP: (("assisted",), ()),
    Act.VISIT: (("risk_gone", "at_risk"), ()),
    Act.SETTLE: (("hand_over",), ("help_again",)),
    Act.APPRAISE: (("agreed", "disagreed"), ("send_back",)),
    Act.NOTICE: (("unopposed", "opposed"), ()),
}
JUDGING = frozenset({Act.CHECK, Act.REVIEW, Act.DECIDE, Act.SETTLE, Act.APPRAISE})

Kind = Literal["VILLAGE", "TOWNSHIP", "COUNTY_CENTRE", "LEADING_GROUP", "DEPARTMENT", "INSURER"]
Ending = Literal["HELPED", "REJECTED", "HANDED_OVER", "WITHDRAWN", "DIED", "DOUBLED", "OTHER"]
Need = Literal["clause", "reason", "told"]


def _among(value: str, known: Any, noun: str) -> str:
    if value not in known:
        raise ValueError(f"没有“{value}”这种{noun}，可用的有：{'、'.join(known)}")
    return value


class Who(Model):
    """Which organisations act at a stage, in which roles (none named: any)."""

    kind: str
    roles: tuple[str, ...] = ()

    @field_validator("kind")
    @classmethod
    def _kind(cls, value: str) -> str:
        return _among(value, KINDS, "机构")

    @field_validator("roles")
    @classmethod
    def _roles(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_among(role, ROLES, "角色") for role in value)


class Move(Model):
    """One way out of a stage: to another stage or to an end, under this name, with what must be stated."""

    name: Text
    to: Key | None = None
    end: Key | None = None
    needs: tuple[Need, ...] = ()
    reasons: Key | None = None
    clauses: tuple[Text, ...] = ()

    @model_validator(mode="after")
    def _one_way(self) -> Move:
        if (self.to is None) == (self.end is None):
            raise ValueError("to（去哪个环节）和 end（怎样结案）要写一个，也只能写一个")
        return self


class Meeting(Model):
    """When an appraisal 民主评议 counts: at least `least` people attend, and more than `over` of them are in favour."""

    least: int = Field(ge=1, le=1000)
    over: Text = "1/2"

    @field_validator("over")
    @classmethod
    def _over(cls, value: str) -> str:
        if not re.fullmatch(r"[1-9]\d{0,2}/[1-9]\d{0,2}", value) or Fraction(value) >= 1:
            raise ValueError("over（同意的要超过几分之几）写成小于 1 的分数，如 1/2")
        return value

    def is_carried(self, *, attended: int, in_favour: int) -> bool:
        """This function tells whether enough people attended and enough of them agreed."""
        share = Fraction(self.over)
        return attended >= self.least and in_favour * share.denominator > attended * share.numerator


class Stage(Model):
    """Where a case stands: who acts, within which clock, which moves follow, whose work she may not judge.

    `tasks` are those it may open (a dispatching stage that names none: every task that asks to verify).
    `not_by` names kinds of earlier work ("report", "answer") or judging stages; who did that work may not act here.
    `also` are kinds that may record the act besides `who` (help is delivered by departments).
    `meeting` says when an appraisal counts; `notice` names the notice (topic `notice`) that a posting stage puts up,
    `subject` what the sheet is about.
    """

    name: Text
    step: Text
    act: Act
    who: Who
    clock: Key | None = None
    tasks: tuple[Key, ...] = ()
    not_by: tuple[Key, ...] = ()
    also: tuple[str, ...] = ()
    meeting: Meeting | None = None
    notice: Key | None = None
    subject: str = ""
    moves: dict[Key, Move]

    @field_validator("also")
    @classmethod
    def _also(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_among(kind, KINDS, "机构") for kind in value)

    @model_validator(mode="after")
    def _moves_of_the_act(self) -> Stage:
        if (self.act is Act.APPRAISE) != (self.meeting is not None):
            raise ValueError("评议的环节要写 meeting（多少人到会、多少人同意才算数），别的环节不写")
        if {self.act is Act.NOTICE} != {self.notice is not None, bool(self.subject.strip())}:
            raise ValueError("公示的环节要写 notice（用哪种公示）和 subject（公示什么），别的环节不写")
        required, allowed = MOVES[self.act]
        for key in required:
            if key not in self.moves:
                raise ValueError(f"这个环节要有“{key}”这条出路")
        for key in self.moves:
            _among(key, (*required, *allowed), "出路")
        return self


class End(Model):
    """One way a case ends: which ending it is (the lamp follows from it), its name, what the register then notes."""

    name: Text
    ending: Ending
    sets: dict[str, str] = Field(default_factory=dict)

    @field_validator("sets")
    @classmethod
    def _sets(cls, value: dict[str, str]) -> dict[str, str]:
        for key, code in value.items():
            _among(key, SETTABLE, "可登记的事实")
            _among(code, [member.value for member in SETTABLE[key]], "代码")
        return value


class Closing(Model):
    """A way to close an open case at any stage, outside the procedure: withdrawn, died, doubled."""

    name: Text
    end: Key
    by: tuple[str, ...] = Field(min_length=1)

    @field_validator("by")
    @classmethod
    def _by(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_among(kind, KINDS, "机构") for kind in value)


class Procedure(Model):
    """The way of a case: where each channel enters, the stages, the ends, the closings."""

    entries: dict[str, Key]
    stages: dict[Key, Stage]
    ends: dict[Key, End]
    closings: dict[Key, Closing] = Field(default_factory=dict)

    @field_validator("entries")
    @classmethod
    def _entries(cls, value: dict[str, str]) -> dict[str, str]:
        for channel in value:
            _among(channel, (*CHANNELS, ANY), "来源渠道")
        if ANY not in value:
            raise ValueError(f"entries 要写明 {ANY}（其他渠道从哪个环节开始）")
        return value

    @model_validator(mode="after")
    def _sound(self) -> Procedure:
        stages_check(self)
        return self

    def __hash__(self) -> int:
        return hash(self.model_dump_json())

    def __str__(self) -> str:
        return f"{len(self.stages)} 个环节：{'、'.join(stage.name for stage in self.stages.values())}"

    def entry(self, channel: str) -> str:
        """This function returns the stage at which a channel's case begins."""
        return self.entries.get(channel, self.entries[ANY])


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
        return _among(value, KINDS, "机构")

    @field_validator("fields")
    @classmethod
    def _fields(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_among(field, FIELDS, "可查看的内容") for field in value)

    @model_validator(mode="after")
    def _department(self) -> Task:
        if self.to == "DEPARTMENT":
            # What help is delivered by which department is known only case by case.
            _among(self.department, (*DEPARTMENTS, ANY) if self.asks == "deliver" else DEPARTMENTS, "部门")
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
        return tuple(_among(cause, [risk.value for risk in Risk], "原因") for cause in value)

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


class Route(Model):
    """Which procedure opens cases."""

    route: Key

    def __str__(self) -> str:
        return self.route


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
    "reasons": Reasons,
}


def _read(entry: Entry) -> Model:
    value = entry.value
    if not isinstance(value, dict) or len(value) != 1 or next(iter(value)) not in SHAPES:
        raise ValueError(f"每个值要写成其中一种：{'、'.join(SHAPES)}")
    shape = next(iter(value))
    if shape == "clock":
        _among(entry.unit or "", CLOCK_UNITS, "单位")
    elif entry.unit is not None:
        raise ValueError("只有 clock（时限）才写 unit（单位）")
    found = SHAPES[shape].model_validate(value)
    return found if isinstance(found, Route | Reasons) else getattr(found, shape)


TOPIC = Topic("workflow", "办理流程", _read)
