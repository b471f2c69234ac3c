"""What funds refuses, each with the sentence the user sees; `fields`: beside which of a form's it stands, the first."""

from __future__ import annotations

from shouwang.kit.errors import Refusal
from shouwang.kit.money import yuan_text


class AmountNotPositive(Refusal):
    fields = ("amount",)
    sentence = "金额要大于 0 元。"


class AccountNotFound(Refusal):
    is_absent = True
    sentence = "找不到这个资金账户，或者不归本单位管。"


class EntryUnbalanced(Refusal):
    sentence = "这笔账两边不相等，没有记。"


class EntryKeyTaken(Refusal):
    """The key of an entry was used before, for another movement."""

    def __init__(self, key: str) -> None:
        super().__init__(f"编号“{key}”已经记过另一笔账，内容不一样，没有记。请核对是不是重复录入。")


class NotEnoughMoney(Refusal):
    """An account would fall below zero."""

    fields = ("amount",)

    def __init__(self, account: str = "", balance_fen: int | None = None) -> None:
        left = f"，现有 {yuan_text(balance_fen)} 元" if balance_fen is not None else ""
        named = f"“{account}”" if account else "账户"
        super().__init__(f"{named}的钱不够{left}，没有记账。请先下达预算或拨付。")


class PurposeShifted(Refusal):
    fields = ("note",)
    sentence = "转出和转入的用途不一样。改变用途要写明批准文件和理由，并会列入核查事项。"


class NotMoneyWork(Refusal):
    sentence = "本岗位不办理资金业务。"


class DocumentMissing(Refusal):
    fields = ("document", "ground")
    sentence = "请写明依据的文件（文号或名称）。"


class NotBelow(Refusal):
    fields = ("to",)
    sentence = "只能拨给本辖区以内的单位。"


class DayAhead(Refusal):
    fields = ("on", "approved_on")
    sentence = "记账日期不能晚于今天。"


class PayerUnknown(Refusal):
    sentence = "付款单位没有这项用途的可用资金账户。请先下达预算或拨付。"


class PayeeNotReady(Refusal):
    """The payee cannot be paid as she stands."""

    def __init__(self, why: str) -> None:
        super().__init__(f"{why}，不能支付。请先核实收款人和账户。")


class PayeeOfOtherKind(Refusal):
    """What is owed to an organisation goes to an organisation, what is owed to a household to the household."""

    sentence = "欠服务机构的钱只能付给服务机构，欠农户的钱只能付给农户，不能互改。付错了请取消后重新申请。"


class AccountNumberUnreadable(Refusal):
    fields = ("account_number", "number", "account")
    sentence = "银行账号应当是 8 到 32 位数字，请核对。"


class CommitmentTaken(Refusal):
    sentence = "这一项已经申请过支付，金额、户或付款单位不一样，没有再记。"


class HouseholdUnknown(Refusal):
    """Only an organisation is paid for somebody who is not in the register."""

    sentence = "这个人不在农户登记里，只能付给服务机构，不能付给个人。"


class CommitmentNotFound(Refusal):
    is_absent = True
    sentence = "找不到这笔待支付款项，或者不归本单位付。"


class CommitmentBusy(Refusal):
    sentence = "这笔款项已在支付批次里、已支付或已取消，不能再办。"


class BatchEmpty(Refusal):
    sentence = "没有选中待支付的款项。"


class NoTier(Refusal):
    sentence = "政策标准里没有写这个金额由谁经办、复核和放行，不能支付。"


class NotYourStep(Refusal):
    """The pack gives this step to others."""

    def __init__(self, step: str) -> None:
        super().__init__(f"按支付分档的规定，本岗位不能{step}这一批。")


class SamePerson(Refusal):
    """One person would take two steps of one batch, under whatever appointment."""

    def __init__(self, before: str) -> None:
        super().__init__(f"您已经为这一批{before}，同一个人不能再办另一步，请换人办理。")


class TooClose(Refusal):
    sentence = "您对其中一户申报过回避，不能办理这一批。"


class BatchNotFound(Refusal):
    is_absent = True
    sentence = "找不到这个支付批次。"


class BatchNotThere(Refusal):
    """The batch is not at the step that was to be taken."""

    def __init__(self, state: str) -> None:
        super().__init__(f"这一批现在是“{state}”，这一步已经办过或者还不能办。")


class ClockBack(Refusal):
    """The server's clock says less than it said at the step before."""

    def __init__(self, now: str, before: str) -> None:
        super().__init__(
            f"服务器的时间（{now}）比这一批上一步的时间（{before}）还早，没有办理。请运维人员校准时钟后再办。"
        )


class BatchAltered(Refusal):
    sentence = "这一批的内容与制单时不一样，已停止办理。请联系审计人员。"


class PaymentNotFound(Refusal):
    is_absent = True
    sentence = "找不到这笔支付。"


class PaymentNotUnknown(Refusal):
    sentence = "只有结果不明的支付才由两人核定。"


class RecoveredTooMuch(Refusal):
    """More would come back of a payment than was paid."""

    fields = ("amount",)

    def __init__(self, left_fen: int) -> None:
        super().__init__(f"追回的不能比付出去的多：这笔支付最多还能追回 {yuan_text(left_fen)} 元。")


class ResolutionOpen(Refusal):
    sentence = "这笔支付已经有人提出核定，等另一人确认。"


class ResolutionNone(Refusal):
    sentence = "这笔支付没有等待确认的核定。"


class ResolutionSamePerson(Refusal):
    sentence = "核定要两个人：提出的人不能自己确认。"


class ReturnTakenBefore(Refusal):
    fields = ("file",)
    sentence = "这个回盘文件已经读过，没有再记。"


class ReturnUnreadable(Refusal):
    fields = ("file",)
    sentence = "回盘文件里没有找到“付款编号、金额、结果”三列表头，没有记账。"


class ReasonNeeded(Refusal):
    fields = ("reason", "note")
    sentence = "请写明理由。"


class DueMissing(Refusal):
    fields = ("due_on",)
    sentence = "交办要写明整改期限。"


class WatchedBefore(Refusal):
    fields = ("number",)
    sentence = "这个账户已经在名单里。"


class FindingGone(Refusal):
    is_absent = True
    sentence = "这一项现在查不出问题，可能已经纠正。"


class YearNotOver(Refusal):
    """The budget year runs from January to December (预算法 第十八条); before December it is not closed."""

    fields = ("on",)

    def __init__(self, year: int) -> None:
        super().__init__(f"{year} 年度还没有结束，{year} 年 12 月起才能结转。")


class NothingLeft(Refusal):
    sentence = "这个年度没有剩下可用的钱，不用结转。"


class ToleranceUngrounded(Refusal):
    fields = ("grounds",)
    sentence = "容错要三条都成立：出于公心、原因是客观的、错误已及时纠正。缺一条就交办整改。"


class ExportPurposeMissing(Refusal):
    fields = ("purpose",)
    sentence = "请写明导出的用途，它会印在表上、记入审计日志。"


class ExportTooLong(Refusal):
    """The list is too long for one workbook."""

    fields = ("year",)

    def __init__(self, rows: int, limit: int) -> None:
        super().__init__(f"共 {rows:,} 行，一个文件最多 {limit:,} 行。请按年度分开导出，或请运维人员从数据库取数。")


class CaseNotGranted(Refusal):
    sentence = "这个案件还没有批准救助，或者已经结案，不能申请支付。"


class PersonElsewhere(Refusal):
    fields = ("person",)
    sentence = "救助对象不是这一户现在的人，请重新选。"
