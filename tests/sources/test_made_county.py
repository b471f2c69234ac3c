"""The department files of a made county, as bad as real ones, against the truth about every planted fault."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pytest
from django.utils import timezone
from tests.factories.cast import Cast
from tests.factories.people import viewer_make
from tests.factories.sources import import_all

from shouwang.kit import divisions
from shouwang.kit.seal import keyring
from shouwang.people.access import SYSTEM, Kind, Role, Viewer, acting_as
from shouwang.people.services.divisions import divisions_load
from shouwang.register.models import Household, Identifier, Membership, Person, Spending
from shouwang.sources.models import FeedImport, FeedMatch, FeedRow
from shouwang.sources.rules.matching import NAME_DIFFERS, NOT_FOUND, SEVERAL
from shouwang.synth.population import population_write

ON = date(2020, 7, 1)
SINCE = date(2015, 1, 1)


@dataclass(frozen=True)
class Delivered:
    """One file of the made county, imported, with the truth about its rows."""

    taken: FeedImport
    truth: dict[int, dict[str, str]]
    matched: dict[int, int]
    aside: dict[int, tuple[str, str]]


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("county") / "out"
    population_write(people=3000, place="130529", seed=7, on=ON, out=out, xlsx=True)
    return out


def register_load(folder: Path) -> None:
    """Registers the made population under its own keys."""
    rows = duckdb.sql(
        f"select p.person_key, p.household_key, h.village_code, p.relationship, p.sex, p.birth_date, i.name,"
        f" i.resident_id from '{folder}/person.parquet' p join '{folder}/household.parquet' h using (household_key)"
        f" join '{folder}/identity/identity.parquet' i using (person_key) order by 1"
    ).fetchall()
    now, ring = timezone.now(), keyring()
    with acting_as(SYSTEM):
        homes = {row[1]: row[2] for row in rows}
        Household.objects.bulk_create(
            [
                Household(id=key, slot=slot, registered_on=SINCE, created_at=now, changed_at=now)
                for key, slot in homes.items()
            ]
        )
        common = {"created_at": now, "changed_at": now}
        Person.objects.bulk_create(
            [Person(id=r[0], slot=r[2], name=r[6], sex=r[4], birth_date=r[5], **common) for r in rows], batch_size=2000
        )
        dated = {"valid_from": SINCE, "source": "national", "recorded_at": now}
        Membership.objects.bulk_create(
            [Membership(slot=r[2], person_id=r[0], household_id=r[1], relationship=r[3], **dated) for r in rows],
            batch_size=2000,
        )
        Identifier.objects.bulk_create(
            [
                Identifier(
                    id=r[0], slot=r[2], person_id=r[0], kind="RESIDENT_ID",
                    sealed=ring.seal(r[7], context=f"register_identifier:{r[0]}"),
                    blind=ring.blind("resident_id", r[7]), **dated,
                )
                for r in rows
                if r[7]
            ],
            batch_size=2000,
        )  # fmt: skip


def department(cast: Cast, code: str) -> Viewer:
    place = cast.places.county
    return viewer_make(Kind.DEPARTMENT, Role.CLERK, place, department=code, organisation_name=f"试验{code}")


@pytest.fixture
def delivered(cast: Cast, county: Path) -> Iterator[dict[str, Delivered]]:
    table = divisions.load()
    divisions_load(rows=[*(row for row in table if row.code // 10**6 == 130529)])
    register_load(county)
    done: dict[str, Delivered] = {}
    with (county / "truth" / "files.csv").open(encoding="utf-8") as handle:
        files = list(csv.DictReader(handle))
    for file in files:
        viewer = department(cast, file["department"])
        taken = import_all(
            viewer,
            (county / "departments" / file["file"]).read_bytes(),
            kind=file["kind"],
            name=file["file"],
            data_date=date.fromisoformat(file["data_date"]),
        )
        with (county / "truth" / file["truth"]).open(encoding="utf-8") as handle:
            truth = {int(row["row"]): row for row in csv.DictReader(handle)}
        with acting_as(SYSTEM):
            matched = dict(FeedMatch.objects.filter(feed_import=taken).values_list("row_number", "person_id"))
            aside = {row.row_number: (row.state, row.reason) for row in FeedRow.objects.filter(feed_import=taken)}
        done[file["kind"]] = Delivered(taken, truth, matched, aside)
    yield done


REFUSED = {
    "id_digit_wrong": "身份证号",
    "id_swapped": "身份证号",
    "id_numeric_cell": "数字格式",
    "amount_negative": "负数",
    "amount_text": "看不懂",
    "amount_absurd": "不合常理",
    "day_impossible": "没有这一天",
    "day_text": "日期看不懂",
    "stranger": NOT_FOUND,
    "name_wrong_character": NAME_DIFFERS,
}


def test_a_made_county_is_imported_as_its_truth_says(delivered: dict[str, Delivered], county: Path) -> None:
    rows_check(delivered)
    amounts_check(delivered, county)


def rows_check(delivered: dict[str, Delivered]) -> None:
    """Nobody is matched wrongly, no good row is lost, every planted fault is refused for its reason."""
    rows = good = right = wrong = 0
    for kind, file in delivered.items():
        taken = file.taken
        assert taken.state == FeedImport.State.DONE, (kind, taken.message)
        assert taken.rows_read == len(file.truth), kind
        for number, row in file.truth.items():
            faults = set(row["faults"].split(";")) - {""}
            person = file.matched.get(number)
            rows += 1
            if person is not None:
                right += person == int(row["person_key"])
                wrong += person != int(row["person_key"])
            if not faults:
                good += 1
                assert person is not None, (kind, number, file.aside.get(number))
            for fault in faults & set(REFUSED):
                state, reason = file.aside.get(number, ("", ""))
                if len(faults) == 1 and reason:
                    # A number that may be somebody's after all waits for a person.
                    waits = reason in (NOT_FOUND, SEVERAL) and fault in ("id_digit_wrong", "id_swapped")
                    assert waits or REFUSED[fault] in reason, (kind, number, fault)
                assert state or fault not in ("stranger", "id_numeric_cell"), (kind, number, fault)
    assert wrong == 0
    assert right >= 0.98 * good
    assert rows > 800


def amounts_check(delivered: dict[str, Delivered], county: Path) -> None:
    """Amounts that no fault touched come out to the fen."""
    known = {
        event: (gross, own)
        for event, gross, own in duckdb.sql(
            f"select event_key, gross_fen, self_paid_fen from '{county}/spending.parquet'"
        ).fetchall()
    }
    compared = 0
    for kind in ("inpatient", "tuition", "disaster"):
        file = delivered[kind]
        with acting_as(SYSTEM):
            found = {
                int(ref.rsplit(":", 1)[1]): (gross, own)
                for ref, gross, own in Spending.objects.filter(
                    source_ref__startswith=f"feed:{file.taken.pk}:"
                ).values_list("source_ref", "gross_fen", "self_paid_fen")
            }
        for number, row in file.truth.items():
            if number in found and not row["faults"] and row["event_key"] not in ("", "0"):
                compared += 1
                assert found[number] == known[int(row["event_key"])], (kind, number)
    assert compared > 200
