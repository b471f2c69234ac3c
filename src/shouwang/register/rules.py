"""Arithmetic and judgements of the register, without a database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from shouwang.kit.codes import IncomeKind
from shouwang.kit.dates import month_window, months_add, years_old
from shouwang.kit.money import per_head_floor
from shouwang.kit.pinyin import pinyin_reader
from shouwang.kit.texts import name_key, numbers_hidden, squeezed

ADULT_YEARS = 18  # 民法典 art. 17
NATIONAL = "national"
OFFICE_SOURCES = {"national": "全国防返贫系统", "officer": "预警员上报", "clerk": "经办人登记", "system": "系统"}

# 百家姓 surnames whose reading as a surname differs from the usual one.
_SURNAME_READINGS = {
    "单": "s", "仇": "q", "解": "x", "查": "z", "曾": "z", "盖": "g", "区": "o", "朴": "p", "翟": "z", "覃": "q",
    "尉": "w", "乐": "y", "种": "c", "繁": "p", "牟": "m", "宓": "m", "冼": "x", "逄": "p", "秘": "b", "折": "s",
    "黑": "h", "缪": "m", "员": "y", "召": "s", "佴": "n", "隗": "w", "晟": "c", "洗": "x", "幺": "y", "令": "l",
}  # fmt: skip


@dataclass(frozen=True)
class IncomeAmount:
    """One income row as the arithmetic needs it."""

    month: date
    kind: str
    amount_fen: int


@dataclass(frozen=True)
class NetIncome:
    """The sums of a window and what they come to per head; null when nothing at all is known."""

    first_month: date
    end_month: date
    sums: Mapping[str, int]
    members: int
    net_fen: int | None
    per_capita_fen: int | None
    claims_fen: int | None

    @property
    def last_month(self) -> date:
        """The last month inside the window."""
        year, month = divmod(self.end_month.year * 12 + self.end_month.month - 2, 12)
        return date(year, month + 1, 1)


def net_income(rows: Iterable[IncomeAmount], *, on: date, members: int) -> NetIncome:
    """This function computes per-capita net income over the 12 full months before the month of a day.

    Net = wage + business + property + transfer − production cost; claims are summed apart and do not count. The
    per-head amount is floored to the fen, also below zero; a household without rows or members has none.
    """
    first, end = month_window(on)
    sums: dict[str, int] = {}
    for row in rows:
        if first <= row.month < end:
            sums[row.kind] = sums.get(row.kind, 0) + row.amount_fen
    counted = {kind: amount for kind, amount in sums.items() if kind != IncomeKind.CLAIMS}
    net = None
    if counted:
        net = sum(-amount if kind == IncomeKind.COST else amount for kind, amount in counted.items())
    per_head = per_head_floor(net, members) if net is not None and members > 0 else None
    return NetIncome(first, end, sums, members, net, per_head, sums.get(IncomeKind.CLAIMS))


def steady_income(rows: Iterable[IncomeAmount], *, on: date, months: int) -> int | None:
    """This function returns the lowest net income (fen) of the 12 full months before a day's month, and before each of
    so many months earlier; null where the records do not reach back so far, or one of the spans has no record.
    """
    kept = list(rows)
    spans = [month_window(months_add(on.replace(day=1), -back)) for back in range(months + 1)]
    if not any(row.month <= spans[-1][0] for row in kept):
        return None
    found = []
    signs = {IncomeKind.COST: -1, IncomeKind.CLAIMS: 0}
    for first, end in spans:
        inside = [row for row in kept if first <= row.month < end]
        if not inside:
            return None
        found.append(sum(signs.get(IncomeKind(row.kind), 1) * row.amount_fen for row in inside))
    return min(found)


def spread(amount_fen: int, *, months: int) -> list[int]:
    """This function spreads a yearly amount over months without losing a fen; the last months carry the rest."""
    each, rest = divmod(amount_fen, months)
    return [each + (1 if number >= months - rest else 0) for number in range(months)]


def has_adult(birth_dates: Iterable[date | None], *, on: date) -> bool:
    """This function tells whether somebody is of age; an unknown birth date counts as of age."""
    return any(birth is None or years_old(birth, on=on) >= ADULT_YEARS for birth in birth_dates)


def name_initials(name: str) -> str:
    """This function returns the pinyin initials of a name in lower case, the surname in its surname reading."""
    text = squeezed(name)
    if not text:
        return ""
    reader = pinyin_reader()
    letters = "".join(part[:1] for part in reader.lazy_pinyin(text, style=reader.Style.NORMAL, errors=_plain) if part)
    first = _SURNAME_READINGS.get(text[0])
    return ((first + letters[1:]) if first and letters else letters).lower()[:60]


def _plain(text: str) -> Any:
    return [letter for letter in text if letter.isalnum()]


def names_agree(first: str, second: str) -> bool:
    """This function tells whether two names are the same once written alike; an empty one agrees with any."""
    one, other = name_key(first), name_key(second)
    return not one or not other or one == other


def common_area(first: int, second: int) -> tuple[int, int]:
    """This function returns the smallest area [lo, hi] that holds two slots, from a village up to a province."""
    for size in (1, 10**3, 10**6, 10**8, 10**10):
        if first // size == second // size:
            lo = first // size * size
            return lo, lo + size - 1
    return 0, 999_999_999_999


def prefix_end(text: str) -> str:
    """This function returns the first text behind all texts that begin with a text, for `>=` and `<`."""
    return text[:-1] + chr(ord(text[-1]) + 1)


def scrubbed(text: str) -> str:
    """This function returns a free text without ID numbers, phones and accounts that somebody typed into it."""
    return numbers_hidden(text).strip()


def source_label(source: str) -> str:
    """This function returns how a source is called on a page."""
    return OFFICE_SOURCES.get(source) or DEPARTMENTS.get(source) or {"casework": "案件办结时登记"}.get(source, source)


DEPARTMENTS = {
    "medical_insurance": "医保局", "civil_affairs": "民政局", "education": "教育局", "public_security": "公安局",
    "disabled": "残联", "emergency": "应急管理局", "health": "卫健局", "housing": "住建局", "labour": "人社局",
    "water": "水利局", "rural": "乡村振兴部门", "letters": "信访局",
}  # fmt: skip

_SEEN_BY = {
    "SPOUSE": {"HEAD": "SPOUSE", "CHILD": "CHILD", "CHILD_IN_LAW": "CHILD_IN_LAW", "GRANDCHILD": "GRANDCHILD",
               "PARENT": "PARENT_IN_LAW", "PARENT_IN_LAW": "PARENT"},
    "CHILD": {"HEAD": "PARENT", "SPOUSE": "PARENT", "CHILD": "SIBLING", "CHILD_IN_LAW": "SPOUSE",
              "GRANDCHILD": "CHILD", "PARENT": "GRANDPARENT", "PARENT_IN_LAW": "GRANDPARENT"},
    "CHILD_IN_LAW": {"HEAD": "PARENT_IN_LAW", "SPOUSE": "PARENT_IN_LAW", "CHILD": "SPOUSE", "GRANDCHILD": "CHILD"},
    "GRANDCHILD": {"HEAD": "GRANDPARENT", "SPOUSE": "GRANDPARENT", "CHILD": "PARENT", "CHILD_IN_LAW": "PARENT",
                   "GRANDCHILD": "SIBLING"},
    "PARENT": {"HEAD": "CHILD", "SPOUSE": "CHILD_IN_LAW", "CHILD": "GRANDCHILD", "PARENT": "SPOUSE",
               "SIBLING": "CHILD"},
    "PARENT_IN_LAW": {"HEAD": "CHILD_IN_LAW", "SPOUSE": "CHILD", "CHILD": "GRANDCHILD", "PARENT_IN_LAW": "SPOUSE"},
    "GRANDPARENT": {"HEAD": "GRANDCHILD", "PARENT": "CHILD", "GRANDPARENT": "SPOUSE"},
    "SIBLING": {"HEAD": "SIBLING", "PARENT": "PARENT", "GRANDPARENT": "GRANDPARENT", "SIBLING": "SIBLING"},
}  # fmt: skip


def relationships_after(before: Mapping[int, str], new_head: int) -> dict[int, str]:
    """This function suggests everybody's relationship once `new_head` heads the household (person → relationship).

    Several sons' wives cannot all become the new head's spouse: where two would, all of them become 其他, for a clerk
    to say who is.
    """
    seen = _SEEN_BY.get(before[new_head], {})
    after = {pk: seen.get(relationship, "OTHER") for pk, relationship in before.items() if pk != new_head}
    spouses = [pk for pk, relationship in after.items() if relationship == "SPOUSE"]
    if len(spouses) > 1:
        after |= dict.fromkeys(spouses, "OTHER")
    return {new_head: "HEAD", **after}
