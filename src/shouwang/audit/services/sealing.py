"""Seals the log: each minute, per county, into a chain of SM3 digests whose heads are kept outside the database."""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.db.models import Max

from shouwang.audit.models import Entry, Seal
from shouwang.audit.rules import FIELDS, entry_mark, marks_join, seal_digest
from shouwang.kit.locks import Lock
from shouwang.people.access import SYSTEM, acting_as

STRETCH = 20_000  # ids a transaction
ATTEMPTS = 3


def entries_seal(*, at: datetime) -> int:
    """This function seals every entry that no earlier one can still join and returns how many it sealed.

    While long writes hold the log's table it seals nothing; the next minute tries again.
    """
    horizon = _horizon()
    if horizon is None:
        return 0
    with acting_as(SYSTEM):
        low = Seal.objects.aggregate(last=Max("last_id"))["last"] or 0
    sealed = 0
    while low < horizon:
        high = min(horizon, low + STRETCH)
        sealed += _stretch_seal(low, high, at)
        low = high
    heads_export()
    return sealed


def _horizon() -> int | None:
    """This function returns the highest id below which no entry can appear any more, in a short transaction."""
    for attempt in range(ATTEMPTS):
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("select audit_entry_horizon()")
                return int(cursor.fetchone()[0])
        except OperationalError:
            time.sleep(0.2 * (attempt + 1))
    return None


def _stretch_seal(low: int, high: int, at: datetime) -> int:
    with acting_as(SYSTEM):
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_xact_lock(%s)", [Lock.SEAL.key(0)])
        if (Seal.objects.aggregate(last=Max("last_id"))["last"] or 0) > low:
            return 0  # another sealer was here
        marks: dict[int, list[bytes]] = defaultdict(list)
        ids: dict[int, tuple[int, int]] = {}
        for row in _rows(low, high):
            county, number = row["county"], row["id"]
            marks[county].append(entry_mark(row))
            ids[county] = (ids.get(county, (number, number))[0], number)
        heads = _heads(set(marks))
        Seal.objects.bulk_create(
            Seal(
                county=county,
                first_id=ids[county][0],
                last_id=ids[county][1],
                entries=len(pieces),
                previous=heads.get(county, ""),
                digest=seal_digest(heads.get(county, ""), marks_join(pieces)),
                marks=marks_join(pieces),
                sealed_at=at,
            )
            for county, pieces in sorted(marks.items())
        )
    return sum(len(pieces) for pieces in marks.values())


def _rows(low: int, high: int) -> Iterator[dict[str, Any]]:
    return Entry.objects.filter(pk__gt=low, pk__lte=high).order_by("pk").values(*FIELDS).iterator(chunk_size=2000)


def _heads(counties: set[int]) -> dict[int, str]:
    newest = Seal.objects.filter(county__in=counties).order_by("county", "-pk").distinct("county")
    return dict(newest.values_list("county", "digest"))


def heads_path() -> Path:
    """This function returns the file outside the database that holds one line a seal."""
    return Path(settings.VAR_DIR) / "audit" / "heads.jsonl"


def heads_export() -> int:
    """This function appends the seals that are not in the file yet and returns how many."""
    path = heads_path()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with path.open("a+b") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        last = _last_exported(handle)
        with acting_as(SYSTEM):
            seals = Seal.objects.filter(pk__gt=last).order_by("pk")
            rows = list(seals.values("id", "county", "last_id", "digest", "sealed_at"))
        for row in rows:
            line = {**row, "sealed_at": row["sealed_at"].isoformat()}
            handle.write(json.dumps(line).encode() + b"\n")
        handle.flush()
        os.fsync(handle.fileno())
    return len(rows)


def _last_exported(handle: Any) -> int:
    """This function returns the number of the last whole line; what a crash left behind it is cut off."""
    size = handle.seek(0, os.SEEK_END)
    handle.seek(max(0, size - 4096))
    tail: bytes = handle.read()
    whole, _, rest = tail.rpartition(b"\n")
    if rest:
        handle.truncate(size - len(rest))
        handle.seek(0, os.SEEK_END)
    lines = whole.splitlines()
    return int(json.loads(lines[-1])["id"]) if lines else 0


def heads_read(path: Path) -> list[dict[str, Any]]:
    """This function returns the exported heads, oldest first; a file that does not exist holds none."""
    if not path.is_file():
        return []
    return [json.loads(line) for line in path.read_bytes().splitlines() if line.endswith(b"}")]
