"""Acts ended before their n-th write or before a commit; many at once."""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import psycopg
from django.db import DatabaseError, connection

from shouwang.kit.errors import Refusal

T = TypeVar("T")
FIFTY = 50
# Also where a statement begins with its `with`; "for update" writes nothing.
WRITES = re.compile(r"\binsert\s+into\b|\bdelete\s+from\b|\bmerge\s+into\b|\bupdate\s+\S+(\s+\w+)?\s+set\b", re.I)
ROOMS = ("funds", "insurance", "assistance", "casework", "register", "sources", "office", "audit", "procrastinate")


class Killed(Exception):  # noqa: N818 - an end, not an error
    """The process ended here."""


class KilledAtCommit(Killed, DatabaseError):  # noqa: N818 - an end, not an error
    """The process ended when everything was written and nothing was confirmed."""


class Guillotine:
    """Ends the process before the n-th write; with `commits` a commit counts as one."""

    def __init__(self, after: int | None) -> None:
        self.left = after
        self.written = 0

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if WRITES.search(sql):
            self.falls(Killed)
        return execute(sql, params, many, context)

    def falls(self, end: type[Killed]) -> None:
        """Counts one write; raises at the n-th."""
        self.written += 1
        if self.left is not None:
            self.left -= 1
            if self.left == 0:
                raise end

    @contextmanager
    def over_commits(self) -> Iterator[None]:
        """Lets it fall on the commits of this thread's connection, too."""
        commit = connection.commit

        def ends() -> None:
            self.falls(KilledAtCommit)
            commit()

        connection.commit = ends  # type: ignore[method-assign]
        try:
            with connection.execute_wrapper(self):
                yield
        finally:
            del connection.commit


class House:
    """All rows of the rooms that an act may write to, read by the administrator: what is committed and nothing else."""

    def __init__(self, admin: psycopg.Connection[Any]) -> None:
        self.admin = admin
        names = admin.execute(
            "select table_name from information_schema.tables where table_schema = 'public'"
            " and table_type = 'BASE TABLE' and split_part(table_name, '_', 1) = any(%s) order by 1",
            [list(ROOMS)],
        ).fetchall()
        parts = [
            f"select '{name}', count(*), coalesce(md5(string_agg(t::text, '|' order by t::text)), '') from {name} t"
            for (name,) in names
        ]
        self.question = " union all ".join(parts)

    def seen(self) -> dict[str, tuple[int, str]]:
        """Number of rows and digest of each table."""
        rows = self.admin.execute(self.question).fetchall()  # type: ignore[arg-type]
        return {name: (count, digest) for name, count, digest in rows}


def killed_everywhere(house: House, act: Callable[[], T]) -> T:
    """Ends one act before each of its writes and before its commit; then lets it through and returns what it returned.

    After each end every table must be as it was, and the act itself must have written something.
    """
    before, number = house.seen(), 0
    while True:
        number += 1
        blade = Guillotine(number)
        try:
            with blade.over_commits():
                made = act()
            break
        except Killed as end:
            after = house.seen()
            assert after == before, (
                f"ended before write {number} ({type(end).__name__}), it left something in "
                f"{sorted(name for name in after if after[name] != before[name])}"
            )
    assert number > 2, "nothing was written"
    assert house.seen() != before
    return made


def at_once(work: Callable[[int], object], *, many: int = FIFTY) -> Counter[str]:
    """Lets threads go at the same moment; what each came to: "" for done, the name of a refusal, or what broke."""
    gate, told = threading.Barrier(many), []

    def one(seat: int) -> None:
        gate.wait()
        try:
            work(seat)
            told.append("")
        except Refusal as refusal:
            told.append(type(refusal).__name__)
        except Exception as error:
            told.append(repr(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=(seat,)) for seat in range(many)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Counter(told)
