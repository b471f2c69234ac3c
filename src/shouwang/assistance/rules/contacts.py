"""Refusals of contacts and of what every household has to have; who may write them."""

from __future__ import annotations

from shouwang.kit.errors import Refusal
from shouwang.people.access import Kind, Role, Viewer

# Who keeps contacts and slots; a contact of another office may be visited for by her village or township.
KEEPERS = frozenset({Kind.VILLAGE, Kind.TOWNSHIP, Kind.COUNTY_CENTRE})
# Whose people may be contacts that sign in here: they read the register of the household.
CADRES = (Kind.VILLAGE, Kind.TOWNSHIP, Kind.COUNTY_CENTRE, Kind.LEADING_GROUP)
KEEPING_ROLES = frozenset({Role.OFFICER, Role.CLERK, Role.LEADER})
# What the forms call the day they ask for.
DAYS = ("on", "from_date", "until_date")


class ContactRefusal(Refusal):
    """A contact, a visit or a slot that cannot be written so; `field` names the form field it stands beside."""

    field = ""


class ContactNotFound(ContactRefusal):
    """There is no such household, contact or slot, or it is none of the viewer's."""

    is_absent = True
    sentence = "找不到这一户或这位联系人。"


class KindUnknown(ContactRefusal):
    """The pack in force has no such contact or slot."""

    field = "kind"
    sentence = "现行政策里没有这一项，请重新选择。"


class NotForHousehold(ContactRefusal):
    """The pack does not ask it for a household of this group."""

    field = "kind"
    sentence = "按现行政策，这一项不是对这一类农户的。"


class AlreadyStanding(ContactRefusal):
    """The household has one already; it is handed over or ended, not doubled."""

    field = "kind"


class CadreMissing(ContactRefusal):
    """Nobody was named."""

    field = "name"
    sentence = "请写联系人的姓名和单位。"


class CadreUnknown(ContactRefusal):
    """The chosen person or organisation does not serve this household's village."""

    field = "cadre"
    sentence = "这个人或单位不管这个村，请重新选择。"


class TooManyHouseholds(ContactRefusal):
    """The cadre has as many households as the pack lets her have."""

    field = "cadre"

    def __init__(self, name: str, most: int) -> None:
        super().__init__(f"{name}已经联系 {most} 户，按现行政策不能再多。")


class DayAhead(ContactRefusal):
    """A day that has not come."""

    fields = DAYS
    sentence = "日期不能晚于今天。"


class DayBefore(ContactRefusal):
    """A day before the contact or the slot began."""

    fields = DAYS

    def __init__(self, since: object) -> None:
        super().__init__(f"日期不能早于开始那天（{since}）。")


class AlreadyEnded(ContactRefusal):
    """The contact or the slot has ended."""

    sentence = "这一项已经结束，不能再改。"


class ReasonNeeded(ContactRefusal):
    """Why it ends is not said."""

    field = "reason"
    sentence = "请写原因。"


class VisitedAlready(ContactRefusal):
    """A visit of that day and way is in the log."""

    field = "on"
    sentence = "这一天的这种走访已经登记过。"


class FoundMissing(ContactRefusal):
    """They met and nothing is said of it."""

    field = "found"
    sentence = "见到人了，请写一两句看到了什么。"


class NobodyMet(ContactRefusal):
    """A new risk is told of, though nobody was met."""

    field = "cause"
    sentence = "没见到人，不能登记新的风险；情况是别处听来的，请填预警信息登记表。"


class FilledByOthers(ContactRefusal):
    """The slot is filled by a contact or a status; it is kept there."""

    field = "kind"
    sentence = "这一项由一对一联系或登记的身份自动填上，请在那里改。"


class PurposeMissing(ContactRefusal):
    """A list with names leaves the house for a stated purpose only."""

    field = "purpose"
    sentence = "请写明导出的用途，它会记入审计日志。"


class TooManyRows(ContactRefusal):
    """The list is too long for one workbook."""

    def __init__(self, rows: int, limit: int) -> None:
        super().__init__(f"共 {rows:,} 户，一个文件最多 {limit:,} 户。请先选乡镇再导出。")


def may_keep(viewer: Viewer) -> bool:
    """This function tells whether a viewer writes contacts and slots in her areas."""
    return viewer.kind in KEEPERS and viewer.role in KEEPING_ROLES
