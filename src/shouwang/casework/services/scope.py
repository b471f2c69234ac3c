"""Under whose eyes a write runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from shouwang.people.access import SYSTEM, Kind, Viewer, acting_as

ASKED_ONLY = frozenset({Kind.DEPARTMENT, Kind.INSURER})


@contextmanager
def writing_for(viewer: Viewer, *, slot: int | None = None) -> Iterator[None]:
    """This function opens the transaction of one write.

    Who reads the register writes under her own scope. A department or the insurer never sees the case itself: once its
    right to the task is proven, what follows from its answer is written by the system, in its name. So is the answer of
    a township whose household has moved away meanwhile (`slot`: where the case now is).
    """
    if viewer.kind in ASKED_ONLY or (slot is not None and not viewer.can_see(slot)):
        with acting_as(SYSTEM):
            yield
    else:
        with transaction.atomic():
            yield
