"""The one base class of every refusal."""

from __future__ import annotations


class Refusal(Exception):
    """Something was refused; `message` is the Chinese sentence the user reads, `place` where the fault lies."""

    def __init__(self, message: str, *, place: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.place = place
