"""Lamps are colour, shape and word, and nothing else uses their colours."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.template import engines

from shouwang.ui.lamps import LAMPS, Lamp, lamp_by_key

UI = Path(__file__).parents[2] / "src" / "shouwang" / "ui"
LAMPS_CSS = UI / "static" / "ui" / "lamps.css"


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("lamp", LAMPS, ids=lambda lamp: lamp.key)
def test_a_lamp_is_readable(lamp: Lamp) -> None:
    assert contrast(lamp.ground, lamp.ink) >= 4.5


def test_lamps_differ_in_shape_and_word_too() -> None:
    for name in ("key", "word", "short", "shape", "ground"):
        assert len({getattr(lamp, name) for lamp in LAMPS}) == len(LAMPS)


def test_the_style_sheet_has_the_same_colours() -> None:
    text = LAMPS_CSS.read_text(encoding="utf-8")
    for lamp in LAMPS:
        assert f"--sw-lamp-{lamp.key.lower()}: {lamp.ground};" in text
        assert f"--sw-lamp-{lamp.key.lower()}-ink: {lamp.ink};" in text


def test_no_other_file_uses_a_lamp_colour() -> None:
    grounds = {lamp.ground.lower() for lamp in LAMPS}
    for path in [*(UI / "static" / "ui").iterdir(), *UI.rglob("*.html")]:
        if path != LAMPS_CSS:
            assert not grounds & set(re.findall(r"#[0-9a-f]{6}", path.read_text(encoding="utf-8").lower())), path


def test_a_drawn_lamp_says_its_word_and_hides_its_shape_from_the_screen_reader() -> None:
    drawn = engines["django"].from_string("{% load ui %}{% lamp 'green' %}").render()
    assert "已救助回访" in drawn
    assert '<span class="sw-lamp-shape" aria-hidden="true">✔</span>' in drawn


def test_a_grey_lamp_may_name_its_reason() -> None:
    drawn = engines["django"].from_string("{% load ui %}{% lamp 'GREY' note='移交建档立卡' %}").render()
    assert "其他结案（移交建档立卡）" in drawn


def test_an_unknown_key_lights_no_lamp() -> None:
    assert lamp_by_key("PURPLE") is None
    assert lamp_by_key(None) is None
    assert "sw-lamp" not in engines["django"].from_string("{% load ui %}{% lamp '' %}").render()
