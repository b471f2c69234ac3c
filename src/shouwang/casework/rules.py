"""Pure rules of a case: endings, the lamp, who may act."""

from __future__ import annotations

import enum
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from shouwang.kit.texts import squeezed


class Ending(enum.StrEnum):
    """How a case ended; the pack names its own endings and says which of these each one is."""

    label: str

    def __new__(cls, code: str, label: str = "") -> Ending:
        member = str.__new__(cls, code)
        member._value_ = code
        member.label = label
        return member

    HELPED = "HELPED", "已救助回访"
    REJECTED = "REJECTED", "审核未通过"
    HANDED_OVER = "HANDED_OVER", "转入建档立卡"
    WITHDRAWN = "WITHDRAWN", "撤回"
    DIED = "DIED", "死亡"
    DOUBLED = "DOUBLED", "重复"
    REMOVED = "REMOVED", "标注风险消除"
    OTHER = "OTHER", "其他"


# How a risk is gone when it is removed: what the proposal says, and the word that the register keeps.
REMOVAL_WAYS = {"HELP": "帮扶消除", "SELF": "自然消除"}


class PaperKind(enum.StrEnum):
    """What a photo or PDF of a case is; a pack may name further kinds of papers by keys of its own."""

    label: str

    def __new__(cls, code: str, label: str = "") -> PaperKind:
        member = str.__new__(cls, code)
        member._value_ = code
        member.label = label
        return member

    PHOTO = "photo", "现场照片"
    BILL = "bill", "票据和费用清单"
    PROOF = "proof", "证明材料"
    SIGNED = "signed", "签字的表册"
    OTHER = "other", "其他材料"
    POSTING = "posting", "张贴照片"


# What somebody who brings a paper may call it; the photo of a posting belongs to its notice.
BROUGHT = tuple(kind for kind in PaperKind if kind is not PaperKind.POSTING)


class Lamp(enum.StrEnum):
    """The five lamps (design §5); their colours, shapes and words are `ui.lamps`."""

    YELLOW = "YELLOW"
    RED = "RED"
    GREEN = "GREEN"
    BLUE = "BLUE"
    GREY = "GREY"


LAMP_OF_ENDING = {Ending.HELPED: Lamp.GREEN, Ending.REJECTED: Lamp.BLUE}


@dataclass(frozen=True)
class Happening:
    """What the lamp reads of an event: OPENED, ASSISTED, VISITED or CLOSED (with its ending), and its day."""

    what: str
    on: date
    ending: str = ""


def lamp_of(happenings: Iterable[Happening], *, on: date) -> Lamp | None:
    """This function derives a case's lamp on a day from its events alone; None before the day of the warning.

    Yellow on the day of the warning, red while open after that, green when assisted and visited, blue when rejected,
    grey when closed otherwise.
    """
    past = [happening for happening in happenings if happening.on <= on]
    opened = next((happening for happening in past if happening.what == "OPENED"), None)
    if opened is None:
        return None
    closed = next((happening for happening in past if happening.what == "CLOSED"), None)
    if closed is None:
        return Lamp.YELLOW if opened.on == on else Lamp.RED
    lamp = LAMP_OF_ENDING.get(Ending(closed.ending), Lamp.GREY)
    if lamp is Lamp.GREEN and not {"ASSISTED", "VISITED"} <= {happening.what for happening in past}:
        return Lamp.GREY
    return lamp


def may_hold(*, holder_kind: str, holder_roles: Collection[str], kind: str, role: str, is_in_area: bool) -> bool:
    """This function tells whether an organisation kind and role act at a stage (her own work aside)."""
    return is_in_area and kind == holder_kind and (not holder_roles or role in holder_roles)


def came_back(*, holder: str, previous_holder: str, held_before: Collection[str], waited: bool) -> bool:
    """This function tells whether a case came back to who had it before, from others or from waiting for others."""
    return holder in held_before and (previous_holder != holder or waited)


# The moves that say yes or no to help; others only send a case on, back or round again.
HELPING = frozenset({"conform", "approve"})
SAID = HELPING | {"refuse", "reject", "disagreed"}
NEAR_DAYS = 31  # what happened within so many days may be one thing
ALIKE_WORDS = 0.4  # the part of two-sign pieces that two tellings share, from which they sound alike


@dataclass(frozen=True)
class Told:
    """What a clue tells: its words, the day, the person where one is named."""

    text: str
    on: date
    person_id: int | None = None


def alike(first: Told, second: Told) -> tuple[str, ...]:
    """This function returns why two clues of one household may be about the same thing, in words.

    Empty: nothing says so. The same person or like words say so, never the nearness of days alone.
    """
    why = []
    if first.person_id is not None and first.person_id == second.person_id:
        why.append("同一个人")
    if _shared(first.text, second.text) >= ALIKE_WORDS:
        why.append("说法相近")
    days = abs((first.on - second.on).days)
    if why and days <= NEAR_DAYS:
        why.append("同一天" if days == 0 else f"相隔 {days} 天")
    return tuple(why)


def _shared(first: str, second: str) -> float:
    """This function returns Dice's measure over the two-sign pieces of two texts: 0 nothing shared, 1 the same."""
    one, other = (
        {text[place : place + 2] for place in range(len(text) - 1)} for text in map(squeezed, (first, second))
    )
    return 2 * len(one & other) / (len(one) + len(other)) if one and other else 0.0
