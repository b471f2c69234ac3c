"""What is on file about households and persons: allowances, certificates, injuries, cars, conduct."""

from __future__ import annotations

from datetime import date

import numpy as np

from shouwang.synth.draws import Bools, Ints, chance
from shouwang.synth.events import SPENDING_CAUSES
from shouwang.synth.households import Kin
from shouwang.synth.incomes import Means, history_months
from shouwang.synth.persons import Persons, day_number
from shouwang.synth.standing import Standing

STATUS_KINDS = (
    "DIBAO", "TEKUN_DISPERSED", "TEKUN_CENTRAL", "TEMPORARY_AID", "DISABILITY_CERT", "DROPOUT_SUSPECTED", "INJURY",
    "HOUSE_DAMAGED", "UNEMPLOYED", "CRIME", "ALCOHOLISM", "DRUG_USE", "GAMBLING", "UNFILIAL", "CAR", "FLAT", "COMPANY",
    "PUBLIC_PAYROLL",
)  # fmt: skip
STATUS_SOURCES = ("civil_affairs", "disabled", "education", "public_security", "emergency", "labour")
NO_VALUE = -1
NO_DAY = -1
_CIVIL, _DISABLED, _EDUCATION, _POLICE, _EMERGENCY, _LABOUR = range(6)

# Share of households with property or conduct on file: (kind, share, share among the watched, source).
_ON_FILE = (
    ("CAR", 0.16, 0.03, _CIVIL),
    ("FLAT", 0.05, 0.006, _CIVIL),
    ("COMPANY", 0.012, 0.002, _CIVIL),
    ("PUBLIC_PAYROLL", 0.015, 0.002, _CIVIL),
    ("CRIME", 0.0012, 0.003, _POLICE),
    ("ALCOHOLISM", 0.0006, 0.002, _POLICE),
    ("DRUG_USE", 0.0002, 0.0006, _POLICE),
    ("GAMBLING", 0.0004, 0.001, _POLICE),
    ("UNFILIAL", 0.0003, 0.001, _CIVIL),
)


class _Rows:
    def __init__(self) -> None:
        self.parts: dict[str, list[Ints]] = {
            name: [] for name in ("household", "person", "kind", "value", "from_day", "until_day", "source")
        }

    def add(
        self,
        kind: str,
        household: Ints,
        person: Ints | int,
        value: Ints | int,
        start: Ints,
        end: Ints | int,
        source: int,
    ) -> None:
        size = len(household)
        columns = {
            "household": household, "person": person, "kind": STATUS_KINDS.index(kind), "value": value,
            "from_day": start, "until_day": end, "source": source,
        }  # fmt: skip
        for name, column in columns.items():
            self.parts[name].append(np.broadcast_to(np.asarray(column, dtype=np.int64), (size,)))

    def joined(self) -> dict[str, Ints]:
        table = {name: np.concatenate(parts) for name, parts in self.parts.items()}
        order = np.lexsort((table["from_day"], table["kind"], table["household"]))
        return {name: column[order] for name, column in table.items()}


def statuses_draw(
    rng: np.random.Generator,
    kin: Kin,
    persons: Persons,
    standing: Standing,
    means: Means,
    spending: dict[str, Ints],
    on: date,
) -> dict[str, Ints]:
    """This function draws the status rows; `value` is a sum in yuan, a certificate's two digits, or none."""
    rows = _Rows()
    today = day_number(on)
    history = day_number(history_months(on)[0])
    allowance = means.allowance_month // 100
    for kind, who in (
        ("DIBAO", standing.is_dibao),
        ("TEKUN_DISPERSED", standing.tekun == 0),
        ("TEKUN_CENTRAL", standing.tekun == 1),
    ):
        found = np.flatnonzero(who)
        rows.add(kind, found, -1, allowance[found], standing.aided_since[found], NO_DAY, _CIVIL)
    aided = np.flatnonzero(chance(rng, np.where(standing.needs, 0.08, 0.002), kin.count))
    start = rng.integers(history, today + 1, len(aided))
    rows.add("TEMPORARY_AID", aided, -1, rng.integers(5, 50, len(aided)) * 100, start, start + 1, _CIVIL)
    holders = np.flatnonzero(persons.is_disabled & chance(rng, 0.94, kin.people))
    oldest = np.maximum(persons.birth_day[holders] + 700, today - 4_000)
    start = np.minimum(today - 5, oldest + (rng.random(len(holders)) * (today - oldest)).astype(np.int64))
    digits = persons.category[holders] * 10 + persons.grade[holders]
    rows.add("DISABILITY_CERT", kin.household[holders], holders, digits, start, NO_DAY, _DISABLED)
    away = np.flatnonzero(persons.has_dropped_out)
    start = today - rng.integers(10, 200, len(away))
    rows.add("DROPOUT_SUSPECTED", kin.household[away], away, NO_VALUE, start, NO_DAY, _EDUCATION)
    _of_events(rows, spending)
    jobless = np.flatnonzero((means.wage_month > 0) & (means.shock_months[kin.household] > 0))
    start = today - means.shock_months[kin.household[jobless]] * 30
    rows.add("UNEMPLOYED", kin.household[jobless], jobless, NO_VALUE, start, NO_DAY, _LABOUR)
    _on_file(rng, rows, kin, standing, today)
    return rows.joined()


def _of_events(rows: _Rows, spending: dict[str, Ints]) -> None:
    """This function adds what departments file about accidents and disasters."""
    injured = spending["cause"] == SPENDING_CAUSES.index("ACCIDENT")
    household, person, day = (spending[name][injured] for name in ("household", "person", "day"))
    rows.add("INJURY", household, person, NO_VALUE, day, NO_DAY, _POLICE)
    damaged = (spending["cause"] == SPENDING_CAUSES.index("DISASTER")) & (spending["gross"] >= 500_000)
    household, day = spending["household"][damaged], spending["day"][damaged]
    rows.add("HOUSE_DAMAGED", household, -1, NO_VALUE, day, NO_DAY, _EMERGENCY)


def _on_file(rng: np.random.Generator, rows: _Rows, kin: Kin, standing: Standing, today: int) -> None:
    watched: Bools = standing.is_watched
    for kind, share, share_watched, source in _ON_FILE:
        found = np.flatnonzero(chance(rng, np.where(watched, share_watched, share), kin.count))
        start = today - rng.integers(30, 2_500, len(found))
        rows.add(kind, found, -1, NO_VALUE, start, NO_DAY, source)
