"""Where sealed values stand: every room declares its own in `services/sealed.py`, so that keys can be rotated."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SealedColumn:
    """A column of sealed bytes; `context` is the sealing context with columns of the same row in braces."""

    table: str
    column: str
    context: str
    key: str = "id"


@dataclass(frozen=True)
class SealedJson:
    """Sealed texts (in hexadecimal) under some names of a JSON column."""

    table: str
    column: str
    names: tuple[str, ...]
    context: str
    key: str = "id"


@dataclass(frozen=True)
class SealedFiles:
    """Sealed files under `var/files`, their paths in a column; `context` as for SealedColumn."""

    table: str
    column: str
    context: str
    key: str = "id"


Sealed = SealedColumn | SealedJson | SealedFiles
