"""Looks at flags as oversight lists them, on the page and in a workbook."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils import timezone

from shouwang.casework.selectors import VERDICTS
from shouwang.kit.masks import name_mask
from shouwang.kit.sheets import Cell
from shouwang.people.access import Viewer
from shouwang.register.selectors import household_cards, places_of

HEADINGS = ("时间", "核实提示", "结论", "放行理由", "查到的情况", "谁核看的", "所在村", "户主", "案件号", "案件现在")
LABELS = dict(VERDICTS)


def look_cells(viewer: Viewer, looks: Iterable[Any]) -> list[tuple[Any, dict[str, Any]]]:
    """This function returns looks with what is shown of each, by column; the head of the household is masked."""
    rows: Sequence[Any] = list(looks)
    cards = household_cards(viewer, {look.case.household_id for look in rows})
    places = places_of({look.slot for look in rows})
    return [(look, _cells(look, cards.get(look.case.household_id), places.get(look.slot, ""))) for look in rows]


def _cells(look: Any, card: Any, place: str) -> dict[str, Any]:
    case = look.case
    return {
        "at": look.at,
        "flag": look.name,
        "verdict": LABELS.get(look.verdict, look.verdict),
        "why": look.reason_name,
        "reason": look.reason,
        "actor": look.actor,
        "place": place,
        "head": name_mask(card.head_name) if card is not None else "（已迁出）",
        "case": case.pk,
        "now": case.stage_name if case.is_open else case.end_name,
    }


def look_sheet(viewer: Viewer, looks: Iterable[Any]) -> list[list[Cell]]:
    """This function returns looks as rows of a workbook under `HEADINGS`."""
    return [
        [
            f"{timezone.localtime(cells['at']):%Y-%m-%d %H:%M}",
            *(str(value) for key, value in cells.items() if key != "at"),
        ]
        for _, cells in look_cells(viewer, looks)
    ]
