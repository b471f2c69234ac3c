"""Texts as people type them: full-width characters, stray spaces, invisible marks."""

from __future__ import annotations

import unicodedata

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
