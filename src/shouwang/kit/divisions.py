"""Division codes: 12 digits, 2 province + 2 city + 2 county + 3 township + 3 village (GB/T 2260, GB/T 10114).

A code is kept as an integer (a slot); an area is the closed range of the slots below it.
"""

from __future__ import annotations

import enum
import functools
import lzma
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources

from shouwang.kit.errors import Refusal
from shouwang.kit.texts import squeezed

DATA_AS_OF = "2023-06-30"
DATA_SOURCE = "国家统计局统计用区划代码"

_STEPS = (10**10, 10**8, 10**6, 10**3, 1)  # what one unit of each level is worth


class Level(enum.IntEnum):
    """The five levels of the tree."""

    PROVINCE = 1
    CITY = 2
    COUNTY = 3
    TOWNSHIP = 4
    VILLAGE = 5


LEVEL_LABELS = {1: "省", 2: "市", 3: "县", 4: "乡镇", 5: "村"}


class DivisionCodeRefusal(Refusal):
    """The text is not a division code."""

    sentence = "区划代码应是 12 位数字（也可只写省 2 位、市 4 位、县 6 位、乡镇 9 位）。"


@dataclass(frozen=True, slots=True)
class Division:
    """One row of the division table; `parent` is 0 for a province."""

    code: int
    name: str
    kind: str
    parent: int

    @property
    def level(self) -> int:
        return level(self.code)


def code_parse(value: object) -> int:
    """This function reads a division code of 2, 4, 6, 9 or 12 digits and returns it as a 12-digit slot."""
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(text, str):
        raise DivisionCodeRefusal
    text = squeezed(text)
    if not re.fullmatch(r"[1-9]\d(\d{2}(\d{2}(\d{3}(\d{3})?)?)?)?", text, re.ASCII):
        raise DivisionCodeRefusal
    code = int(text.ljust(12, "0"))
    if not is_code(code):
        raise DivisionCodeRefusal("区划代码的上级是空的（中间有一段全是 0），请核对。")
    return code


def is_code(code: int) -> bool:
    """This function tells whether a number is a well-formed slot: no part below a part that is zero.

    A city without counties (东莞) hangs its townships straight below itself, so a zero county part is allowed.
    """
    if not 10**11 <= code < 10**12:
        return False
    township, village = code // 10**3 % 10**3, code % 10**3
    city, county = code // 10**8 % 100, code // 10**6 % 100
    if village and not township:
        return False
    return not ((county or township) and not city)


def level(code: int) -> int:
    """This function returns the level of a code: 1 province, 2 city, 3 county, 4 township, 5 village."""
    for depth, step in enumerate(_STEPS, start=1):
        if code % step == 0:
            return depth
    raise AssertionError("unreachable")


def ancestors(code: int) -> tuple[int, ...]:
    """This function returns the codes above a code, province first, without the code itself."""
    above = (code - code % step for step in _STEPS[: level(code) - 1])
    return tuple(dict.fromkeys(above))


def parent(code: int) -> int:
    """This function returns the code right above a code, 0 above a province."""
    above = ancestors(code)
    return above[-1] if above else 0


def at_level(code: int, wanted: int) -> int:
    """This function returns the code of the area of a wanted level (or its nearest above) that contains a code."""
    return code - code % _STEPS[wanted - 1]


def slot_range(code: int | str) -> tuple[int, int]:
    """This function returns the closed range [lo, hi] of the slots of an area."""
    lo = code_parse(code)
    return lo, lo + _STEPS[level(lo) - 1] - 1


def text(code: int) -> str:
    """This function renders a slot as its 12 digits."""
    return f"{code:012d}"


class Divisions:
    """The division table in memory, in code order."""

    def __init__(self, rows: dict[int, Division]) -> None:
        self.rows = rows
        self._children: dict[int, list[int]] = {}
        for code, row in rows.items():
            self._children.setdefault(row.parent, []).append(code)

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Division]:
        return iter(self.rows.values())

    def __contains__(self, code: object) -> bool:
        return code in self.rows

    def get(self, code: int) -> Division | None:
        """This function returns the row of a code, or None."""
        return self.rows.get(code)

    def name(self, code: int, *, default: str = "") -> str:
        """This function returns the name of a code."""
        row = self.rows.get(code)
        return row.name if row else default

    def full_name(self, code: int) -> str:
        """This function returns the names from the province down to the code, joined."""
        return "".join(self.name(step) for step in (*ancestors(code), code))

    def children(self, code: int) -> tuple[Division, ...]:
        """This function returns the areas right below a code (0: the provinces)."""
        return tuple(self.rows[child] for child in self._children.get(code, ()))

    def below(self, code: int | str, *, wanted: int = Level.VILLAGE) -> tuple[Division, ...]:
        """This function returns the areas of one level inside an area, the area itself included."""
        lo, hi = slot_range(code)
        return tuple(row for row in self.rows.values() if lo <= row.code <= hi and row.level == wanted)

    def county_prefixes(self) -> frozenset[str]:
        """This function returns the six-digit prefixes of all counties in the table."""
        return frozenset(text(row.code)[:6] for row in self.rows.values() if row.level == Level.COUNTY)


KINDS = {
    "p": "省", "c": "市", "x": "县", "z": "镇", "a": "乡", "j": "街道", "o": "其他",
    "v": "村委会", "s": "居委会",
}  # fmt: skip


@functools.cache
def load() -> Divisions:
    """This function reads the division table of the product.

    It holds 邢台, 衡水, 保定, 青龙, 魏县, 连云港 and 山西 down to the village.
    """
    packed = resources.files("shouwang.kit").joinpath("data/divisions.csv.xz").read_bytes()
    rows: dict[int, Division] = {}
    for line in lzma.decompress(packed).decode().splitlines():
        code_text, kind, name = line.split(",", 2)
        code = int(code_text)
        rows[code] = Division(code, name, KINDS[kind], parent(code))
    return Divisions(rows)
