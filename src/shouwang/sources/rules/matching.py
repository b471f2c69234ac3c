"""Whose row it is: exact ID with name agreement, then name, birth date and village. Pure: candidates are given."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from shouwang.kit.texts import name_key, squeezed

EXACT_SCORE = 1000
EXACT_WITHOUT_NAME_SCORE = 980
NAME_SCORE = 900

NOT_FOUND = "登记簿里没有对上这个人，需由县里核对。"
SEVERAL = "有不止一个人对得上，需由县里核对。"
NAME_DIFFERS = "身份证号和姓名对不上同一个人，请核对后改正；没有写错的，由县里核对。"
NO_KEY = "没有身份证号，也没有可以对人的姓名、出生日期和村。"

_VILLAGE_TAIL = re.compile(r"(村民委员会|居民委员会|村委会|居委会|村委|居委|社区|行政村|村)$")
_TOWN_TAIL = re.compile(r"(街道办事处|办事处|街道|地区|民族乡|乡|镇)$")


class Candidate(Protocol):
    """A person of the register as matching sees her."""

    @property
    def person_id(self) -> int: ...
    @property
    def name(self) -> str: ...
    @property
    def birth_date(self) -> date | None: ...
    @property
    def slot(self) -> int: ...


@dataclass(frozen=True)
class Outcome:
    """Either a person with how she was found, or the sentence why not."""

    person: Candidate | None = None
    household_id: int = 0
    method: str = ""
    score: int = 0
    reason: str = ""


def _one(candidates: Iterable[Candidate]) -> list[Candidate]:
    return list({candidate.person_id: candidate for candidate in candidates}.values())


def match_by_id(candidates: Sequence[Candidate], *, name: str, has_name: bool) -> Outcome | None:
    """This function judges the persons who bear the ID; None when nobody does, so that the next rule may try."""
    found = _one(candidates)
    if not found:
        return None
    if not has_name:
        if len(found) == 1:
            return Outcome(found[0], method="EXACT_ID", score=EXACT_WITHOUT_NAME_SCORE)
        return Outcome(reason=SEVERAL)
    agreeing = [candidate for candidate in found if name_key(candidate.name) == name_key(name)]
    if len(agreeing) == 1:
        return Outcome(agreeing[0], method="EXACT_ID", score=EXACT_SCORE)
    return Outcome(reason=SEVERAL if agreeing else NAME_DIFFERS)


def match_by_name(candidates: Sequence[Candidate]) -> Outcome:
    """This function judges the persons of one name, birth date and village."""
    found = _one(candidates)
    if len(found) == 1:
        return Outcome(found[0], method="NAME_BIRTH", score=NAME_SCORE)
    return Outcome(reason=SEVERAL if found else NOT_FOUND)


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
