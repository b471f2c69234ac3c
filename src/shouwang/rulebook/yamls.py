"""Strict YAML: no duplicate keys, days as dates, broken numbers as the text they were written in (never floats)."""

from __future__ import annotations

import re
from typing import Any

import yaml

from shouwang.rulebook.errors import PackError

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


def yaml_read(text: str, *, file: str) -> Any:
    """This function reads one pack file strictly; raises PackError naming the file."""
    try:
        return yaml.load(text, Loader=_StrictLoader)  # noqa: S506 - a safe loader made stricter
    except _Refused as refused:
        raise PackError(refused.sentence, file=file) from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise PackError(f"第 {line} 行不是合格的 YAML，请检查缩进、冒号和引号", file=file) from None
    except (yaml.YAMLError, ValueError) as error:
        raise PackError(f"不是合格的 YAML：{error}", file=file) from None
