"""Tables and paging by key, for every room.

`key_page` cuts a queryset into pages of 50 without offsets. The address carries only the last row's primary key: its
sort values are read again from the database, so that no name or date of a person stands in an address.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import F, Q, QuerySet
from django.db.models.expressions import OrderBy

PAGE_SIZE = 50
SORT_PARAMETER = "sort"


@dataclass(frozen=True)
class Column:
    """One column. `phone`: title, fact or hidden (in cards).

    `kind`: text, word (a short one, kept on one line), number, day, when, yuan, wan, lamp, link.
    """

    key: str
    label: str
    kind: str = "text"
    sort: str = ""
    phone: str = "fact"
    unit: str = ""

    @property
    def full_label(self) -> str:
        """The label with its unit, for cards, which have no head."""
        return f"{self.label}（{self.unit}）" if self.unit else self.label


@dataclass(frozen=True)
class Row:
    """One row: a value per column key, and the page it opens."""

    cells: Mapping[str, Any]
    href: str = ""
    key: str = ""


@dataclass(frozen=True)
class Table:
    """A table as a page shows it; `totals` are drawn in the foot under their columns."""

    caption: str
    columns: Sequence[Column]
    rows: Sequence[Row]
    totals: Mapping[str, Any] = field(default_factory=dict)
    page: KeyPage | None = None
    batch: str = ""

    @property
    def drawn(self) -> list[tuple[Row, list[tuple[Column, Any]]]]:
        """This function pairs every row's values with their columns, in the columns' order."""
        return [(row, [(column, row.cells.get(column.key)) for column in self.columns]) for row in self.rows]

    @property
    def foot(self) -> list[tuple[Column, Any]]:
        return [(column, self.totals.get(column.key)) for column in self.columns]


@dataclass(frozen=True)
class KeyPage:
    """One page of rows; `next_after` is the key that the next page starts behind, None on the last page."""

    rows: Sequence[Any]
    next_after: int | None
    is_first: bool
    size: int = PAGE_SIZE

    def __iter__(self) -> Any:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __bool__(self) -> bool:
        return bool(self.rows)


def sort_order(asked: str, *, choices: Mapping[str, str | Sequence[str]], default: str) -> tuple[str, ...]:
    """This function returns the order of fields for `?sort=` ("opened", "-opened"); what is not a choice: `default`."""
    descending, key = asked.startswith("-"), asked.removeprefix("-")
    if key not in choices:
        descending, key = default.startswith("-"), default.removeprefix("-")
    names = choices[key]
    fields = (names,) if isinstance(names, str) else tuple(names)
    return tuple(_turned(name) for name in fields) if descending else fields


def _turned(name: str) -> str:
    return name.removeprefix("-") if name.startswith("-") else f"-{name}"


def key_page(
    rows: QuerySet[Any], *, order: Sequence[str], after: str | int | None = None, size: int = PAGE_SIZE
) -> KeyPage:
    """This function returns the page of `size` rows behind the row whose primary key is `after`.

    The primary key is added to `order` so that it is total; unknown values come last. A key that is no number, or whose
    row is gone or out of sight, starts over at the first page.
    """
    keys = [*order] if any(name.removeprefix("-") in {"pk", "id"} for name in order) else [*order, "pk"]
    ordered = rows.order_by(*(_ordering(name) for name in keys))
    last = _values_of(rows, keys, after)
    if last is not None:
        ordered = ordered.filter(_behind(keys, last))
    found = list(ordered[: size + 1])
    next_after = found[size - 1].pk if len(found) > size else None
    return KeyPage(rows=found[:size], next_after=next_after, is_first=last is None, size=size)


def _ordering(name: str) -> OrderBy:
    field_name = name.removeprefix("-")
    return F(field_name).desc(nulls_last=True) if name.startswith("-") else F(field_name).asc(nulls_last=True)


def _values_of(rows: QuerySet[Any], keys: Sequence[str], after: str | int | None) -> list[Any] | None:
    text = str(after or "")
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        return None
    found = rows.order_by().filter(pk=int(text)).values_list(*(name.removeprefix("-") for name in keys)).first()
    return list(found) if found else None


def _behind(keys: Sequence[str], last: Sequence[Any]) -> Q:
    """This function returns the filter "sorts after the last row", unknown values sorting last."""
    condition, equal = Q(pk__in=[]), Q()
    for name, value in zip(keys, last, strict=True):
        field_name = name.removeprefix("-")
        if value is None:
            equal &= Q(**{f"{field_name}__isnull": True})
            continue
        beyond = Q(**{f"{field_name}__{'lt' if name.startswith('-') else 'gt'}": value})
        condition |= equal & (beyond | Q(**{f"{field_name}__isnull": True}))
        equal &= Q(**{field_name: value})
    return condition
