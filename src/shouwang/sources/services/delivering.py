"""Rows that a department's system delivers by key: imported as a file of the department's is, each delivery once."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from shouwang.kit.errors import Refusal
from shouwang.office.services import KeyReused, sendings_claim, sendings_settle
from shouwang.sources.models import FeedImport, FeedRow
from shouwang.sources.rules.headings import Column, Layout
from shouwang.sources.rules.kinds import FeedKind, feed_kinds
from shouwang.sources.selectors.feeds import ImportNotFound, import_get, rows_set_aside
from shouwang.sources.services.errors import MappingDoubled
from shouwang.sources.services.interface_keys import Keyed, interface_key_spend
from shouwang.sources.services.uploads import feed_upload, mapping_check

HEADING_ROW = 1
PAGE = 500


class KindNotFound(Refusal):
    """There is no such kind of table, or the key does not open it."""

    is_absent = True
    sentence = "没有这种数据表，或者这个密钥不能送。"


class ColumnUnknown(Refusal):
    """A row holds something that is no column of this kind of table."""

    def __init__(self, kind: FeedKind, row: int) -> None:
        super().__init__(f"第 {row} 行里有“{kind.name}”没有的列，请按接口列出的列名送。")


@dataclass(frozen=True)
class Delivered:
    """What a delivery became: its import, and whether it had come before."""

    import_id: int
    rows: int
    is_repeated: bool


def kinds_open(keyed: Keyed) -> list[FeedKind]:
    """This function returns the kinds of tables that a key may deliver."""
    department = keyed.viewer.department
    return [kind for kind in feed_kinds().values() if kind.department == department and kind.key in keyed.kinds]


def table_deliver(
    *,
    keyed: Keyed,
    kind_key: str,
    data_date: date,
    rows: Sequence[Mapping[str, str]],
    idempotency_key: str,
    at: datetime,
) -> Delivered:
    """This function takes rows of a table (column → text), once under their key, and hands them to the worker.

    Raises KindNotFound, KeyReused, ColumnUnknown, MappingDoubled, MappingIncomplete, QuotaSpent, or what `feed_upload`
    raises.
    """
    viewer = keyed.viewer
    kind = next((each for each in kinds_open(keyed) if each.key == kind_key), None)
    if kind is None:
        raise KindNotFound
    with transaction.atomic():
        body = {"kind": kind_key, "data_date": data_date, "rows": rows}
        sender = f"organisation:{viewer.organisation_id}"
        claims = sendings_claim(viewer=viewer, sender=sender, bodies={idempotency_key: body}, at=at)
        if claims.reused:
            raise KeyReused
        if idempotency_key in claims.answered:
            known = claims.answered[idempotency_key]
            return Delivered(known["import_id"], known["rows"], is_repeated=True)
        layout, content = _table(kind, rows)
        interface_key_spend(keyed=keyed, rows=len(rows), at=at)
        taken = feed_upload(
            viewer=viewer, kind_key=kind.key, file_name=f"接口-{kind.name}-{data_date}.csv", content=content,
            data_date=data_date, at=at, layout=layout, ranges=keyed.ranges,
        )  # fmt: skip
        sendings_settle(claims=claims, answers={idempotency_key: {"import_id": taken.pk, "rows": len(rows)}})
    return Delivered(taken.pk, len(rows), is_repeated=False)


def _table(kind: FeedKind, rows: Sequence[Mapping[str, str]]) -> tuple[Layout, bytes]:
    """This function returns rows as the department would export them, and what each column is."""
    fields = {field.heading: name for name, field in kind.fields.items()} | {name: name for name in kind.fields}
    used: dict[str, None] = {}
    read: list[dict[str, str]] = []
    for number, row in enumerate(rows, start=1):
        cells: dict[str, str] = {}
        for heading, text in row.items():
            name = fields.get(heading)
            if name is None:
                raise ColumnUnknown(kind, number)
            if name in cells:
                raise MappingDoubled(kind.fields[name].heading)
            cells[name] = text
        used |= dict.fromkeys(cells)
        read.append(cells)
    names = [name for name in kind.fields if name in used]
    columns = tuple(Column(index, kind.fields[name].heading, name) for index, name in enumerate(names))
    layout = Layout("", 0, HEADING_ROW, columns)
    mapping_check([layout], kind)
    sheet = io.StringIO()
    writer = csv.writer(sheet, lineterminator="\n")
    writer.writerow([kind.fields[name].heading for name in names])
    writer.writerows([cells.get(name, "") for name in names] for cells in read)
    return layout, sheet.getvalue().encode("utf-8")


def delivery_get(keyed: Keyed, import_id: int) -> FeedImport:
    """This function returns an import of the key's department whose kind the key opens; raises ImportNotFound."""
    found = import_get(keyed.viewer, import_id)
    if found.feed.kind not in keyed.kinds:
        raise ImportNotFound
    return found


@dataclass(frozen=True)
class Aside:
    """A page of rows that were not taken, each with its number among the delivered ones (from 1)."""

    rows: Sequence[tuple[int, FeedRow]]
    has_more: bool


def delivery_rows_aside(keyed: Keyed, taken: FeedImport, *, after: int) -> Aside:
    """This function returns the rows of a delivery that were not taken, behind a row, in the order delivered."""
    rows = list(rows_set_aside(keyed.viewer, taken).filter(row_number__gt=after + HEADING_ROW)[: PAGE + 1])
    return Aside([(row.row_number - HEADING_ROW, row) for row in rows[:PAGE]], has_more=len(rows) > PAGE)
