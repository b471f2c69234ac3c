"""Random populations in the snapshot's vocabulary, and small ones by hand."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from shouwang.engine.casebook import Rows, snapshot_of
from shouwang.kit.codes import IncomeKind, Labour, PovertyStatus, SpendingCause
from shouwang.rulebook import PackSource, Policy, load_policy, packs_directory

ON = date(2020, 6, 30)
SOURCE = PackSource.from_directory(packs_directory())
MAYBE = st.sampled_from([True, False, None])
MONEY = st.one_of(st.integers(-5_000_000, 5_000_000), st.sampled_from([500_000, 500_001, 1_500_000, 1_500_001, None]))
DAYS = st.dates(date(2019, 5, 1), date(2020, 8, 31))
KINDS = ("DIBAO", "TEKUN_DISPERSED", "TEKUN_CENTRAL", "CRIME", "CAR", "INJURY", "HOUSE_DAMAGED", "DISABILITY_CERT")


def policy_of(place: str, on: date = ON) -> Policy:
    """The policy of a place of the house's packs."""
    return load_policy(SOURCE, place=place, on=on)


def written(folder: Path, **rows: list[dict[str, Any]]) -> Path:
    """Write a snapshot of the given rows."""
    folder.mkdir(exist_ok=True)
    snapshot_of(rows, folder)
    return folder


def _keyed(rows: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    return [{**row, name: number} for number, row in enumerate(rows, start=1)]


@st.composite
def populations(draw: st.DrawFn, households: int = 12) -> tuple[Rows, list[dict[str, Any]]]:
    """Households with members, incomes, spending, statuses; and evidence that has been handled."""
    key = st.integers(1, households)
    village = st.sampled_from([130529103201, 130503101001, 131102001001])
    household = [
        {
            "household_key": number,
            "village_code": draw(village),
            "poverty_status": draw(st.sampled_from([*PovertyStatus, None])),
            "is_exit_unstable": draw(MAYBE),
            "is_low_income": draw(MAYBE),
        }
        for number in range(1, households + 1)
    ]
    person = st.fixed_dictionaries({"household_key": key, "labour": st.sampled_from([*Labour, None])})
    income = st.fixed_dictionaries(
        {
            "household_key": key,
            "month": DAYS.map(lambda day: day.replace(day=1)),
            "kind": st.sampled_from(list(IncomeKind)),
            "amount_fen": MONEY,
        }
    )
    spending = st.fixed_dictionaries(
        {
            "household_key": key,
            "cause": st.sampled_from(list(SpendingCause)),
            "event_date": DAYS,
            "self_paid_fen": MONEY,
            "gross_fen": MONEY,
            "reimbursed_fen": MONEY,
            "detail": st.sampled_from(["胃癌", "尿毒症", "感冒", "公办", "高收费民办学校", None]),
        }
    )
    status = st.fixed_dictionaries(
        {
            "household_key": key,
            "kind": st.sampled_from(KINDS),
            "from_date": DAYS,
            "until_date": st.one_of(st.none(), DAYS),
        }
    )
    rows: Rows = {
        "household": household,
        "person": _keyed(draw(st.lists(person, max_size=40)), "person_key"),
        "income": draw(st.lists(income, max_size=60)),
        "spending": _keyed(draw(st.lists(spending, max_size=60)), "event_key"),
        "status": _keyed(draw(st.lists(status, max_size=20)), "status_key"),
    }
    handled = [
        {"household_key": event["household_key"], "table": "spending", "key": event["event_key"]}
        for event in rows["spending"]
        if draw(st.integers(0, 5)) == 0
    ]
    return rows, handled
