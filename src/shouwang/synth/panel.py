"""A panel: the same county month after month, with shocks, and the truth about who fell into hardship when."""

from __future__ import annotations

import json
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa

from shouwang.engine.snapshot import manifest_write
from shouwang.kit.dates import months_add
from shouwang.synth import records, tables
from shouwang.synth.blocks import Counters, block_draw
from shouwang.synth.draws import Ints, stream
from shouwang.synth.evolution import (
    Evolution,
    block_at,
    evolve,
    incomes_at,
    panel_months,
    spending_at,
    statuses_at,
)
from shouwang.synth.files import TableFiles, folder_prepare
from shouwang.synth.numbers import NumberIssuer
from shouwang.synth.places import Place, place_load
from shouwang.synth.population import Progress, block_sizes, request_check, silent
from shouwang.synth.refusals import MonthsRefused
from shouwang.synth.shocks import CAUSES, village_hits
from shouwang.synth.tables import coded, days

LEAST_MONTHS, MOST_MONTHS = 2, 60
DEFINITION = (
    "一户“陷入困难”，指月末家底第一次用光：期初积蓄和能借到的钱，加上平常收入扣除平常生活开支后的结余，"
    "减去停掉的工资、绝收的庄稼和自己付的各种费用（包括部门数据里没有的）。与任何政策的线和限额无关；期间没有帮扶。"
)


@dataclass(frozen=True)
class Panel:
    """What was made: the days of the snapshots, rows a table of the last one, shocks and falls."""

    place: Place
    days: tuple[date, ...]
    counts: dict[str, int]
    shocks: int
    falls: int


def snapshot_days(on: date, months: int) -> tuple[date, ...]:
    """This function returns the ends of so many whole months, the last one not after a day."""
    first_after = (on + timedelta(days=1)).replace(day=1)
    return tuple(months_add(first_after, -back) - timedelta(days=1) for back in range(months - 1, -1, -1))


def panel_write(
    *, people: int, place: str, seed: int, on: date, months: int, out: Path, progress: Progress = silent
) -> Panel:
    """This function writes a panel to an empty folder: out/YYYY-MM-DD is a snapshot, keys are the same in all.

    out/truth holds shocks and hardship (Parquet and CSV), out/identity who everybody is, out/panel.json what it is.
    """
    request_check(people=people, xlsx=False)
    if not LEAST_MONTHS <= months <= MOST_MONTHS:
        raise MonthsRefused(f"月数应在 {LEAST_MONTHS} 到 {MOST_MONTHS} 之间，这里是 {months}。")
    ends = snapshot_days(on, months)
    where = place_load(place, seed=seed)
    folder_prepare(out)
    sizes, issuer, next_key = block_sizes(people), NumberIssuer(), Counters()
    hits = village_hits(stream(seed, "panel", "disasters"), len(where.villages), panel_months(ends))
    folders = [out / day.isoformat() for day in ends]
    with ExitStack() as stack:
        snapshots = [stack.enter_context(TableFiles(folder, None)) for folder in folders]
        truth = stack.enter_context(TableFiles(out / "truth", out / "truth"))
        identity = stack.enter_context(TableFiles(out / "identity", None))
        for index, size in enumerate(sizes):
            block = block_draw(
                seed=seed, index=index, blocks=len(sizes), people=size, place=where, on=ends[0], issuer=issuer,
                next_key=next_key,
            )  # fmt: skip
            rows = where.villages.searchsorted(block.village)
            evolution = evolve(seed=seed, index=index, block=block, hits=hits[rows], days=ends)
            next_key.event += len(evolution.spending["day"])
            next_key.status += len(evolution.statuses["kind"])
            for month, files in enumerate(snapshots):
                progress("生成月度快照", index * len(ends) + month, len(sizes) * len(ends))
                _snapshot_write(files, evolution, month, seed=seed)
            truth.write("shocks", shock_table(evolution, truth.counts.get("shocks", 0)))
            truth.write("hardship", hardship_table(evolution))
            identity.write("identity", tables.identity_table(block))
            identity.write("identity_household", tables.identity_household_table(block))
        for day, files in zip(ends, snapshots, strict=True):
            files.write("feed", tables.feed_table(day))
    progress("生成月度快照", len(sizes) * len(ends), len(sizes) * len(ends))
    for day, folder in zip(ends, folders, strict=True):
        manifest_write(folder, on=day)
    about = {
        "format": 1, "people": people, "place": place, "seed": seed, "days": [day.isoformat() for day in ends],
        "hardship": DEFINITION,
    }  # fmt: skip
    (out / "panel.json").write_text(json.dumps(about, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return Panel(where, ends, snapshots[-1].counts, truth.counts["shocks"], truth.counts["hardship"])


def _snapshot_write(files: TableFiles, evolution: Evolution, month: int, *, seed: int) -> None:
    block = block_at(evolution, month)
    files.write("household", tables.household_table(block))
    files.write("person", tables.person_table(block))
    files.write("income", incomes_at(evolution, month))
    files.write("spending", spending_at(evolution, month))
    files.write("status", statuses_at(evolution, month))
    files.write("named", tables.named_table(block, seed))
    files.write("risk", records.risk_table(evolution.block, seed))
    files.write("measure", records.measure_table(evolution.block, seed, evolution.days[month]))


def _person_keys(evolution: Evolution, rows: Ints) -> pa.Array:
    return pa.array(rows + evolution.block.first_person, mask=rows < 0)


def shock_table(evolution: Evolution, before: int) -> pa.Table:
    """This function returns the shocks: whom, when, by what, and what it cost in all, in fen."""
    shocks = evolution.shocks
    return pa.table(
        {
            "shock_key": pa.array(range(before + 1, before + shocks.count + 1), pa.int64()),
            "household_key": shocks.household + evolution.block.first_household,
            "person_key": _person_keys(evolution, shocks.person),
            "cause": coded(shocks.cause, CAUSES),
            "on": days(shocks.day),
            "cost_fen": evolution.cost,
        }
    )


def hardship_table(evolution: Evolution) -> pa.Table:
    """This function returns who fell: household, what cost it most, the day, and what was missing then, in fen."""
    falls = evolution.falls
    return pa.table(
        {
            "household_key": falls.household + evolution.block.first_household,
            "cause": coded(falls.cause, (*CAUSES, "OTHER")),
            "on": pa.array([evolution.days[month] for month in falls.month.tolist()], pa.date32()),
            "lacking_fen": falls.lacking,
        }
    )
