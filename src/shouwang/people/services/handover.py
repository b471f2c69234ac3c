"""Open work that hangs on one appointment: rooms say how to count and to move it, people moves it when she leaves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class WorkHolder:
    """A kind of work: `count(appointment id)` what is open, `move(old id, new id, at)` hands it on and counts."""

    label: str
    count: Callable[[int], int]
    move: Callable[[int, int, datetime], int]


_HOLDERS: dict[str, WorkHolder] = {}


def work_holder_register(*, key: str, holder: WorkHolder) -> None:
    """This function registers a room's kind of work, once, in its `AppConfig.ready`; the same key replaces it."""
    _HOLDERS[key] = holder


def open_work(appointment_id: int) -> dict[str, int]:
    """This function returns how much open work an appointment holds, by label; kinds without any are left out."""
    counts = {holder.label: holder.count(appointment_id) for holder in _HOLDERS.values()}
    return {label: count for label, count in counts.items() if count}


def work_hand_over(*, appointment_id: int, successor_id: int, at: datetime) -> dict[str, int]:
    """This function hands all open work to the successor and returns how much moved, by label."""
    moved = {holder.label: holder.move(appointment_id, successor_id, at) for holder in _HOLDERS.values()}
    return {label: count for label, count in moved.items() if count}
