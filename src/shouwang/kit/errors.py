"""The base of every refusal the user sees."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

_CAPITAL = re.compile(r"(?<!^)(?=[A-Z])")


@dataclass(frozen=True)
class Place:
    """Where in the input something stands; empty parts are not mentioned. Rows count from 1 as a spreadsheet does."""

    file: str = ""
    sheet: str = ""
    row: int | None = None
    column: str = ""

    def __str__(self) -> str:
        parts = []
        if self.file:
            parts.append(f"文件“{self.file}”")
        if self.sheet:
            parts.append(f"工作表“{self.sheet}”")
        if self.row is not None:
            parts.append(f"第 {self.row} 行")
        if self.column:
            parts.append(f"“{self.column}”列")
        return "".join(parts)


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not an error of the program
    """Something was refused; `message` is the Chinese sentence the user sees, `place` says where, if anywhere.

    `code` names the refusal in the API, for good: its class's name in small letters unless the class says another.
    `is_absent`: what an address names is not there, or not the reader's; a page answers as for any address without one.
    """

    is_absent = False

    def __init__(self, message: str = "", *, place: Place | str | None = None) -> None:
        self.message = message or type(self).message_default()
        self.place = place
        super().__init__(self.message)

    @classmethod
    def message_default(cls) -> str:
        """This function returns the sentence of a refusal raised without one: its class attribute `sentence`."""
        return str(getattr(cls, "sentence", "")) or "这一步没有办成，请检查后再试。"

    @property
    def code(self) -> str:
        """The stable name of this refusal in a problem document, e.g. `report-key-reused`."""
        return str(getattr(type(self), "problem", "")) or _CAPITAL.sub("-", type(self).__name__).lower()

    def at(
        self,
        *,
        file: str | None = None,
        sheet: str | None = None,
        row: int | None = None,
        column: str | None = None,
    ) -> Refusal:
        """This function adds the place to the refusal and returns the same refusal, ready to be raised again."""
        place = self.place if isinstance(self.place, Place) else Place(column=self.place or "")
        known = {"file": file, "sheet": sheet, "row": row, "column": column}
        self.place = replace(place, **{name: value for name, value in known.items() if value is not None})  # type: ignore[arg-type]
        return self

    def __str__(self) -> str:
        place = str(self.place) if self.place else ""
        return f"{place}：{self.message}" if place else self.message
