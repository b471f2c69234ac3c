"""Pure rules of places and appointments."""

from __future__ import annotations

import re

from shouwang.kit.pinyin import pinyin_reader

_COMMITTEE = re.compile(r"(?:村)?(?:村民委员会|村委会)$")
_RESIDENTS = re.compile(r"(?:居民委员会|居委会)$")


def place_name_short(name: str) -> str:
    """This function returns the name people use: 大寨村委会 → 大寨村, 南牌社区居民委员会 → 南牌社区."""
    short = _COMMITTEE.sub("村", name)
    if short != name:
        return short if len(short) > 1 else name
    short = _RESIDENTS.sub("", name)
    if short == name or not short:
        return name
    return short if short.endswith(("社区", "区", "村")) else f"{short}居委会"


def place_initials(name: str) -> str:
    """This function returns the pinyin initials of a name in small letters: 大寨村 dzc."""
    reader = pinyin_reader()
    return "".join(reader.lazy_pinyin(name, style=reader.Style.FIRST_LETTER)).lower()[:80]
