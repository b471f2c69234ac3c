"""Matching a chunk of rows with the register, as the worker held to the organisation's areas."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property

from shouwang.kit.resident_id import ResidentId
from shouwang.people.access import Viewer
from shouwang.people.selectors import areas_visible_to
from shouwang.register.selectors import PersonHit, persons_by_identifier, persons_by_name_birth_village
from shouwang.sources.rules.kinds import FeedKind
from shouwang.sources.rules.matching import (
    NO_KEY,
    NOT_FOUND,
    Outcome,
    Places,
    match_by_id,
    match_by_name,
)
from shouwang.sources.rules.rows import Row

RESIDENT_ID = "RESIDENT_ID"
NameKey = tuple[str, date, int]


class RowMatcher:
    """Finds whose each row is, with two questions to the register a chunk."""

    def __init__(self, viewer: Viewer, *, kind: FeedKind, on: date) -> None:
        self.viewer, self.kind, self.on = viewer, kind, on

    @cached_property
    def places(self) -> Places:
        """The villages of the organisation's areas by name."""
        towns = {area.lo: area.name for area in areas_visible_to(self.viewer, level=4)}
        villages = areas_visible_to(self.viewer, level=5)
        return Places((area.lo, area.name, towns.get(area.lo // 1000 * 1000, "")) for area in villages)

    def match(self, rows: Sequence[Row]) -> list[Outcome]:
        """This function returns one outcome a row, in order."""
        numbers = [self._number(row) for row in rows]
        by_id = persons_by_identifier(RESIDENT_ID, [number for number in numbers if number], on=self.on)
        outcomes: list[Outcome | None] = [
            match_by_id(self._inside(by_id.get(number, [])), name=self._name(row), has_name=bool(self._name(row)))
            if number
            else None
            for row, number in zip(rows, numbers, strict=True)
        ]
        keys = {
            index: self._name_keys(row)
            for index, (row, outcome) in enumerate(zip(rows, outcomes, strict=True))
            if outcome is None
        }
        found = persons_by_name_birth_village({key for wanted in keys.values() for key in wanted}, on=self.on)
        done = []
        for index, outcome in enumerate(outcomes):
            if outcome is None:
                wanted = keys[index]
                outcome = match_by_name(self._inside([hit for key in wanted for hit in found.get(key, [])]))
                if not wanted and not numbers[index]:
                    outcome = Outcome(reason=NO_KEY)
            done.append(self._with_household(outcome))
        return done

    def _inside(self, hits: Sequence[PersonHit]) -> list[PersonHit]:
        """This function drops persons registered elsewhere: to this department they do not exist."""
        return [hit for hit in hits if self.viewer.can_see(hit.slot)]

    @staticmethod
    def _with_household(outcome: Outcome) -> Outcome:
        person = outcome.person
        if not isinstance(person, PersonHit):
            return outcome
        if person.household_id is None:
            return Outcome(reason=NOT_FOUND)
        return replace(outcome, household_id=person.household_id)

    def _number(self, row: Row) -> str:
        value = row.get(self.kind.person.resident_id)
        return value.number if isinstance(value, ResidentId) else ""

    def _name(self, row: Row) -> str:
        return str(row.get(self.kind.person.name) or "")

    def _name_keys(self, row: Row) -> list[NameKey]:
        """This function returns name, birth date and village as far as the row tells them; several villages may fit."""
        name, village = self._name(row), str(row.get(self.kind.person.village) or "")
        birth, resident = row.get(self.kind.person.birth_date), row.get(self.kind.person.resident_id)
        if not isinstance(birth, date) and isinstance(resident, ResidentId):
            birth = resident.birth_date
        if not name or not village or not isinstance(birth, date):
            return []
        town = str(row.get(self.kind.person.township) or "")
        return [(name, birth, slot) for slot in self.places.slots(village, town)]
