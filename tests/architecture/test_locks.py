"""Advisory locks: one list, a class for each kind of work, and nobody who takes one by a number of his own."""

from __future__ import annotations

import re
from pathlib import Path

from django.db import connection

from shouwang.kit.locks import Lock

SOURCE = Path(__file__).parents[2] / "src" / "shouwang"
TAKES = re.compile(r"pg_(?:try_)?advisory_(?:xact_)?lock(?:_shared)?\s*\(([^)]*)")


def test_no_two_kinds_of_work_share_a_class() -> None:
    assert len({lock.value for lock in Lock}) == len(Lock.__members__)
    keys = {lock.key(number) for lock in Lock for number in (0, 1, 7, 2**31, 2**32 - 1)}
    assert len(keys) == 5 * len(Lock) and all(-(2**63) <= key < 2**63 for key in keys)
    pairs = {lock.pair(number) for lock in Lock for number in (0, 1, 7, 2**31 - 1)}
    assert len(pairs) == 4 * len(Lock) and all(-(2**31) <= key < 2**31 for pair in pairs for key in pair)


def test_locks_are_taken_by_their_names_alone() -> None:
    taken = {
        path: found
        for path in SOURCE.rglob("*.py")
        if "migrations" not in path.parts and (found := TAKES.findall(path.read_text(encoding="utf-8")))
    }
    assert len(taken) >= 7, "where locks are taken they must be found"
    for path, found in taken.items():
        assert all(not re.search(r"\d", arguments) for arguments in found), path
        text = path.read_text(encoding="utf-8")
        assert path.name == "holding.py" or "from shouwang.kit.locks import Lock" in text, path


def test_functions_of_the_database_keep_to_their_class(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select prosrc from pg_proc where pronamespace = 'public'::regnamespace and prosrc ~ 'advisory'")
        bodies = [body for (body,) in cursor.fetchall() if "procrastinate" not in body]
    taken = {arguments.replace(" ", "") for body in bodies for arguments in TAKES.findall(body)}
    assert taken == {f"{Lock.KEPT_COUNTS},7"}
