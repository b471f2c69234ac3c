"""What the bench reads: one made population as the snapshot our engine reads, and the same rows under text keys.

Text keys are what files hold when nobody has resolved them: the ID number of a person, and of the head for the
household. Rows, order and sizes of row groups are those of the snapshot.
"""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from shouwang.engine.snapshot import manifest_write
from shouwang.synth import tables
from shouwang.synth.blocks import Block, Counters, block_draw
from shouwang.synth.numbers import NumberIssuer
from shouwang.synth.places import place_load
from shouwang.synth.population import block_sizes

PLACE, PACK, ON, SEED = "1305", "xingtai", date(2020, 6, 30), 1
KEYS, TEXTS, NAMES, CHANGED = "keys", "texts", "names", "changed"
EVERY = 100  # one household in so many has changed since the day before
BILL_FEN = 2_000_000


def population_made(root: Path, people: int) -> Path:
    """This function makes the population under `root` unless it stands there whole, and returns its folder."""
    folder = root / f"{PLACE}-{people}"
    if not (folder / "whole").exists():
        shutil.rmtree(folder, ignore_errors=True)
        _snapshot_write(folder, people)
        _texts_write(folder)
        _changed_write(folder)
        (folder / "whole").touch()
    return folder


def changed_keys(folder: Path) -> list[int]:
    """This function returns the households that have changed between the snapshot and the changed one."""
    keys = pq.read_table(folder / KEYS / "household.parquet", columns=["household_key"])["household_key"].to_numpy()
    return [int(key) for key in keys[keys % EVERY == 0]]


def _changed_write(folder: Path) -> None:
    """This function writes the snapshot of the next day: some households have a new bill, and no income of late."""
    target, last = folder / CHANGED, ON.replace(day=1)
    target.mkdir(exist_ok=True)
    for path in sorted((folder / KEYS).glob("*.parquet")):
        shutil.copy(path, target / path.name)
    for name in ("income", "spending"):
        source = pq.ParquetFile(folder / KEYS / f"{name}.parquet")
        with pq.ParquetWriter(target / f"{name}.parquet", source.schema_arrow, compression="zstd") as writer:
            for index in range(source.num_row_groups):
                rows = source.read_row_group(index)
                is_changed = pa.array(rows["household_key"].to_numpy() % EVERY == 0)
                if name == "income":
                    late = pc.greater_equal(rows["month"], pa.scalar(last.replace(month=last.month - 3)))
                    rows = rows.filter(pc.invert(pc.and_(is_changed, late)))
                for column in set(rows.column_names) & {"gross_fen", "self_paid_fen"}:
                    more = pc.if_else(is_changed, pc.add(rows[column], BILL_FEN), rows[column])
                    rows = rows.set_column(rows.column_names.index(column), column, more)
                writer.write_table(rows)
    manifest_write(target, on=ON)


def _snapshot_write(folder: Path, people: int) -> None:
    """This function writes the snapshot as `shouwang synth` does, without its CSV copies and department files."""
    place, sizes = place_load(PLACE, seed=SEED), block_sizes(people)
    issuer, next_key = NumberIssuer(), Counters()
    writers: dict[str, pq.ParquetWriter] = {}
    for index, size in enumerate(sizes):
        block = block_draw(
            seed=SEED, index=index, blocks=len(sizes), people=size, place=place, on=ON, issuer=issuer,
            next_key=next_key,
        )  # fmt: skip
        for name, table in _tables(block).items():
            _write(writers, folder, name, table)
    _write(writers, folder, f"{KEYS}/feed", tables.feed_table(ON))
    for writer in writers.values():
        writer.close()
    manifest_write(folder / KEYS, on=ON)


def _tables(block: Block) -> dict[str, pa.Table]:
    heads = tables.identity_household_table(block)
    return {
        f"{KEYS}/household": tables.household_table(block),
        f"{KEYS}/person": tables.person_table(block),
        f"{KEYS}/income": tables.income_table(block, ON),
        f"{KEYS}/spending": tables.spending_table(block),
        f"{KEYS}/status": tables.status_table(block),
        f"{KEYS}/named": tables.named_table(block, SEED),
        f"{NAMES}/person": tables.identity_table(block).select(["person_key", "resident_id"]),
        f"{NAMES}/household": heads.select(["household_key", "head_resident_id"]),
    }


def _write(writers: dict[str, pq.ParquetWriter], folder: Path, name: str, table: pa.Table) -> None:
    if name not in writers:
        path = folder / f"{name}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        writers[name] = pq.ParquetWriter(path, table.schema, compression="zstd", compression_level=3)
    writers[name].write_table(table)


def _texts_write(folder: Path) -> None:
    """This function writes the snapshot again with ID numbers in the place of keys."""
    names = {name: pq.ParquetFile(folder / NAMES / f"{name}.parquet") for name in ("household", "person")}
    (folder / TEXTS).mkdir(exist_ok=True)
    for path in sorted((folder / KEYS).glob("*.parquet")):
        source = pq.ParquetFile(path)
        if "household_key" not in source.schema_arrow.names:
            shutil.copy(path, folder / TEXTS / path.name)
            continue
        writer = None
        with duckdb.connect() as connection:
            connection.execute("SET enable_progress_bar = false")
            for index in range(source.num_row_groups):
                block = {
                    "rows": source.read_row_group(index),
                    **{name: file.read_row_group(index) for name, file in names.items()},
                }
                for name, table in block.items():
                    connection.register(name, table)
                table = connection.sql(_texts_query(source.schema_arrow.names)).to_arrow_table()
                writer = writer or pq.ParquetWriter(
                    folder / TEXTS / path.name, table.schema, compression="zstd", compression_level=3
                )
                writer.write_table(table)
        if writer is not None:
            writer.close()


def _texts_query(columns: list[str]) -> str:
    """This function returns the query that replaces a block's keys; the n-th block of every table is about the same."""
    shown = {"household_key": "h.head_resident_id AS household_id", "person_key": "p.resident_id AS person_id"}
    chosen = ", ".join(shown.get(column, f"r.{column}") for column in columns)
    person = "LEFT JOIN person p ON p.person_key = r.person_key" if "person_key" in columns else ""
    return (
        f"SELECT {chosen} FROM (SELECT *, row_number() OVER () AS place FROM rows) r "
        f"JOIN household h ON h.household_key = r.household_key {person} ORDER BY r.place"
    )
