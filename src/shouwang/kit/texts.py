"""Texts as people type them: full-width characters, stray spaces, invisible marks, numbers that name somebody."""

from __future__ import annotations

import re
import unicodedata

from shouwang.kit.errors import Refusal

_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"), None)
# NFKC turns full-width digits, letters and brackets into half-width ones; these need a word of their own.
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−﹣－", "-"))


def half_width(text: str) -> str:
    """This function returns the text with full-width signs made half-width and invisible marks removed."""
    return unicodedata.normalize("NFKC", text.translate(_INVISIBLE))


def squeezed(text: str) -> str:
    """This function returns the half-width text without any blanks."""
    return "".join(half_width(text).split())


def dashed(text: str) -> str:
    """This function returns the text with every kind of dash turned into a hyphen."""
    return text.translate(_DASHES)


def name_key(name: str) -> str:
    """This function returns a person's name as it is compared: no blanks, one middle dot, upper-case Latin letters."""
    text = squeezed(name)
    for dot in "•・‧∙⋅.":
        text = text.replace(dot, "·")
    return text.upper()


# An ID, a phone, a bank account as people type them into a sentence: in one piece, or in the usual groups. Two days
# beside each other (20200630-20200715) are no number; a number that a spreadsheet turned into 6.2E+18 is one.
_GAP = r"[ -]?"
_PERSONAL_NUMBER = re.compile(
    r"(?<!\d)(?<!\d\.)(?!(?:19|20)\d{6}[ -](?:19|20)\d{6}(?!\d))(?:"
    rf"\d{{6}}{_GAP}\d{{8}}{_GAP}\d{{3}}[\dXx](?:\d{{2,4}})?"
    r"|\d{15,}[Xx]?"
    rf"|\d{{4}}(?:{_GAP}\d{{4}}){{3}}(?:{_GAP}\d{{1,3}})?"
    rf"|(?:(?:00|\+)?86{_GAP})?1[3-9]\d{_GAP}\d{{4}}{_GAP}\d{{4}}"
    r"|\d\.\d{8,}[eE]\+?1[4-9]"
    r")(?!\d)(?!\.\d)"
)
SHORTEST = 11
HIDDEN = "（号码已隐去）"


class PersonalNumberInText(Refusal):
    """A free text holds an ID, phone or account number: it would lie there unsealed."""

    sentence = "这里请不要写身份证号、手机号或银行账号，已有的号码不用再写。"


def _as_typed(text: str) -> str:
    return dashed(half_width(text))


def has_personal_number(text: str) -> bool:
    """This function tells whether a free text holds an ID, phone or account number."""
    return len(text) >= SHORTEST and bool(_PERSONAL_NUMBER.search(_as_typed(text)))


def numbers_refuse(*texts: str | None) -> None:
    """This function raises PersonalNumberInText when one of the texts holds such a number."""
    if any(text and has_personal_number(text) for text in texts):
        raise PersonalNumberInText


def numbers_hidden(text: str) -> str:
    """This function returns a text of a foreign table without such numbers; one without any comes back as it is."""
    return _PERSONAL_NUMBER.sub(HIDDEN, _as_typed(text)) if has_personal_number(text) else text
