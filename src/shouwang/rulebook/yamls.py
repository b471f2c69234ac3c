"""Strict YAML: no duplicate keys, days as dates, broken numbers as the text they were written in (never floats)."""

from __future__ import annotations

import re
from typing import Any

import yaml

from shouwang.rulebook.errors import PackError

DEEPEST = 40  # levels of mappings and lists
LONGEST = 2_000_000
MOST = 200_000  # values, each alias counted as often as it is used
# Text that a reader of the file would not see, or would see in another order.
_HIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_BASE: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _StrictLoader(_BASE):
    """YAML's safe loader with fewer guesses: `on` is a text, 1.5 is the text "1.5", 010 is a text."""


class _Refused(Exception):  # noqa: N818 - turned into a PackError that knows the file
    def __init__(self, sentence: str) -> None:
        self.sentence = sentence
        super().__init__(sentence)


_StrictLoader.yaml_implicit_resolvers = {}
_StrictLoader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))
_StrictLoader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^-?(?:0|[1-9][0-9]*)$"), list("-0123456789"))
_StrictLoader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(?:null|~|)$"), ["n", "~", ""])
_StrictLoader.add_implicit_resolver(
    "tag:yaml.org,2002:timestamp", re.compile(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"), list("0123456789")
)


def _mapping(loader: Any, node: yaml.MappingNode) -> dict[Any, Any]:
    result: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, str | int):
            raise _Refused(f"第 {key_node.start_mark.line + 1} 行的键“{key}”要写成文字")
        if key in result:
            raise _Refused(f"键“{key}”写了两次（第 {key_node.start_mark.line + 1} 行）")
        result[key] = loader.construct_object(value_node, deep=True)
    return result


_StrictLoader.add_constructor("tag:yaml.org,2002:map", _mapping)


def _weight(value: Any, depth: int, seen: dict[int, int]) -> int:
    """This function returns how many values a file means once its aliases are written out; refuses deep nesting."""
    if depth > DEEPEST:
        raise _Refused(f"嵌套太深，最多 {DEEPEST} 层")
    if not isinstance(value, dict | list):
        return 1
    if id(value) not in seen:
        inner = value.values() if isinstance(value, dict) else value
        seen[id(value)] = 1 + sum(_weight(item, depth + 1, seen) for item in inner)
    return seen[id(value)]


def _looked_at(text: str, file: str) -> None:
    """This function refuses a file that is too long, or holds characters a reader does not see."""
    if len(text) > LONGEST:
        raise PackError(f"太长，最多 {LONGEST:,} 个字", file=file)
    hidden = _HIDDEN.search(text)
    if hidden:
        line = text.count("\n", 0, hidden.start()) + 1
        raise PackError(f"第 {line} 行有看不见的字符（U+{ord(hidden[0]):04X}），请删去", file=file)


def yaml_read(text: str, *, file: str) -> Any:
    """This function reads one pack file strictly; raises PackError naming the file."""
    _looked_at(text, file)
    try:
        found = yaml.load(text, Loader=_StrictLoader)  # noqa: S506 - a safe loader made stricter
        if _weight(found, 0, {}) > MOST:
            raise _Refused(f"引用展开以后超过 {MOST:,} 个值，请拆开或删减")
        return found
    except RecursionError:
        raise PackError(f"嵌套太深，最多 {DEEPEST} 层", file=file) from None
    except _Refused as refused:
        raise PackError(refused.sentence, file=file) from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise PackError(f"第 {line} 行不是合格的 YAML，请检查缩进、冒号和引号", file=file) from None
    except ValueError:
        raise PackError("有的数或日期写得不对，例如数太长、没有这一天", file=file) from None
    except yaml.YAMLError as error:
        raise PackError(f"不是合格的 YAML：{str(error).splitlines()[0]}", file=file) from None
