"""Objects of the table that come out of the policy lab."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils import timezone
from tests.architecture.objects import builds, centre_of
from tests.architecture.objects_work import run_made
from tests.factories.cast import Cast

from shouwang.oversight.services import trial_store
from shouwang.people.access import acting_as
from shouwang.people.models import Area
from shouwang.screening.services import run_whatif_prepare

MADE: dict[tuple[int, int], int] = {}  # cast, place -> trial


def trial_made(cast: Cast, place: Area) -> int:
    """A trial over the county, with one variant."""
    if (id(cast), place.lo) not in MADE:
        run, clerk = run_made(cast, place), centre_of(cast, place)
        run_whatif_prepare(run_id=run.pk)
        with acting_as(clerk):
            run.refresh_from_db()
            trial = trial_store(
                viewer=clerk, run=run, version_id=run.pack_version_id, weeks=4, title="试验", on=date(2020, 6, 30),
                variants=[{"amounts.monitoring_multiple": "1.6"}], at=timezone.now(),
            )  # fmt: skip
        MADE[id(cast), place.lo] = trial.pk
    return MADE[id(cast), place.lo]


@builds("policy_trial")
def policy_trial(cast: Cast, place: Area) -> dict[str, Any]:
    return {"trial_id": trial_made(cast, place)}


@builds("policy_variant")
def policy_variant(cast: Cast, place: Area) -> dict[str, Any]:
    return {"trial_id": trial_made(cast, place), "number": 1}
