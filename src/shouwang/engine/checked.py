"""What is known of a snapshot's files since they were last read whole: their digest, and that they passed the checks.

`.checked.json` beside the files holds it together with size, times and inode of each. As long as these are as they
were, the files are not hashed and checked again: a change cannot keep a file's change time. Where the folder cannot be
written, every run reads the files anew.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from shouwang.engine.snapshot import MANIFEST, folder_digest, tables_find

CHECKED = ".checked.json"
FORMAT = 3  # raised whenever the checks change
_QUIET_NS = 50_000_000  # a file changed less than this before reading began may change again unseen


def _states(folder: Path) -> dict[str, list[int]]:
    """This function returns size, modification time, change time and inode of every file that counts."""
    files = [path for piece in tables_find(folder) for path in piece.files]
    if (folder / MANIFEST).is_file():
        files.append(folder / MANIFEST)
    found = {path.relative_to(folder).as_posix(): path.stat() for path in files}
    return {name: [s.st_size, s.st_mtime_ns, s.st_ctime_ns, s.st_ino] for name, s in found.items()}


def _known(folder: Path, states: dict[str, list[int]]) -> dict[str, Any]:
    """This function returns what is written down, empty when it is not about the files as they are."""
    try:
        known: dict[str, Any] = json.loads((folder / CHECKED).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    is_same = isinstance(known, dict) and known.get("format") == FORMAT and known.get("files") == states
    return known if is_same else {}


def _write(folder: Path, known: dict[str, Any]) -> None:
    try:
        handle, name = tempfile.mkstemp(prefix=".checked-", dir=folder)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(known, file, ensure_ascii=False, indent=1)
        Path(name).replace(folder / CHECKED)
    except OSError:
        return  # a folder nobody may write to is read anew each time


def _now_ns(folder: Path) -> int | None:
    """This function returns the time by the clock of the file system, None where nothing can be written."""
    try:
        with tempfile.NamedTemporaryFile(prefix=".checked-", dir=folder) as probe:
            return os.fstat(probe.fileno()).st_ctime_ns
    except OSError:
        return None


def folder_digest_known(folder: Path) -> str:
    """This function returns a folder's digest, without reading the files when they are as they were."""
    states = _states(folder)
    known = _known(folder, states)
    if known:
        return str(known["digest"])
    began = _now_ns(folder)
    digest = folder_digest(folder)
    newest = max((state[2] for state in states.values()), default=0)
    if began is not None and newest + _QUIET_NS < began and _states(folder) == states:
        _write(folder, {"format": FORMAT, "files": states, "digest": digest, "passed": []})
    return digest


def snapshot_digest_known(folders: Sequence[Path]) -> str:
    """This function returns the digest of folders read together, without reading files that are as they were."""
    digests = [folder_digest_known(folder) for folder in folders]
    return digests[0] if len(digests) == 1 else hashlib.sha256("".join(digests).encode()).hexdigest()


def has_passed(folders: Sequence[Path], digest: str) -> bool:
    """This function tells whether these folders, read together and unchanged since, have passed the checks."""
    return digest in _known(folders[0], _states(folders[0])).get("passed", [])


def passed_remember(folders: Sequence[Path], digest: str) -> None:
    """This function writes down that the folders have passed the checks."""
    known = _known(folders[0], _states(folders[0]))
    if known and digest not in known["passed"]:
        _write(folders[0], {**known, "passed": [*known["passed"], digest][-8:]})
