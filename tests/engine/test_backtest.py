"""Back-tests on snapshots: who is warned of at each is who a screening then would have named, whatever came later."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pytest
from tests.engine.populations import policy_of, written

from shouwang.engine import screen
from shouwang.engine.backtest import Backtest, Moment, backtest
from shouwang.engine.scores import Hardship, Share, Terms
from shouwang.kit.errors import Refusal
from shouwang.rulebook import Policy
from shouwang.rulebook.variants import change_parse, policy_with
from shouwang.synth.panel import panel_write

LIMITS = ("5000", "10000", "15000", "20000")
TERMS = Terms(window_months=3, rest_months=12)


def candidates(on: date) -> list[Policy]:
    base = policy_of("hengshui", on)
    return [base, *(policy_with(base, [change_parse(f"rigid_low_income={limit}", base)]) for limit in LIMITS)]


@pytest.fixture(scope="module")
def panel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("backtest") / "panel"
    panel_write(people=12_000, place="130529", seed=3, on=date(2020, 6, 30), months=7, out=out)
    return out


def run(panel: Path, cache: Path, hardships: list[Hardship] | None = None) -> Backtest:
    days = sorted(path for path in panel.iterdir() if path.name.startswith("20"))
    moments = [Moment(date.fromisoformat(path.name), path, cache / path.name) for path in days]
    truth = duckdb.sql(f"SELECT household_key, \"on\", cause FROM '{panel}/truth/hardship.parquet'").fetchall()
    known = [Hardship(*row) for row in truth] if hardships is None else hardships
    return backtest(moments, candidates, known, until=moments[-1].on, terms=TERMS)


def test_visits_are_those_of_screenings_on_each_day(panel: Path, tmp_path: Path) -> None:
    found = run(panel, tmp_path)
    for place, score in enumerate(found.found.scores):
        seen: set[int] = set()
        counts = []
        for on, _ in found.snapshots:
            table = screen(panel / on.isoformat(), candidates(on)[place], on=on, facts="warned").warnings
            warned = set(table.column("household_key").to_pylist())
            counts.append(len(warned - seen))  # nobody rests long enough to be visited twice
            seen |= warned
        assert score.visits_by_snapshot == tuple(counts)
    assert len({score.visits for score in found.found.scores}) > 2


def test_a_lower_limit_finds_no_less_and_visits_no_less(panel: Path, tmp_path: Path) -> None:
    in_force, *scores = run(panel, tmp_path).found.scores
    parts = [score.found.part for score in scores]
    assert parts == sorted(parts, reverse=True) and parts[0] > 0
    visits = [score.visits for score in scores]
    assert visits == sorted(visits, reverse=True)
    assert in_force == scores[LIMITS.index("15000")]  # what 衡水 has in force


def test_the_progress_and_the_digests_are_told(panel: Path, tmp_path: Path) -> None:
    days = sorted(path for path in panel.iterdir() if path.name.startswith("20"))
    moments = [Moment(date.fromisoformat(path.name), path, tmp_path) for path in reversed(days)]
    told: list[tuple[int, int]] = []
    found = backtest(
        moments,
        candidates,
        [],
        until=date(2020, 6, 30),
        terms=TERMS,
        progress=lambda done, total: told.append((done, total)),
    )
    assert told == [(number, 7) for number in range(8)]
    assert [on for on, _ in found.snapshots] == sorted(moment.on for moment in moments)
    assert all(
        policies[0] == policy_of("hengshui", on).digest
        for (on, _), policies in zip(found.snapshots, found.policies, strict=True)
    )


def test_keys_under_a_salt_are_those_of_the_hardships(tmp_path: Path) -> None:
    """One household, salted anew in every snapshot, struck in April and fallen in June."""
    moments = []
    for month, day in ((1, 31), (2, 29), (3, 31), (4, 30), (5, 31), (6, 30)):
        on, salt = date(2020, month, day), 1000 + month
        home = {"household_key": 77 ^ salt, "village_code": 131102001001, "poverty_status": "NEVER",
                "is_low_income": True, "is_exit_unstable": False}  # fmt: skip
        bill = {"event_key": 1, "household_key": 77 ^ salt, "cause": "ILLNESS", "event_date": date(2020, 4, 3),
                "self_paid_fen": 1_600_000}  # fmt: skip
        folder = written(
            tmp_path / on.isoformat(), household=[home], person=[{"person_key": 1, "household_key": 77 ^ salt}],
            spending=[bill] if month >= 4 else [],
        )  # fmt: skip
        moments.append(Moment(on, folder, tmp_path / "facts", salt=salt))
    found = backtest(moments, candidates, [Hardship(77, date(2020, 6, 15))], until=date(2020, 6, 30), terms=TERMS)
    score = found.found.scores[0]
    assert (score.found, score.lead_days) == (Share(1, 1), (46, 46, 46))
    assert score.visits_by_snapshot == (0, 0, 0, 1, 0, 0)
    assert (found.found.scores[4].found, found.found.scores[4].missed) == (Share(0, 1), 1)


def test_too_few_snapshots_are_refused_before_anything_is_computed(tmp_path: Path) -> None:
    moments = [
        Moment(date(2020, 5, 31), tmp_path / "none", tmp_path),
        Moment(date(2020, 6, 30), tmp_path / "no", tmp_path),
    ]
    with pytest.raises(Refusal, match=r"至少要有前后 5 个月.*现有 2 个月"):
        backtest(moments, candidates, [], until=date(2020, 6, 30), terms=TERMS)
