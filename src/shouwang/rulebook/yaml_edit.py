"""Editing pack files as text: what is not touched keeps its bytes, comments and order included.

PyYAML tells where each node stands; only the lines of the touched entry are written anew. A list of periods that is
written in one line (`values: [{…}]`) is written out, a period a line.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import yaml

from shouwang.rulebook.yamls import yaml_read

Plain = dict[str, Any]
Node = Any  # PyYAML's nodes; its stubs know no flow style
STEP = 2
_PLAIN_UNIT = re.compile(r"[^\W\d_]+(?:[/·][^\W\d_]+)*")


def _scalar(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int):
        return str(value)
    text: str = yaml.safe_dump(str(value), default_style='"', allow_unicode=True, width=10**9)
    return text.strip()


def _inline(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_key(key)}: {_inline(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_inline(item) for item in value) + "]"
    return _scalar(value)


def _key(key: Any) -> str:
    text = str(key)
    return text if text.isascii() and text.isidentifier() else _scalar(text)


def _unit(key: str, value: Any) -> str:
    # Units are plain words in every pack; only what YAML could misread needs quotes.
    return str(value) if key == "unit" and _PLAIN_UNIT.fullmatch(str(value)) else _inline(value)


def entry_lines(entry: Plain, indent: int) -> str:
    """This function writes one period as a list item at an indentation, ending in a line break."""
    lines = [f"{key}: {_unit(key, value)}" for key, value in entry.items()]
    pad = " " * indent
    return f"{pad}- " + f"\n{pad}  ".join(lines) + "\n"


def _find(node: Node, key: str) -> tuple[Node, Node]:
    for key_node, value_node in node.value:
        if key_node.value == key:
            return key_node, value_node
    raise KeyError(key)


def _values(text: str, key: str) -> tuple[Node, Node, Node]:
    """This function returns the nodes of a block's key, of its `values` key and of the list of periods."""
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    block_key, block = _find(root, key)
    values_key, values = _find(block, "values")
    return (block_key if block.flow_style else values_key), block, values


def _is_written_out(block: Node, values: Node, *entries: Node) -> bool:
    return not (block.flow_style or values.flow_style or any(entry.flow_style for entry in entries))


def _last(node: Node) -> Node:
    """This function returns the last piece of a node that stands in the text: a scalar, or something in brackets."""
    if isinstance(node, yaml.ScalarNode) or node.flow_style or not node.value:
        return node
    child = node.value[-1]
    return _last(child[1] if isinstance(child, tuple) else child)


def _line_start(text: str, index: int) -> int:
    return text.rfind("\n", 0, index) + 1


def _line_end(text: str, index: int) -> int:
    """This function returns the index after the line break that ends the line of an index."""
    end = text.find("\n", index)
    return len(text) if end < 0 else end + 1


def _after(text: str, node: Node) -> int:
    last = _last(node)
    index: int = last.end_mark.index
    if isinstance(last, yaml.ScalarNode) and last.style in ("|", ">"):
        return index
    return _line_end(text, index)


def _ended(text: str) -> str:
    return text if not text or text.endswith("\n") else text + "\n"


def _plainly(text: str, key: str, edit: Any) -> str:
    """This function writes a block's list of periods anew, in full, where it cannot be edited in place."""
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    key_node, block = _find(root, key)
    plain: Plain = yaml_read(text, file="")[key]
    plain["values"] = edit([dict(entry) for entry in plain["values"]])
    written = _block(key, plain)
    start = _line_start(text, key_node.start_mark.index)
    return text[:start] + written + text[_after(text, block) :]


def _block(key: str, plain: Plain) -> str:
    head = "".join(f"{' ' * STEP}{name}: {_inline(value)}\n" for name, value in plain.items() if name != "values")
    entries = "".join(entry_lines(entry, 2 * STEP) for entry in plain["values"])
    return f"{_key(key)}:\n{head}{' ' * STEP}values:\n{entries}"


def block_add(text: str, key: str, entry: Plain) -> str:
    """This function adds a key with one period at the end of a file."""
    return _ended(text) + _block(key, {"values": [entry]})


def entry_add(text: str, key: str, after: int | None, entry: Plain) -> str:
    """This function adds a period after the numbered one, or before all (None)."""
    text = _ended(text)
    _, block, values = _values(text, key)
    if not _is_written_out(block, values):
        place = 0 if after is None else after + 1
        return _plainly(text, key, lambda found: [*found[:place], entry, *found[place:]])
    index = _line_start(text, values.start_mark.index) if after is None else _after(text, values.value[after])
    return text[:index] + entry_lines(entry, values.start_mark.column) + text[index:]


def entry_replace(text: str, key: str, number: int, entry: Plain) -> str:
    """This function puts a period in the place of the numbered one."""
    text = _ended(text)
    _, block, values = _values(text, key)
    if not _is_written_out(block, values):
        return _plainly(text, key, lambda found: [*found[:number], entry, *found[number + 1 :]])
    old = values.value[number]
    start = _line_start(text, old.start_mark.index)
    return text[:start] + entry_lines(entry, values.start_mark.column) + text[_after(text, old) :]


def entry_cut(text: str, key: str, number: int, until: date) -> str:
    """This function ends the numbered period on a day (the first on which it does not hold)."""
    text = _ended(text)
    _, block, values = _values(text, key)
    entry = values.value[number]
    if not _is_written_out(block, values, entry):
        return _plainly(text, key, lambda found: [*found[:number], _cut(found[number], until), *found[number + 1 :]])
    stated = next((value for name, value in entry.value if name.value == "until"), None)
    if stated is not None:
        return text[: stated.start_mark.index] + until.isoformat() + text[stated.end_mark.index :]
    from_key, from_value = _find(entry, "from")
    index = _line_end(text, from_value.end_mark.index)
    return text[:index] + f"{' ' * from_key.start_mark.column}until: {until.isoformat()}\n" + text[index:]


def _cut(entry: Plain, until: date) -> Plain:
    first = {"from": entry["from"], "until": until}
    return first | {name: value for name, value in entry.items() if name not in first}
