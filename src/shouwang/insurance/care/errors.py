"""Refusals of long-term care."""

from __future__ import annotations

from datetime import date, timedelta
from typing import ClassVar

from shouwang.kit.errors import Refusal
from shouwang.kit.money import yuan_text
from shouwang.people.access import StaleWrite


class CareNotFound(Refusal):
    """No such row for this viewer."""

    is_absent = True
    sentence = "找不到这一项，或者它不由您的单位办理。"


class NoCareScheme(Refusal):
    """The policy has no long-term care on that day."""

    def __init__(self, on: date) -> None:
        super().__init__(f"{on:%Y-%m-%d} 的政策没有长期护理保险，不能办理。")


class CareBodyMissing(Refusal):
    """The body that the policy names has no organisation in the county."""

    def __init__(self, what: str) -> None:
        super().__init__(f"本县还没有登记{what}，请系统管理员先登记机构。")


class CareStale(StaleWrite):
    """Somebody else changed the row."""

    def __init__(self, what: str = "这一项") -> None:
        super().__init__(what)


class CareReasonMissing(Refusal):
    """A step without its reason."""

    fields = ("reason",)
    sentence = "请写明理由。"


class CareDayInFuture(Refusal):
    """A day that has not come yet."""

    FIELDS: ClassVar = {
        "申请日期": "applied_on", "参保日期": "insured_from", "评定日期": "assessed_on", "服务日期": "last",
        "去世日期": "on",
    }  # fmt: skip

    def __init__(self, what: str) -> None:
        self.field = self.FIELDS[what]
        super().__init__(f"{what}不能晚于今天。")


class CareNameMissing(Refusal):
    """Nobody was named."""

    fields = ("name",)
    sentence = "请填写姓名。"


class CareNameDiffers(Refusal):
    """The register knows the ID under another name."""

    fields = ("name",)
    sentence = "姓名和证件号码对不上，请核对后重填。"


class CareGroupUnknown(Refusal):
    """The group is not insured."""

    fields = ("group",)
    sentence = "请选择参保的人群。"


class CarePersonDead(Refusal):
    """Somebody who has died asks for nothing any more."""

    fields = ("name", "applied_on")

    def __init__(self, name: str, died_on: date) -> None:
        super().__init__(f"{name}已于 {died_on:%Y-%m-%d} 去世，不能再办理护理。")


class CareInsuranceEnded(Refusal):
    """The insurance does not cover the day."""

    fields = ("applied_on", "first")

    def __init__(self, name: str, on: date) -> None:
        super().__init__(f"{on:%Y-%m-%d} 不在{name}的参保期内。")


class CareApplicationOpen(Refusal):
    """One application at a time."""

    fields = ("name", "applied_on")

    def __init__(self, name: str) -> None:
        super().__init__(f"{name}已经有一份申请在等评定，不能重复登记。")


class CareApplicationOver(Refusal):
    """The application has been assessed or withdrawn."""

    sentence = "这份申请已经评定或撤回，不能再登记结果。"


class CareLevelUnknown(Refusal):
    """The level is none of the policy's."""

    fields = ("level",)
    sentence = "请选择政策里的等级，或者“未达到”。"


class CareAssessedTooEarly(Refusal):
    """Assessed before it was asked for."""

    fields = ("assessed_on",)

    def __init__(self, applied_on: date) -> None:
        super().__init__(f"评定日期不能早于申请日期 {applied_on:%Y-%m-%d}。")


class CareDocumentMissing(Refusal):
    """An assessment, bill or payment without the number of its paper."""

    FIELDS: ClassVar = {
        "评定结论的编号": "document", "发票号码": "invoice", "付款凭证号": "reference", "批准付款的文号": "reference",
    }  # fmt: skip

    def __init__(self, what: str) -> None:
        self.field = self.FIELDS[what]
        super().__init__(f"请填写{what}。")


class CareModeUnknown(Refusal):
    """The mode is none of the policy's."""

    fields = ("mode",)
    sentence = "请选择护理方式。"


class CareProviderUnknown(Refusal):
    """No care provider of the county was chosen."""

    fields = ("provider",)
    sentence = "请选择本县的护理机构。"


class CareProviderClosed(Refusal):
    """The provider gives no care any more."""

    fields = ("provider",)

    def __init__(self, name: str) -> None:
        super().__init__(f"{name}已经停办，不能再安排或登记服务。请经办机构另外安排。")


class CareNotAssessed(Refusal):
    """No assessment with a level holds on the day."""

    fields = ("first",)

    def __init__(self, name: str, on: date) -> None:
        super().__init__(f"{on:%Y-%m-%d} 这一天{name}没有有效的评定等级，请先评定。")


class CarePlanTaken(Refusal):
    """Another plan covers some of the days."""

    fields = ("first",)

    def __init__(self, name: str) -> None:
        super().__init__(f"{name}在这段时间已经有一个护理安排，一天只能有一个。请先结束原来的。")


class CarePlanOrder(Refusal):
    """A plan that would end before it begins."""

    fields = ("last", "on")
    sentence = "结束日期不能早于开始日期。"


class CareDaysAfterEnd(Refusal):
    """Days were logged after the day on which the plan is to end."""

    fields = ("last",)

    def __init__(self, on: date) -> None:
        super().__init__(f"{on:%Y-%m-%d} 已经登记了服务，安排不能在这之前结束。请机构先撤销那几天。")


class CareDayOutside(Refusal):
    """The plan does not cover the day."""

    fields = ("first",)

    def __init__(self, on: date, from_date: date, until_date: date | None) -> None:
        last = f"至 {until_date - timedelta(days=1):%Y-%m-%d}" if until_date else "起"
        super().__init__(f"{on:%Y-%m-%d} 不在护理安排里（{from_date:%Y-%m-%d} {last}），不能登记。")


class CareDayUncovered(Refusal):
    """No assessment, or no insurance, holds on the day."""

    fields = ("first",)

    def __init__(self, on: date) -> None:
        super().__init__(f"{on:%Y-%m-%d} 这一天评定已经到期，或者参保已经结束，不能登记服务。请先重新评定。")


class CareDayTaken(Refusal):
    """The day was logged before, by this provider or another."""

    fields = ("first",)

    def __init__(self, on: date) -> None:
        super().__init__(f"{on:%Y-%m-%d} 已经登记过一次服务，一天只能算一次。")


class CareNothingLogged(Refusal):
    """No day that could be taken back."""

    fields = ("first",)

    def __init__(self, first: date, last: date) -> None:
        super().__init__(f"{first:%Y-%m-%d} 至 {last:%Y-%m-%d} 没有登记过服务，没有可撤销的。")


class CareDayBilled(Refusal):
    """The month has been billed."""

    fields = ("first",)

    def __init__(self, month: date) -> None:
        super().__init__(f"{month:%Y} 年 {month.month} 月的账单已经申报，不能再改那个月的服务。")


class CareDaysTooMany(Refusal):
    """More days at once than a month has."""

    fields = ("last",)
    sentence = "一次最多登记 31 天，请按月登记；最后一天不能早于第一天。"


class CareChargeNotSane(Refusal):
    """A day's charge of nothing, or more than any day costs."""

    fields = ("charge_fen",)
    sentence = "每天的收费要大于 0 元、小于 1 万元，请核对。"


class CareNothingToBill(Refusal):
    """No day of service in the month."""

    def __init__(self, month: date) -> None:
        super().__init__(f"{month:%Y} 年 {month.month} 月没有登记服务，不能申报账单。")


class CareMonthOpen(Refusal):
    """The month is not over yet."""

    def __init__(self, month: date) -> None:
        super().__init__(f"{month:%Y} 年 {month.month} 月还没有过完，月底以后再申报。")


class CareBillTaken(Refusal):
    """The month has its bill."""

    def __init__(self, month: date) -> None:
        super().__init__(f"{month:%Y} 年 {month.month} 月的账单已经申报过，不能重复申报。")


class CareBillLate(Refusal):
    """The day for filing is over, and no reason was given."""

    fields = ("late_reason",)

    def __init__(self, due_on: date) -> None:
        super().__init__(f"这个月的账单最迟应在 {due_on:%Y-%m-%d} 申报，已经过期，请写明逾期的原因。")


class CareInvoiceDiffers(Refusal):
    """The invoice says something else than the days of service."""

    fields = ("invoice_fen",)

    def __init__(self, invoice_fen: int, charged_fen: int) -> None:
        super().__init__(
            f"发票金额 {yuan_text(invoice_fen)} 元，登记的服务合计 {yuan_text(charged_fen)} 元，两个数要一样，请核对。"
        )


class CareStepOutOfTurn(Refusal):
    """The bill stands elsewhere, or the step is another body's."""

    def __init__(self, state: str, who: str = "") -> None:
        super().__init__(f"这一步由{who}办理。" if who else f"这份账单现在是“{state}”，不能办这一步。")


class CareOwnHand(Refusal):
    """Who had a hand in a settlement neither judges the objection to it nor pays it."""

    def __init__(self, step: str) -> None:
        what = "付款" if step == "pay" else "异议"
        super().__init__(f"您核减或结算过这份账单，{what}要由没有经手过的人来办。")


class CareNoRate(Refusal):
    """The policy pays no such day."""

    def __init__(self, on: date) -> None:
        super().__init__(f"{on:%Y-%m-%d} 的政策没有这种护理的支付标准，这一天要先核减。")


class CareDayAfterDeath(Refusal):
    """The register knows that somebody had died before a day of a bill."""

    def __init__(self, name: str, died_on: date, on: date, *, is_payment: bool = False) -> None:
        what = "不能付款。请经办机构先退回重核" if is_payment else "不能结算。请先核减，或者登记去世"
        super().__init__(f"农户登记里{name}已于 {died_on:%Y-%m-%d} 去世，{on:%Y-%m-%d} 的服务{what}。")


class CareDayAfterEnd(Refusal):
    """A day of a bill lies after a death or an end of insurance that the office recorded."""

    def __init__(self, name: str, on: date, word: str) -> None:
        super().__init__(f"{name} {on:%Y-%m-%d} 的服务在{word}，不能算也不能付。请经办机构退回重核。")


class CarePayDay(Refusal):
    """A payment in the future, or before it was settled."""

    fields = ("on",)
    sentence = "付款日期不能晚于今天，也不能早于申报日期。"


class CareNotSettled(Refusal):
    """There is no settlement yet."""

    sentence = "这份账单还没有结算过。"
