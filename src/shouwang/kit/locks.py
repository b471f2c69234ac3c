"""The advisory locks of the whole house in one drawer: PostgreSQL tells them apart by these numbers alone.

A lock of a class and a number keeps one piece of work from another of the same class and number, and from nothing
else; so no two kinds of work may share a class. tests/architecture/test_locks.py holds them to that, those taken by
functions of the database included.
"""

from __future__ import annotations

import enum


@enum.unique
class Lock(enum.IntEnum):
    """What is locked; the number beside it says which one."""

    CASES = 0x5357  # clues and warnings of a household become cases one after another; by household
    HELP = 0x4153  # plans and deliveries of a household; by household
    KEPT_COUNTS = 0x54414C59  # folding and rebuilding kept counts, taken inside the database; always 7
    SEAL = 0x5345414C  # one sealer of the log at a time; always 0
    RUN = 0x53575255  # a screening, for as long as its process lives; by run
    MONTH = 0x4D4F4E54  # a month's recording of entitlements, for as long as its process lives; by piece of work
    PAYER = 0x4F574544  # setting many payments aside; by organisation
    CADRE = 0x4344  # households given to one cadre; by appointment, or a checksum of a name
    SETTLING = 0x53455454  # computing many claims, for as long as its process lives; by piece of work
    PROVIDER = 0x43415245  # logging and billing days of care; by provider

    def pair(self, number: int) -> tuple[int, int]:
        """This function returns the two 32-bit keys of a lock; numbers 2³¹ apart share them and wait for nothing."""
        return int(self), number % 2**31

    def key(self, number: int) -> int:
        """This function returns the one 64-bit key of a lock."""
        return (int(self) << 32) + number % 2**32
