"""A piece of work held by one process for as long as that lives, so that a dead one is known at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.db import DatabaseError, connection


@contextmanager
def process_lock(key: int) -> Iterator[bool]:
    """This function holds a key for this process alone, and tells whether it got it; a dead process holds nothing."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_lock(%s)", [key])
        is_mine = bool(cursor.fetchone()[0])
    try:
        yield is_mine
    finally:
        if is_mine:
            with suppress(DatabaseError), connection.cursor() as cursor:  # without a connection there is no lock either
                cursor.execute("select pg_advisory_unlock(%s)", [key])
