"""What every part of a chunk's writing shares: the rows gathered for COPY, and how they are named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from shouwang.kit.dates import month_window
from shouwang.people.access import Viewer
from shouwang.register.models import (
    Household,
    HouseholdState,
    Identifier,
    Income,
    Membership,
    NamedFact,
    Person,
    PersonState,
    Residence,
    Status,
)
from shouwang.register.services.copying import rows_copy, table_of
from shouwang.register.services.importing.parsing import RowParser
from shouwang.register.services.importing.plans import HouseholdPlan, PersonPlan

ORDER = (
    Household, Person, Residence, Membership, HouseholdState, PersonState, Income, NamedFact, Status, Identifier,
)  # fmt: skip
Number = tuple[int | None, int | None, int, str, str, str, date]  # person, household, slot, kind, label, text, since


class ChunkBase:
    """The state of one chunk in the caller's transaction."""

    def __init__(self, viewer: Viewer, parser: RowParser, *, run_id: int, data_date: date, at: datetime) -> None:
        self.viewer = viewer
        self.parser = parser
        self.run_id = run_id
        self.on = data_date
        self.at = at
        self.window = month_window(data_date)
        self.counts: Counter[str] = Counter()
        self.copies: dict[Any, tuple[tuple[str, ...], list[Sequence[Any]]]] = {}
        self.numbers: list[Number] = []

    def _add(self, model: Any, **fields: Any) -> None:
        columns = tuple(fields)
        known, rows = self.copies.setdefault(model, (columns, []))
        if known != columns:
            raise AssertionError(f"rows of {model.__name__} must name the same columns")
        rows.append(tuple(fields.values()))

    def _flush(self) -> None:
        for model in ORDER:
            columns, rows = self.copies.pop(model, ((), []))
            if rows:
                rows_copy(table_of(model), columns, rows)

    def _ref(self, row: Any, *parts: object) -> str:
        """This function names a row of the import for good: run, sheet, row and what of it."""
        return ":".join(map(str, ("import", self.run_id, row.sheet.kind[0], row.number, *parts)))[:80]

    def _is_new(self, plan: HouseholdPlan) -> bool:
        """This function tells whether a household came with this import and nobody moves into it from another."""
        is_fresh = plan.household is not None and plan.household._state.adding
        return is_fresh and all(person.home is None for person in plan.persons)

    def _since(self, plan: HouseholdPlan, person: PersonPlan) -> date:
        """This function returns since when a person's rows hold: in a new household since the window or her birth."""
        if not self._is_new(plan):
            return self.on
        return max(self.window[0], person.parsed.birth_date or self.window[0])
