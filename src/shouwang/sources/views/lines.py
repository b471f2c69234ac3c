"""Clues and imports as lists show them."""

from __future__ import annotations

from collections.abc import Iterable

from shouwang.people.access import Viewer
from shouwang.people.selectors import organisations_by_ids
from shouwang.register.selectors import household_cards, places_of
from shouwang.sources.contexts import ClueLine, ImportLine
from shouwang.sources.models import Clue, FeedImport
from shouwang.sources.rules.kinds import feed_kinds
from shouwang.sources.selectors.clues import calls_of
from shouwang.sources.services.calls import CHANNELS
from shouwang.sources.services.uploads import file_name_of


def clue_lines(viewer: Viewer, clues: Iterable[Clue]) -> list[ClueLine]:
    """This function names the household and the place of each clue."""
    found = list(clues)
    cards = household_cards(viewer, {clue.household_id for clue in found if clue.household_id})
    places = places_of({clue.slot for clue in found})
    calls = calls_of(clue.pk for clue in found if clue.channel in CHANNELS)
    lines = []
    for clue in found:
        card = cards.get(clue.household_id) if clue.household_id else None
        who = card.head_name if card else (clue.person_name or "（已迁出）")
        lines.append(ClueLine(clue, who, card.place if card else places[clue.slot], calls.get(clue.pk)))
    return lines


def clue_line(viewer: Viewer, clue: Clue) -> ClueLine:
    """This function names the household and the place of one clue."""
    return clue_lines(viewer, [clue])[0]


def import_lines(imports: Iterable[FeedImport]) -> list[ImportLine]:
    """This function names kind, file and organisation of each import."""
    found = list(imports)
    names = organisations_by_ids({taken.organisation_id for taken in found})
    kinds = feed_kinds()
    return [
        ImportLine(
            taken=taken,
            kind_name=kinds[taken.feed.kind].name if taken.feed.kind in kinds else taken.feed.kind,
            file_name=file_name_of(taken),
            organisation=str(names.get(taken.organisation_id, "")),
        )
        for taken in found
    ]
