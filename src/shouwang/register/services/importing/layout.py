"""What the sheets of the national system look like, from `data/national.yaml`."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources

import yaml

from shouwang.kit.tables import HeadingRow, heading_key

PERSONS, WORK, HOUSEHOLDS = "persons", "work", "households"

# Columns whose cells name somebody: never kept as plain text, whatever the heading is.
_PRIVATE = re.compile(r"电话|手机|联系方式|证件号|身份证|残疾证号|账号|帐号|账户|卡号|QQ|微信")


@dataclass(frozen=True)
class Layout:
    """The known headings, which sheet has which, and which named facts are said of a household."""

    headings: Mapping[str, str]  # heading or variant → field
    needs: tuple[str, ...]
    marks: Mapping[str, frozenset[str]]
    titles: Mapping[str, str]
    ignored: frozenset[str]
    of_household: frozenset[str]

    def label(self, name: str) -> str:
        """This function returns the first heading of a field, to name a column in a sentence."""
        return next((heading for heading, known in self.headings.items() if known == name), name)

    def kind_of(self, sheet: str, found: HeadingRow) -> str | None:
        """This function tells which of the three sheets this is: by its title, else by the columns it has."""
        if not set(self.needs) <= set(found.fields):
            return None
        key = heading_key(sheet)
        for kind, title in self.titles.items():
            if heading_key(title) in key:
                return kind
        scores = {kind: len(marks & set(found.fields)) for kind, marks in self.marks.items()}
        best = max(scores, key=lambda kind: scores[kind])
        return best if scores[best] else None


def is_private(heading: str) -> bool:
    """This function tells whether a column holds numbers that name somebody."""
    return bool(_PRIVATE.search(heading))


@functools.cache
def layout_load() -> Layout:
    """This function reads the layout from the product's data."""
    body = yaml.safe_load(resources.files("shouwang.register").joinpath("data/national.yaml").read_text("utf-8"))
    headings = {heading: name for name, variants in body["fields"].items() for heading in variants}
    return Layout(
        headings=headings,
        needs=tuple(body["needs"]),
        marks={kind: frozenset(sheet["marks"]) for kind, sheet in body["sheets"].items()},
        titles={kind: sheet["title"] for kind, sheet in body["sheets"].items()},
        ignored=frozenset(heading_key(heading) for heading in body["ignored"]),
        of_household=frozenset(heading_key(heading) for heading in body["household"]),
    )
