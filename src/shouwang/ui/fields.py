"""How the JSON interfaces read what programs send: as their documents say, and nothing that only looks like it."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, Strict, StringConstraints

PLAIN = r"^[^\x00-\x1f\x7f]*$"  # no line breaks or other control characters
LINES = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"  # the same, but lines and tabs may be
TOKEN = r"^[\x21-\x7e]+$"  # noqa: S105 - printable signs without a blank
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ].+", re.ASCII)
_YEARS = range(1970, 2201)  # a clock may be off by days; one off by centuries is none


def _day(value: Any) -> Any:
    if not isinstance(value, date) and not (isinstance(value, str) and _DAY.fullmatch(value)):
        raise ValueError("a day is written YYYY-MM-DD")
    return value


def _moment(value: Any) -> Any:
    if isinstance(value, datetime):
        return value
    if not (isinstance(value, str) and _MOMENT.fullmatch(value)) or int(value[:4]) not in _YEARS:
        raise ValueError("a moment is written YYYY-MM-DDThh:mm:ss+hh:mm")
    return value


Day = Annotated[date, BeforeValidator(_day)]
Moment = Annotated[datetime, BeforeValidator(_moment)]
Count = Annotated[int, Strict(), Field(ge=0, le=1000)]
Fen = Annotated[int, Strict(), Field(ge=0, le=10**13, description="in fen (1/100 yuan)")]
RowKey = Annotated[int, Strict(), Field(ge=1, le=2**63 - 1)]
AddressKey = Annotated[int, Field(ge=1, le=2**63 - 1)]  # in an address everything is text
Line = Annotated[str, StringConstraints(pattern=PLAIN)]
Lines = Annotated[str, StringConstraints(pattern=LINES)]
Token = Annotated[str, StringConstraints(pattern=TOKEN, min_length=1, max_length=64)]
