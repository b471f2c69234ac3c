"""The import contracts name every room and every private drawer that exists."""

from __future__ import annotations

import configparser
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "shouwang"
PRIVATE = ("models", "views", "forms", "contexts", "tasks", "migrations")
# Not rooms: the library, the look, and the entry.
OTHERS = {"config", "engine", "kit", "rulebook", "synth", "ui"}


def contracts() -> configparser.ConfigParser:
    found = configparser.ConfigParser()
    found.read(ROOT / ".importlinter", encoding="utf-8")
    return found


def rooms() -> list[str]:
    return sorted(path.parent.name for path in SOURCE.glob("*/apps.py") if path.parent.name not in OTHERS)


def modules(section: str, option: str) -> set[str]:
    return set(contracts()[f"importlinter:contract:{section}"][option].split())


@pytest.mark.parametrize("room", rooms())
def test_every_room_keeps_its_drawers_private(room: str) -> None:
    present = {
        f"shouwang.{room}.{drawer}"
        for drawer in PRIVATE
        if (SOURCE / room / f"{drawer}.py").is_file() or (SOURCE / room / drawer / "__init__.py").is_file()
    }
    assert present <= modules(f"private-{room}", "protected_modules")


@pytest.mark.parametrize("room", rooms())
def test_every_room_keeps_the_order_of_its_drawers(room: str) -> None:
    assert f"shouwang.{room}" in modules("drawers", "containers")


def test_every_package_has_its_place_in_the_order_of_the_house() -> None:
    layers = contracts()["importlinter:contract:house"]["layers"]
    named = {word.strip("()") for word in layers.replace("|", " ").split()}
    present = {path.parent.name for path in SOURCE.glob("*/__init__.py")}
    assert present <= named
    assert contracts()["importlinter:contract:house"].getboolean("exhaustive")


def test_every_room_says_what_it_takes_what_it_leaves_and_what_it_never_does() -> None:
    for room in rooms():
        text = (SOURCE / room / "__init__.py").read_text(encoding="utf-8")
        for word in ("Takes:", "Leaves:", "Never:"):
            assert word in text, f"src/shouwang/{room}/__init__.py lacks '{word}'"
