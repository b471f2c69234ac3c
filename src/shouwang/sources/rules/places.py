"""Villages of an area by name, for rows that say where somebody lives. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from shouwang.kit.texts import squeezed

_VILLAGE_TAIL = re.compile(r"(村民委员会|居民委员会|村委会|居委会|村委|居委|社区|行政村|村)$")
_TOWN_TAIL = re.compile(r"(街道办事处|办事处|街道|地区|民族乡|乡|镇)$")


def place_key(text: str) -> str:
    """This function returns a village's or township's name as it is compared: without its kind at the end."""
    plain = re.sub(r"[()\[\]【】·.\-]", "", squeezed(text))
    shorter = _VILLAGE_TAIL.sub("", plain)
    shorter = _TOWN_TAIL.sub("", shorter) if shorter == plain else shorter
    return shorter if len(shorter) >= 1 else plain


class Places:
    """The villages of an area by name, for rows that say where somebody lives."""

    def __init__(self, villages: Iterable[tuple[int, str, str]]) -> None:
        """`villages`: slot, name, name of the township."""
        self._by_village: dict[str, list[tuple[int, str]]] = {}
        for slot, name, township in villages:
            self._by_village.setdefault(place_key(name), []).append((slot, place_key(township)))

    def slots(self, village: str, township: str = "") -> tuple[int, ...]:
        """This function returns the slots a village's name may mean; its township, when said, decides between them."""
        offers = self._by_village.get(place_key(village), [])
        if township and len(offers) > 1:
            of_town = [slot for slot, town in offers if town == place_key(township)]
            if of_town:
                return tuple(of_town)
        return tuple(slot for slot, _ in offers)
