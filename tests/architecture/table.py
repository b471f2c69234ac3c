"""Reads the access table and works out, by places alone, who is let in where."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from django.urls import URLPattern, URLResolver, get_resolver

TABLE = Path(__file__).parent / "access_table.yaml"
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
RESERVED = {"ok", "data", "query"}
OK = {"GET": (200,), "POST": (200, 302, 400, 409, 422)}
DEFAULT_WHERE = "own child"
ALL = frozenset({"own", "child", "parent", "sibling", "neighbour"})
# The codes of the cast's places, written down here and not taken from the program.
PLACES = {
    "province": "13",
    "city": "1305",
    "county": "130529",
    "town": "130529101",
    "village": "130529101214",
    "sibling_village": "130529101201",
    "sibling_town": "130529102",
    "sibling_town_village": "130529102201",
    "neighbour_county": "130532",
    "neighbour_town": "130532001",
    "neighbour_village": "130532001001",
}


def relation(member_place: str, object_place: str) -> str:
    """How an object lies, seen from a member."""
    mine, its = PLACES[member_place], PLACES[object_place]
    if mine == its:
        return "own"
    if its.startswith(mine):
        return "child"
    if mine.startswith(its):
        return "parent"
    return "sibling" if mine[:6] == its[:6] else "neighbour"


@dataclass(frozen=True)
class Entry:
    """One method of one route."""

    route: str
    method: str
    object: str
    where: dict[str, frozenset[str]]  # member (or "anonymous") -> relations at which she is let in
    ok: tuple[int, ...]
    data: dict[str, Any] = field(default_factory=dict)
    query: str = ""

    def lets_in(self, member: str, member_place: str, object_place: str | None) -> bool:
        if member not in self.where:
            return False
        return object_place is None or relation(member_place, object_place) in self.where[member]


class Table:
    """The whole table."""

    def __init__(self, raw: dict[str, Any]) -> None:
        self.members: dict[str, str] = raw["members"]
        self.objects: dict[str, list[str]] = raw["objects"]
        self.groups: dict[str, list[str]] = {
            **raw["groups"],
            "signed_in": list(self.members),
            "everybody": [*self.members, "anonymous"],
        }
        self.routes: dict[str, dict[str, Any]] = raw["routes"]

    def entries(self) -> Iterator[Entry]:
        for route, row in self.routes.items():
            for method in METHODS:
                if method in row:
                    yield self._entry(route, row, method)

    def _entry(self, route: str, row: dict[str, Any], method: str) -> Entry:
        said = row[method]
        rules = {said: None} if isinstance(said, str) else {k: v for k, v in said.items() if k not in RESERVED}
        more = {} if isinstance(said, str) else {k: said[k] for k in RESERVED if k in said}
        where: dict[str, frozenset[str]] = {}
        for names, relations in rules.items():
            allowed = ALL if relations == "all" else frozenset((relations or DEFAULT_WHERE).split())
            assert allowed <= ALL, f"{route}: {relations}"
            for name in (part.strip() for part in names.split(",")):
                for member in self.groups.get(name, [name]):
                    assert member in self.members or member == "anonymous", f"{route}: nobody is called {member}"
                    where[member] = where.get(member, frozenset()) | allowed
        ok = tuple(more.get("ok") or row.get("ok") or OK.get(method, (200,)))
        return Entry(
            route=route,
            method=method,
            object=row.get("object", ""),
            where=where,
            ok=ok,
            data=more.get("data", {}),
            query=more.get("query", ""),
        )


def table_read() -> Table:
    return Table(yaml.safe_load(TABLE.read_text(encoding="utf-8")))


def routes_of_project() -> dict[str, str]:
    """Every route of the project: its name (or its path where it has none) and its path."""
    found: dict[str, str] = {}

    def walk(patterns: list[URLPattern | URLResolver], namespace: str, prefix: str) -> None:
        for pattern in patterns:
            path = prefix + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
                walk(pattern.url_patterns, inner, path)
            else:
                found[f"{namespace}{pattern.name}" if pattern.name else f"/{path}"] = f"/{path}"

    walk(get_resolver().url_patterns, "", "")
    return found
