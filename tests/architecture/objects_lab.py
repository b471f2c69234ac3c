"""Objects of the table that come out of the policy lab."""

from __future__ import annotations

import secrets
from datetime import date
from typing import Any

from django.utils import timezone
from tests.architecture.objects import builds, centre_of
from tests.architecture.objects_work import run_made
from tests.factories.cast import Cast

from shouwang.engine.score_rows import score_row
from shouwang.engine.scores import Score, Share
from shouwang.oversight.services import Asked, backtest_store, trial_store
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


@builds("policy_backtest")
def policy_backtest(cast: Cast, place: Area) -> dict[str, Any]:
    run, clerk = run_made(cast, place), centre_of(cast, place)
    score = Score(
        found=Share(1, 2), found_late=0, missed=1, lead_days=(30, 61, 92), false=Share(1, 3), early=1, late=1,
        unjudged=0, standing=1, visits=4, visits_by_snapshot=(1, 3), visits_a_week=0.7, visits_a_week_most=0.7,
    )  # fmt: skip
    results = {
        "snapshots": [{"on": day, "digest": "0" * 64, "policies": []} for day in ("2020-05-31", "2020-06-30")],
        "candidates": [score_row(name, score) for name in ("现行", "1.6")], "missing_months": [], "window_months": 1,
        "rest_months": 12, "by_cause": False, "households": 2, "hardships": 2, "hardships_judged": 2,
        "cases": {"confirmed": 2, "rejected": 0, "unwarned": 1},
        "value": {"path": "amounts.monitoring_multiple", "name": "监测倍数", "unit": "倍", "current": "1.5"},
    }  # fmt: skip
    asked = Asked(
        slot=place.lo, hi=place.hi, area_name=place.full_name, version_id=run.pack_version_id, values=("1.6",),
        path="amounts.monitoring_multiple", runs=(run.pk,), window_months=1, rest_months=12, by_cause=False,
    )  # fmt: skip
    with acting_as(clerk):
        stored = backtest_store(
            viewer=clerk, key=secrets.token_hex(16), asked=asked, inputs=asked.inputs, results=results,
            at=timezone.now(),
        )  # fmt: skip
    return {"key": stored.key}
