"""Which edition of the rules' code judged: results of another edition are not taken over by a run that follows."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

import duckdb
import sqlglot

from shouwang import kit, rulebook


@lru_cache(maxsize=1)
def edition() -> str:
    """This function returns the digest of all that turns rows into warnings: engine, rulebook, kit, libraries."""
    found = hashlib.sha256(f"duckdb {duckdb.__version__} sqlglot {sqlglot.__version__}".encode())
    for folder in (Path(__file__).parent, *(Path(room.__path__[0]) for room in (rulebook, kit))):
        for path in sorted(folder.rglob("*.py")):
            found.update(path.relative_to(folder.parent).as_posix().encode() + b"\0" + path.read_bytes())
    return found.hexdigest()
