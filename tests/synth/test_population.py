import hashlib
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import duckdb
import pytest
from tests.synth.conftest import ON, PEOPLE

from shouwang.engine.schema import CODES, TABLES
from shouwang.engine.snapshot import folder_digest
from shouwang.synth import refusals
from shouwang.synth.population import block_sizes, population_write


def sums(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def made(folder: Path, *, seed: int = 3, people: int = 900, xlsx: bool = True) -> dict[str, str]:
    population_write(people=people, place="130529103", seed=seed, on=ON, out=folder, xlsx=xlsx)
    return sums(folder)


def test_the_same_seed_gives_the_same_bytes(tmp_path):
    first, second = made(tmp_path / "a"), made(tmp_path / "b")
    assert first == second
    assert any(name.endswith(".xlsx") for name in first)


def test_the_same_seed_gives_the_same_bytes_in_another_process(tmp_path):
    first = made(tmp_path / "a", xlsx=False)
    command = (
        "from datetime import date; from pathlib import Path; from shouwang.synth.population import population_write;"
        f"out = Path({str(tmp_path / 'b')!r});"
        "population_write(people=900, place='130529103', seed=3, on=date(2020, 6, 30), out=out)"
    )
    subprocess.run([sys.executable, "-c", command], check=True, env={**os.environ, "PYTHONHASHSEED": "5"})
    assert sums(tmp_path / "b") == first


def test_another_seed_gives_another_population(tmp_path):
    assert (
        made(tmp_path / "a", xlsx=False)["person.parquet"] != made(tmp_path / "b", seed=4, xlsx=False)["person.parquet"]
    )


def test_the_tables_have_the_names_and_types_of_the_snapshot(county):
    for table, columns in TABLES.items():
        found = duckdb.sql(f"DESCRIBE FROM '{county / table}.parquet'").fetchall()
        assert {row[0]: row[1] for row in found} == columns


def test_the_csv_tables_say_the_same_as_the_parquet_tables(county):
    for table, columns in TABLES.items():
        text = ", ".join(f"CAST({name} AS VARCHAR)" for name in columns)
        parquet = duckdb.sql(f"SELECT {text} FROM '{county / table}.parquet'").fetchall()
        typed = ", ".join(f"CAST(CAST({name} AS {kind}) AS VARCHAR)" for name, kind in columns.items())
        csv = duckdb.sql(f"SELECT {typed} FROM read_csv('{county}/csv/{table}.csv', all_varchar=true)").fetchall()
        assert csv == parquet


def test_the_engine_accepts_the_manifest(county):
    assert len(folder_digest(county)) == 64
    assert len(folder_digest(county / "csv")) == 64


def test_codes_are_those_of_the_snapshot(county):
    for (table, column), allowed in CODES.items():
        found = duckdb.sql(f"SELECT DISTINCT {column} FROM '{county / table}.parquet' WHERE {column} IS NOT NULL")
        assert {row[0] for row in found.fetchall()} <= set(allowed)


def test_exactly_the_people_asked_for_are_made(rows):
    assert rows("SELECT count(*) FROM person") == [(PEOPLE,)]


@pytest.mark.parametrize("people", [1, 2, 3, 99])
def test_a_handful_of_people_is_made_too(tmp_path, people):
    population_write(people=people, place="130529103201", seed=1, on=ON, out=tmp_path / "out", xlsx=True)
    assert duckdb.sql(f"SELECT count(*) FROM '{tmp_path}/out/person.parquet'").fetchall() == [(people,)]


def test_blocks_add_up_to_the_people():
    assert sum(block_sizes(1_234_567)) == 1_234_567
    assert max(block_sizes(1_234_567)) <= 100_000
    assert block_sizes(1) == [1]


def test_households_live_in_real_villages_of_the_place(rows):
    from shouwang.kit import divisions

    villages = {row.code for row in divisions.load().below("130529")}
    found = {row[0] for row in rows("SELECT DISTINCT village_code FROM household")}
    assert found <= villages
    assert len(found) > 200


def test_a_place_over_several_cities_gives_each_person_the_prefix_of_her_city(tmp_path):
    population_write(people=3_000, place="14", seed=1, on=ON, out=tmp_path / "out")
    register, identity = tmp_path / "out/household.parquet", tmp_path / "out/identity/identity.parquet"
    found = duckdb.sql(
        f"""SELECT DISTINCT village_code // 100000000, substr(resident_id, 1, 4)
            FROM '{register}' JOIN '{identity}' USING (household_key)"""
    ).fetchall()
    assert len(found) == 11
    assert all(str(city) == prefix for city, prefix in found)


@pytest.mark.parametrize("people", [0, -5, 20_000_001])
def test_a_number_of_people_out_of_range_is_refused(tmp_path, people):
    with pytest.raises(refusals.PeopleRefused):
        population_write(people=people, place="130529", seed=1, on=ON, out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_workbooks_are_refused_above_their_limit(tmp_path):
    with pytest.raises(refusals.WorkbookTooLarge):
        population_write(people=100_001, place="130529", seed=1, on=ON, out=tmp_path / "out", xlsx=True)


@pytest.mark.parametrize("place", ["", "abc", "130", "999999", "110000", "130000103000"])
def test_a_place_that_is_not_in_the_table_is_refused(tmp_path, place):
    with pytest.raises(refusals.PlaceUnknown) as caught:
        population_write(people=10, place=place, seed=1, on=ON, out=tmp_path / "out")
    assert caught.value.message.endswith("。")


def test_a_folder_with_content_is_left_alone(tmp_path):
    (tmp_path / "keep.txt").write_text("keep")
    with pytest.raises(refusals.FolderNotEmpty):
        population_write(people=10, place="130529", seed=1, on=ON, out=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["keep.txt"]


def test_other_days_work_as_well(tmp_path):
    for day in (date(2024, 2, 29), date(2023, 1, 31), date(2021, 9, 1)):
        population_write(people=300, place="130529103", seed=1, on=day, out=tmp_path / str(day))
        births = duckdb.sql(f"SELECT max(birth_date) FROM '{tmp_path}/{day}/person.parquet'").fetchall()
        events = duckdb.sql(f"SELECT max(event_date) FROM '{tmp_path}/{day}/spending.parquet'").fetchall()
        latest = [*births[0], *events[0]]
        assert all(found is None or found <= day for found in latest)


@pytest.mark.full
def test_a_million_people_take_a_minute_and_two_gigabytes_at_most(tmp_path):
    code = (
        "import resource, time; from datetime import date; from pathlib import Path; started = time.time();"
        "from shouwang.synth.population import population_write;"
        f"out = Path({str(tmp_path / 'o')!r});"
        "population_write(people=1_000_000, place='1305', seed=1, on=date(2020, 6, 30), out=out);"
        "print(time.time() - started, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    seconds, gigabytes = map(float, done.stdout.split())
    assert seconds <= 60
    assert gigabytes <= 2
