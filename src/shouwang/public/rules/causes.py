"""The causes of the code list in the words of a household; pure."""

from __future__ import annotations

from shouwang.kit.codes import Risk

PLAIN = {
    Risk.ILLNESS: "家里有人生病",
    Risk.STUDY: "孩子上学花钱多",
    Risk.DISABILITY: "家里有人残疾",
    Risk.DISASTER: "受了灾（水、旱、雹、火等）",
    Risk.ACCIDENT: "出了意外",
    Risk.INDUSTRY: "种地、养殖、做买卖亏了",
    Risk.EMPLOYMENT: "打工没有活了、钱少了",
    Risk.LABOUR: "家里没有人能干活",
    Risk.HOUSING: "房子不安全",
    Risk.WATER: "吃水有困难",
    Risk.OTHER: "别的难处",
}


def plain_cause(code: str) -> str:
    """This function returns a cause as a household would say it, else by its name in the code list."""
    risk = Risk(code)
    return PLAIN.get(risk, risk.label)
