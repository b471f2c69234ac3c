"""Every template of every room keeps the law of the look."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from shouwang.ui.icons import ICONS

SOURCE = Path(__file__).parents[2] / "src" / "shouwang"
TEMPLATES = sorted(path for path in SOURCE.rglob("templates/**/*.html"))
MODULES = sorted(path for path in SOURCE.rglob("*.py") if "migrations" not in path.parts)
COMMENT = re.compile(r"\{#.*?#\}|\{% comment.*?%\}.*?\{% endcomment %\}", re.DOTALL)
TAG = re.compile(r"<[a-zA-Z](?:\{%.*?%\}|\{\{.*?\}\}|\"[^\"]*\"|'[^']*'|[^<>\"'])*>", re.DOTALL)
FORM = re.compile(r"(<form\b[^>]*>)(.*?)</form>", re.DOTALL)
EXPRESSION = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
# Bootstrap's classes of meaning would paint other things in the colours of the lamps.
PAINTED = re.compile(
    r"\b(?:text|bg|btn|btn-outline|alert|badge|table|border|status)-"
    r"(?:red|danger|success|green|yellow|warning|blue|azure|info|lime|orange|teal|cyan)\b"
)


def read(path: Path) -> str:
    return COMMENT.sub("", path.read_text(encoding="utf-8"))


@pytest.fixture(params=TEMPLATES, ids=lambda path: str(path.relative_to(SOURCE)))
def template(request: pytest.FixtureRequest) -> str:
    return read(request.param)


def test_no_script_or_style_is_written_into_a_page(template: str) -> None:
    for tag in TAG.findall(template):
        plain = EXPRESSION.sub("", tag)
        if tag.lower().startswith("<script"):
            assert " src=" in tag or 'type="application/json"' in tag, tag
        assert not tag.lower().startswith("<style"), tag
        assert not re.search(r"\sstyle\s*=", plain, re.IGNORECASE), tag
        assert not re.search(r"\son[a-z]+\s*=", plain, re.IGNORECASE), tag
        assert "javascript:" not in plain.lower(), tag


def test_nothing_is_loaded_from_another_host(template: str) -> None:
    for tag in TAG.findall(template):
        assert not re.search(r"(?:src|href|action|hx-get|hx-post)\s*=\s*[\"']?(?:https?:)?//", tag), tag


def test_whoever_asks_by_htmx_has_an_address_too(template: str) -> None:
    for tag in TAG.findall(template):
        if "hx-get=" in tag:
            # What renews itself by the clock has its link inside, not on it.
            assert "href=" in tag or 'hx-trigger="every' in tag or tag.startswith("<form"), tag
        if "hx-post=" in tag:
            assert "action=" in tag or "formaction=" in tag or tag.startswith("<form"), tag


def test_lamp_colours_paint_nothing_else(template: str) -> None:
    assert not PAINTED.findall(template)


def test_nothing_waits_for_a_script_that_is_not_there(template: str) -> None:
    assert "data-bs-" not in template
    assert not re.search(r"class=\"[^\"]*\bti ti-", template)


def test_a_button_says_what_it_does(template: str) -> None:
    for text in re.findall(r"<button[^>]*>(.*?)</button>", template, re.DOTALL):
        said = re.sub(r"<[^>]*>|\{%.*?%\}", "", text).strip()
        assert said not in {"提交", "确定", "确认", "OK", "Submit", "是", "否"}, said


def test_what_is_wrong_in_a_form_is_said_by_the_house_not_by_the_browser(template: str) -> None:
    for tag, inside in FORM.findall(template):
        if 'method="post"' in tag and 'role="search"' not in tag and re.search(r"{% (field|picker) ", inside):
            assert "novalidate" in tag, tag


def test_every_icon_is_in_the_sprite(template: str) -> None:
    for name in re.findall(r"\{%\s*icon\s+[\"']([^\"']+)[\"']", template):
        assert name in ICONS


def test_every_icon_of_the_navigation_is_in_the_sprite() -> None:
    for path in MODULES:
        for name in re.findall(r"\bicon=\"([a-z0-9-]+)\"", path.read_text(encoding="utf-8")):
            assert name in ICONS, (path, name)


def test_every_page_has_a_title_of_its_own(template: str) -> None:
    if '{% extends "ui/base.html" %}' in template:
        assert "{% block title %}" in template or "{% block main %}" in template


STYLES = "".join(
    path.read_text(encoding="utf-8") for path in sorted(SOURCE.glob("*/static/*/*.css")) if "vendor" not in path.parts
)


def test_every_class_of_the_house_is_styled(template: str) -> None:
    for classes in re.findall(r"class=\"([^\"]*)\"", EXPRESSION.sub(" ", template)):
        for name in classes.split():
            # A name cut short by an expression (sw-lamp-{{ key }}) ends in a dash.
            if name.startswith("sw-") and not name.endswith("-"):
                assert f".{name}" in STYLES, name


def test_nobody_is_called_she() -> None:
    """The program does not know; it says the name, or 本人. (Comments and docstrings are English.)"""
    called = [path.name for path in (*TEMPLATES, *MODULES) if "她" in read(path)]
    assert not called, called
