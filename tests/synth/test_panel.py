"""A panel is one county month after month: keys stay, rows arrive late and never leave, the truth fits the files."""

import hashlib
from datetime import date, timedelta
from itertools import pairwise

import duckdb
import numpy as np
import pytest

from shouwang.engine.snapshot import folder_digest
from shouwang.kit.errors import Refusal
from shouwang.synth import shape
from shouwang.synth.panel import panel_write, snapshot_days

PEOPLE, MONTHS, ON = 8_000, 12, date(2020, 6, 30)


@pytest.fixture(scope="module")
def panel(tmp_path_factory):
    out = tmp_path_factory.mktemp("panel") / "out"
    made = panel_write(people=PEOPLE, place="130529", seed=5, on=ON, months=MONTHS, out=out)
    return out, made


@pytest.fixture(scope="module")
def rows(panel):
    out, made = panel
    connection = duckdb.connect()
    for number, day in enumerate(made.days):
        for path in (out / day.isoformat()).glob("*.parquet"):
            connection.sql(f"CREATE VIEW {path.stem}_{number} AS FROM '{path}'")
    for path in (out / "truth").glob("*.parquet"):
        connection.sql(f"CREATE VIEW {path.stem} AS FROM '{path}'")
    return lambda sql: connection.sql(sql).fetchall()


@pytest.mark.parametrize(
    ("on", "days"),
    [
        (date(2020, 6, 30), ["2020-04-30", "2020-05-31", "2020-06-30"]),
        (date(2020, 6, 29), ["2020-03-31", "2020-04-30", "2020-05-31"]),
        (date(2020, 2, 29), ["2019-12-31", "2020-01-31", "2020-02-29"]),
        (date(2021, 2, 28), ["2020-12-31", "2021-01-31", "2021-02-28"]),
    ],
)
def test_snapshots_are_taken_at_the_end_of_whole_months(on, days):
    assert [day.isoformat() for day in snapshot_days(on, 3)] == days


def test_every_month_is_a_whole_snapshot_of_its_day(panel):
    out, made = panel
    assert len(made.days) == MONTHS and made.days[-1] == ON
    for day in made.days:
        assert folder_digest(out / day.isoformat())


def test_the_same_seed_writes_the_same_bytes_and_another_seed_others(tmp_path):
    def digests(name, seed):
        out = tmp_path / name
        panel_write(people=600, place="130529", seed=seed, on=ON, months=3, out=out)
        files = sorted(path for path in out.rglob("*") if path.is_file())
        return {str(path.relative_to(out)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}

    assert digests("a", 5) == digests("b", 5)
    assert digests("a2", 5) != digests("c", 6)


def test_more_months_change_nothing_of_the_people(tmp_path):
    # The county is drawn at the first snapshot: the same first day gives the same people.
    for name, months, on in (("short", 2, date(2020, 2, 29)), ("long", 4, date(2020, 4, 30))):
        panel_write(people=500, place="130529", seed=5, on=on, months=months, out=tmp_path / name)
    for table in ("household", "person", "income", "spending", "status"):
        first = (tmp_path / "short" / "2020-01-31" / f"{table}.parquet").read_bytes()
        assert first == (tmp_path / "long" / "2020-01-31" / f"{table}.parquet").read_bytes()


def test_households_and_persons_keep_their_keys_and_places(rows):
    for table, columns in (
        ("household", "household_key, village_code"),
        ("person", "person_key, household_key, birth_date"),
    ):
        first = rows(f"SELECT {columns} FROM {table}_0 ORDER BY ALL")
        for number in range(1, MONTHS):
            assert rows(f"SELECT {columns} FROM {table}_{number} ORDER BY ALL") == first


def test_keys_of_events_and_statuses_are_given_once(rows):
    for table, key in (("spending", "event_key"), ("status", "status_key")):
        assert rows(f"SELECT count(*) - count(DISTINCT {key}) FROM {table}_{MONTHS - 1}") == [(0,)]


def test_what_stands_in_one_month_stands_in_the_next_and_something_is_new(rows):
    same = {
        "spending": "event_key, household_key, cause, event_date, gross_fen",
        "status": "status_key, household_key, kind, from_date",
        "income": "household_key, person_key, month, kind, amount_fen",
    }
    for table, columns in same.items():
        for number in range(MONTHS - 1):
            gone = rows(f"SELECT {columns} FROM {table}_{number} EXCEPT ALL SELECT {columns} FROM {table}_{number + 1}")
            assert gone == []
            assert rows(f"SELECT count(*) FROM {table}_{number}") < rows(f"SELECT count(*) FROM {table}_{number + 1}")


def test_nothing_stands_in_a_snapshot_before_it_happened(panel, rows):
    for number, day in enumerate(panel[1].days):
        assert rows(f"SELECT count(*) FROM spending_{number} WHERE event_date > '{day}'") == [(0,)]
        assert rows(f"SELECT count(*) FROM status_{number} WHERE from_date > '{day}' OR until_date > '{day}'") == [(0,)]
        assert rows(f"SELECT max(month) FROM income_{number}") == [(day.replace(day=1),)]
        assert rows(f"SELECT count(*) FROM household_{number} WHERE identified_date > '{day}'") == [(0,)]


def test_some_rows_arrive_a_month_and_more_after_the_event(panel, rows):
    last, days = MONTHS - 1, panel[1].days
    late = (
        f"SELECT count(*) FROM spending_{last} WHERE event_date <= '{days[last - 2]}' "
        f"AND event_key NOT IN (SELECT event_key FROM spending_{last - 1})"
    )
    assert rows(late)[0][0] > 0
    settled = (
        f"SELECT count(*) FROM spending_{last} AS now JOIN spending_{last - 2} AS before USING (event_key) "
        "WHERE before.self_paid_fen IS NULL AND now.self_paid_fen IS NOT NULL"
    )
    assert rows(settled)[0][0] > 0


def test_every_shock_lies_in_a_month_after_the_first_and_costs_something(panel, rows):
    days = panel[1].days
    found = rows('SELECT cause, "on", cost_fen, person_key FROM shocks')
    assert {cause for cause, *_ in found} <= set(shape.SHOCKS_A_YEAR)
    assert {"ILLNESS", "DISASTER", "ACCIDENT", "EMPLOYMENT"} <= {cause for cause, *_ in found}
    assert all(days[0] < on <= days[-1] for _, on, _, _ in found)
    assert all((person is None) == (cause == "DISASTER") for cause, _, _, person in found)
    assert all(cost >= 0 for _, _, cost, _ in found)
    assert sum(cost > 0 for _, _, cost, _ in found) > 0.9 * len(found)


def test_the_struck_fall_far_more_often_than_the_others(rows):
    struck, others = (
        rows(
            f"SELECT avg((household_key IN (SELECT household_key FROM hardship))::INT) FROM household_0 "
            f"WHERE household_key {which} (SELECT household_key FROM shocks)"
        )[0][0]
        for which in ("IN", "NOT IN")
    )
    assert struck > 5 * others


def test_a_household_falls_once_at_a_months_end_for_a_cause_that_struck_it(panel, rows):
    found = rows('SELECT household_key, cause, "on", lacking_fen FROM hardship')
    assert len(found) > 20
    assert len({key for key, *_ in found}) == len(found)
    assert all(on in panel[1].days[1:] and lacking > 0 for _, _, on, lacking in found)
    # A cause named for a shock has the shock, or an event on file in ordinary life, before the fall.
    same = "household_key = h.household_key AND cause = h.cause"
    without = rows(
        "SELECT h.household_key FROM hardship AS h WHERE h.cause IN ('STUDY', 'DISASTER') "
        f'AND NOT EXISTS (SELECT 1 FROM shocks WHERE {same} AND shocks."on" <= h."on") '
        f"AND NOT EXISTS (SELECT 1 FROM spending_{MONTHS - 1} AS event WHERE {same})"
    )
    assert without == []


def test_most_fall_after_the_month_of_the_shock_so_that_there_is_something_to_foresee(rows):
    lags = [lag for (lag,) in rows(
        'SELECT date_diff(\'month\', min(s."on"), any_value(h."on")) FROM hardship AS h '
        "JOIN shocks AS s USING (household_key, cause) GROUP BY household_key"
    )]  # fmt: skip
    assert np.mean([lag >= 1 for lag in lags]) > 0.5


def test_the_fallen_come_to_be_listed_after_their_fall_never_before(panel, rows):
    last = MONTHS - 1
    listed = rows(
        f'SELECT h."on", now.identified_date FROM hardship AS h JOIN household_{last} AS now USING (household_key) '
        "JOIN household_0 AS before USING (household_key) "
        "WHERE before.watch_type IS NULL AND now.watch_type IS NOT NULL"
    )
    assert listed
    assert all(on < identified for on, identified in listed)


def test_who_lost_the_job_earns_less_and_is_filed_as_unemployed(rows):
    last = MONTHS - 1
    found = rows(
        """SELECT person_key, "on" FROM shocks WHERE cause = 'EMPLOYMENT' AND "on" < '2020-03-01' ORDER BY 1"""
    )
    assert found
    for person, on in found:
        of = f"SELECT count(*) FROM {{}}_{last} WHERE person_key = {person} AND"
        assert rows(f"{of.format('status')} kind = 'UNEMPLOYED' AND from_date = '{on}'") == [(1,)]
        gone = on.replace(day=1)
        for _ in range(3):
            assert rows(f"{of.format('income')} kind = 'WAGE' AND month = '{gone}'") == [(0,)]
            gone = (gone + timedelta(days=31)).replace(day=1)


@pytest.mark.parametrize("people", [1, 2, 40])
def test_a_handful_of_people_can_be_made_too(tmp_path, people):
    made = panel_write(people=people, place="130529103", seed=1, on=ON, months=2, out=tmp_path / "out")
    assert made.counts["person"] == people


@pytest.mark.parametrize("months", [1, 61])
def test_a_number_of_months_out_of_range_is_refused(tmp_path, months):
    with pytest.raises(Refusal, match="2 到 60"):
        panel_write(people=10, place="130529", seed=1, on=ON, months=months, out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_days_are_a_month_apart(panel):
    for before, after in pairwise(panel[1].days):
        assert after.replace(day=1) == (before + timedelta(days=1))
