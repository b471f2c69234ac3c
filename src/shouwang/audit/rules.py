"""Pure rules of the log: what an entry looks like to the chain, and how a stretch of entries is sealed."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives import hashes

ID_BYTES = 8
MARK_BYTES = ID_BYTES + 32
# In this order, for ever: the digest of every entry hangs on it. `slot` is left out, it follows changes of divisions.
FIELDS = (
    "id",
    "at",
    "county",
    "place_code",
    "user_id",
    "appointment_id",
    "organisation_id",
    "actor",
    "action",
    "subject_type",
    "subject_id",
    "purpose",
    "before",
    "after",
)


def sm3(data: bytes) -> bytes:
    """This function returns the SM3 digest of bytes."""
    digest = hashes.Hash(hashes.SM3())
    digest.update(data)
    return digest.finalize()


def entry_mark(row: dict[str, Any]) -> bytes:
    """This function returns the mark of an entry: its id and the SM3 of all that was written."""
    values = [_plain(row[name]) for name in FIELDS]
    text = json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return int(row["id"]).to_bytes(ID_BYTES, "big") + sm3(text.encode())


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return value


def seal_digest(previous: str, marks: bytes) -> str:
    """This function returns the digest of a seal: SM3 over the previous digest and the marks."""
    return sm3(bytes.fromhex(previous) + marks).hex()


def marks_split(marks: bytes) -> dict[int, bytes]:
    """This function returns the marks of a seal by entry id, in order."""
    pieces = (marks[start : start + MARK_BYTES] for start in range(0, len(marks), MARK_BYTES))
    return {int.from_bytes(piece[:ID_BYTES], "big"): piece for piece in pieces}


def marks_join(marks: Iterable[bytes]) -> bytes:
    """This function returns marks as one value."""
    return b"".join(marks)
