"""The written reference is what the program would write today."""

from __future__ import annotations

from pathlib import Path

from shouwang.rulebook.reference import pages
from shouwang.rulebook.source import PackSource, packs_directory

FOLDER = Path(__file__).parents[2] / "docs" / "algorithms"


def test_no_page_of_the_algorithms_is_stale() -> None:
    written = pages(PackSource.from_directory(packs_directory()), FOLDER)
    stale = [path.name for path, text in written.items() if path.read_text(encoding="utf-8") != text]
    assert stale == [], "renew them by: shouwang pack reference"
