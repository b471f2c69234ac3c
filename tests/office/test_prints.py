"""Printed forms: what the font cannot draw is marked and said, never a silent box."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import typst

from shouwang.office.services import prints

AT = datetime(2026, 11, 27, 1, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("sign", "is_there"),
    [
        ("吉", True),
        ("喆", True),
        ("玥", True),
        ("㛃", True),
        ("䶮", True),
        ("𬭎", True),
        ("·", True),
        ("𠮷", True),
        ("𡈽", True),
        ("𫍰", False),
    ],
)
def test_the_font_knows_what_it_can_draw(sign: str, is_there: bool) -> None:
    assert prints.is_drawn(sign) is is_there


@pytest.mark.parametrize(
    ("name", "printed", "missing"),
    [("欧阳𠮷祥", "欧阳𠮷祥", ""), ("李𬭎", "李𬭎", ""), ("李𫍰", "李〓", "〓"), ("𠮷𫍰", "𠮷〓", "〓")],
)
def test_what_it_cannot_draw_is_marked_and_each_page_says_so(
    name: str, printed: str, missing: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    given: dict[str, str] = {}
    whole = typst.compile

    def compiled(source: bytes, **options: Any) -> Any:
        given.update(options["sys_inputs"])
        return whole(source, **options)

    monkeypatch.setattr(typst, "compile", compiled)
    template = tmp_path / "name.typ"
    template.write_text("#headline(data.name)", encoding="utf-8")
    made = prints.pdf_print(template, {"name": name}, title="公示", at=AT)
    assert made.startswith(b"%PDF")
    assert (json.loads(given["data"])["name"], given["missing"]) == (printed, missing)
