"""A chunk of planned households into the register: new rows by COPY, changes of registered ones as history.

Facts of a household that is new hold from the first month of the income window (the export does not say since when);
changes hold from the day of the data.
"""

from __future__ import annotations

from collections.abc import Sequence

from shouwang.register.services.importing.facts import FactsWriter
from shouwang.register.services.importing.members import MembersWriter
from shouwang.register.services.importing.plans import HouseholdPlan


class ChunkWriter(MembersWriter, FactsWriter):
    """Writes the plans of one chunk in the caller's transaction and counts what became of them."""

    def write(self, plans: Sequence[HouseholdPlan]) -> None:
        """This function writes a chunk."""
        fresh = [plan for plan in plans if plan.household is None]
        known = [plan for plan in plans if plan.household is not None]
        self._households_new(fresh)
        self._households_known(known)
        self._persons_new([(plan, person) for plan in plans for person in plan.persons if person.person_id is None])
        self._persons_known([(plan, person) for plan in plans for person in plan.persons if person.home is not None])
        self._flush()  # memberships and persons must stand before what refers to them
        self._states(plans)
        self._incomes(plans)
        self._named(plans)
        self._statuses(plans)
        self._identifiers()
        self._flush()
        self._conflicts(plans)
        self._adults(plans)
