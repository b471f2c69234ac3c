"""The cells of rows that were set aside: sealed while we keep them, opened for their own department to mend."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime

from shouwang.kit.seal import keyring
from shouwang.kit.tables import cell_text
from shouwang.sources.models import FeedRow


def _context(import_id: int, sheet_number: int, number: int) -> str:
    return f"sources_feedrow:{import_id}:{sheet_number}:{number}"


def _plain(cell: object) -> str | int | float | bool | None:
    if cell is None or isinstance(cell, str | bool | int | float):
        return cell
    if isinstance(cell, datetime) and not (cell.hour or cell.minute or cell.second):
        return cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, date) else cell_text(cell)


def cells_seal(cells: Sequence[object], *, import_id: int, sheet_number: int, number: int) -> bytes:
    """This function seals a row's cells for its place in its import."""
    text = json.dumps([_plain(cell) for cell in cells], ensure_ascii=False)
    return keyring().seal(text, context=_context(import_id, sheet_number, number))


def cells_raw(row: FeedRow) -> list[object]:
    """This function returns the cells of a row set aside, to be read again as they were delivered."""
    context = _context(row.feed_import_id, row.sheet_number, row.row_number)
    return list(json.loads(keyring().open(bytes(row.sealed_cells), context=context)))


def cells_open(row: FeedRow) -> list[str]:
    """This function returns the cells of a row set aside, as texts."""
    return [cell_text(cell) for cell in cells_raw(row)]
