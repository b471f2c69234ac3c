"""The packs of the house: every case, and the boundaries that the field asks about, by both evaluators."""

from __future__ import annotations

import itertools
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from shouwang.engine import explain, explain_type, screen
from shouwang.engine.casebook import cases_run, snapshot_of
from shouwang.rulebook import PackSource, load_policy, packs_directory

ON = date(2020, 6, 30)
SOURCE = PackSource.from_directory(packs_directory())
TYPES: dict[str, tuple[dict[str, Any], str]] = {
    "EXIT_UNSTABLE": ({"poverty_status": "EXITED", "is_exit_unstable": True}, ""),
    "POOR": ({"poverty_status": "POOR"}, ""),
    "TEKUN_DISPERSED": ({"poverty_status": "NEVER"}, "TEKUN_DISPERSED"),
    "DIBAO": ({"poverty_status": "NEVER"}, "DIBAO"),
    "LOW_INCOME": ({"poverty_status": "NEVER", "is_low_income": True}, ""),
}


@pytest.mark.parametrize("place", SOURCE.places)
def test_every_case_comes_out_as_expected_by_both_evaluators(place: str) -> None:
    report = cases_run(SOURCE, place=place)
    assert report.failures == ()
    assert report.count > 0


AMOUNTS = (500_000, 500_001, 1_500_000, 1_500_001)
HENGSHUI = list(enumerate(itertools.product(TYPES, ("ILLNESS", "STUDY", "DISASTER"), AMOUNTS), start=1))


def _hengshui() -> dict[str, list[dict[str, Any]]]:
    rows: dict[str, list[dict[str, Any]]] = {"household": [], "spending": [], "status": []}
    for number, (key, cause, fen) in HENGSHUI:
        household, status = TYPES[key]
        rows["household"].append(
            {"household_key": number, "village_code": 131102001001, "is_exit_unstable": False, "is_low_income": False,
             **household}
        )  # fmt: skip
        rows["spending"].append(
            {"event_key": number, "household_key": number, "cause": cause, "event_date": ON, "self_paid_fen": fen}
        )
        if status:
            rows["status"].append(
                {"status_key": number, "household_key": number, "kind": status, "from_date": date(2019, 1, 1)}
            )
    return rows


def test_hengshui_falls_on_the_right_side_to_the_fen(tmp_path: Path) -> None:
    snapshot_of(_hengshui(), tmp_path)
    policy = load_policy(SOURCE, place="hengshui", on=ON)
    result = screen(tmp_path, policy, on=ON)
    facts = {row["household_key"]: row for row in result.facts.to_pylist()}
    warned = {
        row["household_key"]: (row["trigger_key"], row["cause"], row["measured"], row["threshold"])
        for row in result.warnings.to_pylist()
    }
    assert len(facts) == len(HENGSHUI) == 60
    for number, (key, cause, fen) in HENGSHUI:
        line, trigger = (1_500_000, "rigid_low_income") if key == "LOW_INCOME" else (500_000, "rigid_first_four")
        assert facts[number]["household_type"] == key
        assert explain(policy, trigger, facts[number]).result is (fen > line), (key, cause, fen)
        assert warned.get(number) == ((trigger, cause, fen, line) if fen > line else None), (key, cause, fen)


@pytest.mark.parametrize(("on", "line"), [(date(2020, 6, 30), 374_700), (date(2019, 6, 30), 353_500),
                                          (date(2021, 6, 30), 400_000)])  # fmt: skip
def test_xingtai_watches_above_the_line_up_to_one_and_a_half(tmp_path: Path, on: date, line: int) -> None:
    households = []
    for heads in (1, 2, 3, 5, 7):
        low, high = line * heads, line * heads * 3 // 2
        households += [(heads, total) for total in (low - 1, low, low + 1, high - 1, high, high + 1)]
    rows = {
        "household": [
            {"household_key": key, "village_code": 130529103201, "poverty_status": "NEVER", "is_exit_unstable": False,
             "is_low_income": False}
            for key, _ in enumerate(households, start=1)
        ],
        "person": [
            {"person_key": key * 100 + head, "household_key": key}
            for key, (heads, _) in enumerate(households, start=1) for head in range(heads)
        ],
        "income": [
            {"household_key": key, "month": date(on.year, on.month - 1, 1), "kind": "WAGE", "amount_fen": total}
            for key, (_, total) in enumerate(households, start=1)
        ],
    }  # fmt: skip
    snapshot_of(rows, tmp_path)
    policy = load_policy(SOURCE, place="xingtai", on=on)
    for row, (heads, total) in zip(screen(tmp_path, policy, on=on).facts.to_pylist(), households, strict=True):
        is_watched = line * heads < total and 2 * total <= 3 * line * heads
        assert row["household_type"] == ("MONITORED" if is_watched else None), (heads, total)
        assert explain_type(policy, "MONITORED", row).result is is_watched, (heads, total)


def test_every_value_has_a_source_and_the_unseen_ones_are_marked() -> None:
    xingtai = load_policy(SOURCE, place="xingtai", on=ON)
    assert all(found.source.document for found in xingtai.triggers.values())
    assert {found.mark for key, found in xingtai.amounts.items() if key.startswith("start_")} == {"demo"}
    assert xingtai.lists["serious_diseases"].mark == "demo"
    assert len(xingtai.lists["serious_diseases"].value.items) == 25
    assert sum(found.value.action == "hold" for found in xingtai.flags.values()) == 5
    line = xingtai.lines["national"].at(-1)
    assert line is not None
    assert line.mark == "unverified"


@pytest.mark.parametrize("on", [date(2019, 1, 1), date(2020, 12, 31), date(2022, 3, 1), date(2026, 11, 23)])
def test_the_packs_hold_on_any_day_since_they_began(on: date) -> None:
    for place in ("xingtai", "hengshui"):
        assert load_policy(SOURCE, place=place, on=on).triggers
