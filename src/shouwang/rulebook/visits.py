"""Visits: what is asked after the help has come, which answer makes which outcome, and the visits of the transition
period after a risk was removed.

A question stands for the whole household (`of: household`) or for each risk (`of: risk`). An answer that `means`
something counts for the risks it was asked about; the gravest one said of a risk is its outcome.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal

from pydantic import Field, model_validator

from shouwang.kit.codes import Risk
from shouwang.kit.errors import Refusal
from shouwang.kit.money import fen_parse
from shouwang.rulebook.topic import Topic
from shouwang.rulebook.values import Entry, Model, Provision, Text
from shouwang.rulebook.windows import months_before

if TYPE_CHECKING:
    from shouwang.rulebook.policy import Policy

Way = Literal["PHONE", "ON_SITE"]


class Outcome(enum.StrEnum):
    """What a visit finds of one risk, from the mildest to the gravest."""

    SOLVED = "SOLVED"
    AGAIN = "AGAIN"
    HANDED = "HANDED"


OUTCOME_LABELS = {
    Outcome.SOLVED: "已消除", Outcome.AGAIN: "仍有风险，要继续帮扶", Outcome.HANDED: "各项帮扶之后仍有风险，转建档立卡",
}  # fmt: skip
_GRAVE = list(Outcome)
LONGEST_MONTHS = 60  # of a transition period


class Answer(Model):
    """One answer to choose; `means` what it says of a risk."""

    name: Text
    means: Outcome | None = None


class Question(Model):
    """One question. `kind`: an answer to choose, money a month or in all (yuan), a whole number, or words.

    `ways` and `causes` say by which kind of visit and of which risks it is asked; empty means all. `below`: an amount
    or number under which the answer `means` something.
    """

    asks: Text
    of: Literal["household", "risk"] = "household"
    kind: Literal["choice", "money", "number", "words"] = "choice"
    required: bool = True
    ways: tuple[Way, ...] = ()
    causes: tuple[Risk, ...] = ()
    answers: tuple[tuple[str, Answer], ...] = ()
    below: str | int | None = None
    means: Outcome | None = None

    @model_validator(mode="before")
    @classmethod
    def _answers_in_order(cls, value: object) -> object:
        if isinstance(value, dict) and isinstance(value.get("answers"), dict):
            return {**value, "answers": tuple(value["answers"].items())}
        return value

    @model_validator(mode="after")
    def _whole(self) -> Question:
        if (self.kind == "choice") != (len(self.answers) > 1):
            raise ValueError("kind 是 choice 的写至少两个 answers，其他的不写")
        if (self.below is None) != (self.means is None):
            raise ValueError("below（低于多少）和 means（说明什么）要一起写")
        if self.below is not None:
            if self.kind not in ("money", "number"):
                raise ValueError("below 只用于 money 和 number")
            self.value(str(self.below))
        return self

    def value(self, text: str) -> int | None:
        """This function returns an answer as fen or a whole number, None for a choice or words; raises ValueError."""
        if self.kind == "money":
            try:
                return fen_parse(text)
            except Refusal as refusal:
                raise ValueError(refusal.message) from None
        if self.kind == "number":
            if not (text.isascii() and text.isdigit() and len(text) <= 9):
                raise ValueError("请填整数。")
            return int(text)
        return None

    def says(self, text: str) -> Outcome | None:
        """This function returns what an answer says of a risk; raises ValueError for one that cannot be given."""
        if self.kind == "choice":
            found = dict(self.answers).get(text)
            if found is None:
                raise ValueError("请选一项。")
            return found.means
        value = self.value(text)
        if value is None or self.below is None:
            return None
        limit = self.value(str(self.below))
        return self.means if limit is not None and value < limit else None

    def word(self, text: str) -> str:
        """This function returns an answer in words."""
        return dict(self.answers)[text].name if self.kind == "choice" else text


class Rhythm(Model):
    """The transition period after a removal: how many months, and a visit every so many months."""

    months: int = Field(ge=1, le=LONGEST_MONTHS)
    every_months: int = Field(ge=1, le=24)

    @model_validator(mode="after")
    def _at_least_one(self) -> Rhythm:
        if self.every_months > self.months:
            raise ValueError("every_months（几个月走访一次）不能长于 months（过渡期几个月）")
        return self

    def days(self, removed_on: date) -> list[date]:
        """This function returns the days by which the household is visited; the last may be the end of the period."""
        return [
            months_before(removed_on, -months)
            for months in range(self.every_months, self.months + 1, self.every_months)
        ]  # fmt: skip

    def ends(self, removed_on: date) -> date:
        """This function returns the last day of the period."""
        return months_before(removed_on, -self.months)


class Matching(Model):
    """How the effect of measures is looked for: so many months before and after, and nothing shown of fewer than
    `least` households on either side."""

    months: int = Field(ge=1, le=24)
    least: int = Field(ge=5, le=10_000)


class Stated(Model):
    """A question, the rhythm of the transition period, or how the effect of measures is looked for."""

    question: Question | None = None
    transition: Rhythm | None = None
    comparison: Matching | None = None

    @model_validator(mode="after")
    def _one(self) -> Stated:
        if sum(part is not None for part in (self.question, self.transition, self.comparison)) != 1:
            raise ValueError("question（问题）、transition（过渡期）、comparison（成效比较）要写一个，也只能写一个")
        return self


def _read(entry: Entry) -> Stated:
    return Stated.model_validate(entry.value)


TOPIC = Topic("visits", "回访和过渡期", _read, is_later=True)


@dataclass(frozen=True)
class Asked:
    """One question as it is put: of a risk (`cause`) or of the household (empty), under the name of its field."""

    key: str
    cause: str
    stated: Provision[Stated]

    @property
    def question(self) -> Question:
        found = self.stated.value.question
        assert found is not None
        return found

    @property
    def field(self) -> str:
        return f"q-{self.key}-{self.cause}" if self.cause else f"q-{self.key}"

    @property
    def label(self) -> str:
        return f"{Risk(self.cause).label}：{self.question.asks}" if self.cause else self.question.asks


def questions_of(policy: Policy, causes: Sequence[str]) -> list[Asked]:
    """This function returns what a visit asks of a household with these risks, in the order of the packs."""
    found = []
    for stated in policy.topic("visits").values():
        question = stated.value.question
        if question is None:
            continue
        if question.of == "household":
            found.append(Asked(stated.key, "", stated))
        else:
            wanted = [cause for cause in causes if not question.causes or cause in question.causes]
            found += [Asked(stated.key, cause, stated) for cause in wanted]
    return found


def transition_of(policy: Policy) -> Provision[Stated] | None:
    """This function returns the transition period in force, None where the policy has none."""
    return next((stated for stated in policy.topic("visits").values() if stated.value.transition is not None), None)


def comparison_of(policy: Policy) -> Matching | None:
    """This function returns how the effect of measures is looked for, None where the policy does not say."""
    found = (stated.value.comparison for stated in policy.topic("visits").values())
    return next((one for one in found if one is not None), None)


class AnswersShort(Refusal):
    """A visit with questions left open, answers that cannot be given, or a risk of which nothing was said."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        self.faults = dict(faults)  # by field
        super().__init__("；".join(dict.fromkeys(faults.values())))


def outcomes_of(
    asked: Sequence[Asked], answers: Mapping[str, str], *, way: str, causes: Sequence[str]
) -> dict[str, Outcome]:
    """This function returns the outcome of each risk by the answers (by field); raises AnswersShort.

    A question of one way of visiting is not asked in another. No risk passes as solved because nothing was said of it.
    """
    faults: dict[str, str] = {}
    said: dict[str, list[Outcome]] = {cause: [] for cause in causes}
    for one in asked:
        question, text = one.question, answers.get(one.field, "").strip()
        if question.ways and way not in question.ways:
            continue
        if not text:
            if question.required:
                faults[one.field] = f"“{one.label}”还没有回答。"
            continue
        try:
            means = question.says(text)
        except ValueError as error:
            faults[one.field] = f"“{one.label}”：{error}"
            continue
        if means is not None:
            for cause in [one.cause] if one.cause else causes:
                said[cause].append(means)
    silent = [Risk(cause).label for cause, found in said.items() if not found]
    if silent and not faults:
        faults[""] = f"{'、'.join(silent)}的风险怎样了，还没有回答。"
    if faults:
        raise AnswersShort(faults)
    return {cause: max(found, key=_GRAVE.index) for cause, found in said.items()}


def outcome_of_all(outcomes: Mapping[str, Outcome]) -> Outcome:
    """This function returns what becomes of the case: another round while one risk asks for it, else handed over where
    one is beyond help, else solved."""
    for outcome in (Outcome.AGAIN, Outcome.HANDED):
        if outcome in outcomes.values():
            return outcome
    return Outcome.SOLVED
