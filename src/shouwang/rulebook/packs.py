"""Packs as written: pack.yaml, the chain of parents, and the blocks of each topic file, not yet resolved."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError, field_validator

from shouwang.kit.divisions import slot_range
from shouwang.kit.errors import Refusal
from shouwang.rulebook.errors import PackError
from shouwang.rulebook.source import PackSource
from shouwang.rulebook.topic import Topic
from shouwang.rulebook.topics import TOPICS
from shouwang.rulebook.values import Block, Entry, Key, Model, Text


class PackHead(Model):
    """pack.yaml: who states the policy, for which area, and which pack it builds on."""

    name: Text
    division: str
    extends: Key | None = None
    owner: Text
    note: str = ""

    @field_validator("division", mode="before")
    @classmethod
    def _division(cls, value: object) -> object:
        text = str(value)
        if text == "0":
            return text
        try:
            slot_range(text)
        except Refusal as refusal:
            raise ValueError(refusal.message) from None
        return text


@dataclass(frozen=True)
class StatedBlock:
    """A block together with the pack and the file it stands in."""

    pack: str
    file: str
    topic: Topic
    key: str
    block: Block
    read: dict[tuple[int, str], Any] = field(default_factory=dict, compare=False, hash=False, repr=False)  # provisions


_SENTENCES = {
    "missing": "缺少“{0}”",
    "extra_forbidden": "不认识的项“{0}”",
    "string_pattern_mismatch": "“{0}”只能用英文字母、数字和下划线",
    "literal_error": "“{0}”的写法不在允许的范围里：{1}",
    "enum": "“{0}”的写法不在允许的范围里：{1}",
    "date_type": "“{0}”要写成日期，例如 2020-01-01",
    "date_from_datetime_parsing": "“{0}”要写成日期，例如 2020-01-01",
}
_NAMES = {"source": "source（来源）", "unit": "unit（单位）", "from": "from（起始日）", "value": "value（值）"}


def _sentence(error: Any) -> tuple[str, str]:
    """This function turns one pydantic error into the key it concerns and a Chinese sentence."""
    path = [str(part) for part in error["loc"]]
    last = path[-1] if path else ""
    kind, context = error["type"], error.get("ctx", {})
    if kind == "value_error":
        return ".".join(path), str(context.get("error", error["msg"]))
    pattern = _SENTENCES.get(kind, "“{0}”的写法不对")
    expected = str(context.get("expected", "")).replace(" or ", "、")
    where = path[:-1] if kind in {"missing", "extra_forbidden"} else path
    return ".".join(where), pattern.format(_NAMES.get(last, last), expected)


def refusal_of(error: ValidationError, *, file: str, key: str) -> PackError:
    """This function turns a validation error into the refusal that names file and key."""
    path, sentence = _sentence(error.errors(include_url=False)[0])
    return PackError(sentence, file=file, key=f"{key}.{path}".strip("."))


def head_read(source: PackSource, place: str) -> PackHead:
    """This function reads pack.yaml of a place."""
    file = f"{place}/pack.yaml"
    raw = source.parsed(file)
    if raw is None:
        known = "、".join(source.places) or "无"
        raise PackError(f"没有名为“{place}”的政策包，现有：{known}")
    if not isinstance(raw, dict):
        raise PackError("要写成“键: 值”的形式", file=file)
    try:
        return PackHead.model_validate(raw)
    except ValidationError as error:
        raise refusal_of(error, file=file, key="") from None


def chain_read(source: PackSource, place: str) -> tuple[tuple[str, PackHead], ...]:
    """This function returns the pack and its parents, the pack itself first."""
    chain: list[tuple[str, PackHead]] = []
    current: str | None = place
    while current is not None:
        if current in dict(chain):
            loop = " → ".join((*dict(chain), current))
            raise PackError(f"extends 绕成了圈：{loop}", file=f"{place}/pack.yaml", key="extends")
        if chain and current not in source.places:
            raise PackError(f"上级政策包“{current}”不存在", file=f"{chain[-1][0]}/pack.yaml", key="extends")
        head = head_read(source, current)
        chain.append((current, head))
        current = head.extends
    return tuple(chain)


def _check_entry(topic: Topic, entry: Entry, *, file: str, key: str) -> None:
    if entry.value is None:
        return
    if topic.units and entry.unit is None:
        raise PackError("缺少“unit（单位）”", file=file, key=key)
    if topic.units and entry.unit not in topic.units:
        raise PackError(f"单位“{entry.unit}”不在允许的范围里：{'、'.join(topic.units)}", file=file, key=key)
    if entry.areas and not topic.has_areas:
        raise PackError("这一类不能按地区写 areas", file=file, key=key)
    value_read(topic, entry, file=file, key=key)


def value_read(topic: Topic, entry: Entry, *, file: str, key: str) -> Any:
    """This function reads an entry's value by its topic; raises PackError."""
    try:
        return topic.read(entry)
    except ValidationError as error:
        raise refusal_of(error, file=file, key=f"{key}.value") from None
    except ValueError as error:
        raise PackError(str(error), file=file, key=key) from None


def _check_periods(block: Block, *, file: str, key: str) -> None:
    ordered = sorted(block.values, key=lambda entry: entry.from_)
    for before, after in itertools.pairwise(ordered):
        if before.until is None or before.until > after.from_:
            until = before.until.isoformat() if before.until else "未写止日"
            raise PackError(
                f"两个时段重叠：{before.from_.isoformat()} 起（{until}）与 {after.from_.isoformat()} 起",
                file=file,
                key=key,
            )
        if before.until < after.from_:
            raise PackError(
                f"{before.until.isoformat()} 到 {after.from_.isoformat()} 之间没有写值；那段时间没有这一项的，"
                "请写一段 value: null",
                file=file,
                key=key,
            )


def blocks_of(source: PackSource, pack: str, topic: Topic) -> Iterator[StatedBlock]:
    """This function yields the blocks of one topic file; raises PackError on the first fault."""
    file = f"{pack}/{topic.key}.yaml"
    raw = source.parsed(file)
    if raw is None:
        return
    if not isinstance(raw, dict):
        raise PackError("要写成“键: 值”的形式", file=file)
    for key, value in raw.items():
        key = str(key)
        try:
            block = Block.model_validate(value)
        except ValidationError as error:
            raise refusal_of(error, file=file, key=key) from None
        for number, entry in enumerate(block.values):
            _check_entry(topic, entry, file=file, key=f"{key}.values.{number}")
        _check_periods(block, file=file, key=key)
        yield StatedBlock(pack, file, topic, key, block)


_KNOWN_FILES = {"pack", *TOPICS}


def files_check(source: PackSource, pack: str) -> None:
    """This function refuses a pack with a file that is no topic."""
    for name in source.files:
        parts = name.split("/")
        if parts[0] == pack and len(parts) == 2 and parts[1].removesuffix(".yaml") not in _KNOWN_FILES:
            raise PackError(f"不认识的主题文件，可用的有：{'、'.join(sorted(TOPICS))}", file=name)


def blocks_read(source: PackSource, place: str) -> tuple[StatedBlock, ...]:
    """This function reads every block of a place's chain, parents first; raises PackError on the first fault."""
    if place not in source.memory:
        blocks: list[StatedBlock] = []
        for pack, _ in reversed(chain_read(source, place)):
            files_check(source, pack)
            for topic in TOPICS.values():
                blocks.extend(blocks_of(source, pack, topic))
        source.memory[place] = tuple(blocks)
    result: tuple[StatedBlock, ...] = source.memory[place]
    return result
