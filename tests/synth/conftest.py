from datetime import date

import pytest

from shouwang.synth.population import population_write

ON = date(2020, 6, 30)
PEOPLE = 20_000


@pytest.fixture(scope="session")
def county(tmp_path_factory):
    """A county of 20,000 people with workbooks; read only."""
    out = tmp_path_factory.mktemp("county") / "out"
    population_write(people=PEOPLE, place="130529", seed=7, on=ON, out=out, xlsx=True)
    return out


@pytest.fixture(scope="session")
def rows(county):
    """A function that runs SQL over the tables of the county."""
    import duckdb

    connection = duckdb.connect()
    for path in sorted([*county.glob("*.parquet"), *county.glob("identity/*.parquet")]):
        connection.sql(f"CREATE VIEW {path.stem} AS FROM '{path}'")
    return lambda sql: connection.sql(sql).fetchall()
