"""Which needs a pledge suits, in which order and why; refusals of giving. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from shouwang.assistance.rules.contacts import KEEPING_ROLES
from shouwang.kit.errors import Refusal
from shouwang.kit.money import yuan_text
from shouwang.kit.texts import name_key
from shouwang.people.access import Kind, Viewer

KEEPERS = (Kind.TOWNSHIP, Kind.COUNTY_CENTRE)
STATERS = (Kind.VILLAGE, Kind.TOWNSHIP, Kind.COUNTY_CENTRE)


class GivingRefusal(Refusal):
    """A pledge, need or allotment that cannot be written so; `field` names the form field it stands beside."""

    field = ""


class GivingNotFound(GivingRefusal):
    """There is no such pledge, need or allotment, or it is none of the viewer's."""

    is_absent = True
    sentence = "找不到这一项。"


class GiverUnknown(GivingRefusal):
    """The pack has no such kind of giver."""

    field = "giver_kind"
    sentence = "现行政策里没有这类捐赠人，请重新选择。"


class PurposeUnknown(GivingRefusal):
    """The pack has no such purpose, or not in this form."""

    field = "purpose"
    sentence = "现行政策里没有这个用途，或者这个用途不收这种捐赠。"


class PurposeNotForHousehold(GivingRefusal):
    """The purpose is for other groups of households."""

    field = "purpose"
    sentence = "按现行政策，这个用途不是给这一类农户的。"


class AreaUnknown(GivingRefusal):
    """The area is none of the viewer's."""

    field = "area"
    sentence = "只能选自己辖区里的县、乡镇或村。"


class AmountMissing(GivingRefusal):
    """Nothing is pledged, needed or allotted."""

    field = "amount"
    sentence = "数量要大于 0。"


class ThingIncomplete(GivingRefusal):
    """Things without a name, a unit or a value."""

    field = "item"
    sentence = "捐物要写品名、单位和每件折价。"


class DayWrong(GivingRefusal):
    """A day ahead, or an end before its beginning."""

    fields = ("on", "pledged_on", "stated_on")
    sentence = "日期不能晚于今天，到期日不能早于捐赠日。"


class PledgeOver(GivingRefusal):
    """The pledge has ended or expired."""

    sentence = "这笔捐赠已经结束或者过期，不能再分配。"


class DoesNotSuit(GivingRefusal):
    """The pledge is for something else, or elsewhere."""

    sentence = "这笔捐赠的用途、品类或地区与这项需求对不上。"


class PledgeSpent(GivingRefusal):
    """More than is left would be allotted."""

    field = "quantity"

    def __init__(self, left: str) -> None:
        super().__init__(f"这笔捐赠只剩 {left}，不能分得更多。")


class NeedMet(GivingRefusal):
    """More than is still needed would be allotted, or the need was withdrawn."""

    field = "quantity"

    def __init__(self, left: str) -> None:
        super().__init__(f"这一户还缺 {left}，不能分得更多。")


class AllotmentSettled(GivingRefusal):
    """The allotment was delivered or cancelled already."""

    sentence = "这次分配已经送达或取消，不能再改。"


class ProofMissing(GivingRefusal):
    """A delivery without a photo or a receipt."""

    field = "papers"
    sentence = "请附上签收单或现场照片，一份就行。"


class WhyMissing(GivingRefusal):
    """The reason is not said."""

    field = "reason"
    sentence = "请写原因。"


class StillOut(GivingRefusal):
    """Allotted and not delivered: a pledge ends, a need is withdrawn, only after."""

    sentence = "还有分配了没送达的，请先送达或取消。"


class NotArrived(GivingRefusal):
    """The household is asked about what has not been delivered."""

    sentence = "这次分配还没有送达，送达以后再问农户。"


class ToldByMissing(GivingRefusal):
    """Nobody of the household is named who said it."""

    field = "told_by"
    sentence = "请写是户里谁说的。"


class LackUnsaid(GivingRefusal):
    """The household did not get it, and what is missing is not said."""

    field = "note"
    sentence = "没收到的，请写缺了什么、差多少。"


class NothingToThank(GivingRefusal):
    """Nothing new was delivered."""

    sentence = "没有新送达的，不用再发感谢信。"


class NotReceived(GivingRefusal):
    """Only money whose giver pays the household may be received by nobody; this one is received already."""

    sentence = "只有没入账的捐款才能登记到账。"


@dataclass(frozen=True)
class Offered:
    """A pledge as matching sees it: what, for what, where, until when, how much is left."""

    form: str
    purpose: str
    item: str
    unit: str
    lo: int
    hi: int
    level: int
    left: int
    expires_on: date | None
    is_closed: bool = False


@dataclass(frozen=True)
class Wanted:
    """A need as matching sees it: never a word on health, only what, for what, where, how long, how much."""

    id: int
    form: str
    purpose: str
    purpose_name: str
    item: str
    unit: str
    slot: int
    stated_on: date
    left: int
    met: int = 0


@dataclass(frozen=True)
class Match:
    """A need that a pledge suits: how much of it, and why it stands where it does."""

    need_id: int
    quantity: int
    reasons: tuple[str, ...]


def amount_text(quantity: int, *, form: str, unit: str = "") -> str:
    """This function returns an amount in words: yuan, or a count with its unit."""
    return f"{yuan_text(quantity)} 元" if form == "MONEY" else f"{quantity:,} {unit}"


def is_suitable(pledge: Offered, need: Wanted, *, on: date) -> bool:
    """This function tells whether a pledge may go to a need: same form, purpose and thing, in its area and time."""
    if pledge.is_closed or pledge.left <= 0 or need.left <= 0:
        return False
    if pledge.expires_on is not None and pledge.expires_on < on:
        return False
    if (pledge.form, pledge.purpose) != (need.form, need.purpose) or not pledge.lo <= need.slot <= pledge.hi:
        return False
    return pledge.form == "MONEY" or (
        name_key(pledge.item) == name_key(need.item) and name_key(pledge.unit) == name_key(need.unit)
    )


def needs_matched(pledge: Offered, needs: Iterable[Wanted], *, on: date) -> Sequence[Match]:
    """This function returns the needs that a pledge suits, first who got nothing yet, then who waits longest.

    The quantity offered is what is still needed, at most what is left of the pledge; a person decides.
    """
    suitable = [need for need in needs if is_suitable(pledge, need, on=on)]
    ranked = sorted(suitable, key=lambda need: (need.met > 0, need.stated_on, need.left > pledge.left, need.id))
    return [
        Match(need.id, min(need.left, pledge.left), tuple(_reasons(pledge, need, on=on))) for need in ranked
    ]  # fmt: skip


def _reasons(pledge: Offered, need: Wanted, *, on: date) -> Iterable[str]:
    yield f"用途相同：{need.purpose_name}"
    if pledge.form == "THINGS":
        yield f"要的正是{pledge.item}"
    yield {5: "捐给这个村", 4: "捐给这个乡镇"}.get(pledge.level, "在捐赠的地区里")
    yield "还没得到过帮助" if not need.met else f"已得到 {amount_text(need.met, form=need.form, unit=need.unit)}"
    waits = (on - need.stated_on).days
    yield f"等了 {waits} 天" if waits else "今天登记"
    short = need.left - pledge.left
    if short > 0:
        yield f"只够一部分，还差 {amount_text(short, form=need.form, unit=need.unit)}"
    else:
        yield "够满足全部"
    if pledge.expires_on is not None:
        yield f"捐赠 {pledge.expires_on.isoformat()} 到期"


def may_keep_pledges(viewer: Viewer) -> bool:
    """This function tells whether a viewer enters pledges and allots them in her areas."""
    return viewer.kind in KEEPERS and viewer.role in KEEPING_ROLES


def may_state(viewer: Viewer) -> bool:
    """This function tells whether a viewer writes down what households of her areas need, and what reached them."""
    return viewer.kind in STATERS and viewer.role in KEEPING_ROLES
