"""What was delivered to the household of an opened receipt, and what it said of it; read in its own village's scope."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from shouwang.assistance.selectors import confirmations_of, measures_of_case
from shouwang.kit.codes import Measure as MeasureKind
from shouwang.people.access import Viewer, acting_as


@dataclass(frozen=True)
class Helped:
    """One measure that was delivered; `is_received` None: the household was not asked and said nothing."""

    measure_id: int
    name: str
    provider: str
    delivered_on: date | None
    result: str
    is_received: bool | None
    note: str


def helped_of(*, viewer: Viewer, case_id: int | None, is_given: bool) -> list[Helped]:
    """This function returns what was delivered in a case, oldest first; nothing to a PIN that proves no household."""
    if case_id is None or not is_given:
        return []
    found = []
    with acting_as(viewer):
        for measure in measures_of_case(viewer, case_id).filter(delivered_on__isnull=False).order_by("delivered_on"):
            last = next(iter(confirmations_of(viewer, measure.pk)), None)
            found.append(
                Helped(
                    measure.pk, f"{MeasureKind(measure.kind).label}：{measure.summary}", measure.provider_name,
                    measure.delivered_on, measure.result, last.is_received if last else None, last.note if last else "",
                )
            )  # fmt: skip
    return found
