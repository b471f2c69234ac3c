"""Refusals of insurance."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from shouwang.kit.errors import Refusal
from shouwang.kit.money import yuan_text
from shouwang.people.access import StaleWrite


class ClaimNotFound(Refusal):
    """No such claim for this viewer."""

    is_absent = True
    sentence = "找不到这件理赔，或者它不由您的单位办理。"


class PoolNotFound(Refusal):
    """No such pool for this viewer."""

    is_absent = True
    sentence = "找不到这个资金池。"


class ClaimStale(StaleWrite):
    """Somebody else changed the claim."""

    def __init__(self, changed_by: str = "", changed_at: str = "") -> None:
        super().__init__("这件理赔", changed_by, changed_at)


class PoolStale(StaleWrite):
    """Somebody else changed the pool."""

    def __init__(self) -> None:
        super().__init__("这个资金池")


class StepOutOfTurn(Refusal):
    """The claim stands elsewhere, or the step is another body's."""

    def __init__(self, state: str, who: str = "") -> None:
        super().__init__(f"这一步由{who}办理。" if who else f"这件理赔现在是“{state}”，不能办这一步。")


class OwnClaim(Refusal):
    """Whoever had a hand in a claim decides nothing about it."""

    sentence = "您经手过这件理赔，这一步要由别人来办。"


class ReasonMissing(Refusal):
    """A decision or change without its reason."""

    field = "reason"
    sentence = "请写明理由。"


class EventInFuture(Refusal):
    """The event has not happened yet."""

    field = "on"
    sentence = "发生日期不能晚于今天。"


class NotEligible(Refusal):
    """No ladder of the policy covers the household for this cause on that day."""

    field = "cause"

    def __init__(self, *, cause: str, type_name: str, on: date) -> None:
        who = f"“{type_name}”" if type_name else "监测线以外的户"
        super().__init__(f"{on:%Y-%m-%d} 的政策没有对{who}{cause}的赔付阶梯，不能理赔。")


class TypeUnknown(Refusal):
    """Neither a warning nor a screening tells the household's type, and nobody stated it."""

    field = "type_key"
    sentence = "没有预警或筛查能说明这一户当时的类型，请选择类型并写明认定的依据。"


class AfterTerm(Refusal):
    """The event lies outside every term of the pool."""

    field = "on"

    def __init__(self, *, name: str, on: date, from_date: date, until_date: date) -> None:
        last = until_date - timedelta(days=1)
        super().__init__(f"{on:%Y-%m-%d} 不在“{name}”的保险期内（{from_date:%Y-%m-%d} 至 {last:%Y-%m-%d}），不能理赔。")


class NotInsured(Refusal):
    """The pool is for some only, and it was not said to whom of them the household belongs, or why."""

    field = "insured_as"

    def __init__(self, *, name: str, insures: Sequence[str]) -> None:
        super().__init__(f"“{name}”只为{'、'.join(insures)}投保：请选这一户属于哪一类，并写明依据。")


class NoPool(Refusal):
    """No pool was opened that would pay."""

    def __init__(self, name: str = "") -> None:
        super().__init__(
            f"还没有登记“{name}”这个资金池，请先登记。" if name else "政策没有对这个原因的资金池，不能理赔。"
        )


class PersonDead(Refusal):
    """The claim is for somebody who had died before, or would pay somebody dead."""

    def __init__(self, name: str, died_on: date, *, as_payee: bool = False) -> None:
        what = "不能领款，请换一位领款人" if as_payee else "不能为之后发生的事理赔"
        self.field = "payee" if as_payee else "person"
        super().__init__(f"{name}已于 {died_on:%Y-%m-%d} 去世，{what}。")


class PersonElsewhere(Refusal):
    """The person did not belong to the household on the day."""

    def __init__(self, *, as_payee: bool = False) -> None:
        who = "领款人" if as_payee else "出事的人"
        self.field = "payee" if as_payee else "person"
        super().__init__(f"{who}当时不在这一户，请核对。")


class CauseNotInCase(Refusal):
    """The case is about something else."""

    field = "cause"
    sentence = "这个案件没有这个原因，请先补报线索，或者选案件里的原因。"


class EventClaimed(Refusal):
    """The event has a claim already."""

    field = "on"

    def __init__(self, on: date) -> None:
        super().__init__(f"这一户 {on:%Y-%m-%d} 的这件事已经有一件理赔，不能重复办理。")


class ReceiptUsed(Refusal):
    """An invoice is part of another claim, or stands twice in this one."""

    field = "receipt"

    def __init__(self, *, row: int | None = None, receipt: str = "", is_twice: bool = False) -> None:
        self.row = row
        why = "在这里写了两次" if is_twice else "已经用在别的理赔里"
        self.about = f"票据 {receipt} {why}，请核对票据号。" if receipt else f"有一张票据{why}，请核对票据号。"
        super().__init__(f"第 {row} 项的{self.about}" if row else self.about)


class LossOverEvidence(Refusal):
    """A line claims more than its papers prove, or more was found than claimed."""

    def __init__(self, *, row: int, name: str, what: str, fen: int, limit: str, limit_fen: int) -> None:
        self.row, self.field = row, "claimed" if limit == "凭证金额" else "assessed"
        self.about = f"“{name}”的{what} {yuan_text(fen)} 元，多于{limit} {yuan_text(limit_fen)} 元。"
        super().__init__(f"第 {row} 项{self.about}")


class ItemsMissing(Refusal):
    """Nothing was assessed."""

    sentence = "请至少写一项损失。"


class NotComputed(Refusal):
    """There is no amount yet."""

    sentence = "还没有定损和计算，不能送审。"


class DocumentsMissing(Refusal):
    """The ladder asks for papers that are not there."""

    def __init__(self, kinds: list[str]) -> None:
        super().__init__(f"还缺材料：{'、'.join(kinds)}。附上以后再送审。")


class ChangeOpen(Refusal):
    """A change by hand waits for the second person."""

    sentence = "有一项手工调整还没有第二个人确认，请先确认或驳回。"


class ChangeMissing(Refusal):
    """No change waits."""

    sentence = "没有等确认的手工调整。"


class ChangeTooHigh(Refusal):
    """A change goes beyond what any claim may pay."""

    field = "to_fen"

    def __init__(self, limit_fen: int, what: str) -> None:
        super().__init__(f"调整后的金额不能多于{what} {yuan_text(limit_fen)} 元。")


class ChangeNothing(Refusal):
    """A change to what it is already."""

    field = "to_fen"
    sentence = "调整后的金额和现在一样。"


class ComputationOvertaken(Refusal):
    """What the household was paid in the year has changed since the claim was computed."""

    sentence = "这一户本年别的理赔变了，金额对不上。同一户有发生在前、还没审定的，请先审那一件；没有的，请退回重算。"


class ChangedByHand(Refusal):
    """An amount that two people changed is not computed anew with many others."""

    sentence = "这件有手工调整，一起重算会让调整作废。要重算的，请逐件定损。"


class SettleUnderWay(Refusal):
    """The claims of the pool are being computed already."""

    sentence = "这个资金池的理赔正在后台计算，算完再办。"


class SettleAskerGone(Refusal):
    """Who asked for the computation holds the post no more."""

    sentence = "交办的人已经不在这个岗位，没有再算。请现在的经办人重新交一次。"


class ListUnreadable(Refusal):
    """The file holds no line that says what a claim lost."""

    field = "file"

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"表里没有读到定损的行，或者超过 {limit:,} 行。要有理赔号、项目、凭证金额、申报金额、核定金额五栏，"
            "可以先下载待定损清单，填好再交。"
        )  # fmt: skip


class ListLineWrong(Refusal):
    """A line of the list cannot be read."""

    def __init__(self, row: int, what: str) -> None:
        self.row = row
        super().__init__(f"第 {row} 行：{what}")


class NoAid(Refusal):
    """The policy has no emergency aid for this."""

    sentence = "政策对这种情况没有先行救助，或者已经先行救助过。"


class CaseUndecided(Refusal):
    """The case has not been decided yet, or was refused."""

    sentence = "案件还没有审定和公示完，不能申请付款；急难的先办先行救助。"


class PayDay(Refusal):
    """A payment before it was asked for, or in the future."""

    field = "on"
    sentence = "付款日期不能晚于今天，也不能早于发生日期。"


class PoolEmpty(Refusal):
    """The pool has not enough, and may not owe."""

    def __init__(self, *, name: str, balance_fen: int, wanted_fen: int) -> None:
        super().__init__(f"“{name}”余额 {yuan_text(balance_fen)} 元，不够付 {yuan_text(wanted_fen)} 元，请先补足。")


class PoolSplit(Refusal):
    """The pool has enough, but of no single source; one payment is of one source."""

    def __init__(self, *, name: str, most_fen: int, wanted_fen: int) -> None:
        super().__init__(
            f"“{name}”的钱来自几个来源，一笔付款只能用一个来源的：最多的一个有 {yuan_text(most_fen)} 元，"
            f"不够付 {yuan_text(wanted_fen)} 元，请先补足这个来源。"
        )


class PoolUnfunded(Refusal):
    """The county has not got the money that it would put into the pool."""

    field = "amount_fen"

    def __init__(self, *, purpose: str, year: int, has_fen: int) -> None:
        super().__init__(
            f"县里“{purpose}”{year} 年度账上只有 {yuan_text(has_fen)} 元，不够。请先在资金里下达预算，或勾选同时下达。"
        )


class FiledLate(Refusal):
    """The event was claimed after the deadline of the policy."""

    field = "on"

    def __init__(self, *, on: date, days: int, last: date) -> None:
        super().__init__(f"{on:%Y-%m-%d} 发生的事要在 {days} 天以内报案，最迟 {last:%Y-%m-%d}，已经过期，不能理赔。")


class AdvanceUnderWay(Refusal):
    """Emergency aid has been asked for and nobody knows yet whether it was paid."""

    sentence = "先行救助正在支付，还没有结果，等结果回来再办这一步。"


class PaymentUnderWay(Refusal):
    """A payment made before an appeal was given back by the bank, and nobody knows yet what becomes of it."""

    sentence = "申诉以前的付款被银行退回，还没有结果，等结果回来再办这一步。"


class NothingToRecover(Refusal):
    """What was paid is not more than the amount, or less than that was typed."""

    field = "amount_fen"

    def __init__(self, over_fen: int) -> None:
        super().__init__(f"多付的还剩 {yuan_text(over_fen)} 元没有追回，追回的不能多于这个数，也不能是 0。")


class LadderUnsound(Refusal):
    """A ladder that was tried contradicts itself."""

    def __init__(self, why: str) -> None:
        super().__init__(f"这样改以后阶梯不通：{why}。")


class ListPurposeMissing(Refusal):
    """A list with names leaves the house for a stated purpose only."""

    sentence = "请写明导出的用途，它会记入审计日志。"


class ListTooLong(Refusal):
    """The list is too long for one workbook."""

    def __init__(self, rows: int, limit: int) -> None:
        super().__init__(f"共 {rows:,} 件，一个文件最多 {limit:,} 件。请分期导出。")


class PoolTaken(Refusal):
    """The term overlaps with another of the same pool, or was opened before."""

    field = "from_date"
    sentence = "这个资金池已经登记过，或者保险期与另一期重叠。"


class PoolTerm(Refusal):
    """A term that ends before it begins, or that lasts otherwise than the policy says."""

    field = "from_date"

    def __init__(self, until: date | None = None) -> None:
        said = f"按政策应到 {until - timedelta(days=1):%Y-%m-%d}。" if until else "最后一天不能早于第一天。"
        super().__init__(f"保险期不对：{said}")


class TenderMissing(Refusal):
    """The policy has the insurer found by tender, and none was named."""

    field = "tender"
    sentence = "政策写明承保公司要公开招标确定，请填写招标或中标的文号。"


class InsurerUnknown(Refusal):
    """No insurer of the county was chosen."""

    field = "organisation"
    sentence = "请选择本县的承保公司。"


class TooMuchPaidIn(Refusal):
    """More premium than the term is to be given."""

    field = "amount_fen"

    def __init__(self, left_fen: int) -> None:
        super().__init__(f"这一期的保费还差 {yuan_text(left_fen)} 元，不能多记。补足请选“补足”。")


class NothingToCarry(Refusal):
    """No surplus, no next term, or it does not roll over."""

    sentence = "没有可以结转的余额：要在保险期满以后、没有未付完的理赔、下一期已经登记，而且政策允许结余滚存。"


class NotOwing(Refusal):
    """The pool lacks nothing."""

    field = "amount_fen"

    def __init__(self, lack_fen: int) -> None:
        super().__init__(f"这个资金池现在差 {yuan_text(lack_fen)} 元，补足不能多于这个数。")
