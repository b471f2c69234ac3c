"""The whole: a population written to a folder, block by block."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from shouwang.engine.snapshot import manifest_write
from shouwang.synth import records, shape, tables
from shouwang.synth.blocks import Block, Counters, block_draw
from shouwang.synth.files import TableFiles, folder_prepare
from shouwang.synth.numbers import NumberIssuer
from shouwang.synth.places import Place, place_load
from shouwang.synth.refusals import PeopleRefused, WorkbookTooLarge

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Made:
    """What was made: rows per table, digest of the snapshot, files beside it."""

    place: Place
    counts: dict[str, int]
    digest: str


def silent(label: str, done: int, total: int) -> None:
    """This function shows no progress."""


def request_check(*, people: int, xlsx: bool) -> None:
    """This function refuses a number of people that cannot be made."""
    if not 1 <= people <= shape.PEOPLE_LIMIT:
        raise PeopleRefused(f"人数应在 1 到 {shape.PEOPLE_LIMIT:,} 之间，这里是 {people:,}。")
    if xlsx and people > shape.XLSX_PEOPLE_LIMIT:
        raise WorkbookTooLarge


def block_sizes(people: int) -> list[int]:
    """This function divides the people into blocks of nearly the same size."""
    blocks = -(-people // shape.BLOCK_PEOPLE)
    return [people * (index + 1) // blocks - people * index // blocks for index in range(blocks)]


def population_write(
    *, people: int, place: str, seed: int, on: date, out: Path, xlsx: bool = False, progress: Progress = silent
) -> Made:
    """This function writes a population to an empty folder.

    out/*.parquet with manifest.json is the snapshot, out/csv the same as CSV, out/identity who they are,
    out/departments the departments' files, out/truth what was planted, out/workbooks the national system's exports.
    """
    from shouwang.synth.departments import DepartmentFiles
    from shouwang.synth.workbooks import WorkbookFiles

    request_check(people=people, xlsx=xlsx)
    where = place_load(place, seed=seed)
    folder_prepare(out)
    sizes = block_sizes(people)
    issuer, next_key = NumberIssuer(), Counters()
    departments = DepartmentFiles(seed=seed, place=where, on=on, issuer=issuer)
    workbooks = WorkbookFiles(seed=seed, place=where, on=on) if xlsx else None
    identity = out / "identity"
    with TableFiles(out, out / "csv") as snapshot, TableFiles(identity, identity) as identities:
        for index, size in enumerate(sizes):
            progress("生成人口", index, len(sizes))
            block = block_draw(
                seed=seed, index=index, blocks=len(sizes), people=size, place=where, on=on, issuer=issuer,
                next_key=next_key,
            )  # fmt: skip
            _write_block(snapshot, identities, block, on=on, seed=seed)
            departments.collect(block)
            if workbooks:
                workbooks.collect(block)
        snapshot.write("feed", tables.feed_table(on))
        progress("生成人口", len(sizes), len(sizes))
    departments.write(out, xlsx=xlsx, progress=progress)
    if workbooks:
        workbooks.write(out / "workbooks", progress=progress)
    progress("写快照清单", 0, 1)
    digest = manifest_write(out, on=on)["digest"]
    manifest_write(out / "csv", on=on)
    progress("写快照清单", 1, 1)
    return Made(where, snapshot.counts, digest)


def _write_block(snapshot: TableFiles, identities: TableFiles, block: Block, *, on: date, seed: int) -> None:
    snapshot.write("household", tables.household_table(block))
    snapshot.write("person", tables.person_table(block))
    snapshot.write("income", tables.income_table(block, on))
    snapshot.write("spending", tables.spending_table(block))
    snapshot.write("status", tables.status_table(block))
    snapshot.write("named", tables.named_table(block, seed))
    snapshot.write("risk", records.risk_table(block, seed))
    snapshot.write("measure", records.measure_table(block, seed, on))
    identities.write("identity", tables.identity_table(block))
    identities.write("identity_household", tables.identity_household_table(block))
