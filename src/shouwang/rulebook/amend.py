"""Amending a pack: values that hold from a day on, written into the place's own files; all other text stays."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from shouwang.rulebook.check import pack_check
from shouwang.rulebook.errors import PackError
from shouwang.rulebook.packs import StatedBlock, blocks_read, head_read
from shouwang.rulebook.policy import policy_resolve
from shouwang.rulebook.source import PackSource
from shouwang.rulebook.values import Entry, Source
from shouwang.rulebook.variants import Change, area_check, changes_grouped, provision_in_force, unit_check
from shouwang.rulebook.yaml_edit import block_add, entry_add, entry_cut, entry_replace
from shouwang.rulebook.yamls import yaml_read

Plain = dict[str, Any]


@dataclass(frozen=True)
class Amendment:
    """One value's new period: the entry to add, and what stood in the way of it."""

    file: str
    key: str
    entry: Plain
    own: Plain | None  # the file as it is, None when the place has no such file


def _standing(source: PackSource, place: str, topic: str, key: str, on: date) -> tuple[StatedBlock, Entry]:
    """This function returns the block and the entry in force on a day, the nearest pack first."""
    stack = [stated for stated in blocks_read(source, place) if (stated.topic.key, stated.key) == (topic, key)]
    for stated in reversed(stack):
        for entry in stated.block.values:
            if entry.covers(on):
                return stated, entry
    raise PackError(f"{on.isoformat()} 这一天没有这个数值", file=f"{place}/{topic}.yaml", key=key)


def _own_starts(source: PackSource, place: str, topic: str, key: str) -> list[date]:
    return [
        entry.from_
        for stated in blocks_read(source, place)
        if (stated.pack, stated.topic.key, stated.key) == (place, topic, key)
        for entry in stated.block.values
    ]


def _entry(
    standing: Entry, group: Sequence[Change], *, from_: date, until: date | None, document: Source
) -> Plain:  # fmt: skip
    entry: Plain = {"from": from_}
    if until is not None:
        entry["until"] = until
    entry |= {"value": standing.value, "unit": standing.unit}
    areas = {str(code): value for code, value in (standing.areas or {}).items()}
    for change in group:
        if change.area:
            areas[change.area] = change.value
        else:
            entry["value"] = change.value
    if areas:
        entry["areas"] = areas
    clause = {"clause": document.clause} if document.clause else {}
    entry["source"] = {"document": document.document, **clause}
    return entry


def _amendment(
    source: PackSource, place: str, group: list[Change], *, from_: date, document: Source
) -> Amendment:  # fmt: skip
    topic, key = group[0].topic, group[0].key
    file = f"{place}/{topic}.yaml"
    provision_in_force(policy_resolve(source, place=place, on=from_), topic, key)
    _, standing = _standing(source, place, topic, key, from_)
    for change in group:
        unit_check(change, standing.unit or "", file=file)
        if change.area:
            area_check(change, head_read(source, place).division, file=file)
    later = [start for start in _own_starts(source, place, topic, key) if start > from_]
    ends = [end for end in (standing.until, *later) if end is not None]
    entry = _entry(standing, group, from_=from_, until=min(ends, default=None), document=document)
    return Amendment(file, key, entry, source.parsed(file))


def _expected(amendment: Amendment) -> Plain:
    """This function returns the file as it must read afterwards: the written text is held against it."""
    whole: Plain = copy.deepcopy(amendment.own) if amendment.own else {}
    block = whole.setdefault(amendment.key, {"values": []})
    start, kept = amendment.entry["from"], []
    for stated in block["values"]:
        until = stated.get("until")
        if stated["from"] < start and (until is None or until > start):
            stated["until"] = start
        if stated["from"] != start:
            kept.append(stated)
    block["values"] = sorted([*kept, amendment.entry], key=lambda stated: stated["from"])
    return whole


def _written(text: str, amendment: Amendment) -> str:
    """This function writes one amendment into the text of its file."""
    block = (amendment.own or {}).get(amendment.key)
    if block is None:
        return block_add(text, amendment.key, amendment.entry)
    start = amendment.entry["from"]
    values = block["values"]
    same = next((n for n, stated in enumerate(values) if stated["from"] == start), None)
    if same is not None:
        return entry_replace(text, amendment.key, same, amendment.entry)
    before = [n for n, stated in enumerate(values) if stated["from"] < start]
    after = max(before, key=lambda n: values[n]["from"], default=None)
    text = entry_add(text, amendment.key, after, amendment.entry)
    if after is not None:
        until = values[after].get("until")
        if until is None or until > start:
            text = entry_cut(text, amendment.key, after, start)
    return text


def pack_amend(
    source: PackSource, *, place: str, changes: Sequence[Change], from_: date, document: Source
) -> PackSource:  # fmt: skip
    """This function returns the packs with values that hold from a day on, stated in the place's own files.

    A changed value holds until the period that it replaces would have ended; the period before is cut at the day. A
    value that a parent states is overridden in the place's own pack. Everything is checked as packs are; raises
    PackError naming file and key.
    """
    files = dict(source.files)
    for group in changes_grouped(changes).values():
        current = PackSource.from_files(files)
        amendment = _amendment(current, place, group, from_=from_, document=document)
        expected = _expected(amendment)
        text = _written(files.get(amendment.file, ""), amendment)
        if yaml_read(text, file=amendment.file) != expected:
            raise PackError(
                "这个文件的写法太特别，不能自动改写，请由维护政策包的人修改", file=amendment.file, key=amendment.key
            )
        files[amendment.file] = text
    amended = PackSource.from_files(files)
    faults = pack_check(amended, places=[place], since=from_)
    if faults:
        raise faults[0]
    return amended
