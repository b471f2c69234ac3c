"""Refusals of rounds, and what makes a list of villages."""

from __future__ import annotations

import re
from collections.abc import Collection

from shouwang.kit.errors import Refusal
from shouwang.people.access import Kind, Viewer

OFFICES = {"village": Kind.VILLAGE, "township": Kind.TOWNSHIP, "county": Kind.COUNTY_CENTRE, "city": Kind.CITY_CENTRE}
OPENERS = frozenset({Kind.TOWNSHIP, Kind.COUNTY_CENTRE})
MARKERS = frozenset({Kind.VILLAGE, Kind.TOWNSHIP, Kind.COUNTY_CENTRE})


class RoundRefusal(Refusal):
    """A round that cannot be opened or changed so; `field` names the form field it stands beside."""

    field = ""


class MayNotOpen(RoundRefusal):
    """The pack gives this sweep to other offices."""

    sentence = "按现行政策，这项排查不由本单位发起。"


class SweepUnknown(RoundRefusal):
    """The pack in force has no such sweep by visits."""

    field = "sweep"
    sentence = "现行政策里没有这项上门排查，请重新选择。"


class SweepByCondition(RoundRefusal):
    """The sweep looks for households by a condition, not village by village."""

    field = "sweep"
    sentence = "这项排查按条件找户，由筛查给出名单，不逐村逐户发起。"


class VillagesMissing(RoundRefusal):
    """No village was named."""

    field = "villages"
    sentence = "请至少选一个村。"


class VillageUnknown(RoundRefusal):
    """A line of the list means no village of the viewer's, or several."""

    field = "listed"


class AlreadyRunning(RoundRefusal):
    """A round of the same sweep is open over one of the villages."""

    field = "villages"


class OccasionMissing(RoundRefusal):
    """A round after an event does not say which."""

    field = "occasion"
    sentence = "请写是哪一次灾情，例如“7 月 21 日暴雨”。"


class DueTooEarly(RoundRefusal):
    """The round would be due before it begins."""

    field = "due_on"
    sentence = "完成期限不能早于今天。"


class RoundNotFound(RoundRefusal):
    """There is no such round, village or household, or it is none of the viewer's."""

    is_absent = True
    sentence = "找不到这次排查。"


class RoundClosed(RoundRefusal):
    """The round is over."""

    sentence = "这次排查已经结束，不能再登记。发现情况请直接填预警信息登记表。"


class RoundNotListed(RoundRefusal):
    """The households are still being listed."""

    sentence = "正在列各村的户，列完才能结束。"


class AlreadyFound(RoundRefusal):
    """A finding was reported, it does not go away by another mark."""

    sentence = "这一户已经报过情况，有补充请在线索里看，不能改成别的结果。"


class CloseReasonMissing(RoundRefusal):
    """Households are unseen and nobody says why."""

    field = "reason"

    def __init__(self, unseen: int) -> None:
        super().__init__(f"还有 {unseen} 户没有走到。结束前请写明原因，以及这些户怎么补。")


def may_open(viewer: Viewer, by: Collection[str]) -> bool:
    """This function tells whether the pack lets a viewer's office open a sweep; the county may for those below it."""
    kinds = {OFFICES[office] for office in by if office in OFFICES}
    below = {Kind.VILLAGE, Kind.TOWNSHIP}
    return viewer.kind in OPENERS and (
        viewer.kind in kinds or (viewer.kind is Kind.COUNTY_CENTRE and kinds & below != set())
    )


def lines_of(text: str) -> list[str]:
    """This function returns what stands on each line of a list, also between commas, each once."""
    return list(dict.fromkeys(part.strip() for part in re.split(r"[\n,，、;；]", text) if part.strip()))
