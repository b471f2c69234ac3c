"""Checking a pack tree: every file, every period, every condition on every day on which something changes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from shouwang.rulebook.cases import cases_read
from shouwang.rulebook.errors import PackError
from shouwang.rulebook.packs import StatedBlock, blocks_of, blocks_read, chain_read, files_check
from shouwang.rulebook.policy import load_policy
from shouwang.rulebook.source import PackSource
from shouwang.rulebook.topics import TOPICS


def _file_faults(source: PackSource, place: str) -> Iterator[PackError]:
    """This function yields the first fault of each topic file of one pack, its head and its case files."""
    try:
        chain_read(source, place)
        files_check(source, place)
    except PackError as error:
        yield error
        return
    for topic in TOPICS.values():
        try:
            tuple(blocks_of(source, place, topic))
        except PackError as error:
            yield error
    for file in source.case_files(place):
        try:
            cases_read(source, place, file)
        except PackError as error:
            yield error


def change_days(blocks: tuple[StatedBlock, ...]) -> tuple[date, ...]:
    """This function returns the days on which anything may change: starts and ends of periods, and new years."""
    days = {entry.from_ for stated in blocks for entry in stated.block.values}
    days |= {entry.until for stated in blocks for entry in stated.block.values if entry.until is not None}
    if days:
        days |= {date(year, 1, 1) for year in range(min(days).year + 1, max(days).year + 2)}
    return tuple(sorted(days))


def _rule_faults(source: PackSource, place: str, since: date | None) -> Iterator[PackError]:
    for day in change_days(blocks_read(source, place)):
        if since is not None and day < since:
            continue
        try:
            load_policy(source, place=place, on=day)
        except PackError as error:
            yield PackError(f"{error.sentence}（按 {day.isoformat()} 的政策）", file=error.file, key=error.key)


def pack_check(
    source: PackSource, *, places: Sequence[str] | None = None, since: date | None = None
) -> list[PackError]:
    """This function returns every fault of a pack tree, each once; empty when all packs are sound.

    Only some `places`, and only the days from `since` on, when nothing else can have changed.
    """
    asked = source.places if places is None else places
    faults = [fault for place in asked for fault in _file_faults(source, place)]
    if not faults:
        faults = [fault for place in asked for fault in _rule_faults(source, place, since)]
    seen: dict[tuple[str, str], PackError] = {}
    for fault in faults:
        seen.setdefault((fault.file, fault.key), fault)
    return list(seen.values())
