"""How far a granted amount has come, in words a household understands; pure."""

from __future__ import annotations

PAID, RETURNED = "PAID", "RETURNED"
WORDS = {
    "OWED": "已经批准，正在安排发放",
    "DRAFT": "正在办发放手续",
    "CHECKED": "正在办发放手续",
    "RELEASED": "正在办发放手续",
    "SENT": "已经送银行，等银行入账",
    "UNKNOWN": "正在和银行核对，钱没有丢",
    PAID: "已经打到账上",
    RETURNED: "银行退回来了，请带存折找村干部核对账号",
}


def paid_word(state: str) -> str:
    """This function returns in plain words how far an amount has come."""
    return WORDS.get(state, "正在办理")
