"""A truth set for matching: rows as departments write them about people of a made population, and whose each row is.

Slips are drawn from tables and rates of their own, which know nothing of how matching repairs them: digits as a scanner
or a tired typist confuses them, characters that sound, look or are written alike, forgotten and wrong birth dates,
villages where a woman was born, strangers, unregistered twins and namesakes.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from importlib import resources
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from shouwang.kit import divisions
from shouwang.kit.resident_id import check_digit

HEADINGS = ("姓名", "身份证号码", "出生日期", "乡镇", "行政村")
_SCANNED = {"0": "86", "1": "7", "2": "7", "3": "85", "4": "9", "5": "63", "6": "580", "7": "12", "8": "306", "9": "4"}
_LETTERS = {"0": "O", "1": "I", "2": "Z", "5": "S", "8": "B"}

ID_RATES = {
    "": 0.60, "id_scanned": 0.09, "id_typed": 0.05, "id_swapped": 0.08, "id_two_wrong": 0.02, "id_missing": 0.12,
    "id_letter": 0.02, "id_lost_digit": 0.01, "id_of_kin": 0.01,
}  # fmt: skip
NAME_RATES = {
    "": 0.80, "name_sound": 0.08, "name_near": 0.01, "name_variant": 0.03, "name_shape": 0.04, "name_wrong": 0.015,
    "name_cut": 0.01, "name_blank": 0.015,
}  # fmt: skip
SHARE_BIRTH_TOLD, SHARE_BIRTH_WRONG = 0.6, 0.02
SHARE_VILLAGE_TOLD, SHARE_MAIDEN = 0.85, 0.10
SHARE_STRANGE = 0.04
SHARE_TWINS = 0.04  # of those who share a village and a birthday by chance: made twins with names alike


@dataclass(frozen=True)
class Somebody:
    """A person as the register has her."""

    key: int
    name: str
    number: str
    birth: date
    village: int
    household: int
    relationship: str


@dataclass(frozen=True)
class NoisyRow:
    """What a department writes; `key` whose it really is, 0 for somebody who is not registered."""

    key: int
    name: str
    number: str
    birth: date | None
    village: int | None
    faults: tuple[str, ...] = field(default=())


def slips() -> dict[str, dict[str, list[str]]]:
    """This function reads the characters that people write for one another: kind → character → others."""
    text = resources.files("shouwang.synth").joinpath("data/name_slips.csv").read_text(encoding="utf-8")
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for line in csv.DictReader(text.splitlines()):
        for one in line["characters"]:
            found[line["kind"]][one] += [other for other in line["characters"] if other != one]
    return found


def people_read(folder: Path) -> list[Somebody]:
    """This function reads a made population's people with their villages."""
    identity = pq.read_table(folder / "identity" / "identity.parquet", columns=["person_key", "name", "resident_id"])
    person = pq.read_table(
        folder / "person.parquet", columns=["person_key", "household_key", "relationship", "birth_date"]
    )
    home = pq.read_table(folder / "household.parquet", columns=["household_key", "village_code"])
    village = dict(zip(home["household_key"].to_pylist(), home["village_code"].to_pylist(), strict=True))
    said = {row["person_key"]: row for row in person.to_pylist()}
    return [
        Somebody(
            key, name, number, said[key]["birth_date"], village[said[key]["household_key"]],
            said[key]["household_key"], said[key]["relationship"],
        )
        for key, name, number in zip(*(identity[name].to_pylist() for name in identity.column_names), strict=True)
    ]  # fmt: skip


class TruthMaker:
    """Draws noisy rows about people of one population."""

    def __init__(self, people: list[Somebody], *, seed: int) -> None:
        self.people, self.rng, self.slips = people, np.random.default_rng(seed), slips()
        self.numbers = {each.number for each in people}
        self.villages = sorted({each.village for each in people})
        self.of_household: dict[int, list[Somebody]] = defaultdict(list)
        for each in people:
            self.of_household[each.household].append(each)

    def rows(self, count: int) -> list[NoisyRow]:
        """This function draws rows: most of registered people, some of others."""
        chosen = self.rng.integers(0, len(self.people), count)
        strange = self.rng.random(count) < SHARE_STRANGE
        return [
            self._spoilt(self._stranger(self.people[n]) if is_strange else self.people[n])
            for n, is_strange in zip(chosen.tolist(), strange.tolist(), strict=True)
        ]

    def twins(self) -> dict[int, str]:
        """This function returns new names for some people who share a village and a birthday with a namesake-to-be.

        They make the register harder: twins of one surname whose names differ in one character, often alike.
        """
        mates: dict[tuple[int, date], list[Somebody]] = defaultdict(list)
        for each in self.people:
            mates[(each.village, each.birth)].append(each)
        found = {}
        for group in mates.values():
            if len(group) > 1 and self.rng.random() < SHARE_TWINS:
                kind = "sound" if self.rng.random() < 0.5 else ""
                found[group[1].key] = self._other_name(group[0].name, kind)
        return found

    def _pick(self, rates: dict[str, float]) -> str:
        names, weights = list(rates), np.array(list(rates.values()))
        return names[int(self.rng.choice(len(names), p=weights / weights.sum()))]

    def _stranger(self, near: Somebody) -> Somebody:
        """This function returns somebody unregistered who resembles a registered person more or less."""
        how = self.rng.integers(0, 4)
        number = self._number_near(near.number)
        if how == 0:  # a twin
            return replace(near, key=0, number=number, name=self._other_name(near.name, ""))
        day = near.birth + timedelta(days=int(self.rng.integers(-4000, 4000)))
        if how == 1:  # a namesake of the village
            return replace(near, key=0, birth=day, number=self._number_of(near.number[:6], day))
        other = self.people[int(self.rng.integers(0, len(self.people)))]
        if how == 2:  # a namesake of the same birthday in another village
            return replace(near, key=0, number=number, village=other.village)
        return replace(
            other, key=0, birth=day, number=self._number_of(near.number[:6], day), name=near.name[0] + other.name[1:]
        )

    def _number_of(self, region: str, day: date) -> str:
        while True:
            first17 = f"{region}{day:%Y%m%d}{int(self.rng.integers(0, 1000)):03d}"
            number = first17 + check_digit(first17)
            if number not in self.numbers:
                return number

    def _number_near(self, number: str) -> str:
        return self._number_of(number[:6], date.fromisoformat(number[6:14]))

    def _other_name(self, name: str, kind: str) -> str:
        place = len(name) - 1
        others = self.slips[kind].get(name[place]) if kind else None
        if others:
            return name[:place] + others[int(self.rng.integers(0, len(others)))]
        while True:
            taken = self.people[int(self.rng.integers(0, len(self.people)))].name[-1]
            if taken != name[place]:
                return name[:place] + taken

    def _spoilt(self, who: Somebody) -> NoisyRow:
        id_fault, name_fault = self._pick(ID_RATES), self._pick(NAME_RATES)
        number, name = self._number_spoilt(who, id_fault), self._name_spoilt(who.name, name_fault)
        told = self.rng.random() < SHARE_BIRTH_TOLD or (id_fault == "id_missing" and self.rng.random() < 0.8)
        birth = who.birth if told else None
        village: int | None = who.village if self.rng.random() < SHARE_VILLAGE_TOLD else None
        faults = [fault for fault in (id_fault, name_fault) if fault]
        if birth and id_fault and self.rng.random() < SHARE_BIRTH_WRONG:
            birth = self._day_wrong(birth)
            faults.append("birth_wrong")
        if who.relationship in ("SPOUSE", "CHILD_IN_LAW") and village and self.rng.random() < SHARE_MAIDEN:
            village = self.villages[int(self.rng.integers(0, len(self.villages)))]
            faults.append("village_maiden")
        faults += [
            name for name, gone in (("birth_missing", birth is None), ("village_missing", village is None)) if gone
        ]
        return NoisyRow(who.key, name, number, birth, village, tuple(faults))

    def _day_wrong(self, day: date) -> date:
        if self.rng.random() < 0.5 and day.day <= 12:
            return day.replace(month=day.day, day=min(day.month, 28))
        return day.replace(day=1 + (day.day % 28))

    def _number_spoilt(self, who: Somebody, fault: str) -> str:
        number = who.number
        place = int(self.rng.integers(0, 17))
        if fault == "id_scanned":
            return self._with(number, place, _SCANNED)
        if fault == "id_typed":
            return number[:place] + str((int(number[place]) + int(self.rng.integers(1, 10))) % 10) + number[place + 1 :]
        if fault == "id_swapped":
            places = [n for n in range(6, 16) if number[n] != number[n + 1]]
            n = places[int(self.rng.integers(0, len(places)))]
            return number[:n] + number[n + 1] + number[n] + number[n + 2 :]
        if fault == "id_two_wrong":
            return self._with(
                self._with(number, place, _SCANNED), (place + 1 + int(self.rng.integers(0, 15))) % 17, _SCANNED
            )
        if fault == "id_letter":
            places = [n for n in range(17) if number[n] in _LETTERS]
            return self._with(number, places[int(self.rng.integers(0, len(places)))], _LETTERS)
        if fault == "id_lost_digit":
            return number[:place] + number[place + 1 :]
        if fault == "id_of_kin":
            kin = [each for each in self.of_household[who.household] if each.key != who.key]
            return kin[int(self.rng.integers(0, len(kin)))].number if kin else number
        return "" if fault == "id_missing" else number

    def _with(self, text: str, place: int, others: dict[str, str]) -> str:
        choice = others.get(text[place], text[place])
        return text[:place] + choice[int(self.rng.integers(0, len(choice)))] + text[place + 1 :]

    def _name_spoilt(self, name: str, fault: str) -> str:
        kind = fault.removeprefix("name_")
        if kind in self.slips:
            places = [place for place in range(len(name)) if self.slips[kind].get(name[place])]
            if not places:
                return name
            # Surnames are seldom written wrongly.
            place = places[-1] if self.rng.random() < 0.9 else places[0]
            others = self.slips[kind][name[place]]
            return name[:place] + others[int(self.rng.integers(0, len(others)))] + name[place + 1 :]
        if fault == "name_wrong":
            return self._other_name(name, "")
        if fault == "name_cut" and len(name) > 2:
            return name[:-1]
        return f"{name[0]}　{name[1:]}" if fault == "name_blank" else name


def truth_write(folder: Path, *, count: int, seed: int) -> int:
    """This function makes twins of alike names in a made population and writes noisy rows about its people.

    matching/rows.csv is what a department delivers, matching/truth.csv whose each row is; returns the rows.
    """
    people = people_read(folder)
    twins = TruthMaker(people, seed=seed).twins()
    _rename(folder / "identity", twins)
    people = [replace(each, name=twins.get(each.key, each.name)) for each in people]
    rows = TruthMaker(people, seed=seed + 1).rows(count)
    names = divisions.load()
    out = folder / "matching"
    out.mkdir(exist_ok=True)
    (out / "twins.txt").write_text(str(len(twins)), encoding="utf-8")
    with (
        (out / "rows.csv").open("w", encoding="utf-8", newline="") as said,
        (out / "truth.csv").open("w", encoding="utf-8", newline="") as truth,
    ):
        cells, keys = csv.writer(said, lineterminator="\n"), csv.writer(truth, lineterminator="\n")
        cells.writerow(HEADINGS)
        keys.writerow(("row", "person_key", "faults"))
        for number, row in enumerate(rows, start=2):
            town, village = place_names(names, row.village)
            cells.writerow((row.name, row.number, row.birth or "", town, village))
            keys.writerow((number, row.key, ";".join(row.faults)))
    return len(rows)


def _rename(identity: Path, names: dict[int, str]) -> None:
    """This function gives people other names in the files that say who they are."""
    path = identity / "identity.parquet"
    table = pq.read_table(path)
    told = zip(table["person_key"].to_pylist(), table["name"].to_pylist(), strict=True)
    renamed = pa.array([names.get(key, name) for key, name in told], pa.string())
    table = table.set_column(table.column_names.index("name"), "name", renamed)
    pq.write_table(table, path, compression="zstd", compression_level=3)
    pa.csv.write_csv(table, identity / "identity.csv")


def place_names(names: divisions.Divisions, village: int | None) -> tuple[str, str]:
    """This function returns the names of a village's township and of the village, '' for none."""
    if village is None:
        return "", ""
    return names.name(village // 1000 * 1000), names.name(village)
