"""Key rotation: a new sealing key, and every stored value sealed anew under it, in chunks, while the program runs."""

from __future__ import annotations

import importlib
import json
import pkgutil
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connections, transaction

import shouwang
from shouwang.config.places import KEYS_DIR
from shouwang.kit.errors import Refusal
from shouwang.kit.seal import MAGIC, CannotOpen, KeyRing, ring_read, ring_write, sealed_version
from shouwang.kit.sealed import Sealed, SealedColumn, SealedFiles, SealedJson

CHUNK = 500
Progress = Callable[[int], None]
Row = tuple[Any, ...]


class KeyInUse(Refusal):
    """An old key still opens something."""

    def __init__(self, version: int, count: int) -> None:
        super().__init__(f"第 {version} 版密钥还有 {count:,} 条数据在用，不能停用：请先运行 shouwang keys rotate。")


class KeyUnknown(Refusal):
    """No such version, or the current one."""

    sentence = "没有这个版本的密钥，或者它正是当前的密钥，不能停用。"


@dataclass
class Rotated:
    """What a rotation did: values sealed anew, and values that no key opens (left as they are)."""

    version: int
    resealed: int = 0
    unopened: int = 0


def sealed_places() -> list[Sealed]:
    """This function returns what every room declares in `services/sealed.py`."""
    found: list[Sealed] = []
    for room in pkgutil.iter_modules(shouwang.__path__):
        folder = Path(shouwang.__path__[0]) / room.name / "services"
        if (folder / "sealed.py").is_file():
            found += importlib.import_module(f"shouwang.{room.name}.services.sealed").SEALED
    return found


def key_add(folder: Path = KEYS_DIR) -> KeyRing:
    """This function adds a sealing key to the ring; running processes take it up with their next value."""
    ring_write(ring_read(folder).with_new_key(), folder)
    return ring_read(folder)


def values_reseal(*, ring: KeyRing, files_dir: Path, progress: Progress = lambda _: None) -> Rotated:
    """This function seals every stored value under the ring's newest key; safe to interrupt and to repeat."""
    done = Rotated(ring.version)
    for place in sealed_places():
        for chunk in _chunks(place):
            with transaction.atomic(using="owner"):
                for row in chunk:
                    _reseal(place, row, ring, files_dir, done)
            progress(len(chunk))
    return done


def values_count(*, files_dir: Path) -> dict[int, int]:
    """This function returns how many stored values each key version opens."""
    counts: dict[int, int] = {}
    for place in sealed_places():
        for chunk in _chunks(place):
            for row in chunk:
                for blob in _blobs(place, row, files_dir):
                    if blob[:2] == MAGIC:
                        counts[sealed_version(blob)] = counts.get(sealed_version(blob), 0) + 1
    return counts


def key_retire(*, version: int, files_dir: Path, folder: Path = KEYS_DIR) -> None:
    """This function removes an old key that nothing uses any more; raises KeyInUse, KeyUnknown."""
    ring = ring_read(folder)
    if version not in ring.keys or version == ring.version:
        raise KeyUnknown
    if count := values_count(files_dir=files_dir).get(version, 0):
        raise KeyInUse(version, count)
    ring_write(ring.without(version), folder)


def _fields(place: Sealed) -> list[str]:
    return re.findall(r"{(\w+)}", place.context)


def _chunks(place: Sealed) -> Iterator[list[Row]]:
    """This function yields the rows of a place as (key, value, columns of the context), by key."""
    columns = ", ".join(f'"{name}"' for name in [place.key, place.column, *_fields(place)])
    last: Any = None
    while True:
        with connections["owner"].cursor() as cursor:
            # Names come from the rooms' declarations, never from outside.
            after = f'where "{place.key}" > %s' if last is not None else ""
            cursor.execute(
                f'select {columns} from "{place.table}" {after} order by "{place.key}" limit {CHUNK}',  # noqa: S608
                [last] if last is not None else [],
            )
            rows = cursor.fetchall()
        if not rows:
            return
        last = rows[-1][0]
        yield rows


def _context(place: Sealed, row: Row) -> str:
    return place.context.format(**dict(zip(_fields(place), row[2:], strict=True)))


def _json(value: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(value) if isinstance(value, str) else value
    return found


def _blobs(place: Sealed, row: Row, files_dir: Path) -> list[bytes]:
    if row[1] is None:
        return []
    if isinstance(place, SealedColumn):
        return [bytes(row[1])]
    if isinstance(place, SealedFiles):
        path = files_dir / row[1]
        return [path.read_bytes()] if path.is_file() else []
    texts = (_json(row[1]).get(name) for name in place.names)
    return [bytes.fromhex(text) for text in texts if text]


def _reseal(place: Sealed, row: Row, ring: KeyRing, files_dir: Path, done: Rotated) -> None:
    blobs = _blobs(place, row, files_dir)
    if all(sealed_version(blob) == ring.version for blob in blobs):
        return
    context = _context(place, row)
    try:
        fresh = [ring.seal_bytes(ring.open_bytes(blob, context=context), context=context) for blob in blobs]
    except CannotOpen:
        done.unopened += 1
        return
    if isinstance(place, SealedFiles):
        path = files_dir / row[1]
        part = path.with_suffix(".reseal")
        part.write_bytes(fresh[0])
        part.replace(path)
        done.resealed += 1
        return
    if isinstance(place, SealedJson):
        names = [name for name in place.names if _json(row[1]).get(name)]
        value: Any = json.dumps({**_json(row[1]), **{n: b.hex() for n, b in zip(names, fresh, strict=True)}})
        old: Any = json.dumps(_json(row[1]))
        cast = "::jsonb"
    else:
        value, old, cast = fresh[0], bytes(row[1]), ""
    with connections["owner"].cursor() as cursor:
        # A value that somebody changed meanwhile is left to her: it is sealed under the new key already.
        cursor.execute(
            f'update "{place.table}" set "{place.column}" = %s{cast}'  # noqa: S608
            f' where "{place.key}" = %s and "{place.column}" = %s{cast}',
            [value, row[0], old],
        )
        done.resealed += cursor.rowcount
