"""Sections of docs/benchmarks.md that are measured apart: each is replaced whole, the rest of the page stays."""

from __future__ import annotations

import re
from pathlib import Path


def section_write(path: Path, name: str, text: str) -> None:
    """This function puts a section in the place of the one of that name, or at the end."""
    page = path.read_text(encoding="utf-8") if path.exists() else "# Benchmarks\n"
    block = f"<!-- {name} begins -->\n## {name}\n\n{text.strip()}\n<!-- {name} ends -->\n"
    pattern = re.compile(rf"<!-- {re.escape(name)} begins -->.*?<!-- {re.escape(name)} ends -->\n", re.DOTALL)
    if pattern.search(page):
        page = pattern.sub(lambda _: block, page)
    else:
        page = page.rstrip() + "\n\n" + block
    path.write_text(page, encoding="utf-8")


def sections_kept(path: Path) -> str:
    """This function returns the sections measured apart, for a page that is written anew."""
    page = path.read_text(encoding="utf-8") if path.exists() else ""
    return "\n".join(re.findall(r"<!-- [\w ]+ begins -->.*?<!-- [\w ]+ ends -->\n", page, re.DOTALL))
