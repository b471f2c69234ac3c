"""Help that arrived, as facts of a removal."""

from __future__ import annotations

from datetime import date
from typing import Any

from shouwang.assistance.selectors import measures_of_household
from shouwang.people.access import SYSTEM
from shouwang.register.selectors import state_on


def measures_standing(household_id: int, on: date) -> dict[str, Any]:
    """This function returns what the requirements of a removal read of the help that arrived, as facts by column.

    Help counts since the household was identified; as in a snapshot, what is delivered is not said to have ended.
    """
    state = state_on(SYSTEM, household_id, on)
    identified = state.identified_date if state is not None else None
    delivered = measures_of_household(SYSTEM, household_id).filter(state="DELIVERED", delivered_on__lte=on)
    rows = [(kind, day) for kind, day in delivered.values_list("kind", "delivered_on") if day is not None]
    days = [day for _, day in rows]
    since = [kind for kind, day in rows if identified is not None and day >= identified]
    return {
        "measures": sorted({kind for kind, _ in rows}),
        "measure_count": len(rows),
        "first_measure_date": min(days, default=None),
        "last_measure_date": max(days, default=None),
        "watch_measures": sorted(set(since)),
        "watch_measure_count": len(since),
    }
