"""Rules of funds: who works with money, how a bank's answer is read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from shouwang.kit.money import yuan_text
from shouwang.people.access import Kind, Role

# Organisations that hold accounts, and who works with them there.
TREASURIES = frozenset({Kind.PROVINCE, Kind.CITY_CENTRE, Kind.COUNTY_CENTRE, Kind.INSURER})
TREASURY_ROLES = frozenset({Role.CLERK, Role.LEADER})
# Who looks at money: those who hold it, decide on it or watch it; villages and townships see payments of their own.
READERS = frozenset({Kind.COUNTY_CENTRE, Kind.LEADING_GROUP, Kind.CITY_CENTRE, Kind.PROVINCE, Kind.AUDIT, Kind.INSURER})

# Who may settle what became of a payment, beside the payer's own people.
SETTLERS = TREASURIES | {Kind.LEADING_GROUP}
STEPS = {"make": "制单", "check": "复核", "release": "放行"}
PAID_WORDS = frozenset({"成功", "已付", "已支付", "支付成功", "交易成功"})
RETURNED_WORDS = frozenset({"失败", "退回", "退票", "已退回", "支付失败", "交易失败"})


LESS = ":less:"  # in the name under which what is left of a benefit is recorded, once some of it came back


def ref_first(source_ref: str) -> str:
    """This function returns the name that a benefit was recorded under at first, whatever came back of it since."""
    return source_ref.partition(LESS)[0]


@dataclass(frozen=True)
class ReturnLine:
    """A line of the bank's answer as it stands in the file; `amount_fen` None: unreadable."""

    row: int
    reference: str
    amount_fen: int | None
    result: str
    reason: str = ""


@dataclass(frozen=True)
class Standing:
    """What a payment is before the bank's answer is taken."""

    amount_fen: int
    state: str
    recovered_fen: int = 0  # given back by the payee after it was paid


@dataclass(frozen=True)
class Judged:
    """The answer sorted: outcomes by reference, refused lines as (row, sentence), and who must be settled by people.

    `doubtful` says why of each, in a few words.
    """

    outcomes: Mapping[str, tuple[str, str]]
    refused: Sequence[tuple[int, str]]
    doubtful: Mapping[str, str]


def answer_judge(lines: Sequence[ReturnLine], payments: Mapping[str, Standing]) -> Judged:
    """This function sorts the lines of a bank's answer to one batch.

    A reference that is not of the batch, stands twice, or with another amount or an unreadable result is refused; its
    payment is doubtful, and so is every sent payment that the answer leaves out. What is settled already stays; only a
    paid one may still come back (RETURNED), and whole: not when a part of it was recovered.
    """
    counts = Counter(line.reference for line in lines)
    outcomes: dict[str, tuple[str, str]] = {}
    refused: list[tuple[int, str]] = []
    for line in lines:
        known = payments.get(line.reference)
        why = _refusal(line, known, counts[line.reference])
        if why:
            refused.append((line.row, why))
        elif known is not None:
            outcomes[line.reference] = (_outcome(line.result), line.reason)
    doubtful = {
        name: _doubt([line for line in lines if line.reference == name], known)
        for name, known in payments.items()
        if known.state == "SENT" and name not in outcomes
    }
    return Judged(outcomes, refused, doubtful)


def _doubt(lines: Sequence[ReturnLine], known: Standing) -> str:
    """This function says in a few words why nobody knows what became of a payment; `lines` are those that name it."""
    if not lines:
        return "回盘里没有这一笔"
    if len(lines) > 1:
        return f"回盘里出现了 {len(lines)} 次"
    if lines[0].amount_fen != known.amount_fen:
        return "回盘里的金额不一样"
    return f"回盘里的结果“{lines[0].result[:20]}”看不懂"


def _outcome(result: str) -> str:
    return "PAID" if result in PAID_WORDS else "RETURNED" if result in RETURNED_WORDS else ""


def _refusal(line: ReturnLine, known: Standing | None, count: int) -> str:
    """This function says why a line is refused; empty when it is taken."""
    if known is None:
        return f"付款编号“{line.reference[:40]}”不在这一批里"
    if count > 1:
        return f"付款编号“{line.reference}”在文件里出现了 {count} 次"
    if line.amount_fen != known.amount_fen:
        return f"付款编号“{line.reference}”的金额与送出的不一样"
    outcome = _outcome(line.result)
    if not outcome:
        return f"付款编号“{line.reference}”的结果“{line.result[:20]}”看不懂，应当是“成功”或“失败”"
    if known.state == outcome:
        return f"付款编号“{line.reference}”的结果已经记过"
    if known.state == "RETURNED":
        return f"付款编号“{line.reference}”已记为退回，不能再记成功"
    if outcome == "RETURNED" and known.recovered_fen:
        return f"付款编号“{line.reference}”已追回 {yuan_text(known.recovered_fen)} 元，不会再全额退回，请先与银行核对"
    if known.state not in {"SENT", "UNKNOWN", "PAID"}:
        return f"付款编号“{line.reference}”没有送出过"
    return ""


def year_is_over(year: int, *, on: date) -> bool:
    """This function tells whether a budget year may be closed on a day: it is the calendar year (预算法 第十八条)."""
    return (on.year, on.month) >= (year, 12)


LEVEL_NAMES = {1: "省级", 2: "市级", 3: "县级", 4: "乡级", 5: "村级"}


@dataclass(frozen=True)
class Inflow:
    """Money that came into an account: by which entry, when, how much, under which paper."""

    entry_id: int
    on: date
    amount_fen: int
    document: str = ""


def tranches_left(inflows: Sequence[Inflow], balance_fen: int) -> list[tuple[Inflow, int]]:
    """This function returns what is left of each inflow (in order of arrival), the oldest taken to be spent first."""
    spent = sum(inflow.amount_fen for inflow in inflows) - balance_fen
    left = []
    for inflow in inflows:
        gone = min(max(spent, 0), inflow.amount_fen)
        spent -= gone
        if inflow.amount_fen > gone:
            left.append((inflow, inflow.amount_fen - gone))
    return left


@dataclass(frozen=True)
class Paid:
    """A payment as the looks for made-up amounts see it."""

    key: int
    on: date
    amount_fen: int
    batch: int


def split_run(payments: Sequence[Paid], *, start_fen: int, days: int) -> set[int]:
    """This function returns the payments of one household (by day) that reach a tier together, each below it.

    They lie within so many days of the first and in more than one batch: what is in one batch was added up when it was
    made. Empty: none.
    """
    small = [payment for payment in payments if payment.amount_fen < start_fen]
    for number, first in enumerate(small):
        last = first.on + timedelta(days=days)
        run = [each for each in small[number:] if each.on <= last]
        if len({each.batch for each in run}) > 1 and sum(each.amount_fen for each in run) >= start_fen:
            return {each.key for each in run}
    return set()


def dwell_days(ins: Sequence[tuple[date, int]], outs: Sequence[tuple[date, int]], *, on: date) -> tuple[int, int]:
    """This function returns fen times days that money lay in one hand, and the fen; both lists are by day.

    The oldest goes first; what is still there counts up to the day `on`. Their quotient is the mean dwell time.
    """
    leaving = [*outs, (on, sum(fen for _, fen in ins))]
    weight, number, left = 0, 0, leaving[0][1]
    for day, fen in ins:
        while fen > 0:
            while not left:
                number += 1
                left = leaving[number][1]
            part = min(fen, left)
            weight += part * max(0, (leaving[number][0] - day).days)
            fen, left = fen - part, left - part
    return weight, sum(fen for _, fen in ins)
