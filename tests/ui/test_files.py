"""Files handed out."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import quote

from shouwang.ui.files import PDF, file_answer, paper_answer

SOURCES = Path(__file__).resolve().parents[2] / "src" / "shouwang"


def test_a_file_is_saved_under_its_name_and_stays_in_no_cache() -> None:
    answer = file_answer("感谢信 2020-7.pdf", b"%PDF", media_type=PDF)
    assert answer.headers["Content-Disposition"] == f"attachment; filename*=utf-8''{quote('感谢信 2020-7.pdf')}"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert (answer.headers["Content-Type"], answer.content) == ("application/pdf", b"%PDF")


def test_a_photo_is_shown_in_the_page_and_anything_else_is_saved_but_neither_runs() -> None:
    photo, pdf = (paper_answer("a", b"x", media_type=kind) for kind in ("image/jpeg", PDF))
    assert photo.headers["Content-Disposition"].startswith("inline")
    assert pdf.headers["Content-Disposition"].startswith("attachment")
    for answer in (photo, pdf):
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert answer.headers["Cache-Control"] == "no-store"


def test_every_file_is_handed_out_by_the_one_function() -> None:
    by_hand = [
        str(path.relative_to(SOURCES))
        for path in SOURCES.rglob("*.py")
        if path.name != "files.py" and re.search(r"Content-Disposition|spreadsheetml\.sheet", path.read_text())
    ]
    assert by_hand == ["kit/sheets.py"], "use shouwang.ui.files and shouwang.kit.sheets.XLSX"
