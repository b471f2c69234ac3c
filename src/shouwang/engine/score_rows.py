"""Back-tests as plain rows, to be written down and read again: JSON by names, shares with their intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shouwang.engine.backtest import Backtest
from shouwang.engine.scores import Score, Share

QUARTILES = ("quarter", "median", "three_quarters")


def _share(share: Share) -> dict[str, Any]:
    interval = share.interval
    return {
        "part": share.part, "whole": share.whole, "share": None if share.value is None else round(share.value, 6),
        "interval_95": None if interval is None else [round(end, 6) for end in interval],
    }  # fmt: skip


def score_row(name: str, score: Score) -> dict[str, Any]:
    """This function returns the row of one candidate."""
    return {
        "candidate": name,
        "found": _share(score.found),
        "found_late": score.found_late,
        "missed": score.missed,
        "lead_days": score.lead_days and dict(zip(QUARTILES, score.lead_days, strict=True)),
        "false": _share(score.false),
        "early": score.early,
        "late": score.late,
        "unjudged": score.unjudged,
        "standing": score.standing,
        "visits": score.visits,
        "visits_by_snapshot": list(score.visits_by_snapshot),
        "visits_a_week": round(score.visits_a_week, 4),
        "visits_a_week_most": round(score.visits_a_week_most, 4),
    }


def score_read(row: Mapping[str, Any]) -> Score:
    """This function returns the score that a row was written from; rates as they were rounded."""
    lead = row["lead_days"]
    return Score(
        found=Share(row["found"]["part"], row["found"]["whole"]),
        found_late=row["found_late"],
        missed=row["missed"],
        lead_days=(lead["quarter"], lead["median"], lead["three_quarters"]) if lead else None,
        false=Share(row["false"]["part"], row["false"]["whole"]),
        early=row["early"],
        late=row["late"],
        unjudged=row["unjudged"],
        standing=row["standing"],
        visits=row["visits"],
        visits_by_snapshot=tuple(row["visits_by_snapshot"]),
        visits_a_week=row["visits_a_week"],
        visits_a_week_most=row["visits_a_week_most"],
    )


def backtest_row(found: Backtest, names: Sequence[str]) -> dict[str, Any]:
    """This function returns all that a back-test says; `names` are those of the candidates, the policy itself first."""
    seen = found.found
    return {
        "format": 1,
        "snapshots": [
            {"on": on.isoformat(), "digest": digest, "policies": list(policies)}
            for (on, digest), policies in zip(found.snapshots, found.policies, strict=True)
        ],
        "until": seen.until.isoformat(),
        "missing_months": [month.isoformat()[:7] for month in seen.missing_months],
        "window_months": seen.terms.window_months,
        "rest_months": seen.terms.rest_months,
        "by_cause": seen.terms.by_cause,
        "households": found.households,
        "hardships": seen.hardships,
        "hardships_judged": seen.hardships_judged,
        "weeks": round(seen.weeks, 4),
        "candidates": [score_row(name, score) for name, score in zip(names, seen.scores, strict=True)],
    }
