"""Stages of a procedure: who acts, by which act, which moves lead out of it, where a move branches."""

from __future__ import annotations

import enum
import re
from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from shouwang.rulebook.values import Key, Model, Text

KINDS = ("VILLAGE", "TOWNSHIP", "COUNTY_CENTRE", "LEADING_GROUP", "DEPARTMENT", "INSURER")
DEPARTMENTS = (
    "medical_insurance", "civil_affairs", "education", "public_security", "disabled", "emergency",
    "health", "housing", "labour", "water", "rural", "letters",
)  # fmt: skip
ROLES = ("OFFICER", "CLERK", "LEADER")
ANY = "ANY"


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
# Moves that may be taken because time ran out: nobody is judged by them, nothing is paid.
LAPSES = frozenset({(Act.AMEND, "amended")})
JUDGING = frozenset({Act.CHECK, Act.REVIEW, Act.DECIDE, Act.SETTLE, Act.APPRAISE})

Kind = Literal["VILLAGE", "TOWNSHIP", "COUNTY_CENTRE", "LEADING_GROUP", "DEPARTMENT", "INSURER"]
Need = Literal["clause", "reason", "told"]


def among(value: str, known: Any, noun: str) -> str:
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
        return among(value, KINDS, "机构")

    @field_validator("roles")
    @classmethod
    def _roles(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(among(role, ROLES, "角色") for role in value)


class Branch(Model):
    """Another way for some cases: where `when` holds (a condition on the facts of the case), this one is taken."""

    when: Text
    name: Text
    to: Key | None = None
    end: Key | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Branch:
        one_way(self.to, self.end)
        return self


class Move(Model):
    """One way out of a stage: to another stage or to an end, under this name, with what must be stated.

    `branches` are tried in their order; the first whose condition holds is taken, unknown counts as not holding.
    `requires` names kinds of papers (shape `papers`) that must have been attached; `told` is what the household is told
    unless somebody writes other words. `holds` names the decision (topic `exit`) whose conditions must hold on the day
    of the move; with `confirms` who takes it answers its questions, too.
    """

    name: Text
    to: Key | None = None
    end: Key | None = None
    branches: tuple[Branch, ...] = ()
    needs: tuple[Need, ...] = ()
    requires: tuple[Key, ...] = ()
    reasons: Key | None = None
    clauses: tuple[Text, ...] = ()
    told: str = ""
    holds: Literal["removal"] | None = None
    confirms: bool = False

    @model_validator(mode="after")
    def _one_way(self) -> Move:
        one_way(self.to, self.end)
        if self.confirms and self.holds is None:
            raise ValueError("confirms（请人回答问题）要和 holds（要过哪些条件）一起写")
        return self

    @property
    def ways(self) -> tuple[Move | Branch, ...]:
        """Where it may lead: the branches in their order, then the move itself."""
        return (*self.branches, self)


def one_way(to: str | None, end: str | None) -> None:
    """This function raises ValueError unless a way leads to a stage or to an end, and to one of them only."""
    if (to is None) == (end is None):
        raise ValueError("to（去哪个环节）和 end（怎样结案）要写一个，也只能写一个")


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
    `subject` what the sheet is about. `enough` says after how many answers a waiting stage goes on: all, any, or a
    number. `urgent` marks help given before the papers; `lapse` names the move taken when the clock ran out for good.
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
    enough: Literal["all", "any"] | Annotated[int, Field(strict=True, ge=1, le=20)] | None = None
    urgent: bool = False
    lapse: Key | None = None
    moves: dict[Key, Move]

    @field_validator("also")
    @classmethod
    def _also(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(among(kind, KINDS, "机构") for kind in value)

    @model_validator(mode="after")
    def _moves_of_the_act(self) -> Stage:
        if (self.act is Act.APPRAISE) != (self.meeting is not None):
            raise ValueError("评议的环节要写 meeting（多少人到会、多少人同意才算数），别的环节不写")
        if {self.act is Act.NOTICE} != {self.notice is not None, bool(self.subject.strip())}:
            raise ValueError("公示的环节要写 notice（用哪种公示）和 subject（公示什么），别的环节不写")
        if self.enough is not None and self.act is not Act.ANSWERS:
            raise ValueError("只有等反馈的环节才写 enough（几个单位反馈了就往下办）")
        if self.urgent and self.act is not Act.HELP:
            raise ValueError("只有救助的环节才写 urgent（先救助、后补手续）")
        if self.lapse is not None and (self.act, self.lapse) not in LAPSES:
            raise ValueError("到期自动走的出路（lapse）只能是补充情况的 amended：决定和公示不能因为到期就算办完")
        required, allowed = MOVES[self.act]
        for key in required:
            if key not in self.moves:
                raise ValueError(f"这个环节要有“{key}”这条出路")
        for key in self.moves:
            among(key, (*required, *allowed), "出路")
        return self

    def is_enough(self, *, asked: int, answered: int) -> bool:
        """This function tells whether so many answers of so many questions let the case go on."""
        least = asked if self.enough in (None, "all") else 1 if self.enough == "any" else int(self.enough or 0)
        return answered >= min(least, asked)
