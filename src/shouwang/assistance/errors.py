"""Refusals of assistance."""

from __future__ import annotations

from datetime import date

from shouwang.kit.errors import Refusal
from shouwang.kit.money import yuan_text
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
    """A delivery, or what a household says of one, in the future."""

    def __init__(self, on: date, what: str = "落实日期") -> None:
        super().__init__(f"{what} {on:%Y-%m-%d} 不对：不能晚于今天。")


class ConfirmedTooEarly(Refusal):
    """A household confirms what had not arrived on that day."""

    field = "on"

    def __init__(self, on: date, *, delivered_on: date) -> None:
        super().__init__(f"确认日期 {on:%Y-%m-%d} 早于落实日期 {delivered_on:%Y-%m-%d}，请核对。")


class ReasonMissing(Refusal):
    """A measure is cancelled, an entitlement suspended or ended, a finding settled, and nothing is said of why."""

    def __init__(self) -> None:
        super().__init__("请写明理由。")


class OfferNotInForce(Refusal):
    """The policy of the case offers no such measure on that day."""

    def __init__(self) -> None:
        super().__init__("这个案件的政策当日没有这项措施，请重新选择。")


class OffersClash(Refusal):
    """A household cannot have two measures that exclude each other."""

    def __init__(self, wanted: str, other: str) -> None:
        super().__init__(f"“{wanted}”和这户已有的“{other}”不能同时享受，要先取消或停发“{other}”。")


class OverCap(Refusal):
    """A household would get more of a measure in a year than the policy allows."""

    def __init__(self, name: str, *, cap: str, had: str, left: str) -> None:
        super().__init__(f"“{name}”一户一年最多 {cap} 元，今年已有 {had} 元，这次最多 {left} 元。")


class NotDelivered(Refusal):
    """Only what was delivered can be confirmed, or counted anew."""

    def __init__(self) -> None:
        super().__init__("这项措施还没有登记落实，不能确认。")


class ConfirmationUnclear(Refusal):
    """A household's confirmation lacks who said it, what is missing, or the receipt."""

    def __init__(self, what: str) -> None:
        super().__init__(f"请补上：{what}。")


class EntitlementNotFound(Refusal):
    """No such entitlement for this viewer."""

    is_absent = True

    def __init__(self) -> None:
        super().__init__("找不到这项按期发放的救助。")


class EntitlementNotYours(Refusal):
    """Another body, place or role begins, changes or records this."""

    sentence = "按期发放的救助由所在乡镇、县级防贫中心和发放的部门登记和记账，这一项不由您的单位或岗位办。"


class EntitlementStale(StaleWrite):
    """Somebody else changed the entitlement."""

    def __init__(self) -> None:
        super().__init__("这项按期发放的救助")


class EntitlementRunning(Refusal):
    """The same benefit runs for the same person already."""

    def __init__(self, name: str, since: date) -> None:
        super().__init__(f"“{name}”从 {since:%Y-%m} 起已经在发，不能再登记一次。要改金额，请在原来那项上改。")


class EntitlementPayerUnknown(Refusal):
    """An entitlement is paid by a department that answers for the place."""

    def __init__(self) -> None:
        super().__init__("请选择由哪个部门发放；这个部门要管得到农户所在的村。")


class EntitlementPayeeMissing(Refusal):
    """What the county centre pays itself needs its money, and whom it pays."""

    sentence = "由本中心发放的，要写明从哪项资金付、收款人、与救助对象的关系、开户行和银行账号。"


class NotPaidByCentre(Refusal):
    """A department's entitlement has no payee here."""

    sentence = "这项救助由部门发放，收款账户由发放部门管理。"


class MonthUnderWay(Refusal):
    """The month is being recorded already."""

    def __init__(self, month: date) -> None:
        super().__init__(f"{month:%Y-%m} 正在记，记完再看要不要再记一次。")


class AskerGone(Refusal):
    """Who asked for the month holds no appointment any more."""

    sentence = "申请记发放的人已经不在岗，没有记完的部分请由接替的人再记一次；记过的不会重记。"


class NotRecurring(Refusal):
    """The offer does not come by itself."""

    def __init__(self) -> None:
        super().__init__("这项措施不是按期发放的，请在案件的救助里安排。")


class ChangeOutOfOrder(Refusal):
    """A change that cannot follow what holds."""

    def __init__(self, why: str) -> None:
        super().__init__(why)


class MonthNotCome(Refusal):
    """A month that has not begun."""

    def __init__(self, month: date) -> None:
        super().__init__(f"{month:%Y-%m} 还没有到，到了那个月再发放。")


class FindingNotFound(Refusal):
    """No such finding for this viewer."""

    is_absent = True

    def __init__(self) -> None:
        super().__init__("找不到这条待核事项。")


class FindingSettled(Refusal):
    """The finding was settled before, or its page is old."""

    def __init__(self) -> None:
        super().__init__("这条待核事项已经处理过，请刷新后再看。")


class BackTooMuch(Refusal):
    """More would come back of a month than was paid too much."""

    fields = ("back",)

    def __init__(self, amount_fen: int) -> None:
        super().__init__(f"追回的不能比多发的多：这个月多发了 {yuan_text(amount_fen)} 元。")


class NothingToBringBack(Refusal):
    """Nothing of the month was paid, so that nothing of it can come back."""

    fields = ("back",)

    def __init__(self) -> None:
        super().__init__("这个月还没有付出钱，不能记追回。请把追回的金额空着。")


class MonthBeingPaid(Refusal):
    """The money of the month is on its way to the bank."""

    def __init__(self) -> None:
        super().__init__("这个月的钱在支付批次里。请先退回那一批，或者等银行的结果，再来处理。")


class FileNotOfEntitlements(Refusal):
    """The file has no table of entitlements, or too long a one."""

    def __init__(self, most: int) -> None:
        super().__init__(f"表里要有身份证号、姓名、项目、金额、月份五栏，最多 {most:,} 行。请按这几栏整理后再导入。")
