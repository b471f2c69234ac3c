"""The headings of real files, in their order, with the variants found."""

from __future__ import annotations

import csv
import functools
from importlib import resources


@functools.cache
def _sheets() -> dict[str, dict[str, tuple[str, ...]]]:
    text = resources.files("shouwang.synth").joinpath("data/headings.csv").read_text(encoding="utf-8")
    sheets: dict[str, dict[str, tuple[str, ...]]] = {}
    for row in csv.DictReader(text.splitlines()):
        variants = tuple(word for word in row["variants"].split("|") if word)
        sheets.setdefault(row["sheet"], {})[row["heading"]] = variants
    return sheets


def headings(sheet: str) -> tuple[str, ...]:
    """This function returns the headings of a sheet in order."""
    return tuple(_sheets()[sheet])


def variants(sheet: str, heading: str) -> tuple[str, ...]:
    """This function returns other forms of a heading; none for headings of sheets not on file."""
    return _sheets().get(sheet, {}).get(heading, ())
