"""Masks for personal numbers. A public mask leaves at least 1,000 numbers it could stand for."""

from __future__ import annotations

DOT = "•"


def _masked(text: str, head: int, tail: int) -> str:
    return text[:head] + DOT * (len(text) - head - tail) + (text[len(text) - tail :] if tail else "")


def resident_id_mask(number: str) -> str:
    """This function masks an ID for staff allowed four digits: 130529••••••••1234."""
    return _masked(number, 6, 4) if len(number) >= 18 else DOT * len(number)


def resident_id_mask_public(number: str) -> str:
    """This function masks an ID for everybody: 130529••••••••••••.

    Neighbours know a birthday, so the last four digits stay hidden too: a thousand numbers share a county and a day.
    """
    return _masked(number, 6, 0) if len(number) >= 18 else DOT * len(number)


def phone_mask(number: str) -> str:
    """This function masks a phone for staff and public: 138••••1234; ten thousand numbers share it."""
    return _masked(number, 3, 4) if len(number) >= 11 else _tail_only(number)


def account_mask(number: str) -> str:
    """This function masks a bank account for staff and public: only the last four digits, fewer on short accounts.

    A bank is easily guessed from the village, so six leading digits and the check digit count as known.
    """
    return _tail_only(number, known=7)


def account_tail(shown: str) -> str:
    """This function says a masked bank account in words, as people name it: 尾号 1234; the dots tell nothing more."""
    tail = shown.lstrip(DOT)
    return f"尾号 {tail}" if tail else "号码不显示"


def _tail_only(number: str, *, known: int = 0) -> str:
    tail = max(0, min(4, len(number) - known - 3))
    return _masked(number, 0, tail)


def name_mask(name: str) -> str:
    """This function masks a name: the surname stays (张•坤, 李•); how long a long one is stays hidden."""
    if len(name) <= 1:
        return DOT
    return name[0] + DOT if len(name) == 2 else name[0] + DOT * min(len(name) - 2, 3) + name[-1]
