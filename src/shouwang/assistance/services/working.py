"""A month that was asked for is recorded by the worker, part by part, so that nothing is lost.

Each part of the area is a transaction, and so is each chunk of what the county centre pays itself: whatever dies in
between is done again from the start, and what stands is left as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db.models import F

from shouwang.assistance.errors import AskerGone
from shouwang.assistance.models import MonthWork
from shouwang.assistance.services.requesting import MONTHS
from shouwang.assistance.services.running import entitlements_run
from shouwang.assistance.services.setting_aside import CHUNK, month_ask
from shouwang.kit.money import yuan_text
from shouwang.office.services import (
    errand_viewer,
    progress_advance,
)
from shouwang.people.access import SYSTEM, Kind, Viewer, acting_as
from shouwang.people.selectors import areas_visible_to
from shouwang.rulebook.measures import excluded_pairs
from shouwang.standards.selectors import NoPolicyInForce, policy_for

State = MonthWork.State


def month_execute(*, work_id: int, at: datetime) -> None:
    """This function carries a recorded month out; one that is finished, or another process's, is left alone."""
    MONTHS.execute(work_id, lambda work: _carry_out(work, at=at), at=at)


def months_resume(*, at: datetime) -> int:
    """This function queues months again that nobody is carrying out, and returns how many; worker only."""
    return MONTHS.resume(at=at)


def _carry_out(work: MonthWork, *, at: datetime) -> None:
    viewer = errand_viewer(work, at=at)
    if viewer is None or viewer.organisation_id != work.organisation_id or not viewer.ranges:
        raise AskerGone
    with acting_as(viewer):
        parts = parts_of(viewer)
    for number, part in enumerate(parts, start=1):
        with acting_as(viewer):
            ran = entitlements_run(
                viewer=viewer, month=work.month, pairs=_pairs(part[0], work.month), at=at, part=part
            )  # fmt: skip
            _count(work, made=ran.made, total_fen=ran.total_fen, findings=ran.findings)
            _advance(work, number, len(parts) + 1, at=at)
    short = _ask_all(work, viewer, steps=len(parts), at=at)
    with acting_as(SYSTEM):
        work.refresh_from_db()
        MonthWork.objects.filter(pk=work.pk).update(short=short)
        work.short = short
    MONTHS.end(work, State.PARTLY if short else State.DONE, work_text(work), at=at)


def parts_of(viewer: Viewer) -> list[tuple[int, int]]:
    """This function cuts the viewer's ranges after each county in them; together the parts are the ranges."""
    ends = sorted(area.hi for area in areas_visible_to(viewer, level=3))
    parts = []
    for lo, hi in viewer.ranges:
        for end in [*(end for end in ends if lo <= end < hi), hi]:
            parts.append((lo, end))
            lo = end + 1
    return parts


def _pairs(slot: int, month: date) -> set[tuple[str, str]]:
    """This function returns the offers that exclude each other in a county; none where no policy is in force."""
    try:
        return excluded_pairs(policy_for(slot=slot, on=month)[1])
    except NoPolicyInForce:
        return set()


def _count(work: MonthWork, **more: int) -> None:
    """This function adds to the figures of a month in the transaction that made them: a dead worker adds nothing."""
    MonthWork.objects.filter(pk=work.pk).update(**{name: F(name) + number for name, number in more.items()})


def _advance(work: MonthWork, done: int, total: int, *, at: datetime) -> None:
    if work.progress_id:
        progress_advance(progress_id=work.progress_id, done=done, total=total, at=at)


def _ask_all(work: MonthWork, viewer: Viewer, *, steps: int, at: datetime) -> int:
    """This function sets aside what the centre pays of a month, chunk by chunk; returns how many found no money."""
    if viewer.kind is not Kind.COUNTY_CENTRE:
        return 0
    last, short, chunks = 0, 0, 0
    while True:
        with acting_as(viewer):
            asked = month_ask(viewer=viewer, month=work.month, after_id=last, at=at)
            _count(work, asked=asked.made, asked_fen=asked.total_fen)
            chunks += 1
            _advance(work, steps + chunks, steps + chunks + (asked.rows == CHUNK), at=at)
        last, short = asked.last_id, short + asked.short
        if asked.rows < CHUNK:
            return short


def work_text(work: MonthWork) -> str:
    """This function says what came of a month in words."""
    said: Sequence[str] = [
        f"新记 {work.made:,} 笔，{yuan_text(work.total_fen)} 元" if work.made else "没有新的要记，已记过的不会重记",
        f"本中心支付的留出 {work.asked:,} 笔，{yuan_text(work.asked_fen)} 元，等制单" if work.asked else "",
        f"{work.short:,} 笔没有足够的可用资金，补足后再记一次" if work.short else "",
        f"另有 {work.findings:,} 条待核" if work.findings else "",
    ]
    return "；".join(each for each in said if each) + "。"
