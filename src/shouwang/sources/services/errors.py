"""Refusals of department feeds."""

from __future__ import annotations

from datetime import datetime

from shouwang.kit.errors import Refusal
from shouwang.people.access import StaleWrite
from shouwang.sources.selectors.feeds import ImportNotFound

__all__ = [
    "DataDateInFuture",
    "DecisionNotFound",
    "DeliveredBefore",
    "ImportNotFound",
    "ImportStale",
    "MappingDoubled",
    "MappingIncomplete",
    "MayNotDecide",
    "MayNotDeliver",
    "NotAtThisStep",
    "PersonWithoutHome",
]


class MayNotDeliver(Refusal):
    """The organisation delivers no such table."""

    sentence = "您的单位不提供这种数据表。请核对数据表的种类，或请对口部门上传。"


class DeliveredBefore(Refusal):
    """The very same file was imported before."""

    def __init__(self, uploaded_at: datetime) -> None:
        day = uploaded_at.astimezone().strftime("%Y-%m-%d %H:%M")
        super().__init__(f"这份文件 {day} 已经上传过，内容完全一样，没有再导入。要重新导入，请先撤销那一次。")


class DataDateInFuture(Refusal):
    """The table cannot hold what has not happened."""

    sentence = "数据日期还没有到，请填这份数据截至哪一天。"


class ImportStale(StaleWrite):
    """Somebody else acted on the import meanwhile."""

    def __init__(self) -> None:
        super().__init__("这次导入")


class NotAtThisStep(Refusal):
    """The import is in another state."""

    def __init__(self, state: str) -> None:
        super().__init__(f"这次导入现在是“{state}”，不能这样做。请刷新页面看最新情况。")


class MappingIncomplete(Refusal):
    """A required column is still without its field."""

    def __init__(self, missing: tuple[str, ...]) -> None:
        super().__init__(f"还没有指明哪一列是{'、'.join(f'“{heading}”' for heading in missing)}，指明后才能导入。")


class MappingDoubled(Refusal):
    """Two columns claim one field."""

    def __init__(self, heading: str) -> None:
        super().__init__(f"有两列都指成了“{heading}”，请只留一列。")


class MayNotDecide(Refusal):
    """Only the county centre decides who a row's person is."""

    sentence = "由县级防贫中心的经办人或负责人核对是不是同一个人。"


class DecisionNotFound(Refusal):
    """There is no such decision in force, or it is none of the viewer's."""

    is_absent = True
    sentence = "找不到这次核对，可能已经撤销。"


class PersonWithoutHome(Refusal):
    """The person belongs to no household now."""

    sentence = "这个人现在不在任何一户里，请先在登记簿里核对户口，再来核对这一行。"
