"""Refusals of assistance."""

from __future__ import annotations

from datetime import date

from shouwang.kit.errors import Refusal
from shouwang.people.access import StaleWrite


class NotInHelp(Refusal):
    """The case does not stand where help is planned or delivered."""

    def __init__(self) -> None:
        super().__init__("这个案件现在不在“落实救助”环节，不能安排或登记救助措施。")


class MeasureNotFound(Refusal):
    """No such measure for this viewer."""

    is_absent = True

    def __init__(self) -> None:
        super().__init__("找不到这项救助措施，或者它不由您的单位落实。")


class MeasureSettled(Refusal):
    """The measure was delivered or cancelled before."""

    def __init__(self, state: str) -> None:
        super().__init__(f"这项措施{state}，不用再登记。")


class MeasureStale(StaleWrite):
    """Somebody else changed the measure."""

    def __init__(self) -> None:
        super().__init__("这项救助措施")


class ProviderUnknown(Refusal):
    """No provider was chosen, or it does not answer for this place."""

    def __init__(self) -> None:
        super().__init__("请选择由哪个单位落实，或写明外单位的名称。")


class NotYetDelivered(Refusal):
    """Help is not complete."""

    def __init__(self, waiting: int) -> None:
        what = f"还有 {waiting} 项措施没有落实" if waiting else "还没有落实任何救助措施"
        super().__init__(f"{what}，不能转回访。没有落实的措施请先催办或取消。")


class DeliveryDay(Refusal):
    """A delivery before the plan or in the future."""

    def __init__(self, on: date) -> None:
        super().__init__(f"落实日期 {on:%Y-%m-%d} 不对：不能晚于今天。")


class ReasonMissing(Refusal):
    """A cancelled measure needs a reason."""

    def __init__(self) -> None:
        super().__init__("请写明取消的理由。")
