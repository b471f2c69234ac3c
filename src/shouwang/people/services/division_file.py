"""Reads a change file: which division becomes which, from which day, under which document.

YAML: `valid_from`, `document` and `changes`, a list of {from, to, name}. CSV: 原代码, 新代码, 新名称, 生效日期, 文件
(the last two the same in every row). An empty 新代码 abolishes the area, an empty 原代码 founds one.
"""

from __future__ import annotations

import csv
import hashlib
import io
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from shouwang.kit import divisions
from shouwang.kit.dates import day_parse
from shouwang.kit.errors import Place, Refusal

CSV_HEADINGS = {"原代码": "from", "新代码": "to", "新名称": "name", "生效日期": "valid_from", "文件": "document"}


class ChangeFileRefusal(Refusal):
    """The change file cannot be read as one."""


@dataclass(frozen=True)
class ChangeRow:
    """One row: the area of `source` becomes `target`; null source founds, null target abolishes. `name` '' = kept."""

    number: int
    source: int | None
    target: int | None
    name: str


@dataclass(frozen=True)
class ChangeFile:
    """A change as its file states it; `digest` is the SHA-256 of the file's bytes."""

    valid_from: date
    document: str
    rows: tuple[ChangeRow, ...]
    digest: str
    file: str


def change_file_read(path: Path) -> ChangeFile:
    """This function reads a change file (.yaml, .yml, .csv); raises ChangeFileRefusal with the place."""
    try:
        content = path.read_bytes()
        text = content.decode("utf-8-sig")
    except OSError:
        raise ChangeFileRefusal(f"读不到文件 {path}。") from None
    except UnicodeDecodeError:
        raise ChangeFileRefusal("文件应是 UTF-8 编码。", place=Place(file=path.name)) from None
    raw = _from_csv(text, path) if path.suffix.lower() == ".csv" else _from_yaml(text, path)
    rows = tuple(_row(item, number, path) for number, item in raw["changes"])
    if not rows:
        raise ChangeFileRefusal("变更文件里一行变更也没有。", place=Place(file=path.name))
    try:
        valid_from = raw["valid_from"] if isinstance(raw["valid_from"], date) else day_parse(raw["valid_from"])
    except Refusal as refusal:
        raise refusal.at(file=path.name, column="生效日期") from None
    document = str(raw["document"] or "").strip()
    if not document:
        raise ChangeFileRefusal("变更依据的文件（document）没有写。", place=Place(file=path.name))
    return ChangeFile(valid_from, document[:200], rows, hashlib.sha256(content).hexdigest(), path.name)


def _from_yaml(text: str, path: Path) -> dict[str, Any]:
    try:
        raw = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise ChangeFileRefusal(
            "文件不是有效的 YAML。", place=Place(file=path.name, row=mark.line + 1 if mark else None)
        ) from None
    if not isinstance(raw, dict) or not isinstance(raw.get("changes"), list):
        raise ChangeFileRefusal("文件应写明 valid_from、document 和 changes（变更清单）。", place=Place(file=path.name))
    return {
        "valid_from": raw.get("valid_from"),
        "document": raw.get("document"),
        "changes": list(enumerate(raw["changes"], start=1)),
    }


def _from_csv(text: str, path: Path) -> dict[str, Any]:
    reader = csv.DictReader(io.StringIO(text))
    missing = [heading for heading in CSV_HEADINGS if heading not in (reader.fieldnames or [])]
    if missing:
        raise ChangeFileRefusal(f"缺少列：{'、'.join(missing)}。", place=Place(file=path.name, row=1))
    rows = [
        (number, {key: (row[heading] or "").strip() for heading, key in CSV_HEADINGS.items()})
        for number, row in enumerate(reader, start=2)
    ]
    for key, heading in (("valid_from", "生效日期"), ("document", "文件")):
        if len({row[key] for _, row in rows}) > 1:
            raise ChangeFileRefusal("一份变更文件只能有一个值。", place=Place(file=path.name, column=heading))
    first = rows[0][1] if rows else {}
    return {"valid_from": first.get("valid_from"), "document": first.get("document"), "changes": rows}


def _row(item: object, number: int, path: Path) -> ChangeRow:
    place = Place(file=path.name, row=number)
    if not isinstance(item, dict) or set(item) - {*CSV_HEADINGS.values()}:
        raise ChangeFileRefusal("每条变更只写 from、to、name。", place=place)
    try:
        source = divisions.code_parse(item["from"]) if item.get("from") else None
        target = divisions.code_parse(item["to"]) if item.get("to") else None
    except Refusal as refusal:
        raise refusal.at(file=path.name, row=number) from None
    name = str(item.get("name") or "").strip()
    if source is None and target is None:
        raise ChangeFileRefusal("原代码和新代码不能都空着。", place=place)
    if source is None and not name:
        raise ChangeFileRefusal("新设的区划要写名称。", place=place)
    if source is not None and target is not None and divisions.level(source) != divisions.level(target):
        raise ChangeFileRefusal("变更前后必须是同一级（县对县、村对村）。", place=place)
    return ChangeRow(number=number, source=source, target=target, name=name[:80])
