"""Pure checks of a report."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from shouwang.kit.errors import Refusal
from shouwang.kit.texts import has_personal_number

OLDEST_YEARS = 10


class ReportRefusal(Refusal):
    """A report that cannot be taken; `field` names the form field it stands beside."""

    field = ""


class OccurredInFuture(ReportRefusal):
    """The day of the event has not come."""

    field = "occurred_on"
    sentence = "发生日期还没有到，请核对。"


class OccurredTooLongAgo(ReportRefusal):
    """The day of the event lies many years back."""

    field = "occurred_on"
    sentence = f"发生日期在 {OLDEST_YEARS} 年以前，请核对年份。"


class PersonalNumberInText(ReportRefusal):
    """The free text holds an ID, phone or account number."""

    sentence = "说明里请不要写身份证号、手机号或银行账号，系统里已有的不用再写。"

    def __init__(self, field: str) -> None:
        super().__init__()
        self.field = field


class SummaryMissing(ReportRefusal):
    """Nobody said what happened."""

    field = "summary"
    sentence = "请写一两句发生了什么，例如“5 月查出胃癌，在县医院手术”。"


class CauseUnknown(ReportRefusal):
    """The cause is none that the house knows."""

    field = "cause"
    sentence = "没有这种原因，请从列出的原因里选。"


class CauseNoteMissing(ReportRefusal):
    """The cause is 其他 without a word which."""

    field = "cause_note"
    sentence = "原因选“其他”时，请写明是什么原因。"


class SomebodyMissing(ReportRefusal):
    """Neither a registered household nor a name."""

    field = "person_name"
    sentence = "请选一户；登记簿里没有的，请写姓名并说明住处。"


class ReimbursedAboveGross(ReportRefusal):
    """Reimbursed and self-paid together exceed the whole."""

    field = "reimbursed_yuan"
    sentence = "已报销加上自己付的超过了总费用，请核对三个金额。"


class PaperInFuture(ReportRefusal):
    """The date on the paper has not come."""

    field = "filled_on"
    sentence = "纸质表上的日期还没有到，请核对。"


class PaperBeforeEvent(ReportRefusal):
    """The paper is older than what it tells of."""

    field = "filled_on"
    sentence = "纸质表上的日期早于发生日期，请核对这两个日期。"


class AmountNegative(ReportRefusal):
    """An amount below zero."""

    field = "gross_yuan"
    sentence = "金额不能是负数，请核对。"


@dataclass(frozen=True)
class Amounts:
    """What the event cost, in fen; None = not known."""

    gross_fen: int | None = None
    reimbursed_fen: int | None = None
    self_paid_fen: int | None = None
    income_drop_fen: int | None = None


def amounts_completed(amounts: Amounts) -> Amounts:
    """This function adds the third of gross, reimbursed and self-paid when two are known; refuses what cannot be."""
    gross, reimbursed, own = amounts.gross_fen, amounts.reimbursed_fen, amounts.self_paid_fen
    if any(value is not None and value < 0 for value in (gross, reimbursed, own, amounts.income_drop_fen)):
        raise AmountNegative
    if gross is not None and (reimbursed or 0) + (own or 0) > gross:
        raise ReimbursedAboveGross
    if gross is not None and reimbursed is not None and own is None:
        own = gross - reimbursed
    elif gross is not None and own is not None and reimbursed is None:
        reimbursed = gross - own
    elif gross is None and reimbursed is not None and own is not None:
        gross = reimbursed + own
    return Amounts(gross, reimbursed, own, amounts.income_drop_fen)


def text_check(text: str, *, field: str) -> str:
    """This function returns a free text without stray blanks; refuses one that holds a personal number."""
    clean = re.sub(r"[ \t]+", " ", text).strip()
    if has_personal_number(clean):
        raise PersonalNumberInText(field)
    return clean


def occurred_check(occurred_on: date, *, on: date) -> None:
    """This function refuses a day that has not come or lies many years back."""
    if occurred_on > on:
        raise OccurredInFuture
    if occurred_on.year < on.year - OLDEST_YEARS:
        raise OccurredTooLongAgo


def paper_check(filled_on: date, *, occurred_on: date, on: date) -> None:
    """This function refuses a paper form dated after today or before its event."""
    if filled_on > on:
        raise PaperInFuture
    if filled_on < occurred_on:
        raise PaperBeforeEvent
